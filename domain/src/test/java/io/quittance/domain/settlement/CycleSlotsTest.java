package io.quittance.domain.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.intake.CanonicalContent;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.intake.Submission.OrderType;
import io.quittance.domain.intake.Submission.Side;
import io.quittance.domain.intake.Submission.TimeInForce;
import io.quittance.domain.intake.SubmissionId;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.screening.CycleContext;
import io.quittance.domain.seal.DataRoot;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.Slot;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** RULES 11: what a cycle's data root depends on, and what it must not. */
class CycleSlotsTest {

    private static final UUID ANN = TestBank.id("ann");
    private static final UUID BOB = TestBank.id("bob");
    private static final Instant RECEIVED = Instant.parse("2026-03-02T00:30:00Z");
    private static final Instant CUT_OFF = Instant.parse("2026-03-02T01:00:00Z");

    /** One cycle over new books, with what a test wants to be different. */
    private static final class Cycle {
        BankParameters parameters = TestBank.parameters(Map.of());
        long firstSeq = 1;
        long numbersApart = 1;
        Instant receivedAt = RECEIVED;
        boolean byOperator;
        long transferred = 100;
        LocalDate lastDate;
        long sellLimit = 10_000;
        long funds = 50_000;
        boolean reversedOrder;

        Map<Slot, Hash32> slots() {
            var books = new Books(parameters.assets());
            books.openAccount(ANN, TestBank.id("p1"), AccountType.PERSONAL, null, KycLevel.L3);
            books.openAccount(BOB, TestBank.id("p2"), AccountType.PERSONAL, null, KycLevel.L3);
            books.move(books.system(SystemAccount.ISSUANCE, 0), books.indexOf(ANN), 0, funds, true);
            books.move(books.system(SystemAccount.SOURCE, 1), books.indexOf(BOB), 1, 50_000, true);
            List<Submission> submissions = new ArrayList<>(List.of(
                    new Submission.Transfer(ANN, BOB, transferred, null, null),
                    new Submission.Transfer(ANN, BOB, 1_000_000, null, lastDate),
                    order(ANN, Side.BUY, 10_000),
                    order(BOB, Side.SELL, sellLimit)));
            if (reversedOrder) {
                submissions = submissions.reversed();
            }
            List<Queued> received = new ArrayList<>();
            for (Submission submission : submissions) {
                String key = "key of " + submission;
                received.add(new Queued(
                        7 + numbersApart * received.size(),
                        SubmissionId.of("acme", key),
                        "acme",
                        key,
                        submission,
                        receivedAt,
                        byOperator,
                        null,
                        CanonicalContent.digest(CanonicalContent.of(submission, null)),
                        null));
            }
            var context = new CycleContext(1, TestBank.FIRST_DATE, CUT_OFF, parameters);
            var input = new CycleInput(context, List.of(), received, List.of(), Map.of());
            return CycleSlots.of(new SettlementCycle(books, input).settle(), firstSeq);
        }

        private static Submission order(UUID account, Side side, long limit) {
            return new Submission.Order(account, TestBank.H100, side, OrderType.LIMIT, 2, limit, TimeInForce.GTC, null);
        }
    }

    private interface Change {
        void to(Cycle cycle);
    }

    private static Set<Slot> changedBy(Change change) {
        Map<Slot, Hash32> base = new Cycle().slots();
        var changed = new Cycle();
        change.to(changed);
        Map<Slot, Hash32> slots = changed.slots();
        assertThat(slots.keySet()).isEqualTo(base.keySet());
        Set<Slot> different = EnumSet.noneOf(Slot.class);
        base.forEach((slot, hash) -> {
            if (!slots.get(slot).equals(hash)) {
                different.add(slot);
            }
        });
        assertThat(DataRoot.of(slots).root().equals(DataRoot.of(base).root())).isEqualTo(different.isEmpty());
        return different;
    }

    @Test
    void theSameCycleHasTheSameSlots() {
        assertThat(changedBy(cycle -> {})).isEmpty();
    }

    /** A database may skip numbers after a crash; a replay does not. */
    @Test
    void gapsInTheIntakeNumbersDoNotShow() {
        assertThat(changedBy(cycle -> cycle.numbersApart = 1_000)).isEmpty();
    }

    @Test
    void eachSlotSaysItsOwnPart() {
        assertThat(changedBy(cycle -> cycle.receivedAt = RECEIVED.plusNanos(1_000)))
                .containsExactly(Slot.INPUTS);
        assertThat(changedBy(cycle -> cycle.byOperator = true)).containsExactly(Slot.INPUTS);
        assertThat(changedBy(cycle -> cycle.parameters = new BankParameters(
                        2,
                        cycle.parameters.bank(),
                        cycle.parameters.providerCapUtoken(),
                        cycle.parameters.classes(),
                        cycle.parameters.instruments(),
                        cycle.parameters.dailyLimitUtoken())))
                .containsExactly(Slot.PARAMETERS);
        assertThat(changedBy(cycle -> cycle.firstSeq = 2)).containsExactly(Slot.TRANSFERS);
        assertThat(changedBy(cycle -> cycle.funds = 60_000))
                .as("the refusal names what was available")
                .containsExactly(Slot.OUTCOMES);
        assertThat(changedBy(cycle -> cycle.sellLimit = 11_000)).contains(Slot.PRICES, Slot.INPUTS, Slot.OUTCOMES);
        assertThat(changedBy(cycle -> cycle.transferred = 101))
                .contains(Slot.INPUTS, Slot.TRANSFERS, Slot.POSITIONS)
                .doesNotContain(Slot.PARAMETERS, Slot.PRICES);
        assertThat(changedBy(cycle -> cycle.lastDate = TestBank.FIRST_DATE))
                .contains(Slot.INPUTS, Slot.OUTCOMES)
                .doesNotContain(Slot.TRANSFERS, Slot.POSITIONS);
    }

    @Test
    void theOrderOfIntakeShows() {
        assertThat(changedBy(cycle -> cycle.reversedOrder = true)).contains(Slot.INPUTS, Slot.OUTCOMES);
    }
}
