package io.quittance.domain.netting;

/**
 * What one account pays and receives of one asset in a cycle.
 *
 * @param account index of the account in the books
 * @param debits sum of what it paid, zero or more
 * @param credits sum of what it received, zero or more
 */
public record NetPosition(int account, int asset, long debits, long credits) {

    /** Positive is to receive, negative is to pay. */
    public long net() {
        return credits - debits;
    }
}
