package io.quittance.domain.auction;

/**
 * How the lots that reach the marginal price level are shared among its orders.
 *
 * <p>Market orders are a level of their own, before limits at the edge of the band.
 */
public enum Allocation {

    /** By ascending intake number; at most one order of the level is partly filled. */
    TIME(1),

    /**
     * In proportion to size, rounded down; the lots left over go one each to the largest remainders, among equal ones to
     * the lower intake number.
     */
    PRO_RATA(2),

    /**
     * Orders of older cycles first, {@link #PRO_RATA} within a cycle: being fast within a window earns nothing, resting
     * does. The default.
     */
    AGE_PRO_RATA(3),

    /** Larger orders first, among equal ones the lower intake number. */
    SIZE_TIME(4);

    private final int code;

    Allocation(int code) {
        this.code = code;
    }

    /** The number that stands for this mode in hashes; never changes. */
    public int code() {
        return code;
    }
}
