package io.quittance.domain.ledger;

import java.util.Locale;

/** Why value moved. Each type fixes which accounts it may go between; the database refuses anything else. */
public enum TransactionType {
    DEPOSIT(1),
    ESCROW(2),
    REFUND(3),
    REWARD(4),
    TRADE(5),
    FEE(6),
    SPEND(7),
    BURN(8),
    TRANSFER(9),
    REVERSAL(10),
    /** What an account may not receive is set aside under its name, and comes back when it may. */
    UNCLAIMED(11);

    private final int code;

    TransactionType(int code) {
        this.code = code;
    }

    /** The number by which tables and sealed records name the type; never reused. */
    public int code() {
        return code;
    }

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no type has this code */
    public static TransactionType ofCode(int code) {
        for (TransactionType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        throw new IllegalArgumentException("no transaction type has code " + code);
    }
}
