package io.quittance.app;

import io.quittance.domain.commitment.CommitmentStore;
import io.quittance.domain.commitment.CycleRegistry;
import io.quittance.domain.commitment.FollowSettings;
import java.time.Duration;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Lets the right to follow the chain lapse at a regular end, so that the next command need not wait until it does by
 * itself.
 */
record FollowRight(CommitmentStore commitments, CycleRegistry registry, FollowSettings settings)
        implements AutoCloseable {

    private static final Duration AT_ONCE = Duration.ofMillis(1);

    @Override
    public void close() {
        try {
            commitments.claim(registry.committer(), settings.owner(), AT_ONCE);
        } catch (DataAccessException | TransactionException gone) {
            // Without a database there is nothing to give back; it lapses.
        }
    }
}
