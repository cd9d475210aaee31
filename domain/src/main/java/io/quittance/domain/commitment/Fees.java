package io.quittance.domain.commitment;

import java.math.BigInteger;

/**
 * What a transaction offers per unit of gas (EIP-1559), in wei.
 *
 * @param tip most that goes to the block's producer; at most {@code cap}
 * @param cap most that is paid in all
 */
public record Fees(BigInteger tip, BigInteger cap) {

    private static final BigInteger EIGHT = BigInteger.valueOf(8);

    /** @throws IllegalArgumentException if an amount is negative or the tip exceeds the cap */
    public Fees {
        if (tip.signum() < 0 || tip.compareTo(cap) > 0) {
            throw new IllegalArgumentException("fees must be 0 <= tip <= cap: tip " + tip + ", cap " + cap);
        }
    }

    /** Amounts in wei. */
    public static Fees of(long tip, long cap) {
        return new Fees(BigInteger.valueOf(tip), BigInteger.valueOf(cap));
    }

    /**
     * What a replacement of a transaction with these fees must offer: the suggestion, but both parts at least one eighth
     * higher, rounded up. Nodes refuse less than a tenth (geth) or an eighth (others) and look at both parts.
     */
    public Fees raisedTowards(Fees suggestion) {
        return new Fees(
                oneEighthMore(tip).max(suggestion.tip), oneEighthMore(cap).max(suggestion.cap));
    }

    private static BigInteger oneEighthMore(BigInteger amount) {
        BigInteger raise = amount.add(EIGHT).subtract(BigInteger.ONE).divide(EIGHT);
        return amount.add(raise.max(BigInteger.ONE));
    }
}
