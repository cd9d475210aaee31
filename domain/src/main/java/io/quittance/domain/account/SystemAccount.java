package io.quittance.domain.account;

import java.util.UUID;

/**
 * The bank's own accounts, which make every movement a transfer between two accounts. Those of a compute class exist once
 * per class. Their identifiers are fixed: high half zero, low half {@code asset id << 8 | number}.
 */
public enum SystemAccount {
    /** µToken, zero or less: minus it is the Tokens in circulation. */
    ISSUANCE(1, false, Sign.NOT_POSITIVE),
    ESCROW(2, false, Sign.NOT_NEGATIVE),
    BONDS(3, false, Sign.NOT_NEGATIVE),
    /** Takes what is spent at house services; emptied by the burn of the same cycle. */
    REDEMPTION(4, false, Sign.NOT_NEGATIVE),
    FEES(5, false, Sign.NOT_NEGATIVE),
    UNCLAIMED(6, false, Sign.NOT_NEGATIVE),
    SUSPENSE(7, false, Sign.NOT_NEGATIVE),
    TREASURY(8, false, Sign.NOT_NEGATIVE),
    CHAIN_RESERVE(9, false, Sign.NOT_NEGATIVE),
    /** Credits of a class, zero or less: minus it is all compute ever deposited. */
    SOURCE(16, true, Sign.NOT_POSITIVE),
    INVENTORY(17, true, Sign.NOT_NEGATIVE),
    CONSUMED(18, true, Sign.NOT_NEGATIVE),
    /** The middle of every fill of an instrument, in both assets; exactly zero after every cycle. */
    CLEARING(19, true, Sign.ZERO);

    /** What the balance of an account may be after a cycle. */
    public enum Sign {
        NOT_NEGATIVE,
        NOT_POSITIVE,
        ZERO
    }

    private final int number;
    private final boolean perClass;
    private final Sign sign;

    SystemAccount(int number, boolean perClass, Sign sign) {
        this.number = number;
        this.perClass = perClass;
        this.sign = sign;
    }

    public boolean perClass() {
        return perClass;
    }

    public Sign sign() {
        return sign;
    }

    /**
     * @param assetId the class's asset id for an account that exists per class, else 0
     * @throws IllegalArgumentException if the two do not fit together
     */
    public UUID id(int assetId) {
        if (perClass != assetId > 0) {
            throw new IllegalArgumentException(this + (perClass ? " exists per class" : " exists once"));
        }
        return new UUID(0, ((long) assetId << 8) | number);
    }

    /** The name people use, such as {@code escrow} or {@code source.GPU-H100}. */
    public String code(String assetCode) {
        String name = name().toLowerCase(java.util.Locale.ROOT);
        return perClass ? name + "." + assetCode : name;
    }
}
