package io.quittance.domain.seal;

import java.security.DigestException;
import java.security.MessageDigest;
import java.time.Instant;
import javax.crypto.Cipher;

/**
 * Makes the leaves of one cycle from its transfers, fast: salts come in long stretches, nothing is allocated per entry.
 *
 * <p>Gives exactly {@code EntryLeaf.of(domain.separator(), seq, secret.record(...).hash())}. Entries may come in any order;
 * ascending {@code seq} is the fast one. Not thread-safe: each worker has its own over its own range, and the result does
 * not depend on how the ranges are cut.
 */
public final class EntrySealer {

    /** Entries whose salts are derived at once: 8 KiB of keystream. */
    private static final int STRETCH = 128;

    private final CycleSecret secret;
    private final Cipher cipher = CycleSecret.cipher();
    private final MessageDigest sha256 = AccountOpening.sha256();
    private final Keccak256 keccak = new Keccak256();

    private final byte[] salts = new byte[STRETCH * CycleSecret.BYTES_PER_ENTRY];
    private long saltsFrom = 0;
    private long saltsTo = 0;

    private final byte[] record = new byte[EntryRecord.LENGTH];
    private final byte[] preimage = new byte[EntryLeaf.PREIMAGE_LENGTH];
    private final byte[] opening = new byte[2 * Bytes16.LENGTH];
    private final byte[] digest = new byte[Hash32.LENGTH];

    /**
     * @param secret of the cycle that is sealed
     * @param domain the deployment for which the leaves are valid
     * @param cutOff the cycle's stored cut-off, in whole microseconds
     * @throws IllegalArgumentException if the cut-off has a fraction of a microsecond
     */
    public EntrySealer(CycleSecret secret, EntryDomain domain, Instant cutOff) {
        this.secret = secret;
        record[EntryRecord.AT_VERSION] = EntryRecord.VERSION;
        LongBytes.put(record, EntryRecord.AT_CUT_OFF, Micros.of(cutOff));
        domain.separator().copyTo(preimage, EntryLeaf.AT_DOMAIN);
    }

    /**
     * Writes the 32-byte leaf of one transfer to {@code target} from {@code offset}.
     *
     * @param seq the transfer's number, 1 or more
     * @param fromHigh first half of the debited account's UUID, {@code fromLow} the second; likewise for the credited one
     * @param amount units of the asset, 1 or more
     * @param asset number of the asset, all 32 bits used
     * @param type number of the transaction type, 0..255
     * @throws IllegalArgumentException if {@code seq}, {@code amount} or {@code type} is out of range
     */
    public void leaf(
            long seq,
            long fromHigh,
            long fromLow,
            long toHigh,
            long toLow,
            long amount,
            int asset,
            int type,
            byte[] target,
            int offset) {
        if (amount < 1 || (type & ~0xFF) != 0) {
            throw new IllegalArgumentException("no such transfer: amount " + amount + ", type " + type);
        }
        int saltsAt = saltsOf(seq);
        LongBytes.put(record, EntryRecord.AT_SEQ, seq);
        account(saltsAt + CycleSecret.FROM_SALT, fromHigh, fromLow, EntryRecord.AT_FROM);
        account(saltsAt + CycleSecret.TO_SALT, toHigh, toLow, EntryRecord.AT_TO);
        LongBytes.put(record, EntryRecord.AT_AMOUNT + Long.BYTES, amount);
        LongBytes.putInt(record, EntryRecord.AT_ASSET, asset);
        record[EntryRecord.AT_TYPE] = (byte) type;
        System.arraycopy(salts, saltsAt + CycleSecret.ENTRY_SALT, record, EntryRecord.AT_SALT, Bytes16.LENGTH);

        LongBytes.put(preimage, EntryLeaf.AT_SEQ, seq);
        keccak.hash(record, 0, record.length, preimage, EntryLeaf.AT_ENTRY_HASH);
        keccak.hash(preimage, 0, preimage.length, digest, 0);
        keccak.hash(digest, 0, digest.length, target, offset);
    }

    private int saltsOf(long seq) {
        if (seq < saltsFrom || seq >= saltsTo) {
            secret.keystream(cipher, seq, salts);
            saltsFrom = seq;
            saltsTo = seq + STRETCH;
        }
        return (int) (seq - saltsFrom) * CycleSecret.BYTES_PER_ENTRY;
    }

    /** As {@link AccountOpening#hash()}. */
    private void account(int saltAt, long high, long low, int recordAt) {
        System.arraycopy(salts, saltAt, opening, 0, Bytes16.LENGTH);
        LongBytes.put(opening, Bytes16.LENGTH, high);
        LongBytes.put(opening, Bytes16.LENGTH + Long.BYTES, low);
        try {
            sha256.update(opening);
            sha256.digest(digest, 0, digest.length);
        } catch (DigestException impossible) {
            throw new IllegalStateException("32 bytes hold a SHA-256", impossible);
        }
        System.arraycopy(digest, 0, record, recordAt, Bytes16.LENGTH);
    }
}
