package io.quittance.domain.reconciliation;

/**
 * Two sides that must be equal.
 *
 * @param name what is compared, in words
 * @param asset the asset it is about; empty if it is of none
 * @param expected one side, as text
 * @param found the other side, as text
 * @param detail more for people; empty if there is nothing to say
 */
public record Identity(String name, String asset, String expected, String found, Verdict verdict, String detail) {

    /** What came out of the comparison. */
    public enum Verdict {
        MATCHED,
        /** The other side is not there yet, and need not be. */
        PENDING,
        BREAK
    }

    /** An identity whose both sides are there. */
    public static Identity of(String name, String asset, String expected, String found) {
        return new Identity(name, asset, expected, found, expected.equals(found) ? Verdict.MATCHED : Verdict.BREAK, "");
    }
}
