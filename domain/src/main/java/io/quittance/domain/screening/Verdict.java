package io.quittance.domain.screening;

import io.quittance.domain.intake.Reason;

/** The answer of a rule: nothing against it, or why not, and whether waiting may help. */
sealed interface Verdict {

    Admit ADMIT = new Admit();

    record Admit() implements Verdict {}

    /** @param detail figures, {@code name=value} with blanks between */
    record Refuse(Reason reason, String detail) implements Verdict {}

    /** Lacks something that may still come: held if it may wait, else refused. */
    record Lacks(Reason reason, String detail) implements Verdict {}

    /** Waits by rule, whether it asked for it or not. */
    record Wait(Reason reason) implements Verdict {}

    /** Of two answers the one whose reason stands first in {@link Reason}; {@link #ADMIT} if nothing is against it. */
    static Verdict first(Verdict one, Verdict other) {
        if (one == ADMIT || other == ADMIT) {
            return one == ADMIT ? other : one;
        }
        return rank(one) <= rank(other) ? one : other;
    }

    private static int rank(Verdict verdict) {
        return switch (verdict) {
            case Admit ignored -> Integer.MAX_VALUE;
            case Refuse refuse -> refuse.reason().ordinal();
            case Lacks lacks -> lacks.reason().ordinal();
            case Wait wait -> wait.reason().ordinal();
        };
    }

    static Verdict refuse(Reason reason) {
        return new Refuse(reason, "");
    }

    static Verdict lacks(Reason reason) {
        return new Lacks(reason, "");
    }
}
