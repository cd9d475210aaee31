package io.quittance.domain.auction;

/**
 * What is fixed for a round before its orders are looked at.
 *
 * @param tickValue µToken per lot and tick, at least 1
 * @param bandLo lowest price of the band in ticks, at least 1
 * @param bandHi highest price of the band in ticks, inclusive; the band is at most {@value #MAX_BAND_TICKS} ticks wide
 * @param reference price in ticks that breaks ties, 0 if there is none yet; may lie outside of the band
 * @param priceRule which price is taken from a plateau
 * @param capBps basis points of the reference that {@link PriceRule#REF_CAP} allows, 0..10 000; other rules ignore it
 * @param allocation how the marginal level is shared
 * @param selfTradePrevention what happens to crossing orders of one owner
 */
public record AuctionRules(
        long tickValue,
        long bandLo,
        long bandHi,
        long reference,
        PriceRule priceRule,
        int capBps,
        Allocation allocation,
        SelfTradePrevention selfTradePrevention) {

    /** Widest band in ticks; the round keeps two counters per tick. */
    public static final int MAX_BAND_TICKS = 65_536;

    private static final int BPS = 10_000;

    /** @throws IllegalArgumentException if a number is out of its range */
    public AuctionRules {
        require(tickValue >= 1, "tickValue must be at least 1 µToken: ", tickValue);
        require(bandLo >= 1, "bandLo must be at least 1 tick: ", bandLo);
        if (bandHi < bandLo) {
            throw new IllegalArgumentException("the band is empty: bandLo " + bandLo + " > bandHi " + bandHi);
        }
        if (bandHi - bandLo >= MAX_BAND_TICKS) {
            throw new IllegalArgumentException("the band " + bandLo + ".." + bandHi + " is wider than " + MAX_BAND_TICKS
                    + " ticks; choose a coarser tick or a narrower band");
        }
        require(reference >= 0, "reference must be a price in ticks, or 0 for none: ", reference);
        require(capBps >= 0 && capBps <= BPS, "capBps must be 0..10000: ", capBps);
    }

    /**
     * The default rules: {@link PriceRule#ADJACENT}, {@link Allocation#AGE_PRO_RATA},
     * {@link SelfTradePrevention#DECREMENT}.
     *
     * @throws IllegalArgumentException if a number is out of its range
     */
    public static AuctionRules of(long tickValue, long bandLo, long bandHi, long reference) {
        return new AuctionRules(
                tickValue,
                bandLo,
                bandHi,
                reference,
                PriceRule.ADJACENT,
                0,
                Allocation.AGE_PRO_RATA,
                SelfTradePrevention.DECREMENT);
    }

    /** These rules with another reference. */
    public AuctionRules withReference(long ticks) {
        return new AuctionRules(tickValue, bandLo, bandHi, ticks, priceRule, capBps, allocation, selfTradePrevention);
    }

    /** These rules with another price rule; {@code bps} matters to {@link PriceRule#REF_CAP} alone. */
    public AuctionRules withPriceRule(PriceRule rule, int bps) {
        return new AuctionRules(tickValue, bandLo, bandHi, reference, rule, bps, allocation, selfTradePrevention);
    }

    /** These rules with another allocation. */
    public AuctionRules withAllocation(Allocation mode) {
        return new AuctionRules(tickValue, bandLo, bandHi, reference, priceRule, capBps, mode, selfTradePrevention);
    }

    /** These rules with another self-trade prevention. */
    public AuctionRules withSelfTradePrevention(SelfTradePrevention mode) {
        return new AuctionRules(tickValue, bandLo, bandHi, reference, priceRule, capBps, allocation, mode);
    }

    /** Width of the band in ticks, 1..{@value #MAX_BAND_TICKS}. */
    public int bandTicks() {
        return (int) (bandHi - bandLo) + 1;
    }

    /**
     * The cap in ticks, rounded to the nearest tick, a half upwards, and at least 1.
     *
     * <p>The rounding is the one that BNB's published example 5.3 needs (5 % of 90 is 5 ticks); other bounds of the
     * exchange round down.
     */
    long capTicks() {
        // In two parts, so that no reference can overflow.
        long whole = reference / BPS * capBps;
        long part = (reference % BPS * capBps + BPS / 2) / BPS;
        return Math.max(1, whole + part);
    }

    private static void require(boolean holds, String message, long value) {
        if (!holds) {
            throw new IllegalArgumentException(message + value);
        }
    }
}
