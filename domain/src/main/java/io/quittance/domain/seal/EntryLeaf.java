package io.quittance.domain.seal;

/**
 * The leaf of an entry: keccak256(keccak256(abi.encode(bytes32 domain, uint64 seq, bytes32 entryHash))), which is what
 * OpenZeppelin's StandardMerkleTree makes of the leaf encoding {@code ["bytes32", "uint64", "bytes32"]}.
 *
 * <p>Hashed twice, so that an inner node, a hash of 64 bytes, can never be shown as a leaf, whose preimage has 32.
 */
public final class EntryLeaf {

    // abi.encode gives each value a word of 32 bytes; the number stands at the end of its word.
    static final int AT_DOMAIN = 0;
    static final int AT_SEQ = 32 + 24;
    static final int AT_ENTRY_HASH = 64;
    static final int PREIMAGE_LENGTH = 96;

    private EntryLeaf() {}

    /**
     * @param domain separator of the deployment, see {@link EntryDomain#separator()}
     * @param seq the entry's number in the bank
     * @param entryHash see {@link EntryRecord#hash()}
     */
    public static Hash32 of(Hash32 domain, long seq, Hash32 entryHash) {
        byte[] preimage = new byte[PREIMAGE_LENGTH];
        domain.copyTo(preimage, AT_DOMAIN);
        LongBytes.put(preimage, AT_SEQ, seq);
        entryHash.copyTo(preimage, AT_ENTRY_HASH);
        return Keccak256.of(Keccak256.hash(preimage));
    }
}
