package io.quittance.domain.auction;

/**
 * Which price is taken when several trade the most lots with the smallest surplus.
 *
 * <p>The rules differ only where such a plateau has more than one tick.
 */
public enum PriceRule {

    /**
     * A surplus that changes sign leaves only the two ticks beside the change, and the reference chooses between them
     * (condition 5 of the Tokyo Stock Exchange). The one rule under which every order strictly better than the price is
     * filled completely. The default.
     */
    ADJACENT(1),

    /** The reference chooses from the whole plateau. Orders strictly better than the price may be rationed. */
    FULL(2),

    /**
     * As {@link #FULL}, and market pressure moves the price no further from the reference than
     * {@link AuctionRules#capBps()}, as on BNB Beacon Chain. Without a reference there is no cap.
     */
    REF_CAP(3);

    private final int code;

    PriceRule(int code) {
        this.code = code;
    }

    /** The number that stands for this rule in hashes; never changes. */
    public int code() {
        return code;
    }
}
