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

    static Verdict refuse(Reason reason) {
        return new Refuse(reason, "");
    }

    static Verdict lacks(Reason reason) {
        return new Lacks(reason, "");
    }
}
