package io.quittance.domain.screening;

import io.quittance.domain.intake.Submission.ComputeDeposit;
import io.quittance.domain.ledger.TransactionType;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A settled submission that a reversal names, with all its transfers.
 *
 * @param deposit the deposit it was; null if it was something else
 * @param archived whether this cycle finds its transfers, or some of them, archived: then {@code legs} is empty
 */
public record SettledSubmission(
        long intakeNo, List<Leg> legs, @Nullable ComputeDeposit deposit, boolean archived) {

    /** One whose transfers are in the journal. */
    public SettledSubmission(long intakeNo, List<Leg> legs, @Nullable ComputeDeposit deposit) {
        this(intakeNo, legs, deposit, false);
    }

    /** One of its transfers. */
    public record Leg(TransactionType type, int asset, UUID from, UUID to, long amount) {}

    public SettledSubmission {
        legs = List.copyOf(legs);
    }

    /** Whether it has transfers, and none that a reversal may not touch: fills, escrow movements, reversals. */
    boolean reversible() {
        return !legs.isEmpty()
                && legs.stream().allMatch(leg -> switch (leg.type()) {
                    case DEPOSIT, SPEND, TRANSFER -> true;
                    case ESCROW, REFUND, REWARD, TRADE, FEE, BURN, REVERSAL, UNCLAIMED -> false;
                });
    }
}
