package io.quittance.contracts;

import io.quittance.domain.seal.Hash32;

/**
 * The committer's key, wherever it is kept. Implementations must be deterministic (RFC 6979): the same digest gives the
 * same signature, so that signing again after a crash gives the bytes that may already be on their way. Thread-safe.
 */
public interface Signer {

    /** The key's address, {@code 0x} and 40 lower-case digits. */
    String address();

    /** Signs the 32 bytes as they are, with no prefix and no hashing. */
    Signature sign(Hash32 digest);

    /**
     * An ECDSA signature over secp256k1, {@code s} in the lower half.
     *
     * @param r 32 bytes
     * @param s 32 bytes
     * @param yParity 0 or 1: which of the two points {@code r} stands for
     */
    record Signature(Hash32 r, Hash32 s, int yParity) {

        public Signature {
            if (yParity != 0 && yParity != 1) {
                throw new IllegalArgumentException("yParity is 0 or 1, not " + yParity);
            }
        }
    }
}
