package io.quittance.domain.auction;

/** The step of the price rules that left one price, or none. */
public enum PriceStep {

    /** No price lets a lot trade. */
    NO_CROSS(0),

    /** One price alone trades the most lots. */
    MAX_VOLUME(1),

    /** Of those, one has the smallest surplus. */
    MIN_SURPLUS(2),

    /** Of those, all leave buyers (the highest is taken) or all leave sellers (the lowest). */
    MARKET_PRESSURE(3),

    /** Of those, the one nearest to the reference, or to their middle where there is none. */
    REFERENCE(4);

    private final int code;

    PriceStep(int code) {
        this.code = code;
    }

    /** The number that stands for this step in hashes; never changes. */
    public int code() {
        return code;
    }
}
