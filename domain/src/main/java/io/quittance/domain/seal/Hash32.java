package io.quittance.domain.seal;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * Thirty-two bytes that stand for something: a leaf, a node, a root, a header, a digest. Immutable; compared by value.
 */
public final class Hash32 implements Comparable<Hash32> {

    public static final int LENGTH = 32;

    /** All zero: "nothing here", as in a header's slot that is not filled. */
    public static final Hash32 ZERO = new Hash32(new byte[LENGTH]);

    private final byte[] bytes;

    private Hash32(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * @param bytes exactly 32 bytes; copied
     * @throws IllegalArgumentException if there are more or fewer
     */
    public static Hash32 of(byte[] bytes) {
        return of(bytes, 0, bytes.length);
    }

    /**
     * @throws IllegalArgumentException if {@code length} is not 32
     * @throws IndexOutOfBoundsException if the range is not within {@code bytes}
     */
    public static Hash32 of(byte[] bytes, int offset, int length) {
        if (length != LENGTH) {
            throw new IllegalArgumentException("a hash has 32 bytes, not " + length);
        }
        return new Hash32(Arrays.copyOfRange(bytes, offset, offset + LENGTH));
    }

    /**
     * Reads what {@link #toString} writes; {@code 0x} may be absent, digits may be upper or lower case.
     *
     * @throws IllegalArgumentException if the text is not 64 hexadecimal digits
     */
    public static Hash32 parse(String hex) {
        String digits = hex.startsWith("0x") ? hex.substring(2) : hex;
        return of(HexFormat.of().parseHex(digits));
    }

    /** A copy of the 32 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Writes the 32 bytes to {@code target} from {@code offset}. */
    public void copyTo(byte[] target, int offset) {
        System.arraycopy(bytes, 0, target, offset, LENGTH);
    }

    public boolean isZero() {
        return equals(ZERO);
    }

    /** Unsigned, byte by byte: the order in which sorted leaves stand. */
    @Override
    public int compareTo(Hash32 other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash32 that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** {@code 0x} and 64 lower-case hexadecimal digits. */
    @Override
    public String toString() {
        return "0x" + HexFormat.of().formatHex(bytes);
    }
}
