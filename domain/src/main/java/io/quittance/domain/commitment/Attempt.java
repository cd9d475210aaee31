package io.quittance.domain.commitment;

import io.quittance.domain.seal.Hash32;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * One signed transaction for a commit. Stored before it is sent, never changed and never deleted; what may be added is
 * the block at which it was first sent. Compared by its hash, which stands for all of it.
 */
public final class Attempt {

    private final Hash32 hash;
    private final byte[] raw;
    private final long nonce;
    private final Fees fees;
    private final long gasLimit;
    private final OptionalLong sentAtBlock;

    /**
     * @param hash the transaction's hash, by which the chain knows it
     * @param raw the signed bytes as they are sent; copied
     * @param nonce the sender's nonce that it takes
     * @param gasLimit most gas that it may use
     * @param sentAtBlock number of the latest block when the chain first took it; empty if that is not known
     */
    public Attempt(Hash32 hash, byte[] raw, long nonce, Fees fees, long gasLimit, OptionalLong sentAtBlock) {
        this.hash = hash;
        this.raw = raw.clone();
        this.nonce = nonce;
        this.fees = fees;
        this.gasLimit = gasLimit;
        this.sentAtBlock = sentAtBlock;
    }

    public Hash32 hash() {
        return hash;
    }

    /** A copy of the signed bytes. */
    public byte[] raw() {
        return raw.clone();
    }

    public long nonce() {
        return nonce;
    }

    public Fees fees() {
        return fees;
    }

    public long gasLimit() {
        return gasLimit;
    }

    public OptionalLong sentAtBlock() {
        return sentAtBlock;
    }

    /** The same attempt, first sent when {@code block} was the latest; unchanged if an earlier block is known. */
    public Attempt sentAt(long block) {
        return sentAtBlock.isPresent() ? this : new Attempt(hash, raw, nonce, fees, gasLimit, OptionalLong.of(block));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Attempt that
                && hash.equals(that.hash)
                && sentAtBlock.equals(that.sentAtBlock)
                && Arrays.equals(raw, that.raw);
    }

    @Override
    public int hashCode() {
        return hash.hashCode();
    }

    @Override
    public String toString() {
        return "attempt " + hash + " nonce " + nonce;
    }
}
