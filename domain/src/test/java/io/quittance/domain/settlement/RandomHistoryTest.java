package io.quittance.domain.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.intake.Reason;
import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.ledger.TransferList;
import io.quittance.domain.screening.Outcome;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.Slot;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Random histories with every kind of submission. {@link TestBank} checks after each of their cycles that value is
 * conserved, reservations and limits fit what is open, and transfers stand in their order.
 */
class RandomHistoryTest {

    private static final int SEEDS = 400;

    private record Movement(int type, int asset, UUID from, UUID to, long amount, long intakeNo, int leg) {}

    private record Cycle(Map<Slot, Hash32> slots, List<Movement> transfers, List<Outcome> outcomes, int satOut) {}

    @Test
    void everyCycleConservesAndTheSameHistoryGivesTheSameBytes() {
        Set<Outcome.State> states = EnumSet.noneOf(Outcome.State.class);
        Set<Reason> reasons = EnumSet.noneOf(Reason.class);
        Set<TransactionType> types = EnumSet.noneOf(TransactionType.class);
        var satOut = new AtomicInteger();
        ForEachSeed.upTo(SEEDS, seed -> {
            List<Cycle> first = cyclesOf(seed);
            assertThat(cyclesOf(seed)).isEqualTo(first);
            for (Cycle cycle : first) {
                cycle.outcomes().forEach(outcome -> {
                    states.add(outcome.state());
                    if (outcome.reason() != null) {
                        reasons.add(outcome.reason());
                    }
                });
                satOut.addAndGet(cycle.satOut());
                cycle.transfers().forEach(movement -> types.add(TransactionType.ofCode(movement.type())));
            }
        });
        if (System.getProperty("seed") == null) {
            assertThat(states).as("what the histories reach").isEqualTo(EnumSet.allOf(Outcome.State.class));
            assertThat(types).as("what the histories reach").isEqualTo(EnumSet.allOf(TransactionType.class));
            assertThat(satOut.get()).as("orders that sat out a date").isPositive();
            Set<Reason> expected = EnumSet.range(Reason.ACCOUNT_CLOSED, Reason.RIGHT_LOST);
            expected.removeAll(EnumSet.of(Reason.MARKET_CLOSED, Reason.AMOUNT_OVERFLOW, Reason.ARCHIVED));
            assertThat(reasons).as("what the histories reach").containsAll(expected);
        }
    }

    private static List<Cycle> cyclesOf(long seed) {
        var history = new RandomHistory(seed, true);
        var cycles = new ArrayList<Cycle>();
        for (int i = history.cycles(); i > 0; i--) {
            history.fillWindow();
            SettlementCycle run = history.bank.cutOff();
            cycles.add(new Cycle(
                    history.bank.slotsOf(run),
                    movements(run),
                    List.copyOf(history.bank.lastOutcomes().values()),
                    (int) run.books().orders.values().stream()
                            .filter(order -> order.sitsOut)
                            .count()));
        }
        return cycles;
    }

    private static List<Movement> movements(SettlementCycle run) {
        TransferList transfers = run.transfers();
        var movements = new ArrayList<Movement>();
        for (int i = 0; i < transfers.size(); i++) {
            movements.add(new Movement(
                    transfers.typeCode(i),
                    transfers.asset(i),
                    run.books().accountId(transfers.from(i)),
                    run.books().accountId(transfers.to(i)),
                    transfers.amount(i),
                    transfers.intakeNo(i),
                    transfers.leg(i)));
        }
        return movements;
    }
}
