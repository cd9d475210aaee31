package io.quittance.domain.commitment;

import io.quittance.domain.seal.SealHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The tables in memory, for tests: what is here survives the "crash" of a follower. Time passes by {@link #pass}. */
public class InMemoryCommitmentStore implements CommitmentStore {

    private final TreeMap<Long, Commitment> commitments = new TreeMap<>();
    private final Map<Long, Long> cycleOfNonce = new HashMap<>();
    private long nextNonce = -1;
    private @Nullable String owner;
    private Duration now = Duration.ZERO;
    private Duration leaseUntil = Duration.ZERO;

    public synchronized void pass(Duration time) {
        now = now.plus(time);
    }

    public synchronized List<CommitState> states() {
        return commitments.values().stream().map(Commitment::state).toList();
    }

    @Override
    public synchronized void recordDue(SealHeader header) {
        DueHeader due = DueHeader.of(header);
        Commitment known = commitments.putIfAbsent(due.cycle(), Commitment.due(due));
        if (known != null && !known.header().equals(due)) {
            throw new IllegalStateException("another header is recorded for cycle " + due.cycle());
        }
    }

    @Override
    public synchronized Optional<CommitStatus> status(long cycle) {
        return find(cycle).map(c -> {
            Inclusion where = c.inclusion();
            Attempt last = c.lastAttempt();
            return new CommitStatus(
                    cycle,
                    c.state(),
                    c.headerHash(),
                    where != null ? where.transaction() : last != null ? last.hash() : null,
                    where != null ? where.block() : null,
                    where != null ? where.gasUsed() : null,
                    c.attempts().size(),
                    c.remark());
        });
    }

    @Override
    public synchronized Optional<Claim> claim(Committer committer, String claimant, Duration lease) {
        if (owner != null && !owner.equals(claimant) && leaseUntil.compareTo(now) > 0) {
            return Optional.empty();
        }
        owner = claimant;
        leaseUntil = now.plus(lease);
        return Optional.of(new Claim(committer, claimant, nextNonce));
    }

    @Override
    public synchronized List<Commitment> open(int limit) {
        return commitments.values().stream()
                .filter(c -> c.state() != CommitState.FINAL)
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized boolean save(Claim claim, Commitment before, Commitment after) {
        Commitment stored = commitments.get(before.cycle());
        if (!claim.owner().equals(owner) || stored == null || stored.version() != before.version()) {
            return false;
        }
        List<Attempt> added = new ArrayList<>(after.attempts()
                .subList(before.attempts().size(), after.attempts().size()));
        for (Attempt attempt : added) {
            Long taken = cycleOfNonce.putIfAbsent(attempt.nonce(), after.cycle());
            if (taken != null && taken != after.cycle()) {
                throw new IllegalStateException("nonce " + attempt.nonce() + " belongs to cycle " + taken);
            }
            nextNonce = Math.max(nextNonce, attempt.nonce() + 1);
        }
        commitments.put(after.cycle(), after);
        return true;
    }

    @Override
    public synchronized List<Commitment> committedAfter(long cycle, int limit) {
        return commitments.tailMap(cycle, false).values().stream()
                .filter(c -> c.state() == CommitState.MINED || c.state() == CommitState.FINAL)
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized boolean adoptNonce(Claim claim, long next) {
        if (!claim.owner().equals(owner)) {
            return false;
        }
        nextNonce = next;
        return true;
    }

    @Override
    public synchronized Optional<Commitment> find(long cycle) {
        return Optional.ofNullable(commitments.get(cycle));
    }
}
