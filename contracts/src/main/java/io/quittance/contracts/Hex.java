package io.quittance.contracts;

import java.math.BigInteger;
import java.util.HexFormat;

/** The two ways in which JSON-RPC writes: bytes, and numbers without leading zeros. */
final class Hex {

    private Hex() {}

    static String of(byte[] bytes) {
        return "0x" + HexFormat.of().formatHex(bytes);
    }

    static String of(long number) {
        return "0x" + Long.toHexString(number);
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex, 2, hex.length());
    }

    static BigInteger number(String hex) {
        return new BigInteger(hex.substring(2), 16);
    }

    /** @throws ArithmeticException if the number does not fit */
    static long smallNumber(String hex) {
        return number(hex).longValueExact();
    }
}
