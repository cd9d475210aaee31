package io.quittance.domain.auction;

/**
 * What happens to orders of one owner that would trade with each other.
 *
 * <p>A uniform-price round has no pairs of orders, so this is settled before the price is formed; otherwise wash volume
 * would move it. Per owner, the best buy meets the best sell (market orders first, equal prices by intake number) as long
 * as they cross. Both lose the lots of the smaller one; the mode says whether the larger one keeps its rest. Afterwards no
 * two orders of one owner cross, so at no price can both sides of an owner be filled.
 */
public enum SelfTradePrevention {

    /** The larger order keeps its rest. The default. */
    DECREMENT(1),

    /** The rest is kept if it belongs to the older order (lower intake number). */
    CANCEL_NEWEST(2),

    /** The rest is kept if it belongs to the newer order (higher intake number). */
    CANCEL_OLDEST(3),

    /** The rest is cancelled too. */
    CANCEL_BOTH(4),

    /** Nothing is cut; {@link AuctionResult#nettedSelfTradeVolume()} tells what traded within an owner. */
    ALLOW_NETTED(5);

    private final int code;

    SelfTradePrevention(int code) {
        this.code = code;
    }

    /** The number that stands for this mode in hashes; never changes. */
    public int code() {
        return code;
    }

    /** Whether the order with the rest keeps it, given that it is the older or the newer of the two. */
    boolean keepsRest(boolean older) {
        return switch (this) {
            case DECREMENT, ALLOW_NETTED -> true;
            case CANCEL_NEWEST -> older;
            case CANCEL_OLDEST -> !older;
            case CANCEL_BOTH -> false;
        };
    }
}
