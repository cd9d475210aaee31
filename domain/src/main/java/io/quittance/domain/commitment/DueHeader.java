package io.quittance.domain.commitment;

import io.quittance.domain.seal.SealHeader;
import java.util.Arrays;

/**
 * A sealed header on its way to the chain: the bytes, which are frozen, and the number they belong to. Compared by value.
 */
public final class DueHeader {

    private final long cycle;
    private final byte[] encoded;

    private DueHeader(long cycle, byte[] encoded) {
        this.cycle = cycle;
        this.encoded = encoded;
    }

    public static DueHeader of(SealHeader header) {
        return new DueHeader(header.cycle(), header.encode());
    }

    /**
     * @param encoded what {@link SealHeader#encode()} gave; copied
     * @throws IllegalArgumentException if the length is not that of a header
     */
    public static DueHeader of(long cycle, byte[] encoded) {
        if (encoded.length != SealHeader.ENCODED_LENGTH) {
            throw new IllegalArgumentException(
                    "a header has " + SealHeader.ENCODED_LENGTH + " bytes, not " + encoded.length);
        }
        return new DueHeader(cycle, encoded.clone());
    }

    public long cycle() {
        return cycle;
    }

    /** A copy of the canonical bytes. */
    public byte[] encoded() {
        return encoded.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DueHeader that && cycle == that.cycle && Arrays.equals(encoded, that.encoded);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(cycle) + Arrays.hashCode(encoded);
    }

    @Override
    public String toString() {
        return "header of cycle " + cycle;
    }
}
