package io.quittance.domain.auction;

/**
 * A uniform-price call auction: all orders of a round meet at once, at one price.
 *
 * <ol>
 *   <li>Every order takes its level. A limit beyond the aggressive edge of the band takes part at the edge; one beyond the
 *       passive edge rests out of the round; a market order stands before all limits.
 *   <li>Crossing orders of one owner are cut ({@link SelfTradePrevention}).
 *   <li>The price is chosen among all ticks of the band: most volume; of those the smallest surplus; of those the highest
 *       if buyers are left at all of them, the lowest if sellers are; else the one nearest to the reference
 *       ({@link PriceRule}).
 *   <li>The volume goes to the best level first on each side; the level at which it runs out is shared
 *       ({@link Allocation}).
 * </ol>
 *
 * <p>A pure function: equal orders and rules give an equal result, byte for byte, in whatever order the orders were
 * added. Time O(orders + ticks of the band), apart from self-trade cuts and rationing, which sort the orders they touch by
 * radix.
 */
public final class CallAuction {

    private CallAuction() {}

    /**
     * Runs one round. Neither argument is changed; a second call gives an equal result.
     *
     * @throws ArithmeticException if the notional does not fit a {@code long} of µToken
     */
    public static AuctionResult run(AuctionOrders orders, AuctionRules rules) {
        OrderLevels levels = OrderLevels.of(orders, rules);
        long[] open = SelfTradeCut.apply(orders, levels, rules.selfTradePrevention());
        levels.accumulate();
        ClearingPrice clearing = ClearingPrice.choose(levels, rules);
        long[] fill = Fills.allocate(orders, levels, rules.allocation(), open, clearing.volume());
        return new AuctionResult(orders, rules, levels, clearing, open, fill);
    }
}
