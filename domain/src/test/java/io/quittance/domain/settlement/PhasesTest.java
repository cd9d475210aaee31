package io.quittance.domain.settlement;

import static io.quittance.domain.screening.Outcome.State.CANCELLED;
import static io.quittance.domain.screening.Outcome.State.EXPIRED;
import static io.quittance.domain.screening.Outcome.State.REJECTED;
import static io.quittance.domain.screening.Outcome.State.SETTLED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission.DepositMode;
import io.quittance.domain.intake.Submission.OrderType;
import io.quittance.domain.intake.Submission.Side;
import io.quittance.domain.intake.Submission.TimeInForce;
import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.ledger.TransferList;
import io.quittance.domain.screening.CycleContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** RULES 4: what a phase brings, when it can be used, and in which order the books show it. */
class PhasesTest {

    private final TestBank bank = new TestBank();
    private final UUID ann = bank.person("ann", KycLevel.L3);
    private final UUID bob = bank.person("bob", KycLevel.L3);
    private final UUID cid = bank.person("cid", KycLevel.L3);

    @Test
    void whatIsReceivedAmongTheDebitsIsAvailableFromTheNextCycle() {
        bank.give(ann, 100);
        bank.transfer(ann, bob, 100);
        long onward = bank.transfer(bob, cid, 100);
        bank.cutOff();
        assertThat(bank.reason(onward)).isEqualTo(Reason.FUNDS);
        assertThat(bank.tokens(bob)).isEqualTo(100);
        long next = bank.transfer(bob, cid, 100);
        bank.cutOff();
        assertThat(bank.state(next)).isEqualTo(SETTLED);
    }

    @Test
    void whatIsReceivedInTheAuctionIsAvailableFromTheNextCycle() {
        bank.give(ann, 20_000);
        bank.giveCredits(bob, TestBank.H100, 1_000);
        bank.service("chat", null);
        bank.buy(ann, 1, 10_000, TimeInForce.IOC);
        bank.sell(bob, 1, 10_000, TimeInForce.IOC);
        long withProceeds = bank.transfer(bob, cid, 1);
        long withCredits = bank.spendCredits(ann, "chat", TestBank.H100, 1);
        bank.cutOff();
        assertThat(bank.reason(withProceeds)).isEqualTo(Reason.FUNDS);
        assertThat(bank.reason(withCredits)).isEqualTo(Reason.FUNDS);
        assertThat(bank.tokens(bob)).isEqualTo(9_990);
        assertThat(bank.credits(ann, TestBank.H100)).isEqualTo(1_000);
    }

    @Test
    void creditsAreAvailableToDebitsThatWereHandedInBeforeThem() {
        bank.resource("gpus", ann, TestBank.H100, 1);
        Instant from = bank.earlier();
        bank.metering("gpus", from, from.plusMillis(100), 100);
        long debit = bank.transfer(ann, bob, 100);
        bank.deposit(ann, "gpus", DepositMode.MINT, from, from.plusMillis(100), 100);
        SettlementCycle run = bank.cutOff();
        assertThat(bank.state(debit)).isEqualTo(SETTLED);
        assertThat(types(run))
                .containsExactly(TransactionType.DEPOSIT, TransactionType.DEPOSIT, TransactionType.TRANSFER);
    }

    @Test
    void creditsThatAreKeptCanBeSoldInTheSameCycle() {
        bank.resource("gpus", ann, TestBank.H100, 1);
        Instant from = bank.earlier();
        bank.metering("gpus", from, from.plusMillis(1_000), 1_000);
        bank.give(bob, 20_000);
        bank.buy(bob, 1, 10_000, TimeInForce.IOC);
        long sell = bank.sell(ann, 1, 10_000, TimeInForce.IOC);
        bank.deposit(ann, "gpus", DepositMode.KEEP, from, from.plusMillis(1_000), 1_000);
        bank.cutOff();
        assertThat(bank.state(sell)).isEqualTo(SETTLED);
        assertThat(bank.credits(bob, TestBank.H100)).isEqualTo(1_000);
    }

    @Test
    void whatACancelReleasesIsAvailableToEarlierDebits() {
        bank.give(ann, 10_010);
        long order = bank.buy(ann, 1, 10_000, TimeInForce.GTC);
        bank.cutOff();
        assertThat(bank.reservedTokens(ann)).isEqualTo(10_010);
        long debit = bank.transfer(ann, bob, 10_010);
        bank.cancel(ann, order);
        bank.cutOff();
        assertThat(bank.state(order)).isEqualTo(CANCELLED);
        assertThat(bank.state(debit)).isEqualTo(SETTLED);
    }

    @Test
    void whatAnExpiryReleasesIsAvailableInItsCycle() {
        bank.give(ann, 10_010);
        long order =
                bank.order(ann, TestBank.H100, Side.BUY, OrderType.LIMIT, 1, 10_000L, TimeInForce.GTD, bank.date());
        bank.cutOff();
        long tooEarly = bank.transfer(ann, bob, 10_010);
        bank.cutOff();
        assertThat(bank.reason(tooEarly)).isEqualTo(Reason.FUNDS);
        bank.nextDate();
        long debit = bank.transfer(ann, bob, 10_010);
        bank.cutOff();
        assertThat(bank.state(order)).isEqualTo(EXPIRED);
        assertThat(bank.reason(order)).isEqualTo(Reason.ORDER_EXPIRED);
        assertThat(bank.state(debit)).isEqualTo(SETTLED);
    }

    @Test
    void whatAReversalGivesBackIsAvailableInItsCycle() {
        bank.give(ann, 100);
        long wrong = bank.transfer(ann, bob, 100);
        bank.cutOff();
        long right = bank.transfer(ann, cid, 100);
        bank.reverse(wrong);
        bank.cutOff();
        assertThat(bank.state(right)).isEqualTo(SETTLED);
        assertThat(bank.tokens(cid)).isEqualTo(100);
    }

    @Test
    void anAccountCanBeUsedInTheCycleThatFirstSeesIt() {
        UUID newcomer = TestBank.id("newcomer");
        bank.refer(new ReferenceLine.OpenAccount(
                newcomer, TestBank.id("its party"), AccountType.ENTERPRISE, null, KycLevel.L1, null, null));
        bank.give(ann, 100);
        long transfer = bank.transfer(ann, newcomer, 100);
        bank.cutOff();
        assertThat(bank.state(transfer)).isEqualTo(SETTLED);
        assertThat(bank.tokens(newcomer)).isEqualTo(100);
    }

    @Test
    void aCycleWithNothingInItLeavesTheBooksAsTheyWere() {
        bank.give(ann, 100);
        SettlementCycle run = bank.cutOff();
        assertThat(run.transfers().size()).isZero();
        assertThat(run.positions().size()).isZero();
        assertThat(run.rounds()).hasSize(2);
        assertThat(bank.books().lastCycle).isOne();
        assertThat(bank.books().lastSeq).isZero();
    }

    @Test
    void theStagesRunOnceEachInTheirOrder() {
        var input = new ListedInput(
                new CycleContext(1, TestBank.FIRST_DATE, bank.nextCutOff(), bank.parameters()),
                List.of(),
                List.of(),
                List.of(),
                ListedInput.Resolver.NOTHING);
        var run = new SettlementCycle(bank.books(), input);
        assertThatThrownBy(run::match).isInstanceOf(IllegalStateException.class);
        run.settle();
        assertThatThrownBy(run::screen).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void oneBadSubmissionOfManyHarmsNoOther() {
        bank.give(ann, 5);
        List<Long> sent = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            sent.add(bank.transfer(ann, i % 2 == 0 ? bob : TestBank.id("nobody"), 1));
        }
        bank.cutOff();
        for (int i = 0; i < 9; i++) {
            assertThat(bank.state(sent.get(i))).isEqualTo(i % 2 == 0 ? SETTLED : REJECTED);
        }
    }

    static List<TransactionType> types(SettlementCycle run) {
        TransferList transfers = run.transfers();
        var types = new ArrayList<TransactionType>();
        for (int i = 0; i < transfers.size(); i++) {
            types.add(transfers.type(i));
        }
        return types;
    }
}
