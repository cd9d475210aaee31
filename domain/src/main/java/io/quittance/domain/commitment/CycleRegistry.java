package io.quittance.domain.commitment;

import io.quittance.domain.seal.Hash32;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The registry contract behind one node, as the follower needs it. Nothing here waits for a block, retries, or remembers.
 *
 * <p>Every method that asks the node throws {@link ChainUnavailableException} if it gives no usable answer; only
 * {@link #send} has that as a value, because there it is not known whether the transaction arrived.
 */
public interface CycleRegistry {

    /** Whose transactions these are. No call to the node. */
    Committer committer();

    /** What the registry will hold for {@code header}. No call to the node. */
    Hash32 hashOf(DueHeader header);

    /** Whether the registry's code is at its address. */
    boolean isDeployed();

    /** Hash of the header recorded for {@code cycle} in the latest block; zero if there is none. */
    Hash32 recordedHash(long cycle);

    /** Number of the last cycle recorded, in the latest block. */
    long lastCycle();

    /** The event of {@code cycle}; empty if there is none, or the node does not keep logs that old. */
    Optional<Inclusion> findEvent(long cycle);

    /** Where the transaction is; empty if it is in no block. */
    Optional<Inclusion> findReceipt(Hash32 transaction);

    /** Whether the node has the transaction, in a block or waiting for one. */
    boolean knows(Hash32 transaction);

    /** How far the chain is. */
    ChainHead head();

    /** Hash of the block with that number in the chain as it is now; empty if there is none. */
    Optional<Hash32> blockHash(long number);

    /**
     * How many transactions of the committer the chain has taken: the next nonce, as of a block.
     *
     * @param block a block's number; empty for the latest one
     */
    long nonceAt(OptionalLong block);

    /** Whether transactions of the committer wait that are in no block. */
    long pendingNonce();

    /** What the network would have us offer now. */
    Fees suggestedFees();

    /** Runs the commit without sending it. */
    Trial tryOut(DueHeader header);

    /** Signs the commit. The same input gives the same bytes. No call to the node. */
    Attempt sign(DueHeader header, long nonce, Fees fees, long gasLimit);

    /** Hands a signed transaction to the node. Sending the same bytes again is harmless. */
    Sending send(Attempt attempt);

    /**
     * Whether this is a development chain, which loses its last blocks when it is killed, so that what was final may have
     * to be sent again. Never true of a chain that others use.
     */
    boolean mayLoseBlocks();

    /**
     * Puts the registry's code back to its address on a development chain; nothing happens if it is there.
     *
     * @throws IllegalStateException if {@link #mayLoseBlocks} is false
     */
    void redeploy();

    /**
     * @param latest number of the latest block
     * @param safe number of the latest block that is unlikely to be replaced; empty if the node does not say
     * @param finalized number of the latest block that is never replaced; empty if the node does not say
     */
    record ChainHead(long latest, OptionalLong safe, OptionalLong finalized) {}

    /** What a commit would do in the latest block. */
    sealed interface Trial {

        /** It would be recorded. */
        record Accepted(long gasLimit) implements Trial {}

        /** The registry holds another header for the cycle, or other cycles than we think. Sending again cannot help. */
        record Contradicted(String error) implements Trial {}

        /** It would fail for a reason that may pass: paused, no right, no funds. */
        record Refused(String error) implements Trial {}
    }

    /** What became of handing a transaction to a node. */
    sealed interface Sending {

        /** The node has it, now or already before. */
        record Taken() implements Sending {}

        /** The account's next nonce is higher: this transaction, or another one with its nonce, is in a block. */
        record NonceUsed(String error) implements Sending {}

        /** The node wants more for it than is offered, or than a transaction with its nonce that it already has. */
        record Underpriced(String error) implements Sending {}

        /** The node said no for another reason. */
        record Refused(String error) implements Sending {}

        /** No answer: it may have arrived or not. */
        record Unknown(String error) implements Sending {}
    }
}
