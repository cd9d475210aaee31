package io.quittance.domain.screening;

import io.quittance.domain.intake.Reason;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * What a cycle decided about a submission.
 *
 * @param reason why; null where nothing special happened
 * @param detail figures that belong to the reason, as {@code name=value} pairs with blanks between; empty if there are none
 * @param holdUntil of what is held, the last date; else null
 * @param filledLots of an order, lots filled so far; else 0
 * @param openLots of an order, lots still open; else 0
 */
public record Outcome(
        long intakeNo,
        State state,
        @Nullable Reason reason,
        String detail,
        @Nullable LocalDate holdUntil,
        long filledLots,
        long openLots) {

    /** Where it stands after the cycle. */
    public enum State {
        /** An order that rests. */
        ADMITTED,
        HELD,
        SETTLED,
        REJECTED,
        CANCELLED,
        EXPIRED;

        /** Whether nothing can change it any more. */
        public boolean isFinal() {
            return this != ADMITTED && this != HELD;
        }
    }

    static Outcome settled(long intakeNo) {
        return new Outcome(intakeNo, State.SETTLED, null, "", null, 0, 0);
    }

    static Outcome rejected(long intakeNo, Reason reason, String detail) {
        return new Outcome(intakeNo, State.REJECTED, reason, detail, null, 0, 0);
    }

    static Outcome held(long intakeNo, Reason reason, String detail, LocalDate until) {
        return new Outcome(intakeNo, State.HELD, reason, detail, until, 0, 0);
    }
}
