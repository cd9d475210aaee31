package io.quittance.domain.account;

/**
 * How far a party's identity is verified, and what that lets it do. The features are the bank's rule; the daily limits
 * are parameters with these defaults, kept in {@link io.quittance.domain.cycle.BankParameters}.
 */
public enum KycLevel {
    /** View only: neither gives nor receives. */
    L0(false, false, 0),
    /** Basic trade: deposits, tasks, spends, limit orders for one round; 100 Token a day. */
    L1(true, false, 100_000_000L),
    /** Full trade: also transfers and every type of order; 10 000 Token a day. */
    L2(true, true, 10_000_000_000L),
    /** Enterprise: also files and bulk; no daily limit. */
    L3(true, true, Long.MAX_VALUE);

    private final boolean basicTrade;
    private final boolean fullTrade;
    private final long defaultDailyLimitUtoken;

    KycLevel(boolean basicTrade, boolean fullTrade, long defaultDailyLimitUtoken) {
        this.basicTrade = basicTrade;
        this.fullTrade = fullTrade;
        this.defaultDailyLimitUtoken = defaultDailyLimitUtoken;
    }

    public boolean basicTrade() {
        return basicTrade;
    }

    public boolean fullTrade() {
        return fullTrade;
    }

    /** In µToken; {@code Long.MAX_VALUE} stands for "no limit". */
    public long defaultDailyLimitUtoken() {
        return defaultDailyLimitUtoken;
    }
}
