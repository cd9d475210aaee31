package io.quittance.domain.auction;

import io.quittance.domain.seal.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * What a round decided: one price, its figures, and the lots of every order. Immutable and safe to share.
 *
 * <p>Holds on to the orders it came from, for their hash and for {@link #remaining}.
 */
public final class AuctionResult {

    private final AuctionOrders orders;
    private final AuctionRules rules;
    private final ClearingPrice clearing;
    private final long notional;
    private final long bestBid;
    private final long bestAsk;
    private final long netted;
    private final long filledFully;
    private final long filledPartly;
    private final long[] open;
    private final long[] fill;

    // Hashing costs more than the round, and a published indicative price needs none: so on demand.
    // Two threads may both compute; the values are equal.
    private volatile @Nullable Hash32 inputHash;
    private volatile @Nullable Hash32 outputHash;

    /**
     * @param levels accumulated
     * @param open lots of each order after the self-trade cut
     * @param fill lots traded by each order
     */
    AuctionResult(
            AuctionOrders orders,
            AuctionRules rules,
            OrderLevels levels,
            ClearingPrice clearing,
            long[] open,
            long[] fill) {
        this.orders = orders;
        this.rules = rules;
        this.clearing = clearing;
        this.open = open;
        this.fill = fill;
        this.notional = Math.multiplyExact(Math.multiplyExact(clearing.price(), clearing.volume()), rules.tickValue());
        int bidRank = bestOpenRank(levels, OrderLevels.BUY);
        int askRank = bestOpenRank(levels, OrderLevels.SELL);
        this.bestBid = bidRank == 0 ? 0 : rules.bandLo() + bidRank - 1;
        this.bestAsk = askRank == 0 ? 0 : rules.bandHi() - askRank + 1;
        this.netted = rules.selfTradePrevention() == SelfTradePrevention.ALLOW_NETTED ? tradedWithinOwners(levels) : 0;
        long full = 0;
        long partial = 0;
        for (int i = 0; i < fill.length; i++) {
            full += fill[i] > 0 && fill[i] == open[i] ? 1 : 0;
            partial += fill[i] > 0 && fill[i] < open[i] ? 1 : 0;
        }
        this.filledFully = full;
        this.filledPartly = partial;
    }

    /** The one price in ticks, 0 if nothing crossed. */
    public long price() {
        return clearing.price();
    }

    /**
     * Lots bought, which are the lots sold; with {@link SelfTradePrevention#ALLOW_NETTED} including
     * {@link #nettedSelfTradeVolume()}.
     */
    public long volume() {
        return clearing.volume();
    }

    /** Lots that would buy at the price; 0 without a price. */
    public long demandAtPrice() {
        return clearing.demand();
    }

    /** Lots that would sell at the price; 0 without a price. */
    public long supplyAtPrice() {
        return clearing.supply();
    }

    /** {@link #demandAtPrice()} − {@link #supplyAtPrice()}: above zero, buyers are left. */
    public long surplus() {
        return clearing.demand() - clearing.supply();
    }

    /** The lowest price with the most volume and, among those, the smallest surplus; 0 without a price. */
    public long plateauLo() {
        return clearing.plateauLo();
    }

    /** The highest such price; 0 without a price. */
    public long plateauHi() {
        return clearing.plateauHi();
    }

    /** The step of the rules that left one price. */
    public PriceStep decidedBy() {
        return clearing.step();
    }

    /** The reference of the rules, 0 for none. What it becomes is decided outside. */
    public long referenceBefore() {
        return rules.reference();
    }

    /**
     * The best price in the band at which limit orders still want to buy after the round; 0 if there is none.
     *
     * <p>Market orders and what rests outside of the band do not count; a limit beyond the aggressive edge counts as the
     * edge.
     */
    public long bestBid() {
        return bestBid;
    }

    /** As {@link #bestBid()}, for selling. */
    public long bestAsk() {
        return bestAsk;
    }

    /** µToken that change hands: price × volume × tickValue, exact. */
    public long notional() {
        return notional;
    }

    /**
     * Lots that traded within one owner, to be left out of volume statistics and references: per owner the smaller of
     * his bought and sold lots. 0 unless the mode is {@link SelfTradePrevention#ALLOW_NETTED}.
     */
    public long nettedSelfTradeVolume() {
        return netted;
    }

    /** Number of orders handed in, whether they took part or not. */
    public int ordersIn() {
        return orders.size();
    }

    /** Number of orders that traded and have nothing left open. */
    public long filledFully() {
        return filledFully;
    }

    /** Number of orders that traded and have something left open. */
    public long filledPartly() {
        return filledPartly;
    }

    /**
     * Lots traded by order {@code i}.
     *
     * @throws IndexOutOfBoundsException if there is no order {@code i}
     */
    public long fill(int i) {
        return fill[orders.checked(i)];
    }

    /**
     * Lots of order {@code i} that self-trade prevention took out.
     *
     * @throws IndexOutOfBoundsException if there is no order {@code i}
     */
    public long selfTradeCancelled(int i) {
        return orders.lots[orders.checked(i)] - open[i];
    }

    /**
     * Lots of order {@code i} that neither traded nor were taken out.
     *
     * @throws IndexOutOfBoundsException if there is no order {@code i}
     */
    public long remaining(int i) {
        return open[orders.checked(i)] - fill[i];
    }

    /**
     * SHA-256 over the canonical bytes of rules and orders (layout: {@code AuctionHash}), whatever the order of insertion.
     * The first call computes it in one pass over the orders.
     */
    public Hash32 inputHash() {
        Hash32 known = inputHash;
        if (known == null) {
            known = AuctionHash.ofInput(orders, rules);
            inputHash = known;
        }
        return known;
    }

    /** SHA-256 over the canonical bytes of this result; computed as {@link #inputHash()} is. */
    public Hash32 outputHash() {
        Hash32 known = outputHash;
        if (known == null) {
            known = AuctionHash.ofOutput(this, orders);
            outputHash = known;
        }
        return known;
    }

    /** The figures of the round in one line, for logs and test reports. */
    @Override
    public String toString() {
        return "AuctionResult[price=%d, volume=%d, surplus=%d, plateau=%d..%d, decidedBy=%s, orders=%d]"
                .formatted(price(), volume(), surplus(), plateauLo(), plateauHi(), decidedBy(), ordersIn());
    }

    private int bestOpenRank(OrderLevels levels, int side) {
        long gone = Math.max(clearing.volume(), levels.atOrBetter(side, levels.topRank()));
        return levels.firstBeyond(side, levels.ticks(), gone);
    }

    private long tradedWithinOwners(OrderLevels levels) {
        Owners owners = Owners.of(orders);
        long[] traded = new long[2 * owners.count()];
        for (int i = 0; i < fill.length; i++) {
            traded[2 * owners.of(i) + levels.side(i)] += fill[i];
        }
        long within = 0;
        for (int at = 0; at < traded.length; at += 2) {
            within += Math.min(traded[at], traded[at + 1]);
        }
        return within;
    }
}
