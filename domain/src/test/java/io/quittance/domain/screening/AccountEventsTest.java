package io.quittance.domain.screening;

import static io.quittance.domain.screening.Outcome.State.CANCELLED;
import static io.quittance.domain.screening.Outcome.State.EXPIRED;
import static io.quittance.domain.screening.Outcome.State.HELD;
import static io.quittance.domain.screening.Outcome.State.REJECTED;
import static io.quittance.domain.screening.Outcome.State.SETTLED;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Submission.TimeInForce;
import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.ledger.UnclaimedItem;
import io.quittance.domain.settlement.SettlementCycle;
import io.quittance.domain.settlement.TestBank;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** RULES 10: accounts are frozen, closed and re-levelled at a cut-off; what cannot be received waits under its owner's name. */
class AccountEventsTest {

    private final TestBank bank = new TestBank();
    private final UUID ann = bank.person("ann", KycLevel.L3);
    private final UUID bob = bank.person("bob", KycLevel.L3);
    private final UUID cid = bank.person("cid", KycLevel.L3);

    AccountEventsTest() {
        bank.give(ann, 100_000);
    }

    private AccountStatus status(UUID account) {
        return bank.books().statusOf(bank.index(account));
    }

    // ---- Between submission and cut-off ---------------------------------------------------------------------------

    @Test
    void whatAnAccountFrozenBeforeTheCutOffHandedInIsRefused() {
        long out = bank.transfer(ann, bob, 5);
        long in = bank.transfer(bob, ann, 5);
        bank.decide(AccountChange.FREEZE, ann);
        bank.cutOff();
        assertThat(bank.reason(out)).isEqualTo(Reason.ACCOUNT_FROZEN);
        assertThat(bank.reason(in)).isEqualTo(Reason.RECEIVER_FROZEN);
        bank.decide(AccountChange.UNFREEZE, ann);
        long again = bank.transfer(ann, bob, 5);
        bank.cutOff();
        assertThat(bank.state(again)).isEqualTo(SETTLED);
    }

    @Test
    void whatAnAccountClosedBeforeTheCutOffHandedInIsRefused() {
        long out = bank.transfer(cid, bob, 5);
        long in = bank.transfer(ann, cid, 5);
        bank.decide(AccountChange.CLOSE, cid);
        SettlementCycle run = bank.cutOff();
        assertThat(run.refusedClosings()).isEmpty();
        assertThat(bank.reason(out)).isEqualTo(Reason.ACCOUNT_CLOSED);
        assertThat(bank.reason(in)).isEqualTo(Reason.RECEIVER_CLOSED);
        assertThat(bank.tokens(ann)).isEqualTo(100_000);
    }

    @Test
    void theLevelAtTheCutOffJudgesWhatWasHandedInBefore() {
        UUID low = bank.person("low", KycLevel.L1);
        bank.give(low, 10);
        long full = bank.transfer(low, bob, 10);
        bank.level(low, KycLevel.L2);
        bank.cutOff();
        assertThat(bank.state(full)).isEqualTo(SETTLED);
        long late = bank.transfer(bob, low, 10);
        bank.level(bob, KycLevel.L1);
        bank.level(low, KycLevel.L0);
        bank.cutOff();
        assertThat(bank.reason(late)).isEqualTo(Reason.KYC);
    }

    @Test
    void aLevelIsThePartysAndOfAllItsAccounts() {
        UUID agent = bank.agentOf(ann, "agent of ann", null);
        bank.give(agent, 10);
        bank.level(ann, KycLevel.L0);
        long byAgent = bank.transfer(agent, bob, 10);
        bank.cutOff();
        assertThat(bank.reason(byAgent)).isEqualTo(Reason.KYC);
    }

    @Test
    void ordersOfAnAccountThatLostTheRightEndAtTheCutOffAndReturnWhatTheyReserved() {
        long frozen = bank.buy(ann, 1, 10_000, TimeInForce.GTC);
        bank.give(bob, 20_000);
        long lowered = bank.buy(bob, 1, 10_000, TimeInForce.GTC);
        bank.cutOff();
        assertThat(bank.reservedTokens(ann)).isPositive();
        bank.decide(AccountChange.FREEZE, ann);
        bank.level(bob, KycLevel.L0);
        bank.cutOff();
        for (long order : new long[] {frozen, lowered}) {
            assertThat(bank.state(order)).isEqualTo(CANCELLED);
            assertThat(bank.reason(order)).isEqualTo(Reason.RIGHT_LOST);
        }
        assertThat(bank.reservedTokens(ann)).isZero();
        assertThat(bank.tokens(ann)).isEqualTo(100_000);
        assertThat(bank.reservedTokens(bob)).isZero();
        assertThat(bank.reservedLimit(bob)).isZero();
    }

    @Test
    void aHoldOfAnAccountThatWasFrozenMeanwhileIsRefused() {
        long waits = bank.waiting(bank.date().plusDays(9)).transfer(bob, ann, 5);
        bank.cutOff();
        assertThat(bank.state(waits)).isEqualTo(HELD);
        bank.decide(AccountChange.FREEZE, bob);
        bank.cutOff();
        assertThat(bank.state(waits)).isEqualTo(REJECTED);
        assertThat(bank.reason(waits)).isEqualTo(Reason.ACCOUNT_FROZEN);
    }

    @Test
    void aHoldWhoseDatePassedExpiresWhateverBecameOfItsAccount() {
        long waits = bank.waiting(bank.date()).transfer(bob, ann, 5);
        bank.cutOff();
        bank.nextDate();
        bank.decide(AccountChange.FREEZE, bob);
        bank.cutOff();
        assertThat(bank.state(waits)).isEqualTo(EXPIRED);
        assertThat(bank.reason(waits)).isEqualTo(Reason.HOLD_EXPIRED);
    }

    @Test
    void aHoldForWantOfALevelSettlesWhenTheLevelComes() {
        UUID low = bank.person("low", KycLevel.L1);
        bank.give(low, 10);
        long waits = bank.waiting(bank.date().plusDays(9)).transfer(low, bob, 10);
        bank.cutOff();
        assertThat(bank.reason(waits)).isEqualTo(Reason.KYC);
        bank.level(low, KycLevel.L2);
        bank.cutOff();
        assertThat(bank.state(waits)).isEqualTo(SETTLED);
    }

    // ---- Closing --------------------------------------------------------------------------------------------------

    private String refusedClosing(UUID account) {
        bank.decide(AccountChange.CLOSE, account);
        SettlementCycle run = bank.cutOff();
        assertThat(status(account)).isNotEqualTo(AccountStatus.CLOSED);
        assertThat(run.refusedClosings()).hasSize(1);
        assertThat(run.refusedClosings().getFirst().accountId()).isEqualTo(account);
        return run.refusedClosings().getFirst().open().words();
    }

    @Test
    void noAccountClosesWithAnythingOpenAndTheRefusalSaysWhat() {
        bank.giveCredits(ann, TestBank.H100, 2_000);
        bank.sell(ann, 1, 10_000, TimeInForce.GTC);
        bank.publish(ann, "task", 70);
        bank.waiting(bank.date().plusDays(9)).transfer(ann, bob, 200_000);
        bank.cutOff();
        assertThat(refusedClosing(ann)).isEqualTo("UTOKEN=99930 GPU-H100=2000 orders=1 tasks=1 held=1");
        long still = bank.transfer(ann, bob, 1);
        bank.cutOff();
        assertThat(bank.state(still)).isEqualTo(SETTLED);
    }

    @Test
    void aFrozenAccountWhoseClosingIsRefusedStaysFrozen() {
        bank.decide(AccountChange.FREEZE, ann);
        assertThat(refusedClosing(ann)).isEqualTo("UTOKEN=100000");
        assertThat(status(ann)).isEqualTo(AccountStatus.FROZEN);
    }

    @Test
    void whatIsClosedStaysClosed() {
        bank.decide(AccountChange.CLOSE, cid);
        bank.cutOff();
        bank.decide(AccountChange.UNFREEZE, cid);
        bank.decide(AccountChange.FREEZE, cid);
        bank.cutOff();
        assertThat(status(cid)).isEqualTo(AccountStatus.CLOSED);
    }

    @Test
    void aReversalToAClosedAccountIsSetAsideUnderItsName() {
        bank.give(cid, 40);
        long transfer = bank.transfer(cid, bob, 40);
        bank.cutOff();
        bank.decide(AccountChange.CLOSE, cid);
        bank.cutOff();
        long reversal = bank.reverse(transfer);
        SettlementCycle run = bank.cutOff();
        assertThat(bank.state(reversal)).isEqualTo(SETTLED);
        assertThat(types(run)).containsExactly(TransactionType.REVERSAL, TransactionType.UNCLAIMED);
        assertThat(run.setAside()).containsExactly(new UnclaimedItem(reversal, bank.index(cid), 40, 3));
        assertThat(bank.tokens(cid)).isZero();
        assertThat(bank.of(SystemAccount.UNCLAIMED)).isEqualTo(40);
        bank.cutOff();
        assertThat(bank.of(SystemAccount.UNCLAIMED))
                .as("a closed account never may")
                .isEqualTo(40);
    }

    @Test
    void creditsCannotBeSetAsideSoTheirReversalToAClosedAccountIsRefused() {
        bank.service("house", null);
        bank.giveCredits(cid, TestBank.H100, 40);
        long spend = bank.spendCredits(cid, "house", TestBank.H100, 40);
        bank.cutOff();
        bank.decide(AccountChange.CLOSE, cid);
        bank.cutOff();
        long reversal = bank.reverse(spend);
        bank.cutOff();
        assertThat(bank.reason(reversal)).isEqualTo(Reason.RECEIVER_CLOSED);
    }

    // ---- Unclaimed ------------------------------------------------------------------------------------------------

    private long accepted(String task) {
        bank.publish(ann, task, 70);
        bank.cutOff();
        return bank.complete(ann, task, bob);
    }

    @Test
    void thePayOfWhoWasFrozenAfterTheAcceptanceIsSetAsideAndPaidWhenTheRightReturns() {
        long completion = accepted("task");
        bank.decide(AccountChange.FREEZE, bob);
        SettlementCycle run = bank.cutOff();
        assertThat(bank.state(completion)).isEqualTo(SETTLED);
        assertThat(types(run)).containsExactly(TransactionType.REWARD, TransactionType.UNCLAIMED);
        assertThat(run.transfers().from(1)).as("the beneficiary is named").isEqualTo(bank.index(bob));
        assertThat(bank.tokens(bob)).isZero();
        assertThat(bank.of(SystemAccount.UNCLAIMED)).isEqualTo(70);
        assertThat(bank.of(SystemAccount.ESCROW)).isZero();
        assertThat(run.setAside()).containsExactly(new UnclaimedItem(completion, bank.index(bob), 70, 2));

        assertThat(bank.cutOff().paidOut()).isEmpty();
        bank.decide(AccountChange.UNFREEZE, bob);
        long atOnce = bank.transfer(bob, cid, 70);
        SettlementCycle paid = bank.cutOff();
        assertThat(paid.paidOut()).hasSize(1);
        assertThat(types(paid)).containsExactly(TransactionType.UNCLAIMED, TransactionType.TRANSFER);
        assertThat(bank.state(atOnce)).isEqualTo(SETTLED);
        assertThat(bank.of(SystemAccount.UNCLAIMED)).isZero();
        assertThat(bank.cutOff().paidOut()).isEmpty();
    }

    @Test
    void thePayOfWhoLostEveryLevelAfterTheAcceptanceIsSetAsideToo() {
        accepted("task");
        bank.level(bob, KycLevel.L0);
        bank.cutOff();
        assertThat(bank.of(SystemAccount.UNCLAIMED)).isEqualTo(70);
        bank.decide(AccountChange.FREEZE, bob);
        bank.level(bob, KycLevel.L1);
        bank.cutOff();
        assertThat(bank.of(SystemAccount.UNCLAIMED)).as("still frozen").isEqualTo(70);
        bank.decide(AccountChange.UNFREEZE, bob);
        bank.cutOff();
        assertThat(bank.tokens(bob)).isEqualTo(70);
    }

    @Test
    void whoWasFrozenBeforeTheAcceptanceIsRefusedAndTheEscrowStays() {
        bank.decide(AccountChange.FREEZE, bob);
        long completion = accepted("task");
        bank.cutOff();
        assertThat(bank.reason(completion)).isEqualTo(Reason.RECEIVER_FROZEN);
        assertThat(bank.of(SystemAccount.ESCROW)).isEqualTo(70);
        assertThat(bank.of(SystemAccount.UNCLAIMED)).isZero();
    }

    @Test
    void frozenAndUnfrozenBeforeTheCutOffIsPaidAsIfNothingHadHappened() {
        accepted("task");
        bank.decide(AccountChange.FREEZE, bob);
        bank.decide(AccountChange.UNFREEZE, bob);
        SettlementCycle run = bank.cutOff();
        assertThat(run.setAside()).isEmpty();
        assertThat(bank.tokens(bob)).isEqualTo(70);
    }

    @Test
    void anAccountWithUnclaimedMoneyDoesNotClose() {
        accepted("task");
        bank.decide(AccountChange.FREEZE, bob);
        bank.cutOff();
        assertThat(refusedClosing(bob)).isEqualTo("unclaimed=70");
    }

    @Test
    void onesOwnMoneyReturnsToAFrozenAccount() {
        bank.publish(ann, "task", 70, bank.nextCutOff().plusSeconds(60));
        long transfer = bank.transfer(ann, bob, 30);
        bank.cutOff();
        bank.decide(AccountChange.FREEZE, ann);
        bank.level(ann, KycLevel.L0);
        bank.reverse(transfer);
        SettlementCycle run = bank.cutOff();
        assertThat(bank.tokens(ann)).isEqualTo(100_000);
        assertThat(run.setAside()).isEmpty();
    }

    private static List<TransactionType> types(SettlementCycle run) {
        return java.util.stream.IntStream.range(0, run.transfers().size())
                .mapToObj(run.transfers()::type)
                .toList();
    }
}
