package io.quittance.domain.arrays;

import java.util.Arrays;
import java.util.UUID;

/**
 * Numbers UUIDs from 0 in the order in which they are added, and finds the number of each again: open addressing over
 * arrays, 16 bytes for the UUID and about 8 for its place. Not thread-safe while it grows; reading is.
 */
public final class UuidIndex {

    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private long[] high = new long[64];
    private long[] low = new long[64];
    /** Number + 1 of the UUID at each place; 0 is free. Twice as many places as UUIDs, at least. */
    private int[] places = new int[256];

    private int size;

    /** The number of UUIDs added. */
    public int size() {
        return size;
    }

    /** The number of a UUID, or −1 if it was not added. */
    public int find(UUID id) {
        return find(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    /** The number of the UUID of these two halves, or −1 if it was not added. */
    public int find(long idHigh, long idLow) {
        int mask = places.length - 1;
        for (int place = place(idHigh, idLow, mask); ; place = (place + 1) & mask) {
            int number = places[place] - 1;
            if (number < 0 || (high[number] == idHigh && low[number] == idLow)) {
                return number;
            }
        }
    }

    /** Adds a UUID and gives its number, which is the old {@link #size()}; or −1 if it was there already. */
    public int add(UUID id) {
        long idHigh = id.getMostSignificantBits();
        long idLow = id.getLeastSignificantBits();
        if (find(idHigh, idLow) >= 0) {
            return -1;
        }
        if (size == high.length) {
            int capacity = size + (size >> 1);
            high = Arrays.copyOf(high, capacity);
            low = Arrays.copyOf(low, capacity);
        }
        high[size] = idHigh;
        low[size] = idLow;
        size++;
        if (2 * (long) size > places.length) {
            places = new int[places.length * 2];
            for (int number = 0; number < size; number++) {
                put(number);
            }
        } else {
            put(size - 1);
        }
        return size - 1;
    }

    private void put(int number) {
        int mask = places.length - 1;
        int place = place(high[number], low[number], mask);
        while (places[place] != 0) {
            place = (place + 1) & mask;
        }
        places[place] = number + 1;
    }

    private static int place(long idHigh, long idLow, int mask) {
        long mixed = (idHigh ^ Long.rotateLeft(idLow, 32)) * SPREAD;
        return (int) ((mixed ^ (mixed >>> 29)) * SPREAD >>> 33) & mask;
    }

    /** The first half of the UUID of this number. */
    public long high(int number) {
        return high[number];
    }

    /** The second half of the UUID of this number. */
    public long low(int number) {
        return low[number];
    }

    /** The UUID of this number. */
    public UUID get(int number) {
        return new UUID(high[number], low[number]);
    }
}
