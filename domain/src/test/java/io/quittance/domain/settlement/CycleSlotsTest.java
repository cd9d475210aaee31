package io.quittance.domain.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.intake.Phase;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.intake.Submission.OrderType;
import io.quittance.domain.intake.Submission.Side;
import io.quittance.domain.intake.Submission.TimeInForce;
import io.quittance.domain.intake.SubmissionId;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.TransferList;
import io.quittance.domain.matching.MatchingRound;
import io.quittance.domain.screening.CycleContext;
import io.quittance.domain.screening.Outcome;
import io.quittance.domain.seal.DataRoot;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.Slot;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** RULES 11: what a cycle's data root depends on, and what it must not. */
class CycleSlotsTest {

    private static final UUID ANN = TestBank.id("ann");
    private static final UUID BOB = TestBank.id("bob");
    private static final UUID CID = TestBank.id("cid");
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
        long sellLots = 2;
        long funds = 50_000;
        long idleFunds = 1_000;
        boolean reversedOrder;

        Map<Slot, Hash32> slots() {
            var books = new Books(parameters.assets());
            books.openAccount(ANN, TestBank.id("p1"), AccountType.PERSONAL, null, KycLevel.L3);
            books.openAccount(BOB, TestBank.id("p2"), AccountType.PERSONAL, null, KycLevel.L3);
            books.move(books.system(SystemAccount.ISSUANCE, 0), books.indexOf(ANN), 0, funds, true);
            books.openAccount(CID, TestBank.id("p3"), AccountType.PERSONAL, null, KycLevel.L3);
            books.move(books.system(SystemAccount.ISSUANCE, 0), books.indexOf(CID), 0, idleFunds, true);
            books.move(books.system(SystemAccount.SOURCE, 1), books.indexOf(BOB), 1, 50_000, true);
            List<Submission> submissions = new ArrayList<>(List.of(
                    new Submission.Transfer(ANN, BOB, transferred, null, null),
                    new Submission.Transfer(ANN, BOB, 1_000_000, null, lastDate),
                    new Submission.Transfer(CID, BOB, 1_000_000, null, null),
                    order(ANN, Side.BUY, 2, 10_000),
                    order(BOB, Side.SELL, sellLots, sellLimit)));
            if (reversedOrder) {
                submissions = submissions.reversed();
            }
            List<Queued> received = new ArrayList<>();
            for (Submission submission : submissions) {
                received.add(queued(7 + numbersApart * received.size(), submission, receivedAt, byOperator));
            }
            var context = new CycleContext(1, TestBank.FIRST_DATE, CUT_OFF, parameters);
            var input = new ListedInput(context, List.of(), received, List.of(), ListedInput.Resolver.NOTHING);
            SettlementCycle run = new SettlementCycle(books, input).settle();
            return CycleSlots.of(run, CycleSlots.transfers(run.transfers(), books, firstSeq));
        }

        static Queued queued(long intakeNo, Submission submission, Instant receivedAt, boolean byOperator) {
            String key = "key of " + submission;
            return new Queued(intakeNo, SubmissionId.of("acme", key), submission, receivedAt, byOperator, null, null);
        }

        private static Submission order(UUID account, Side side, long lots, long limit) {
            return new Submission.Order(
                    account, TestBank.H100, side, OrderType.LIMIT, lots, limit, TimeInForce.GTC, null);
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
        assertThat(changedBy(cycle -> cycle.idleFunds = 2_000))
                .as("the refusal names what was available")
                .containsExactly(Slot.OUTCOMES);
        assertThat(changedBy(cycle -> cycle.funds = 60_000))
                .as("and who moved something says what is left")
                .containsExactlyInAnyOrder(Slot.OUTCOMES, Slot.POSITIONS);
        assertThat(changedBy(cycle -> cycle.sellLimit = 11_000)).contains(Slot.PRICES, Slot.INPUTS, Slot.OUTCOMES);
        assertThat(changedBy(cycle -> cycle.transferred = 101))
                .contains(Slot.INPUTS, Slot.TRANSFERS, Slot.POSITIONS)
                .doesNotContain(Slot.PARAMETERS, Slot.PRICES);
        assertThat(changedBy(cycle -> cycle.lastDate = TestBank.FIRST_DATE))
                .contains(Slot.INPUTS, Slot.OUTCOMES)
                .doesNotContain(Slot.TRANSFERS, Slot.POSITIONS);
        // At the old price and volume: the seller alone reserves more, for a lot that nobody buys.
        assertThat(changedBy(cycle -> cycle.sellLots = 3))
                .contains(Slot.INPUTS, Slot.OUTCOMES, Slot.POSITIONS)
                .doesNotContain(Slot.TRANSFERS, Slot.PARAMETERS);
    }

    @Test
    void theOrderOfIntakeShows() {
        assertThat(changedBy(cycle -> cycle.reversedOrder = true)).contains(Slot.INPUTS, Slot.OUTCOMES);
    }

    /** The inputs are read phase by phase: across phases the order of intake does not show, within one it does. */
    @Test
    void theInputsStandInTheOrderOfThePhases() {
        Submission debit = new Submission.Transfer(ANN, BOB, 1, null, null);
        Submission credit = new Submission.TaskCompletion(ANN, "t", BOB, null, null);
        Submission cancel = new Submission.Cancel(ANN, "k");
        Submission reversal = new Submission.Reversal(ANN, BOB, false);
        Hash32 inPhaseOrder = inputs(List.of(reversal, cancel, credit, debit));
        assertThat(inputs(List.of(debit, credit, cancel, reversal))).isEqualTo(inPhaseOrder);
        assertThat(inputs(List.of(credit, debit, reversal, cancel))).isEqualTo(inPhaseOrder);
        Submission other = new Submission.Transfer(ANN, BOB, 2, null, null);
        assertThat(inputs(List.of(debit, other))).isNotEqualTo(inputs(List.of(other, debit)));
        assertThat(inputs(List.of(debit))).isNotEqualTo(inPhaseOrder);
    }

    private static Hash32 inputs(List<Submission> submissions) {
        var received = new ArrayList<Queued>();
        for (Submission submission : submissions) {
            received.add(Cycle.queued(received.size() + 1, submission, RECEIVED, false));
        }
        var context = new CycleContext(1, TestBank.FIRST_DATE, CUT_OFF, TestBank.parameters(Map.of()));
        return CycleSlots.inputs(
                new ListedInput(context, List.of(), received, List.of(), ListedInput.Resolver.NOTHING));
    }

    /** A run hashes what it has in memory; a check of the tables feeds their rows. */
    @Test
    void rowsFedOneByOneGiveTheSameSlots() {
        ForEachSeed.upTo(60, seed -> {
            var history = new RandomHistory(seed, true);
            for (int i = history.cycles(); i > 0; i--) {
                history.fillWindow();
                SettlementCycle run = history.bank.cutOff();
                assertThat(history.bank.slotsOf(run)).isEqualTo(fromRows(run, history.bank));
                assertThat(CycleSlots.inputs(run.input())).isEqualTo(run.inputsHash());
            }
        });
    }

    private static Map<Slot, Hash32> fromRows(SettlementCycle run, TestBank bank) {
        Map<Slot, Hash32> slots = new EnumMap<>(Slot.class);
        slots.put(Slot.INPUTS, inputRows((ListedInput) run.input()));
        var parameters = new SlotRecords(Slot.PARAMETERS);
        parameters.parameters(bank.parameters().toText());
        slots.put(Slot.PARAMETERS, parameters.finish());
        slots.put(Slot.OUTCOMES, outcomeRows(run, bank));
        slots.put(Slot.TRANSFERS, transferRows(run, bank.firstSeq()));
        var rounds = new SlotRecords(Slot.PRICES);
        run.rounds().stream()
                .sorted(Comparator.comparingInt(MatchingRound::asset))
                .forEach(round -> rounds.round(
                        round.asset(),
                        round.result().price(),
                        round.result().volume(),
                        round.result().demandAtPrice(),
                        round.result().supplyAtPrice(),
                        round.referenceBefore(),
                        round.referenceAfter()));
        slots.put(Slot.PRICES, rounds.finish());
        slots.put(Slot.POSITIONS, positionRows(run));
        return slots;
    }

    private static Hash32 inputRows(ListedInput input) {
        var records = new SlotRecords(Slot.INPUTS);
        input.reference().forEach(records::reference);
        input.received().stream()
                .sorted(Comparator.<Queued, Phase>comparing(
                                item -> Phase.of(item.submission().kind()))
                        .thenComparingLong(Queued::intakeNo))
                .forEach(records::submission);
        return records.finish();
    }

    /** Of what the bank keeps for each submission, all but a new one that settled with nothing to say. */
    private static Hash32 outcomeRows(SettlementCycle run, TestBank bank) {
        Set<Long> carried = new HashSet<>();
        ((ListedInput) run.input()).held().forEach(item -> carried.add(item.intakeNo()));
        var records = new SlotRecords(Slot.OUTCOMES);
        bank.lastOutcomes().forEach((no, outcome) -> {
            Queued item = bank.items().get(no);
            boolean plain = outcome.state() == Outcome.State.SETTLED
                    && !(item.submission() instanceof Submission.Order)
                    && !carried.contains(no);
            if (!plain) {
                records.outcome(
                        item.submissionId(),
                        outcome.state().name(),
                        outcome.reason() == null ? null : outcome.reason().name(),
                        outcome.holdUntil(),
                        outcome.filledLots(),
                        outcome.openLots(),
                        outcome.detail());
            }
        });
        return records.finish();
    }

    private static Hash32 transferRows(SettlementCycle run, long firstSeq) {
        TransferList transfers = run.transfers();
        var records = new SlotRecords(Slot.TRANSFERS);
        for (int i = 0; i < transfers.size(); i++) {
            UUID from = run.books().accountId(transfers.from(i));
            UUID to = run.books().accountId(transfers.to(i));
            records.transfer(
                    firstSeq + i,
                    transfers.asset(i),
                    from.getMostSignificantBits(),
                    from.getLeastSignificantBits(),
                    to.getMostSignificantBits(),
                    to.getLeastSignificantBits(),
                    transfers.amount(i),
                    transfers.type(i).code(),
                    transfers.leg(i));
        }
        return records.finish();
    }

    /** Sums of the journal, by asset and the text of the account's id, which sorts as its bytes do. */
    private static Hash32 positionRows(SettlementCycle run) {
        Books books = run.books();
        TransferList transfers = run.transfers();
        var records = new SlotRecords(Slot.POSITIONS);
        for (int asset = 0; asset < books.assets().size(); asset++) {
            var debits = new HashMap<String, Long>();
            var credits = new HashMap<String, Long>();
            for (int i = 0; i < transfers.size(); i++) {
                if (transfers.asset(i) == asset) {
                    debits.merge(books.accountId(transfers.from(i)).toString(), transfers.amount(i), Long::sum);
                    credits.merge(books.accountId(transfers.to(i)).toString(), transfers.amount(i), Long::sum);
                }
            }
            var touched = new TreeSet<String>();
            for (int account = 0; account < books.accounts(); account++) {
                if (books.isTouched(account, asset)) {
                    touched.add(books.accountId(account).toString());
                }
            }
            for (String text : touched) {
                UUID id = UUID.fromString(text);
                records.position(
                        asset,
                        id.getMostSignificantBits(),
                        id.getLeastSignificantBits(),
                        debits.getOrDefault(text, 0L),
                        credits.getOrDefault(text, 0L),
                        books.posted(books.indexOf(id), asset),
                        books.reserved(books.indexOf(id), asset));
            }
        }
        return records.finish();
    }
}
