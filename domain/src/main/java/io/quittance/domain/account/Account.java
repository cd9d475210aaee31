package io.quittance.domain.account;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An account as opened. Its status and its party's KYC level change by later events.
 *
 * @param partyId the KYC subject: limits, level and self-trade group are the party's, over all its accounts
 * @param ownerAccount of an agent, the account of the same party that owns it; else null
 * @param dailyLimitUtoken a cap of the account's own, below its party's limit; null if it has none
 */
public record Account(
        UUID accountId,
        UUID partyId,
        AccountType type,
        @Nullable UUID ownerAccount,
        @Nullable Long dailyLimitUtoken) {}
