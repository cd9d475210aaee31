package io.quittance.domain.auction;

import io.quittance.domain.arrays.StableSort;
import java.util.Arrays;

/** Cuts the crossing orders of one owner before the price is formed. */
final class SelfTradeCut {

    private final AuctionOrders orders;
    private final OrderLevels levels;
    private final SelfTradePrevention mode;

    /** Bits that hold any rank. */
    private final int rankBits;

    private SelfTradeCut(AuctionOrders orders, OrderLevels levels, SelfTradePrevention mode) {
        this.orders = orders;
        this.levels = levels;
        this.mode = mode;
        this.rankBits = Integer.SIZE - Integer.numberOfLeadingZeros(levels.topRank());
    }

    /**
     * Applies the mode and takes what it cuts out of {@code levels}.
     *
     * @return the open lots of each order; the orders' own array if nothing was cut
     */
    static long[] apply(AuctionOrders orders, OrderLevels levels, SelfTradePrevention mode) {
        if (mode == SelfTradePrevention.ALLOW_NETTED) {
            return orders.lots;
        }
        return new SelfTradeCut(orders, levels, mode).apply();
    }

    private long[] apply() {
        Owners owners = Owners.of(orders);
        if (!anyOwnerOnBothSides(owners)) {
            return orders.lots;
        }
        int[] suspects = suspects(owners, bestRanks(owners));
        if (suspects.length == 0) {
            return orders.lots;
        }
        int[] sorted = suspects.clone();
        long[] key = sortByOwnerSideAndPriority(sorted, owners);

        long[] open = Arrays.copyOf(orders.lots, orders.size());
        for (int from = 0; from < sorted.length; ) {
            int sells = firstAtLeast(key, from, key[from] >>> rankBits | 1); // buys are even, sells odd
            int to = firstAtLeast(key, sells, (key[from] >>> rankBits | 1) + 1);
            cutOwner(sorted, key, from, sells, to, open);
            from = to;
        }
        for (int i : suspects) {
            levels.remove(i, orders.lots[i] - open[i]);
        }
        return open;
    }

    /** The cheap question first: in most rounds few owners both buy and sell. */
    private boolean anyOwnerOnBothSides(Owners owners) {
        byte[] sides = new byte[owners.count()];
        for (int i = 0; i < orders.size(); i++) {
            sides[owners.of(i)] |= (byte) (1 << orders.side(i));
        }
        for (byte side : sides) {
            if (side == 3) {
                return true;
            }
        }
        return false;
    }

    /** By owner and side, the best rank at which the owner has an order, 0 for none. */
    private int[] bestRanks(Owners owners) {
        int[] best = new int[2 * owners.count()];
        for (int i = 0; i < orders.size(); i++) {
            int at = 2 * owners.of(i) + levels.side(i);
            best[at] = Math.max(best[at], levels.rank(i));
        }
        return best;
    }

    /** The orders that cross the best opposite order of their own owner, so never those of one side only. */
    private int[] suspects(Owners owners, int[] best) {
        int[] found = new int[1024];
        int n = 0;
        for (int i = 0; i < orders.size(); i++) {
            int opposite = best[2 * owners.of(i) + 1 - levels.side(i)];
            // Crossing is symmetric in the two ranks, so the side does not matter.
            if (levels.cross(levels.rank(i), opposite)) {
                if (n == found.length) {
                    found = Arrays.copyOf(found, 2 * n);
                }
                found[n++] = i;
            }
        }
        return Arrays.copyOf(found, n);
    }

    /**
     * Within an owner buys first; within a side the best first; equal ones by intake number.
     *
     * @return per position: owner, side and distance from the best rank
     */
    private long[] sortByOwnerSideAndPriority(int[] suspects, Owners owners) {
        int n = suspects.length;
        long[] key = new long[n];
        if (!orders.inSeqOrder()) {
            for (int k = 0; k < n; k++) {
                key[k] = orders.seq[suspects[k]];
            }
            StableSort.byKey(key, suspects, n);
        }
        for (int k = 0; k < n; k++) {
            int i = suspects[k];
            key[k] = (2L * owners.of(i) + levels.side(i)) << rankBits | (levels.topRank() - levels.rank(i));
        }
        StableSort.byKey(key, suspects, n);
        return key;
    }

    /** The first position from {@code from} on whose owner and side are at least {@code ownerAndSide}. */
    private int firstAtLeast(long[] key, int from, long ownerAndSide) {
        int k = from;
        while (k < key.length && key[k] >>> rankBits < ownerAndSide) {
            k++;
        }
        return k;
    }

    private void cutOwner(int[] sorted, long[] key, int buys, int sells, int end, long[] open) {
        int b = buys;
        int s = sells;
        while (b < sells && s < end && levels.cross(rank(key[b]), rank(key[s]))) {
            int buy = sorted[b];
            int sell = sorted[s];
            long crossed = Math.min(open[buy], open[sell]);
            boolean buyIsOlder = orders.seq[buy] < orders.seq[sell];
            open[buy] = mode.keepsRest(buyIsOlder) ? open[buy] - crossed : 0;
            open[sell] = mode.keepsRest(!buyIsOlder) ? open[sell] - crossed : 0;
            b += open[buy] == 0 ? 1 : 0;
            s += open[sell] == 0 ? 1 : 0;
        }
    }

    private int rank(long key) {
        return levels.topRank() - (int) (key & ((1L << rankBits) - 1));
    }
}
