package io.quittance.domain.cycle;

import io.quittance.domain.amount.Exact;

/**
 * The market in one compute class, priced in µToken per lot.
 *
 * @param lotGpuMs GPU-milliseconds in a lot
 * @param tickUtoken µToken in a tick; every limit is a whole number of ticks
 * @param bandBps half width of the price band around the reference, in basis points; never more than
 *     {@link #MAX_BAND_REACH} ticks, however far the reference has risen
 * @param initialReferenceTicks reference of the first round; at least 1000 ticks
 * @param priceRule what decides when the order book leaves several prices
 * @param allocation how the marginal price level is shared out
 * @param selfTrade what happens to orders of one party that would meet
 * @param feeBps fee on the notional of each side, in basis points
 */
public record Instrument(
        String computeClass,
        long lotGpuMs,
        long tickUtoken,
        int bandBps,
        long initialReferenceTicks,
        String priceRule,
        String allocation,
        String selfTrade,
        int feeBps) {

    /** @throws IllegalArgumentException if a value is out of its range */
    public Instrument {
        if (lotGpuMs < 1 || tickUtoken < 1) {
            throw new IllegalArgumentException(computeClass + ": lot and tick must be at least 1");
        }
        if (initialReferenceTicks < 1_000) {
            throw new IllegalArgumentException(computeClass + ": the reference must be at least 1000 ticks");
        }
        if (bandBps < 1 || bandBps > 9_999 || feeBps < 0 || feeBps > 9_999) {
            throw new IllegalArgumentException(computeClass + ": basis points out of range");
        }
    }

    /** A bound of some basis points around a reference, in ticks: {@code max(1, floor(reference × bps ÷ 10 000))}. */
    public static long boundTicks(long referenceTicks, int bps) {
        return Math.max(1, Exact.mulDivDown(referenceTicks, bps, 10_000));
    }

    /** The most ticks that a band reaches to either side: a round counts at most 65 536 prices. */
    public static final long MAX_BAND_REACH = 32_767;

    private long reach(long referenceTicks) {
        return Math.min(MAX_BAND_REACH, boundTicks(referenceTicks, bandBps));
    }

    /** Lowest price of a round with this reference. */
    public long bandLow(long referenceTicks) {
        return Math.max(1, referenceTicks - reach(referenceTicks));
    }

    /** Highest price of a round with this reference. */
    public long bandHigh(long referenceTicks) {
        return Math.addExact(referenceTicks, reach(referenceTicks));
    }
}
