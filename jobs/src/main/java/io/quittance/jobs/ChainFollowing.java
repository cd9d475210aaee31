package io.quittance.jobs;

import io.quittance.domain.commitment.CommitFollower;
import io.quittance.domain.commitment.Pass;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.settlement.SealStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the chain commits of all cycles and completes the reconciliation of those that became final. {@link #pass} is
 * called again and again by whoever has a timer; concurrent calls wait for each other.
 */
public final class ChainFollowing {

    private static final Logger LOG = LoggerFactory.getLogger(ChainFollowing.class);

    private final CommitFollower follower;
    private final Reconciliation reconciliation;
    private final SealStore seals;
    private final ChainIdentity identity;
    private final CycleReports reports;
    private String lastRemark = "";

    ChainFollowing(
            CommitFollower follower,
            Reconciliation reconciliation,
            SealStore seals,
            ChainIdentity identity,
            CycleReports reports) {
        this.follower = follower;
        this.reconciliation = reconciliation;
        this.seals = seals;
        this.identity = identity;
        this.reports = reports;
    }

    /** One pass. Never throws for a chain that is not there; says so in the answer. */
    public synchronized Pass pass() {
        Pass pass = follower.tick();
        remark(pass);
        for (long cycle : reconciliation.pendingOnChain()) {
            seals.header(cycle).map(header -> identity.of(cycle, header)).ifPresent(now -> {
                reconciliation.completeOnChain(cycle, now);
                if (now.verdict() != io.quittance.domain.reconciliation.Identity.Verdict.PENDING) {
                    reports.write(cycle);
                }
            });
        }
        return pass;
    }

    /** Says each new trouble once, not at each pass. */
    private void remark(Pass pass) {
        String text = switch (pass) {
            case Pass.Halted halted -> "chain commit of cycle " + halted.cycle() + " HALTED: " + halted.why();
            case Pass.Parked parked -> "chain commit of cycle " + parked.cycle() + " parked: " + parked.why();
            case Pass.Unavailable unavailable -> "chain unavailable: " + unavailable.why();
            case Pass.Idle ignored -> "";
            case Pass.Busy ignored -> "";
            case Pass.Waiting ignored -> "";
        };
        if (!text.equals(lastRemark) && !text.isEmpty()) {
            LOG.warn(text);
        }
        lastRemark = text;
    }
}
