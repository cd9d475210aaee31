package io.quittance.domain.settlement;

import io.quittance.domain.screening.Outcome;

/**
 * How many submissions a cycle received and what became of them, each counted once: {@code carriedIn + received = settled +
 * refused + cancelled + expired + held + resting}.
 *
 * @param carriedIn held and resting ones from before
 * @param resting orders that stay open
 */
public record CycleCounts(
        long received,
        long carriedIn,
        long settled,
        long refused,
        long cancelled,
        long expired,
        long held,
        long resting,
        long transfers) {

    /** Counts a run that is through. */
    public static CycleCounts of(SettlementCycle run, long restingBefore) {
        long[] by = new long[Outcome.State.values().length];
        for (Outcome outcome : run.outcomes().values()) {
            by[outcome.state().ordinal()]++;
        }
        return new CycleCounts(
                run.input().received().size(),
                run.input().held().size() + restingBefore,
                by[Outcome.State.SETTLED.ordinal()],
                by[Outcome.State.REJECTED.ordinal()],
                by[Outcome.State.CANCELLED.ordinal()],
                by[Outcome.State.EXPIRED.ordinal()],
                by[Outcome.State.HELD.ordinal()],
                run.books().orders.size(),
                run.transfers().size());
    }

    /** Whether each submission is counted exactly once. */
    public boolean balance() {
        return carriedIn + received == settled + refused + cancelled + expired + held + resting;
    }
}
