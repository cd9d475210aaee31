package io.quittance.domain.intake;

import io.quittance.domain.seal.Hash32;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A participant's request, as received and not yet judged. One type per kind; each holds what its columns hold, in its
 * own units: µToken, GPU-milliseconds, lots, tokens of a model. Form is checked by {@link Forms}; a value here has it.
 */
public sealed interface Submission {

    Kind kind();

    /** The account on whose behalf it is handed in; the bank's own operator for a reversal. */
    UUID accountId();

    /** The last business date on which it may still wait; null if it may not wait. */
    default @Nullable LocalDate holdUntil() {
        return null;
    }

    /** What becomes of deposited compute time. */
    enum DepositMode {
        /** The bank takes the credits and issues Tokens for them at the class's rate. */
        MINT,
        /** The provider keeps the credits, to sell or to spend. */
        KEEP
    }

    record ComputeDeposit(
            UUID accountId,
            String resourceId,
            long gpuMs,
            DepositMode mode,
            Instant meteredFrom,
            Instant meteredTo,
            @Nullable LocalDate holdUntil)
            implements Submission {
        @Override
        public Kind kind() {
            return Kind.COMPUTE_DEPOSITS;
        }
    }

    record TaskPublication(
            UUID accountId,
            String taskId,
            long rewardUtoken,
            @Nullable String capability,
            @Nullable Instant dueAt,
            @Nullable LocalDate holdUntil)
            implements Submission {
        @Override
        public Kind kind() {
            return Kind.TASK_PUBLICATIONS;
        }
    }

    /** The publisher's acceptance of a result, which releases the escrow to the agent. */
    record TaskCompletion(
            UUID accountId,
            String taskId,
            UUID agentAccount,
            @Nullable Hash32 resultSha256,
            @Nullable LocalDate holdUntil)
            implements Submission {
        @Override
        public Kind kind() {
            return Kind.TASK_COMPLETIONS;
        }
    }

    enum Side {
        BUY,
        SELL
    }

    enum OrderType {
        LIMIT,
        MARKET
    }

    /** How long what is not filled stays: this round, until cancelled, or through a business date. */
    enum TimeInForce {
        IOC,
        GTC,
        GTD
    }

    record Order(
            UUID accountId,
            String computeClass,
            Side side,
            OrderType orderType,
            long lots,
            @Nullable Long limitUtokenPerLot,
            TimeInForce timeInForce,
            @Nullable LocalDate goodThrough)
            implements Submission {
        @Override
        public Kind kind() {
            return Kind.ORDERS;
        }
    }

    /** Takes back an order that rests or a submission that is held, named by its sender's own key. */
    record Cancel(UUID accountId, String cancelledKey) implements Submission {
        @Override
        public Kind kind() {
            return Kind.CANCELS;
        }
    }

    /** Payment for an AI service used: in µToken by price version or by amount, or in compute credits. */
    record Spend(
            UUID accountId,
            String service,
            @Nullable String model,
            Instant usedAt,
            long inputTokens,
            long outputTokens,
            @Nullable String priceVersion,
            @Nullable Long amountUtoken,
            @Nullable String computeClass,
            @Nullable Long gpuMs,
            @Nullable LocalDate holdUntil)
            implements Submission {
        @Override
        public Kind kind() {
            return Kind.SPENDS;
        }
    }

    /** @param memo free text for people; it never enters a journal row, a leaf or a bundle, only its salted hash does */
    record Transfer(
            UUID accountId,
            UUID toAccount,
            long amountUtoken,
            @Nullable String memo,
            @Nullable LocalDate holdUntil) implements Submission {
        @Override
        public Kind kind() {
            return Kind.TRANSFERS;
        }
    }

    /** The exact opposite of all transfers of an earlier submission. */
    record Reversal(UUID reversedSubmission, UUID approvalId, boolean takeFromSuspense) implements Submission {
        @Override
        public Kind kind() {
            return Kind.REVERSALS;
        }

        @Override
        public UUID accountId() {
            return BANK;
        }

        private static final UUID BANK = new UUID(0, 0);
    }
}
