package io.quittance.domain.commitment;

import io.quittance.domain.seal.SealHeader;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The tables of chain commits. {@link #recordDue} belongs to the seal step and {@link #status} to everyone; the rest is
 * the follower's.
 *
 * <p>Safe for many processes. Who works for a committer is decided by {@link #claim}, in one statement; each later
 * change holds only if the claim is still the caller's and nobody changed the commitment in between.
 */
public interface CommitmentStore {

    /**
     * Records that {@code header} is to be committed, within the caller's database transaction if there is one. The same
     * header again changes nothing.
     *
     * @throws IllegalStateException if another header is recorded for the cycle: a sealed cycle never changes
     */
    void recordDue(SealHeader header);

    /** What is known of the cycle's commit; empty if nothing was recorded as due. */
    Optional<CommitStatus> status(long cycle);

    /**
     * Takes or renews the right to work for {@code committer}. Of several owners exactly one has it at a time; another
     * gets it when {@code lease} has passed without a renewal, by the database's clock.
     *
     * <p>The race: an owner who stalls past its lease may still send what it stored before. That is harmless, since its
     * successor sends the same bytes. It cannot store anything any more, so it cannot use a second nonce.
     *
     * @return empty if another owner has it
     */
    Optional<Claim> claim(Committer committer, String owner, Duration lease);

    /** Commitments that are not FINAL, in the order of cycles, at most {@code limit}, with all their attempts. */
    List<Commitment> open(int limit);

    /**
     * Makes {@code after} durable, attempts included, if {@code claim} still holds and {@code before} is still the stored
     * version. An attempt with the claim's next nonce moves the committer's count on. Durable when it returns.
     *
     * @return false, with nothing changed, if the claim was lost or the commitment changed meanwhile
     * @throws IllegalStateException if the nonce of a new attempt is already taken by another commitment
     */
    boolean save(Claim claim, Commitment before, Commitment after);

    /**
     * Commitments recorded MINED or FINAL for cycles after {@code cycle}, in the order of cycles, at most {@code limit}.
     * Asked only where a development chain may have lost blocks.
     */
    List<Commitment> committedAfter(long cycle, int limit);

    /**
     * Sets our count of nonces to what the chain says, after a person has decided that this is right.
     *
     * @return false if the claim was lost
     */
    boolean adoptNonce(Claim claim, long nextNonce);

    /** The cycle's commitment with all its attempts. */
    Optional<Commitment> find(long cycle);
}
