package io.quittance.domain.account;

/** What kind of holder an account has. {@code SYSTEM} accounts are the bank's own and cannot be opened by anyone. */
public enum AccountType {
    PERSONAL,
    ENTERPRISE,
    AGENT,
    SYSTEM;

    /** The word on the wire and in tables. */
    public String wireName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
