package io.quittance.domain.arrays;

import java.util.Arrays;

/** Sorts items by a parallel array of keys, ascending and stable: in linear time, whatever the distribution. */
public final class StableSort {

    private static final int DIGIT_BITS = 11;
    private static final int DIGITS = 1 << DIGIT_BITS;

    /** Below this, insertion sort is faster than clearing the counters. */
    private static final int SMALL = 48;

    private StableSort() {}

    /** Sorts the first {@code n} of both arrays, in place. */
    public static void byKey(long[] key, int[] item, int n) {
        if (isSorted(key, n)) {
            return;
        }
        if (n < SMALL) {
            insertion(key, item, n);
        } else {
            radix(key, item, n);
        }
    }

    private static boolean isSorted(long[] key, int n) {
        for (int i = 1; i < n; i++) {
            if (key[i - 1] > key[i]) {
                return false;
            }
        }
        return true;
    }

    private static void insertion(long[] key, int[] item, int n) {
        for (int i = 1; i < n; i++) {
            long k = key[i];
            int it = item[i];
            int j = i;
            for (; j > 0 && key[j - 1] > k; j--) {
                key[j] = key[j - 1];
                item[j] = item[j - 1];
            }
            key[j] = k;
            item[j] = it;
        }
    }

    /** From the lowest digit up. Keys are taken relative to the smallest one, as unsigned numbers. */
    private static void radix(long[] key, int[] item, int n) {
        long min = Long.MAX_VALUE;
        long max = Long.MIN_VALUE;
        for (int i = 0; i < n; i++) {
            min = Math.min(min, key[i]);
            max = Math.max(max, key[i]);
        }
        int bits = Long.SIZE - Long.numberOfLeadingZeros(max - min);
        long[] fromKey = key;
        int[] fromItem = item;
        long[] toKey = new long[n];
        int[] toItem = new int[n];
        int[] start = new int[DIGITS];
        for (int shift = 0; shift < bits; shift += DIGIT_BITS) {
            Arrays.fill(start, 0);
            for (int i = 0; i < n; i++) {
                start[digit(fromKey[i] - min, shift)]++;
            }
            int next = 0;
            for (int d = 0; d < DIGITS; d++) {
                int count = start[d];
                start[d] = next;
                next += count;
            }
            for (int i = 0; i < n; i++) {
                int to = start[digit(fromKey[i] - min, shift)]++;
                toKey[to] = fromKey[i];
                toItem[to] = fromItem[i];
            }
            long[] k = fromKey;
            fromKey = toKey;
            toKey = k;
            int[] it = fromItem;
            fromItem = toItem;
            toItem = it;
        }
        if (fromKey != key) {
            System.arraycopy(fromKey, 0, key, 0, n);
            System.arraycopy(fromItem, 0, item, 0, n);
        }
    }

    private static int digit(long offset, int shift) {
        return (int) (offset >>> shift) & (DIGITS - 1);
    }
}
