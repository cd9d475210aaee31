package io.quittance.domain.intake;

import java.util.EnumSet;
import java.util.Set;

/**
 * The parts of a cycle in which submissions are judged, in their order; each kind belongs to one. A cycle reads its queue
 * phase by phase, and within a phase in intake order.
 */
public enum Phase {
    /** Before everything else: what was settled is taken back. */
    REVERSALS(EnumSet.of(Kind.REVERSALS)),
    /** Resting orders and held submissions are withdrawn. */
    CANCELS(EnumSet.of(Kind.CANCELS)),
    /** What comes in and is available to the debits of the same cycle. */
    CREDITS(EnumSet.of(Kind.COMPUTE_DEPOSITS, Kind.TASK_COMPLETIONS)),
    /** What an account pays or reserves. */
    DEBITS(EnumSet.of(Kind.TASK_PUBLICATIONS, Kind.ORDERS, Kind.SPENDS, Kind.TRANSFERS));

    private final Set<Kind> kinds;

    Phase(Set<Kind> kinds) {
        this.kinds = kinds;
    }

    public Set<Kind> kinds() {
        return EnumSet.copyOf(kinds);
    }

    /** @throws IllegalArgumentException if the kind is reference data, which is judged in no phase */
    public static Phase of(Kind kind) {
        for (Phase phase : values()) {
            if (phase.kinds.contains(kind)) {
                return phase;
            }
        }
        throw new IllegalArgumentException(kind + " is not submitted");
    }
}
