package io.quittance.domain.account;

/** What the bank decides about an account. Counts from the first cut-off after it, never in the middle of a cycle. */
public enum AccountChange {
    /** It neither gives nor receives until it is unfrozen. */
    FREEZE,
    UNFREEZE,
    /** For ever, and only with nothing open: see {@link StillOpen}. */
    CLOSE,
    /** Its party has another KYC level from now on, with all of the party's accounts. */
    LEVEL;

    /** The word on the wire and in tables. */
    public String wireName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
