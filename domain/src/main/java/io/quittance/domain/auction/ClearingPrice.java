package io.quittance.domain.auction;

/**
 * The price that the four steps choose from the curves.
 *
 * @param price ticks, 0 if nothing crosses; then all numbers are 0
 * @param volume lots that trade at it
 * @param demand lots that would buy at it
 * @param supply lots that would sell at it
 * @param plateauLo lowest price with the same volume and the same smallest surplus
 * @param plateauHi highest such price
 * @param step the step that left one price
 */
record ClearingPrice(
        long price, long volume, long demand, long supply, long plateauLo, long plateauHi, PriceStep step) {

    private static final ClearingPrice NONE = new ClearingPrice(0, 0, 0, 0, 0, 0, PriceStep.NO_CROSS);

    /** @param levels accumulated */
    static ClearingPrice choose(OrderLevels levels, AuctionRules rules) {
        long most = 0;
        long smallest = 0;
        int withMost = 0;
        int lo = 0;
        int hi = 0;
        for (int t = 0; t < levels.ticks(); t++) {
            long volume = Math.min(levels.demand(t), levels.supply(t));
            long surplus = Math.abs(levels.demand(t) - levels.supply(t));
            boolean more = volume > most;
            withMost = more ? 1 : withMost + (volume == most ? 1 : 0);
            if (more || (volume == most && surplus < smallest)) {
                most = volume;
                smallest = surplus;
                lo = t;
                hi = t;
            } else if (volume == most && surplus == smallest) {
                hi = t; // the ticks with most volume and smallest surplus are neighbours
            }
        }
        if (most == 0) {
            return NONE;
        }
        PriceStep step;
        int chosen;
        if (lo == hi) {
            step = withMost == 1 ? PriceStep.MAX_VOLUME : PriceStep.MIN_SURPLUS;
            chosen = lo;
        } else if (surplus(levels, hi) > 0 || surplus(levels, lo) < 0) {
            step = PriceStep.MARKET_PRESSURE;
            chosen = pressed(surplus(levels, hi) > 0, lo, hi, rules);
        } else {
            step = PriceStep.REFERENCE;
            chosen = nearestToReference(levels, lo, hi, rules);
        }
        long demand = levels.demand(chosen);
        long supply = levels.supply(chosen);
        long base = rules.bandLo();
        return new ClearingPrice(base + chosen, Math.min(demand, supply), demand, supply, base + lo, base + hi, step);
    }

    /** The surplus never rises with the price, so its signs at the ends tell those between. */
    private static long surplus(OrderLevels levels, int t) {
        return levels.demand(t) - levels.supply(t);
    }

    private static int pressed(boolean buyers, int lo, int hi, AuctionRules rules) {
        int furthest = buyers ? hi : lo;
        if (rules.priceRule() != PriceRule.REF_CAP || rules.reference() == 0) {
            return furthest;
        }
        long limit = buyers
                ? saturatedSum(rules.reference(), rules.capTicks())
                : Math.max(0, rules.reference() - rules.capTicks());
        return Math.clamp(limit - rules.bandLo(), lo, hi);
    }

    private static int nearestToReference(OrderLevels levels, int lo, int hi, AuctionRules rules) {
        long reference = rules.reference() == 0 ? (lo + hi) >> 1 : rules.reference() - rules.bandLo();
        boolean mixed = surplus(levels, lo) > 0;
        if (!mixed || rules.priceRule() != PriceRule.ADJACENT) {
            return Math.clamp(reference, lo, hi);
        }
        int lastOfBuyers = lo;
        while (surplus(levels, lastOfBuyers + 1) > 0) {
            lastOfBuyers++;
        }
        return Math.clamp(reference, lastOfBuyers, lastOfBuyers + 1);
    }

    private static long saturatedSum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }
}
