package io.quittance.domain.intake;

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
}
