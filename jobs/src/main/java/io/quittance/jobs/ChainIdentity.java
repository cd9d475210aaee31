package io.quittance.jobs;

import io.quittance.domain.commitment.CommitState;
import io.quittance.domain.commitment.CommitStatus;
import io.quittance.domain.commitment.CommitmentStore;
import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.seal.SealHeader;

/** Compares a seal with what the chain has of it: pending until final, a break if the chain contradicts. */
final class ChainIdentity {

    private final CommitmentStore commitments;

    ChainIdentity(CommitmentStore commitments) {
        this.commitments = commitments;
    }

    Identity of(long cycle, SealHeader header) {
        String expected = header.hash().toString();
        CommitStatus status = commitments.status(cycle).orElse(null);
        if (status == null) {
            return identity(expected, "", Identity.Verdict.PENDING, "no commit is recorded");
        }
        if (status.state() == CommitState.CONFLICT) {
            return identity(expected, "", Identity.Verdict.BREAK, String.valueOf(status.remark()));
        }
        String found = String.valueOf(status.headerHash());
        if (status.state() != CommitState.FINAL) {
            return identity(
                    expected, "", Identity.Verdict.PENDING, status.state().name());
        }
        return identity(
                expected,
                found,
                expected.equals(found) ? Identity.Verdict.MATCHED : Identity.Verdict.BREAK,
                "transaction " + status.transaction() + " block " + status.block());
    }

    private static Identity identity(String expected, String found, Identity.Verdict verdict, String detail) {
        return new Identity(Reconciliation.ON_CHAIN, "", expected, found, verdict, detail);
    }
}
