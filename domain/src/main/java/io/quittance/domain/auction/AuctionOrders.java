package io.quittance.domain.auction;

import io.quittance.domain.arrays.StableSort;
import java.util.Arrays;

/**
 * The frozen orders of one round and one instrument, column by column. Immutable and safe to share.
 *
 * <p>An order is known by its index, the position in which it was added. No result depends on that position: where order
 * matters, the intake number decides.
 */
public final class AuctionOrders {

    private static final byte SELL = 1;
    private static final byte MARKET = 2;

    final int size;
    final byte[] kind;
    final long[] limitTicks;
    final long[] lots;
    final long[] seq;
    final int[] group;
    final long[] carriedSince;

    /** Indexes by ascending intake number; empty if the orders already stand that way. */
    private final int[] seqOrder;

    private AuctionOrders(Builder from) {
        size = from.size;
        kind = from.kind;
        limitTicks = from.limitTicks;
        lots = from.lots;
        seq = from.seq;
        group = from.group;
        carriedSince = from.carriedSince;
        seqOrder = seqOrder(seq, size);
    }

    /** An empty builder with room for {@code expected} orders; it grows as needed. */
    public static Builder builder(int expected) {
        return new Builder(expected);
    }

    /** Number of orders. */
    public int size() {
        return size;
    }

    /** @throws IndexOutOfBoundsException if there is no order {@code i}; so for every accessor below */
    public boolean isBuy(int i) {
        return (kind[checked(i)] & SELL) == 0;
    }

    public boolean isMarket(int i) {
        return (kind[checked(i)] & MARKET) != 0;
    }

    /** The limit in ticks, 0 for a market order. */
    public long limitTicks(int i) {
        return limitTicks[checked(i)];
    }

    public long lots(int i) {
        return lots[checked(i)];
    }

    /** The intake number. */
    public long seq(int i) {
        return seq[checked(i)];
    }

    /** The beneficial owner. */
    public int group(int i) {
        return group[checked(i)];
    }

    /** The cycle in which the order was admitted. */
    public long carriedSince(int i) {
        return carriedSince[checked(i)];
    }

    /** 0 for a buy, 1 for a sell. */
    int side(int i) {
        return kind[i] & SELL;
    }

    /** Whether ascending indexes are ascending intake numbers. */
    boolean inSeqOrder() {
        return seqOrder.length == 0;
    }

    /** The index of the {@code k}-th order by intake number. */
    int bySeq(int k) {
        return seqOrder.length == 0 ? k : seqOrder[k];
    }

    int checked(int i) {
        if (i < 0 || i >= size) {
            throw new IndexOutOfBoundsException("no order " + i + " among " + size);
        }
        return i;
    }

    private static int[] seqOrder(long[] seq, int size) {
        boolean ascending = true;
        for (int i = 1; i < size && ascending; i++) {
            ascending = seq[i - 1] < seq[i];
        }
        if (ascending) {
            return new int[0];
        }
        int[] order = new int[size];
        Arrays.setAll(order, i -> i);
        long[] sorted = Arrays.copyOf(seq, size);
        StableSort.byKey(sorted, order, size);
        for (int i = 1; i < size; i++) {
            if (sorted[i - 1] == sorted[i]) {
                throw new IllegalArgumentException("two orders have the intake number " + sorted[i]);
            }
        }
        return order;
    }

    /** Collects orders; used once, by one thread. */
    public static final class Builder {

        private int size;
        private byte[] kind;
        private long[] limitTicks;
        private long[] lots;
        private long[] seq;
        private int[] group;
        private long[] carriedSince;
        private long buyLots;
        private long sellLots;
        private boolean built;

        private Builder(int expected) {
            int capacity = Math.max(16, expected);
            kind = new byte[capacity];
            limitTicks = new long[capacity];
            lots = new long[capacity];
            seq = new long[capacity];
            group = new int[capacity];
            carriedSince = new long[capacity];
        }

        /**
         * Adds an order; its index is the number of orders added before.
         *
         * @param limitTicks limit in ticks, at least 1, also outside of the band; ignored for a market order
         * @param lots quantity still open, at least 1
         * @param seq intake number, at least 0, unique; in any order, although ascending is fastest
         * @param group the beneficial owner (not the account), at least 0; fastest as a dense index
         * @param carriedSince the cycle in which the order was admitted, at least 0; a smaller one is older
         * @throws IllegalArgumentException if a number is out of its range
         * @throws ArithmeticException if the lots of a side no longer fit a {@code long}
         * @throws IllegalStateException after {@link #build}
         */
        public Builder add(
                boolean buy, boolean market, long limitTicks, long lots, long seq, int group, long carriedSince) {
            if (built) {
                throw new IllegalStateException("the orders are already built");
            }
            if (lots < 1 || (!market && limitTicks < 1) || seq < 0 || group < 0 || carriedSince < 0) {
                throw new IllegalArgumentException("order " + seq + ": lots " + lots + " and limit " + limitTicks
                        + " must be at least 1; group " + group + " and cycle " + carriedSince + " not negative");
            }
            if (buy) {
                buyLots = Math.addExact(buyLots, lots);
            } else {
                sellLots = Math.addExact(sellLots, lots);
            }
            if (size == kind.length) {
                grow();
            }
            this.kind[size] = (byte) ((buy ? 0 : SELL) | (market ? MARKET : 0));
            this.limitTicks[size] = market ? 0 : limitTicks;
            this.lots[size] = lots;
            this.seq[size] = seq;
            this.group[size] = group;
            this.carriedSince[size] = carriedSince;
            size++;
            return this;
        }

        /**
         * The orders added so far. The builder gives its arrays away and cannot be used again.
         *
         * @throws IllegalArgumentException if two orders have the same intake number
         * @throws IllegalStateException on a second call
         */
        public AuctionOrders build() {
            if (built) {
                throw new IllegalStateException("the orders are already built");
            }
            built = true;
            return new AuctionOrders(this);
        }

        private void grow() {
            int capacity = Math.addExact(size, size >> 1);
            kind = Arrays.copyOf(kind, capacity);
            limitTicks = Arrays.copyOf(limitTicks, capacity);
            lots = Arrays.copyOf(lots, capacity);
            seq = Arrays.copyOf(seq, capacity);
            group = Arrays.copyOf(group, capacity);
            carriedSince = Arrays.copyOf(carriedSince, capacity);
        }
    }
}
