package io.quittance.domain.report;

import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.report.BankViews.SubmissionState;
import java.time.LocalDate;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a published cycle, whole, as its reports need them. They never change again: the same question always has
 * the same answer in the same order. Thread-safe.
 *
 * <p>What may be long is handed to a sink row by row, while the database is being read: a sink must not ask the database
 * itself. What it throws ends the reading and reaches the caller.
 *
 * <p>Each method throws {@link IllegalArgumentException} if the cycle is not published.
 */
public interface CycleFigures {

    /**
     * What one account paid and received of one asset in a cycle, in µToken or GPU-milliseconds.
     *
     * @param accountClass as in {@link TrialBalance.Line#accountClass}
     * @param opening posted before the cycle
     * @param debits sum of what it paid, zero or more
     * @param credits sum of what it received, zero or more
     * @param closing posted after the cycle
     */
    record Position(
            UUID accountId, String accountClass, String asset, long opening, long debits, long credits, long closing) {

        /** Positive was to receive, negative was to pay. */
        public long net() {
            return credits - debits;
        }
    }

    /**
     * A submission that a cycle left without settling it, or not all of it.
     *
     * @param client name of who sent it
     * @param state {@code REJECTED}, {@code HELD}, {@code EXPIRED} or {@code CANCELLED}
     * @param detail figures that belong to the reason, as {@code name=value} pairs; empty if there are none
     * @param holdUntil of what is held, the last business date on which it is offered; else null
     */
    record Refusal(
            UUID submissionId,
            String client,
            String submissionKey,
            Kind kind,
            SubmissionState state,
            @Nullable Reason reason,
            String detail,
            @Nullable LocalDate holdUntil) {}

    /**
     * Debits, credits and the openings of what moved are the positions'; closings are the balances', so that the two are
     * held against each other.
     */
    TrialBalance trialBalance(long cycle);

    /** All accounts that moved, by asset and then account. */
    void positions(long cycle, Consumer<Position> sink);

    /** All that was refused, is held, expired or was cancelled in this cycle, in intake order. */
    void refusals(long cycle, Consumer<Refusal> sink);
}
