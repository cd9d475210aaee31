package io.quittance.domain.seal;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * Sixteen bytes without a meaning of their own: a salt, or the hash by which an entry names an account.
 *
 * @param high the first eight bytes, big-endian
 * @param low the last eight bytes, big-endian
 */
public record Bytes16(long high, long low) {

    public static final int LENGTH = 16;

    /** @throws IndexOutOfBoundsException if {@code bytes} has fewer than 16 bytes from {@code offset} */
    public static Bytes16 read(byte[] bytes, int offset) {
        ByteBuffer in = ByteBuffer.wrap(bytes, offset, LENGTH);
        return new Bytes16(in.getLong(), in.getLong());
    }

    /**
     * Reads what {@link #toString} writes; {@code 0x} may be absent, digits may be upper or lower case.
     *
     * @throws IllegalArgumentException if the text is not 32 hexadecimal digits
     */
    public static Bytes16 parse(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.startsWith("0x") ? hex.substring(2) : hex);
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("expected 16 bytes, not " + bytes.length);
        }
        return read(bytes, 0);
    }

    /** Writes the sixteen bytes to {@code target} from {@code offset}. */
    public void copyTo(byte[] target, int offset) {
        ByteBuffer.wrap(target, offset, LENGTH).putLong(high).putLong(low);
    }

    /** {@code 0x} and 32 lower-case hexadecimal digits. */
    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return "0x" + hex.toHexDigits(high) + hex.toHexDigits(low);
    }
}
