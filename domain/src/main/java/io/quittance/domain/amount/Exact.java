package io.quittance.domain.amount;

import java.math.BigInteger;

/**
 * Exact arithmetic on whole units (µToken, GPU-milliseconds, lots). Nothing wraps, clamps or rounds in silence: a result
 * outside 64 bits throws, and every division says in its name which way it rounds. Rounding favours the pool of all
 * others, never the one who asks.
 */
public final class Exact {

    private Exact() {}

    /**
     * {@code floor(a * b / divisor)} with a 128-bit product.
     *
     * @param a zero or more
     * @param b zero or more
     * @param divisor more than zero
     * @throws ArithmeticException if the result exceeds 64 bits
     */
    public static long mulDivDown(long a, long b, long divisor) {
        requireOperands(a, b, divisor);
        if (Math.multiplyHigh(a, b) == 0 && a * b >= 0) {
            return a * b / divisor;
        }
        return BigInteger.valueOf(a)
                .multiply(BigInteger.valueOf(b))
                .divide(BigInteger.valueOf(divisor))
                .longValueExact();
    }

    /**
     * {@code ceil(a * b / divisor)} with a 128-bit product; the operands as in {@link #mulDivDown}.
     *
     * @throws ArithmeticException if the result exceeds 64 bits
     */
    public static long mulDivUp(long a, long b, long divisor) {
        requireOperands(a, b, divisor);
        BigInteger[] parts =
                BigInteger.valueOf(a).multiply(BigInteger.valueOf(b)).divideAndRemainder(BigInteger.valueOf(divisor));
        BigInteger up = parts[1].signum() == 0 ? parts[0] : parts[0].add(BigInteger.ONE);
        return up.longValueExact();
    }

    private static void requireOperands(long a, long b, long divisor) {
        if (a < 0 || b < 0 || divisor <= 0) {
            throw new IllegalArgumentException("need a >= 0, b >= 0, divisor > 0: " + a + ", " + b + ", " + divisor);
        }
    }
}
