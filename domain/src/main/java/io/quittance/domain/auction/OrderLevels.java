package io.quittance.domain.auction;

/**
 * The orders by price level, and the demand and supply curves over the ticks of the band.
 *
 * <p>A level is a rank from the side's own point of view: higher is better. Rank 0 rests out of the round, 1 is the
 * passive edge of the band, T (the number of ticks) the aggressive edge, and T + 1 holds the market orders. So both sides
 * read alike, class priority is part of the rank, and "better" is one comparison.
 */
final class OrderLevels {

    static final int BUY = 0;
    static final int SELL = 1;

    private final int ticks;
    private final int stride;

    /** Per order: side × stride + rank. */
    private final int[] slot;

    /** By slot: lots at the rank; after {@link #accumulate} lots at the rank or better. */
    private final long[] lots;

    private OrderLevels(int ticks, int orders) {
        this.ticks = ticks;
        this.stride = ticks + 2;
        this.slot = new int[orders];
        this.lots = new long[2 * stride];
    }

    static OrderLevels of(AuctionOrders orders, AuctionRules rules) {
        OrderLevels levels = new OrderLevels(rules.bandTicks(), orders.size());
        levels.place(orders, rules.bandLo());
        return levels;
    }

    /** Hot: no branch depends on an order's side or price, which are as good as random. */
    private void place(AuctionOrders orders, long bandLo) {
        byte[] kind = orders.kind;
        long[] limit = orders.limitTicks;
        long[] quantity = orders.lots;
        for (int i = 0; i < slot.length; i++) {
            int side = kind[i] & 1;
            long mask = -side;
            // limit - bandLo for a buy, bandHi - limit for a sell; limits are not negative, so this cannot overflow.
            long inside = ((limit[i] - bandLo) ^ mask) + (mask & ticks);
            int rank = (int) Math.max(0, Math.min(inside + 1, ticks));
            rank = (kind[i] & 2) != 0 ? ticks + 1 : rank;
            int s = side * stride + rank;
            slot[i] = s;
            lots[s] += quantity[i];
        }
    }

    int ticks() {
        return ticks;
    }

    /** The rank of market orders, the best there is. */
    int topRank() {
        return ticks + 1;
    }

    int side(int order) {
        return slot[order] >= stride ? SELL : BUY;
    }

    int rank(int order) {
        int s = slot[order];
        return s >= stride ? s - stride : s;
    }

    /** Whether a buy and a sell of these ranks could trade with each other at some price of the band. */
    boolean cross(int buyRank, int sellRank) {
        return buyRank > 0 && sellRank > 0 && buyRank + sellRank > ticks;
    }

    /** Takes lots off an order's level; before {@link #accumulate}. */
    void remove(int order, long cut) {
        lots[slot[order]] -= cut;
    }

    /** Turns levels into curves. Sums cannot overflow: the builder has checked both sides. */
    void accumulate() {
        for (int rank = ticks; rank >= 1; rank--) {
            lots[rank] += lots[rank + 1];
            lots[stride + rank] += lots[stride + rank + 1];
        }
    }

    /** Lots that would buy at the band's tick {@code t}, counted from 0. */
    long demand(int t) {
        return lots[t + 1];
    }

    /** Lots that would sell at the band's tick {@code t}, counted from 0. */
    long supply(int t) {
        return lots[stride + ticks - t];
    }

    /** Lots of a side at this rank or better. */
    long atOrBetter(int side, int rank) {
        return rank > ticks + 1 ? 0 : lots[side * stride + rank];
    }

    /**
     * The best rank, at most {@code from}, at which a side has more than {@code volume} lots in total; 0 if there is none.
     */
    int firstBeyond(int side, int from, long volume) {
        int rank = from;
        while (rank > 0 && lots[side * stride + rank] <= volume) {
            rank--;
        }
        return rank;
    }
}
