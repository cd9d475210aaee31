package io.quittance.domain.seal;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.UUID;

/** Walks through a text that has one possible form: what is fixed is expected, what is a value is read. */
final class CanonicalReader {

    /** Digits of 2^128. */
    private static final int MAX_DIGITS = 39;

    private final String text;
    private int position = 0;

    CanonicalReader(String text) {
        this.text = text;
    }

    /** Index of the next character to be read. */
    int position() {
        return position;
    }

    void expect(String literal) throws MalformedProof {
        if (!accept(literal)) {
            int difference = 0;
            while (text.startsWith(literal.substring(0, difference + 1), position)) {
                difference++;
            }
            throw new MalformedProof(position + difference, "expected " + literal.substring(difference));
        }
    }

    /** Steps over {@code literal} if it comes next. */
    boolean accept(String literal) {
        boolean next = text.startsWith(literal, position);
        if (next) {
            position += literal.length();
        }
        return next;
    }

    /** A whole number of at most 39 digits. That it has no leading zero shows when the file is written again. */
    BigInteger largeNumber() throws MalformedProof {
        int end = position;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        int digits = end - position;
        if (digits == 0 || digits > MAX_DIGITS) {
            throw new MalformedProof(position, "expected a number of at most " + MAX_DIGITS + " digits");
        }
        BigInteger number = new BigInteger(text.substring(position, end));
        position = end;
        return number;
    }

    /** A whole number up to 2^63 - 1. */
    long number() throws MalformedProof {
        return upTo(Long.SIZE - 1).longValue();
    }

    /** A whole number up to 2^31 - 1. */
    int smallNumber() throws MalformedProof {
        return upTo(Integer.SIZE - 1).intValue();
    }

    private BigInteger upTo(int bits) throws MalformedProof {
        int start = position;
        BigInteger number = largeNumber();
        if (number.bitLength() > bits) {
            throw new MalformedProof(start, "the number is too large");
        }
        return number;
    }

    /** {@code 0x} and the lower-case digits of {@code length} bytes, as text. */
    String hex(int length) throws MalformedProof {
        int start = position;
        expect("0x");
        int end = position + 2 * length;
        for (int i = position; i < end; i++) {
            if (i >= text.length() || "0123456789abcdef".indexOf(text.charAt(i)) < 0) {
                throw new MalformedProof(i, "expected a lower-case hexadecimal digit");
            }
        }
        position = end;
        return text.substring(start, end);
    }

    byte[] bytes(int length) throws MalformedProof {
        String hex = hex(length);
        return HexFormat.of().parseHex(hex, 2, hex.length());
    }

    Hash32 hash() throws MalformedProof {
        return Hash32.of(bytes(Hash32.LENGTH));
    }

    /** The 36 characters of a UUID in lower case. */
    UUID uuid() throws MalformedProof {
        int end = Math.min(position + 36, text.length());
        String digits = text.substring(position, end);
        if (!digits.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
            throw new MalformedProof(position, "expected a UUID in lower case");
        }
        position = end;
        return UUID.fromString(digits);
    }
}
