package io.quittance.domain.seal;

/**
 * The kinds of data of a cycle that its {@link DataRoot} commits to. Numbers are frozen; 8 to 15 are reserved and empty.
 */
public enum Slot {
    /** The submissions of the cycle in intake order. */
    INPUTS(0),
    /** What the cycle was settled under: rates, limits, instruments, fee schedules. */
    PARAMETERS(1),
    /** What became of each submission, with the reason of each refusal and hold. */
    OUTCOMES(2),
    /** The transfers in order of their {@code seq}. */
    TRANSFERS(3),
    /** Price and volume of each instrument's round. */
    PRICES(4),
    /** Net positions per account and asset. */
    POSITIONS(5),
    /** Changes of reputation. */
    REPUTATION(6),
    /** Administrative acts and approvals. */
    AUDIT(7);

    private final int number;

    Slot(int number) {
        this.number = number;
    }

    /** The slot's place under the root; 0..15. */
    public int number() {
        return number;
    }
}
