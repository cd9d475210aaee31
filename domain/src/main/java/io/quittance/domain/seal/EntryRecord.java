package io.quittance.domain.seal;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;

/**
 * The canonical record of one settled transfer, version 1: what is hashed into the entry tree.
 *
 * <p>Fixed width, big-endian, short enough for one permutation of {@link Keccak256}. It names accounts by salted hashes and
 * carries no text, so that a published hash tells nothing and nothing in it ever has to be erased.
 *
 * @param seq the transfer's number in the bank, from 1
 * @param from hash of the account that is debited, see {@link AccountOpening}
 * @param to hash of the account that is credited
 * @param amount units of the asset (µToken or GPU-milliseconds); 1..2^128-1
 * @param asset number of the asset; 0..2^32-1
 * @param type number of the transaction type; 0..255
 * @param cutOff the cut-off of the transfer's cycle, in whole microseconds, not before 1970
 * @param salt blinds the record's hash
 */
public record EntryRecord(
        long seq, Bytes16 from, Bytes16 to, BigInteger amount, long asset, int type, Instant cutOff, Bytes16 salt) {

    public static final int VERSION = 1;

    // The layout: offset of each field in bytes. Each begins where the one before ends.
    static final int AT_VERSION = 0; //  u8
    static final int AT_SEQ = 1; //      u64
    static final int AT_FROM = 9; //     16 bytes
    static final int AT_TO = 25; //      16 bytes
    static final int AT_AMOUNT = 41; //  u128
    static final int AT_ASSET = 57; //   u32
    static final int AT_TYPE = 61; //    u8
    static final int AT_CUT_OFF = 62; // u64, microseconds since 1970-01-01T00:00:00Z
    static final int AT_SALT = 70; //    16 bytes

    /** Length of the encoded record in bytes. */
    public static final int LENGTH = 86;

    /** @throws IllegalArgumentException if a field is out of its range */
    public EntryRecord {
        if (seq < 1) {
            throw new IllegalArgumentException("seq starts at 1, not " + seq);
        }
        if (amount.signum() <= 0 || amount.bitLength() > 128) {
            throw new IllegalArgumentException("amount must be 1..2^128-1: " + amount);
        }
        if (asset < 0 || asset > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException("asset must fit 32 bits: " + asset);
        }
        if (type < 0 || type > 0xFF) {
            throw new IllegalArgumentException("type must fit 8 bits: " + type);
        }
        Micros.of(cutOff);
    }

    /** The {@value #LENGTH} canonical bytes. */
    public byte[] encode() {
        byte[] target = new byte[LENGTH];
        encode(target, 0);
        return target;
    }

    /** Writes the canonical bytes to {@code target} from {@code offset}. */
    public void encode(byte[] target, int offset) {
        ByteBuffer out = ByteBuffer.wrap(target, offset, LENGTH).slice();
        out.put(AT_VERSION, (byte) VERSION);
        out.putLong(AT_SEQ, seq);
        from.copyTo(target, offset + AT_FROM);
        to.copyTo(target, offset + AT_TO);
        out.putLong(AT_AMOUNT, amount.shiftRight(64).longValue());
        out.putLong(AT_AMOUNT + Long.BYTES, amount.longValue());
        out.putInt(AT_ASSET, (int) asset);
        out.put(AT_TYPE, (byte) type);
        out.putLong(AT_CUT_OFF, Micros.of(cutOff));
        salt.copyTo(target, offset + AT_SALT);
    }

    /**
     * Reads what {@link #encode()} writes, and nothing else.
     *
     * @throws IllegalArgumentException if these are not the canonical bytes of a record of version 1
     */
    public static EntryRecord decode(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("an entry record has " + LENGTH + " bytes, not " + bytes.length);
        }
        if (bytes[AT_VERSION] != VERSION) {
            throw new IllegalArgumentException("entry record version must be 1, not " + (bytes[AT_VERSION] & 0xFF));
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new EntryRecord(
                in.getLong(AT_SEQ),
                Bytes16.read(bytes, AT_FROM),
                Bytes16.read(bytes, AT_TO),
                new BigInteger(1, Arrays.copyOfRange(bytes, AT_AMOUNT, AT_ASSET)),
                Integer.toUnsignedLong(in.getInt(AT_ASSET)),
                Byte.toUnsignedInt(bytes[AT_TYPE]),
                Micros.toInstant(in.getLong(AT_CUT_OFF)),
                Bytes16.read(bytes, AT_SALT));
    }

    /** keccak256 of the canonical bytes: what the leaf commits to. */
    public Hash32 hash() {
        return Keccak256.of(encode());
    }

    /** Without the salt, which is for the parties of the transfer alone. */
    @Override
    public String toString() {
        return "EntryRecord[seq=" + seq + ", from=" + from + ", to=" + to + ", amount=" + amount + ", asset=" + asset
                + ", type=" + type + ", cutOff=" + cutOff + "]";
    }
}
