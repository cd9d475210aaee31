package io.quittance.domain.seal;

import java.security.MessageDigest;
import java.util.Objects;

/**
 * Turns the records of one {@link Slot}, in their order, into the slot's hash, version 1, as they stream by.
 *
 * <p>The hash is SHA-256 of: version (u8, 1), number of the slot (u8), then for each record its length (u32) and its bytes,
 * then the number of records (u64), all big-endian. Lengths and count make it injective: no two lists of records give the
 * same bytes. A slot without records is an empty one and has the fixed hash {@link DataRoot#EMPTY_SLOT}.
 *
 * <p>SHA-256, because slots carry a cycle's whole data and processors have instructions for it; only the sixteen hashes on
 * top are Keccak. Not thread-safe.
 */
public final class SlotDigest {

    public static final int VERSION = 1;

    /** Short records are joined to stretches of this size: one call of the digest each would cost more than the hash. */
    private static final int BUFFER = 8_192;

    private final MessageDigest sha256 = AccountOpening.sha256();
    private final byte[] buffer = new byte[BUFFER];
    private int filled = 0;
    private long records = 0;
    private boolean finished = false;

    public SlotDigest(Slot slot) {
        buffer[filled++] = VERSION;
        buffer[filled++] = (byte) slot.number();
    }

    /** @throws IllegalStateException after {@link #finish()} */
    public void add(byte[] record) {
        add(record, 0, record.length);
    }

    /**
     * Adds one record: {@code length} bytes, possibly none, from {@code offset}.
     *
     * @throws IndexOutOfBoundsException if the range is not within {@code bytes}
     * @throws IllegalStateException after {@link #finish()}
     */
    public void add(byte[] bytes, int offset, int length) {
        requireUnfinished();
        Objects.checkFromIndexSize(offset, length, bytes.length);
        reserve(Integer.BYTES);
        LongBytes.putInt(buffer, filled, length);
        filled += Integer.BYTES;
        if (length <= BUFFER) {
            reserve(length);
            System.arraycopy(bytes, offset, buffer, filled, length);
            filled += length;
        } else {
            flush();
            sha256.update(bytes, offset, length);
        }
        records++;
    }

    /** Records added so far. */
    public long records() {
        return records;
    }

    /**
     * The slot's hash. Ends the digest.
     *
     * @throws IllegalStateException on a second call
     */
    public Hash32 finish() {
        requireUnfinished();
        finished = true;
        if (records == 0) {
            return DataRoot.EMPTY_SLOT;
        }
        reserve(Long.BYTES);
        LongBytes.put(buffer, filled, records);
        filled += Long.BYTES;
        flush();
        return Hash32.of(sha256.digest());
    }

    private void reserve(int length) {
        if (filled + length > BUFFER) {
            flush();
        }
    }

    private void flush() {
        sha256.update(buffer, 0, filled);
        filled = 0;
    }

    private void requireUnfinished() {
        if (finished) {
            throw new IllegalStateException("this slot is finished");
        }
    }
}
