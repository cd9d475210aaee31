package io.quittance.domain.auction;

import java.util.Arrays;

/** The owners of a round as numbers 0..count-1, so that arrays can be indexed by them. */
final class Owners {

    private final int[] ofOrder;
    private final int count;

    private Owners(int[] ofOrder, int count) {
        this.ofOrder = ofOrder;
        this.count = count;
    }

    /** Takes the groups as they are if they are dense enough, else renumbers them. */
    static Owners of(AuctionOrders orders) {
        int n = orders.size();
        int max = -1;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, orders.group[i]);
        }
        if (max < 4L * n + 1024) {
            return new Owners(orders.group, max + 1);
        }
        int[] distinct = Arrays.copyOf(orders.group, n);
        Arrays.sort(distinct);
        int count = 0;
        for (int k = 0; k < n; k++) {
            if (k == 0 || distinct[k] != distinct[count - 1]) {
                distinct[count++] = distinct[k];
            }
        }
        int[] dense = new int[n];
        for (int i = 0; i < n; i++) {
            dense[i] = Arrays.binarySearch(distinct, 0, count, orders.group[i]);
        }
        return new Owners(dense, count);
    }

    int of(int order) {
        return ofOrder[order];
    }

    int count() {
        return count;
    }
}
