package io.quittance.domain.screening;

import static io.quittance.domain.screening.Outcome.State.SETTLED;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Submission.DepositMode;
import io.quittance.domain.intake.Submission.TimeInForce;
import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.settlement.SettlementCycle;
import io.quittance.domain.settlement.TestBank;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** RULES 10: the exact opposite of all transfers of a submission, together, once. */
class ReversalsTest {

    private final TestBank bank = new TestBank();
    private final UUID ann = bank.person("ann", KycLevel.L3);
    private final UUID bob = bank.person("bob", KycLevel.L3);
    private final Instant from = bank.earlier();
    private final Instant to = from.plusMillis(1_000);

    ReversalsTest() {
        bank.give(ann, 100_000);
        bank.service("house", null);
        bank.resource("gpus", bob, TestBank.H100, 1);
        bank.metering("gpus", from, to, 1_000);
    }

    private void refused(long reversal, Reason reason) {
        bank.cutOff();
        assertThat(bank.reason(reversal)).isEqualTo(reason);
    }

    @Test
    void aTransferGoesBackOnce() {
        long transfer = bank.transfer(ann, bob, 100);
        bank.cutOff();
        long reversal = bank.reverse(transfer);
        long second = bank.reverse(transfer);
        SettlementCycle run = bank.cutOff();
        assertThat(bank.state(reversal)).isEqualTo(SETTLED);
        assertThat(bank.reason(second)).isEqualTo(Reason.REVERSED_BEFORE);
        assertThat(bank.tokens(ann)).isEqualTo(100_000);
        assertThat(bank.tokens(bob)).isZero();
        assertThat(run.reversals()).isEqualTo(Map.of(transfer, reversal));
        assertThat(run.transfers().size()).isOne();
        assertThat(run.transfers().type(0)).isEqualTo(TransactionType.REVERSAL);
        refused(bank.reverse(transfer), Reason.REVERSED_BEFORE);
    }

    @Test
    void whatHasNotSettledBeforeCannotBeReversed() {
        long transfer = bank.transfer(ann, bob, 100);
        long sameCycle = bank.reverse(transfer);
        long unknown = bank.reverse(999);
        bank.cutOff();
        assertThat(bank.reason(sameCycle)).isEqualTo(Reason.NOTHING_TO_REVERSE);
        assertThat(bank.reason(unknown)).isEqualTo(Reason.NOTHING_TO_REVERSE);
        long poor = bank.transfer(bob, ann, 1_000_000);
        bank.cutOff();
        refused(bank.reverse(poor), Reason.NOTHING_TO_REVERSE);
    }

    @Test
    void fillsEscrowMovementsAndReversalsStand() {
        bank.give(bob, 1_000);
        bank.giveCredits(bob, TestBank.H100, 1_000);
        long buy = bank.buy(ann, 1, 10_000, TimeInForce.IOC);
        long sell = bank.sell(bob, 1, 10_000, TimeInForce.IOC);
        long publication = bank.publish(ann, "task", 100);
        bank.cutOff();
        long completion = bank.complete(ann, "task", bob);
        long transfer = bank.transfer(ann, bob, 1);
        bank.cutOff();
        long reversal = bank.reverse(transfer);
        bank.cutOff();
        for (long done : new long[] {buy, sell, publication, completion, reversal}) {
            assertThat(bank.state(done)).isEqualTo(SETTLED);
            refused(bank.reverse(done), Reason.NOTHING_TO_REVERSE);
        }
    }

    @Test
    void statusAndLevelDoNotStopIt() {
        long transfer = bank.transfer(ann, bob, 100);
        bank.cutOff();
        bank.books().setStatus(bank.index(ann), AccountStatus.FROZEN);
        bank.books().setStatus(bank.index(bob), AccountStatus.FROZEN);
        bank.books().setLevel(TestBank.id("party of bob"), KycLevel.L0);
        long reversal = bank.reverse(transfer);
        bank.cutOff();
        assertThat(bank.state(reversal)).isEqualTo(SETTLED);
        assertThat(bank.tokens(ann)).isEqualTo(100_000);
    }

    @Test
    void aShortfallIsRefused() {
        long transfer = bank.transfer(ann, bob, 100);
        bank.cutOff();
        bank.transfer(bob, ann, 1);
        bank.cutOff();
        long reversal = bank.reverse(transfer);
        bank.cutOff();
        assertThat(bank.outcome(reversal))
                .isEqualTo(Outcome.rejected(reversal, Reason.FUNDS, "asked=100 available=99"));
        assertThat(bank.tokens(bob)).isEqualTo(99);
    }

    @Test
    void whatAnOpenOrderReservesIsNotTaken() {
        long transfer = bank.transfer(ann, bob, 10_010);
        bank.cutOff();
        bank.buy(bob, 1, 10_000, TimeInForce.GTC);
        bank.cutOff();
        refused(bank.reverse(transfer), Reason.FUNDS);
    }

    @Test
    void aShortfallCanBeTakenInFullFromSuspense() {
        long transfer = bank.transfer(ann, bob, 100);
        bank.cutOff();
        bank.transfer(bob, ann, 1);
        bank.cutOff();
        refused(bank.reverseFromSuspense(transfer), Reason.FUNDS); // Suspense has nothing of its own.
        bank.putIntoSuspense(150);
        long reversal = bank.reverseFromSuspense(transfer);
        bank.cutOff();
        assertThat(bank.state(reversal)).isEqualTo(SETTLED);
        assertThat(bank.of(SystemAccount.SUSPENSE))
                .as("in full, not only what lacked")
                .isEqualTo(50);
        assertThat(bank.tokens(bob)).isEqualTo(99);
        assertThat(bank.tokens(ann)).isEqualTo(100_001);
    }

    @Test
    void suspensePaysNothingWhereThereIsNoShortfall() {
        long transfer = bank.transfer(ann, bob, 100);
        bank.cutOff();
        long reversal = bank.reverseFromSuspense(transfer);
        bank.cutOff();
        assertThat(bank.state(reversal)).isEqualTo(SETTLED);
        assertThat(bank.of(SystemAccount.SUSPENSE)).isZero();
        assertThat(bank.tokens(bob)).isZero();
    }

    @Test
    void aSpendAtAHouseServiceComesBackIntoCirculation() {
        long spend = bank.spend(ann, "house", 100);
        bank.cutOff();
        assertThat(bank.of(SystemAccount.ISSUANCE)).isEqualTo(-99_900);
        bank.reverse(spend);
        bank.cutOff();
        assertThat(bank.tokens(ann)).isEqualTo(100_000);
        assertThat(bank.of(SystemAccount.ISSUANCE)).isEqualTo(-100_000);
        assertThat(bank.of(SystemAccount.REDEMPTION)).isZero();
    }

    @Test
    void aReversedSpendAndANewOneMeetBeforeTheBurn() {
        long spend = bank.spend(ann, "house", 100);
        bank.cutOff();
        bank.reverse(spend);
        bank.spend(ann, "house", 130);
        SettlementCycle run = bank.cutOff();
        int last = run.transfers().size() - 1;
        assertThat(run.transfers().type(last)).isEqualTo(TransactionType.BURN);
        assertThat(run.transfers().amount(last)).isEqualTo(30);
        assertThat(bank.of(SystemAccount.ISSUANCE)).isEqualTo(-99_870);
    }

    @Test
    void creditsThatWereSpentComeBack() {
        bank.giveCredits(ann, TestBank.H100, 500);
        long spend = bank.spendCredits(ann, "house", TestBank.H100, 400);
        bank.cutOff();
        bank.reverse(spend);
        bank.cutOff();
        assertThat(bank.credits(ann, TestBank.H100)).isEqualTo(500);
        assertThat(bank.of(SystemAccount.CONSUMED, TestBank.H100)).isZero();
    }

    @Test
    void aReversedMintTakesBothLegsBackAndFreesTheInterval() {
        long deposit = bank.deposit(bob, "gpus", DepositMode.MINT, from, to, 1_000);
        bank.cutOff();
        assertThat(bank.tokens(bob)).isEqualTo(1_000);
        bank.reverse(deposit);
        long again = bank.deposit(bob, "gpus", DepositMode.KEEP, from, to, 1_000);
        bank.cutOff();
        assertThat(bank.state(again))
                .as("in the same cycle: reversals come first")
                .isEqualTo(SETTLED);
        assertThat(bank.tokens(bob)).isZero();
        assertThat(bank.of(SystemAccount.INVENTORY, TestBank.H100)).isZero();
        assertThat(bank.credits(bob, TestBank.H100)).isEqualTo(1_000);
        refused(bank.deposit(bob, "gpus", DepositMode.KEEP, from, to, 1_000), Reason.OVERLAP);
    }

    @Test
    void aMintThatWasSpentIsNotReversedByHalves() {
        long deposit = bank.deposit(bob, "gpus", DepositMode.MINT, from, to, 1_000);
        bank.cutOff();
        bank.transfer(bob, ann, 1);
        bank.cutOff();
        refused(bank.reverse(deposit), Reason.FUNDS);
        assertThat(bank.of(SystemAccount.INVENTORY, TestBank.H100)).isEqualTo(1_000);
        refused(bank.deposit(bob, "gpus", DepositMode.KEEP, from, to, 1_000), Reason.OVERLAP);
        bank.putIntoSuspense(1_000);
        long reversal = bank.reverseFromSuspense(deposit);
        bank.cutOff();
        assertThat(bank.state(reversal)).isEqualTo(SETTLED);
        assertThat(bank.of(SystemAccount.INVENTORY, TestBank.H100)).isZero();
        assertThat(bank.of(SystemAccount.SUSPENSE)).isZero();
    }

    @Test
    void keptCreditsThatAreGoneCannotComeFromSuspense() {
        long deposit = bank.deposit(bob, "gpus", DepositMode.KEEP, from, to, 1_000);
        bank.cutOff();
        bank.spendCredits(bob, "house", TestBank.H100, 1);
        bank.cutOff();
        refused(bank.reverse(deposit), Reason.FUNDS);
        refused(bank.reverseFromSuspense(deposit), Reason.FUNDS);
        assertThat(bank.credits(bob, TestBank.H100)).isEqualTo(999);
    }

    @Test
    void creditsThatTheBankNoLongerHoldsCannotGoBack() {
        long deposit = bank.deposit(bob, "gpus", DepositMode.MINT, from, to, 1_000);
        bank.cutOff();
        int asset = bank.asset(TestBank.H100);
        bank.books()
                .move(
                        bank.books().system(SystemAccount.INVENTORY, asset),
                        bank.books().system(SystemAccount.CONSUMED, asset),
                        asset,
                        1,
                        true);
        refused(bank.reverse(deposit), Reason.NOTHING_TO_REVERSE);
    }

    @Test
    void aReversalMakesNoRoomUnderTheProvidersCap() {
        long deposit = bank.deposit(bob, "gpus", DepositMode.MINT, from, to, 1_000);
        bank.cutOff();
        bank.reverse(deposit);
        bank.cutOff();
        assertThat(bank.books().partyLimit(bank.books().partyOf(bank.index(bob))).minted)
                .isEqualTo(1_000);
    }
}
