package io.quittance.domain.arrays;

import java.util.Arrays;

/**
 * One number per index, zero until set, on pages that exist only where something was set: ten million accounts of which a
 * few hold a class of credits cost a few pages. Not thread-safe.
 */
public final class PagedLongs {

    private static final int PAGE_BITS = 12;
    private static final int PAGE = 1 << PAGE_BITS;

    private static final long[] NO_PAGE = new long[0];

    private long[][] pages = new long[0][];

    /** The value at an index of 0 or more. */
    public long get(int index) {
        int number = index >> PAGE_BITS;
        if (number >= pages.length || pages[number] == NO_PAGE) {
            return 0;
        }
        return pages[number][index & (PAGE - 1)];
    }

    public void set(int index, long value) {
        int number = index >> PAGE_BITS;
        if (number >= pages.length) {
            if (value == 0) {
                return;
            }
            int before = pages.length;
            pages = Arrays.copyOf(pages, Math.max(number + 1, before + (before >> 1)));
            Arrays.fill(pages, before, pages.length, NO_PAGE);
        }
        if (pages[number] == NO_PAGE) {
            if (value == 0) {
                return;
            }
            pages[number] = new long[PAGE];
        }
        pages[number][index & (PAGE - 1)] = value;
    }
}
