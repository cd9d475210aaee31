package io.quittance.domain.account;

/** Whether an account may move value; changed by {@link AccountChange}. It counts at the cut-off, never in the middle of a cycle. */
public enum AccountStatus {
    ACTIVE,
    FROZEN,
    CLOSED
}
