package io.quittance.domain.intake;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A line that says who or what exists. Reference data is only added to: the same line again changes nothing, another line
 * under the same name is refused, and a cycle sees what was durable when its window closed.
 */
public sealed interface ReferenceLine {

    Kind kind();

    /** What the line is about, unique within its kind. */
    String name();

    /** Text for people, which may be erased: its salted hash stands for it. Null if there is none. */
    default @Nullable String freeText() {
        return null;
    }

    record OpenAccount(
            UUID accountId,
            UUID partyId,
            AccountType accountType,
            @Nullable UUID ownerAccount,
            KycLevel kycLevel,
            @Nullable Long dailyLimitUtoken,
            @Nullable String holderName)
            implements ReferenceLine {
        @Override
        public Kind kind() {
            return Kind.ACCOUNTS;
        }

        @Override
        public String name() {
            return accountId.toString();
        }

        @Override
        public @Nullable String freeText() {
            return holderName;
        }
    }

    record ComputeResource(String resourceId, UUID accountId, String computeClass, int gpuCount)
            implements ReferenceLine {
        @Override
        public Kind kind() {
            return Kind.COMPUTE_RESOURCES;
        }

        @Override
        public String name() {
            return resourceId;
        }
    }

    /** What a metering source measured: evidence for one deposit of the same interval. */
    record Metering(String resourceId, Instant meteredFrom, Instant meteredTo, long gpuMs) implements ReferenceLine {
        @Override
        public Kind kind() {
            return Kind.METERING;
        }

        @Override
        public String name() {
            return resourceId + "/" + meteredFrom + "/" + meteredTo;
        }
    }

    /** @param payeeAccount who is paid; null for a house service, whose Tokens are burned */
    record Service(String service, @Nullable UUID payeeAccount) implements ReferenceLine {
        @Override
        public Kind kind() {
            return Kind.SERVICES;
        }

        @Override
        public String name() {
            return service;
        }
    }

    /** µToken for a million tokens in and out, in force from an instant until the next version of the same model. */
    record Price(
            String service,
            String model,
            String priceVersion,
            Instant effectiveFrom,
            long inputUtokenPerMtok,
            long outputUtokenPerMtok)
            implements ReferenceLine {
        @Override
        public Kind kind() {
            return Kind.PRICES;
        }

        @Override
        public String name() {
            return service + "/" + model + "/" + priceVersion;
        }
    }

    /**
     * What the bank decided about an account.
     *
     * @param kycLevel the new level of the account's party, of {@link AccountChange#LEVEL}; else null
     * @param reason why, in words for people; null if it was erased or never given
     */
    record AccountEvent(
            String eventKey,
            UUID accountId,
            AccountChange change,
            @Nullable KycLevel kycLevel,
            @Nullable String reason) implements ReferenceLine {

        public AccountEvent {
            if ((change == AccountChange.LEVEL) != (kycLevel != null)) {
                throw new IllegalArgumentException("a level comes with a level event, and with no other");
            }
        }

        @Override
        public Kind kind() {
            return Kind.ACCOUNT_EVENTS;
        }

        @Override
        public String name() {
            return eventKey;
        }

        @Override
        public @Nullable String freeText() {
            return reason;
        }
    }
}
