package io.quittance.domain.auction;

import io.quittance.domain.arrays.StableSort;
import java.math.BigInteger;
import java.util.Arrays;

/** Gives the volume of a round to its orders: best level first, the level at which it runs out rationed. */
final class Fills {

    private final AuctionOrders orders;
    private final Allocation mode;
    private final long[] open;
    private final long[] fill;

    private Fills(AuctionOrders orders, Allocation mode, long[] open) {
        this.orders = orders;
        this.mode = mode;
        this.open = open;
        this.fill = new long[orders.size()];
    }

    /**
     * The lots that each order trades.
     *
     * @param levels accumulated
     * @param open lots of each order after the self-trade cut
     * @param volume lots that trade in total on each side
     */
    static long[] allocate(AuctionOrders orders, OrderLevels levels, Allocation mode, long[] open, long volume) {
        Fills fills = new Fills(orders, mode, open);
        if (volume > 0) {
            fills.allocate(levels, volume);
        }
        return fills.fill;
    }

    private void allocate(OrderLevels levels, long volume) {
        int top = levels.topRank();
        int marginalBuy = levels.firstBeyond(OrderLevels.BUY, top, volume);
        int marginalSell = levels.firstBeyond(OrderLevels.SELL, top, volume);
        long buyRest = volume - levels.atOrBetter(OrderLevels.BUY, marginalBuy + 1);
        long sellRest = volume - levels.atOrBetter(OrderLevels.SELL, marginalSell + 1);
        // The volume is all that one side has at the price, so at most one side has a rest to ration.
        long rest = Math.max(buyRest, sellRest);
        int rationedSide = buyRest > 0 ? OrderLevels.BUY : OrderLevels.SELL;
        int rationedRank = rest == 0 ? -1 : buyRest > 0 ? marginalBuy : marginalSell;

        int[] level = new int[1024];
        int n = 0;
        for (int i = 0; i < fill.length; i++) {
            int side = levels.side(i);
            int rank = levels.rank(i);
            fill[i] = rank > (side == OrderLevels.BUY ? marginalBuy : marginalSell) ? open[i] : 0;
            if (rank == rationedRank && side == rationedSide && open[i] > 0) {
                if (n == level.length) {
                    level = Arrays.copyOf(level, 2 * n);
                }
                level[n++] = i;
            }
        }
        if (rest > 0) {
            ration(Arrays.copyOf(level, n), rest);
        }
    }

    /** Shares {@code lots}, fewer than the level holds, among its orders. */
    private void ration(int[] level, long lots) {
        int n = level.length;
        long[] key = new long[n];
        if (!orders.inSeqOrder()) {
            Arrays.setAll(key, k -> orders.seq[level[k]]);
            StableSort.byKey(key, level, n);
        }
        switch (mode) {
            case TIME -> inTurn(level, lots);
            case SIZE_TIME -> {
                Arrays.setAll(key, k -> -open[level[k]]);
                StableSort.byKey(key, level, n);
                inTurn(level, lots);
            }
            case PRO_RATA -> inProportion(level, 0, n, lots);
            case AGE_PRO_RATA -> {
                Arrays.setAll(key, k -> orders.carriedSince[level[k]]);
                StableSort.byKey(key, level, n);
                byAge(level, key, lots);
            }
        }
    }

    private void inTurn(int[] level, long lots) {
        long left = lots;
        for (int k = 0; k < level.length && left > 0; k++) {
            int i = level[k];
            fill[i] = Math.min(open[i], left);
            left -= fill[i];
        }
    }

    private void byAge(int[] level, long[] cycle, long lots) {
        long left = lots;
        for (int from = 0; from < level.length && left > 0; ) {
            int to = from;
            while (to < level.length && cycle[to] == cycle[from]) {
                to++;
            }
            left -= inProportion(level, from, to, left);
            from = to;
        }
    }

    /**
     * Shares {@code lots} among {@code level[from..to)}, which stand by intake number.
     *
     * @return the lots given: all of them, or all that these orders can take
     */
    private long inProportion(int[] level, int from, int to, long lots) {
        long quantity = 0;
        for (int k = from; k < to; k++) {
            quantity += open[level[k]];
        }
        if (lots >= quantity) {
            for (int k = from; k < to; k++) {
                fill[level[k]] = open[level[k]];
            }
            return quantity;
        }
        int n = to - from;
        long[] descendingRemainder = new long[n];
        long left = lots;
        for (int k = 0; k < n; k++) {
            int i = level[from + k];
            long share = proportion(open[i], lots, quantity);
            fill[i] = share;
            left -= share;
            // The low 64 bits suffice: a remainder is less than quantity.
            descendingRemainder[k] = share * quantity - open[i] * lots;
        }
        if (left > 0) {
            int[] byRemainder = Arrays.copyOfRange(level, from, to);
            StableSort.byKey(descendingRemainder, byRemainder, n);
            // Fewer lots are left than there are remainders above zero, so nobody gets more than he asked for.
            for (int k = 0; k < left; k++) {
                fill[byRemainder[k]]++;
            }
        }
        return lots;
    }

    /** ⌊a × b ÷ c⌋ for 0 ≤ a ≤ c and 0 ≤ b < c: a product of up to 126 bits, a quotient that fits. */
    private static long proportion(long a, long b, long c) {
        long product = a * b;
        if (Math.multiplyHigh(a, b) == 0 && product >= 0) {
            return product / c;
        }
        return BigInteger.valueOf(a)
                .multiply(BigInteger.valueOf(b))
                .divide(BigInteger.valueOf(c))
                .longValueExact();
    }
}
