package io.quittance.domain.settlement;

import io.quittance.domain.screening.Outcome;
import io.quittance.domain.screening.Outcomes;

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
        Outcomes outcomes = run.outcomes();
        return new CycleCounts(
                run.input().receivedCount(),
                run.input().heldCount() + restingBefore,
                outcomes.count(Outcome.State.SETTLED),
                outcomes.count(Outcome.State.REJECTED),
                outcomes.count(Outcome.State.CANCELLED),
                outcomes.count(Outcome.State.EXPIRED),
                outcomes.count(Outcome.State.HELD),
                run.books().orders.size(),
                run.transfers().size());
    }

    /** Whether each submission is counted exactly once. */
    public boolean balance() {
        return carriedIn + received == settled + refused + cancelled + expired + held + resting;
    }
}
