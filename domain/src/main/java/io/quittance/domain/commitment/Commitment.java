package io.quittance.domain.commitment;

import io.quittance.domain.seal.Hash32;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sealed header's chain commit, with everything that is known about it: a value. The methods give what follows from it;
 * {@link CommitmentStore#save} makes that durable.
 *
 * @param header what is committed
 * @param state where it stands
 * @param version number of changes so far; a change is made only to the version that it was derived from
 * @param headerHash what the registry must hold for the cycle; null until first computed
 * @param attempts every transaction ever signed for it, in that order; attempts of one nonce replace each other
 * @param inclusion where it was last seen in the chain; null if nowhere, or no longer
 * @param remark why it waits, was parked or halted, in words; null if nothing is to be said
 */
public record Commitment(
        DueHeader header,
        CommitState state,
        long version,
        @Nullable Hash32 headerHash,
        List<Attempt> attempts,
        @Nullable Inclusion inclusion,
        @Nullable String remark) {

    public Commitment {
        attempts = List.copyOf(attempts);
    }

    /** A header that nothing was done for yet. */
    public static Commitment due(DueHeader header) {
        return new Commitment(header, CommitState.DUE, 0, null, List.of(), null, null);
    }

    public long cycle() {
        return header.cycle();
    }

    /** The transaction signed last, or null. */
    public @Nullable Attempt lastAttempt() {
        return attempts.isEmpty() ? null : attempts.getLast();
    }

    /** A transaction was signed, the first or a replacement; nothing is known of its being sent. */
    Commitment prepared(Hash32 hash, Attempt attempt) {
        List<Attempt> more = new ArrayList<>(attempts);
        more.add(attempt);
        return new Commitment(header, CommitState.PREPARED, version + 1, hash, more, null, null);
    }

    /** The chain took the last attempt when {@code block} was its latest. */
    Commitment sent(long block) {
        List<Attempt> marked = new ArrayList<>(attempts);
        marked.set(marked.size() - 1, marked.getLast().sentAt(block));
        return new Commitment(header, CommitState.SENT, version + 1, headerHash, marked, null, null);
    }

    Commitment mined(Hash32 hash, Inclusion where) {
        return new Commitment(header, CommitState.MINED, version + 1, hash, attempts, where, null);
    }

    Commitment isFinal() {
        return new Commitment(header, CommitState.FINAL, version + 1, headerHash, attempts, inclusion, null);
    }

    /** The block is gone: back to waiting for one, or, if the transaction was not ours, to the start. */
    Commitment vanished(String why) {
        CommitState back = attempts.isEmpty() ? CommitState.DUE : CommitState.SENT;
        return new Commitment(header, back, version + 1, headerHash, attempts, null, why);
    }

    /** The last transaction had no effect; the next one takes a new nonce. */
    Commitment dueAgain(String why) {
        return new Commitment(header, CommitState.DUE, version + 1, headerHash, attempts, null, why);
    }

    Commitment halted(String why) {
        return new Commitment(header, CommitState.CONFLICT, version + 1, headerHash, attempts, inclusion, why);
    }

    Commitment parked(String why) {
        return new Commitment(header, CommitState.PARKED, version + 1, headerHash, attempts, null, why);
    }

    Commitment remarked(String why) {
        return new Commitment(header, state, version + 1, headerHash, attempts, inclusion, why);
    }
}
