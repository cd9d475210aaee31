package io.quittance.domain.screening;

import static io.quittance.domain.screening.Outcome.State.CANCELLED;
import static io.quittance.domain.screening.Outcome.State.EXPIRED;
import static io.quittance.domain.screening.Outcome.State.HELD;
import static io.quittance.domain.screening.Outcome.State.REJECTED;
import static io.quittance.domain.screening.Outcome.State.SETTLED;
import static io.quittance.domain.settlement.TestBank.FIRST_DATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Submission.DepositMode;
import io.quittance.domain.settlement.TestBank;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** RULES 5: what waits, for how long, and that it harms nobody while it does. */
class HoldsTest {

    private final TestBank bank = new TestBank(TestBank.parameters(Map.of(KycLevel.L2, 1_000L)));
    private final UUID ann = bank.person("ann", KycLevel.L2);
    private final UUID bob = bank.person("bob", KycLevel.L2);
    private final UUID rich = bank.person("rich", KycLevel.L3);

    @Test
    void whatMayNotWaitIsRefusedAtOnce() {
        long sent = bank.transfer(ann, bob, 100);
        bank.cutOff();
        assertThat(bank.outcome(sent)).isEqualTo(Outcome.rejected(sent, Reason.FUNDS, "asked=100 available=0"));
    }

    @Test
    void whatMayWaitIsOfferedThroughItsLastDateInclusive() {
        long sent = bank.waiting(FIRST_DATE.plusDays(2)).transfer(ann, bob, 100);
        for (int day = 0; day <= 2; day++) {
            bank.cutOff();
            bank.cutOff();
            assertThat(bank.state(sent)).isEqualTo(HELD);
            assertThat(bank.outcome(sent).holdUntil()).isEqualTo(FIRST_DATE.plusDays(2));
            if (day < 2) {
                bank.nextDate();
            }
        }
        bank.give(ann, 100);
        bank.cutOff();
        assertThat(bank.state(sent)).isEqualTo(SETTLED);
        assertThat(bank.tokens(bob)).isEqualTo(100);
        assertThat(bank.held()).isEmpty();
    }

    @Test
    void whatStillLacksItAfterItsLastDateExpires() {
        long sent = bank.waiting(FIRST_DATE).transfer(ann, bob, 100);
        bank.cutOff();
        assertThat(bank.state(sent)).isEqualTo(HELD);
        bank.give(ann, 100); // Too late: the next cycle is of the next date.
        bank.nextDate();
        bank.cutOff();
        assertThat(bank.state(sent)).isEqualTo(EXPIRED);
        assertThat(bank.reason(sent)).isEqualTo(Reason.HOLD_EXPIRED);
        assertThat(bank.tokens(ann)).isEqualTo(100);
        assertThat(bank.counts().expired()).isOne();
    }

    @Test
    void aLastDateInThePastIsNoHold() {
        long sent = bank.waiting(FIRST_DATE.minusDays(1)).transfer(ann, bob, 100);
        bank.cutOff();
        assertThat(bank.state(sent)).isEqualTo(REJECTED);
        assertThat(bank.reason(sent)).isEqualTo(Reason.FUNDS);
    }

    @Test
    void evidenceIsAwaitedForSevenDatesAndNotLonger() {
        Instant from = bank.nextCutOff().minusSeconds(100);
        Instant to = bank.nextCutOff().minusSeconds(90);
        bank.resource("gpus", ann, TestBank.H100, 1);
        long early = bank.deposit(ann, "gpus", DepositMode.KEEP, from, to, 10_000);
        long never = bank.deposit(ann, "gpus", DepositMode.KEEP, to, to.plusSeconds(10), 10_000);
        bank.cutOff();
        assertThat(bank.outcome(early)).isEqualTo(Outcome.held(early, Reason.EVIDENCE, "", FIRST_DATE.plusDays(7)));
        bank.nextDate(FIRST_DATE.plusDays(7));
        bank.metering("gpus", from, to, 10_000);
        bank.cutOff();
        assertThat(bank.state(early)).isEqualTo(SETTLED);
        assertThat(bank.state(never)).isEqualTo(HELD);
        bank.nextDate();
        bank.metering("gpus", to, to.plusSeconds(10), 10_000);
        bank.cutOff();
        assertThat(bank.state(never)).isEqualTo(EXPIRED);
        assertThat(bank.credits(ann, TestBank.H100)).isEqualTo(10_000);
    }

    @Test
    void aCompletionThatComesTooEarlyIsOfferedAgainInTheNextCycle() {
        bank.give(ann, 100);
        long completion = bank.complete(ann, "task", bob);
        bank.publish(ann, "task", 100);
        bank.cutOff();
        assertThat(bank.outcome(completion))
                .isEqualTo(Outcome.held(completion, Reason.TASK_NOT_READY, "", FIRST_DATE.plusDays(7)));
        bank.cutOff();
        assertThat(bank.state(completion)).isEqualTo(SETTLED);
        assertThat(bank.tokens(bob)).isEqualTo(100);
    }

    @Test
    void aCompletionOfATaskThatWasNotPublishedAfterAllIsRefusedInTheNextCycle() {
        long publication = bank.publish(ann, "task", 100);
        long completion = bank.complete(ann, "task", bob);
        bank.cutOff();
        assertThat(bank.reason(publication)).isEqualTo(Reason.FUNDS);
        assertThat(bank.state(completion)).isEqualTo(HELD);
        bank.cutOff();
        assertThat(bank.state(completion)).isEqualTo(REJECTED);
        assertThat(bank.reason(completion)).isEqualTo(Reason.UNKNOWN_TASK);
    }

    @Test
    void aPublicationThatWaitedInVainPublishesNothing() {
        long publication = bank.waiting(FIRST_DATE).publish(ann, "task", 100);
        bank.cutOff();
        long inTime = bank.complete(ann, "task", bob);
        bank.cutOff();
        assertThat(bank.reason(inTime)).isEqualTo(Reason.TASK_NOT_READY);
        bank.nextDate();
        long tooLate = bank.complete(ann, "task", bob);
        bank.cutOff();
        assertThat(bank.state(publication)).isEqualTo(EXPIRED);
        assertThat(bank.reason(inTime)).isEqualTo(Reason.UNKNOWN_TASK);
        assertThat(bank.reason(tooLate)).isEqualTo(Reason.UNKNOWN_TASK);
    }

    @Test
    void aHeldPublicationThatIsCancelledPublishesNothing() {
        long publication = bank.waiting(FIRST_DATE).publish(ann, "task", 100);
        long other = bank.waiting(FIRST_DATE).publish(bob, "other", 100);
        long kept = bank.waiting(FIRST_DATE).publish(bob, "other", 100);
        bank.cutOff();
        long completion = bank.complete(ann, "task", bob);
        long ofOther = bank.complete(bob, "other", ann);
        bank.cancel(ann, publication);
        bank.cancel(bob, other);
        bank.cutOff();
        assertThat(bank.state(publication)).isEqualTo(CANCELLED);
        assertThat(bank.state(other)).isEqualTo(CANCELLED);
        assertThat(bank.state(kept)).isEqualTo(HELD);
        assertThat(bank.reason(completion)).isEqualTo(Reason.UNKNOWN_TASK);
        assertThat(bank.reason(ofOther)).as("another may publish it still").isEqualTo(Reason.TASK_NOT_READY);
    }

    @Test
    void whatWaitsByRuleDoesNotWaitForAnythingElse() {
        bank.give(ann, 100);
        bank.publish(ann, "task", 100);
        long completion = bank.complete(ann, "task", bob);
        bank.cutOff();
        assertThat(bank.state(completion)).isEqualTo(HELD);
        bank.books().setLevel(TestBank.id("party of bob"), KycLevel.L0);
        bank.cutOff();
        assertThat(bank.state(completion)).isEqualTo(REJECTED);
        assertThat(bank.reason(completion)).isEqualTo(Reason.RECEIVER_KYC);
    }

    @Test
    void aDepositThatFoundItsEvidenceDoesNotWaitForItsProvidersCap() {
        BankParameters usual = bank.parameters();
        bank.decide(
                new BankParameters(1, "test", 9_999, usual.classes(), usual.instruments(), usual.dailyLimitUtoken()));
        Instant from = bank.nextCutOff().minusSeconds(100);
        bank.resource("gpus", ann, TestBank.H100, 1);
        long deposit = bank.deposit(ann, "gpus", DepositMode.MINT, from, from.plusSeconds(10), 10_000);
        bank.cutOff();
        bank.metering("gpus", from, from.plusSeconds(10), 10_000);
        bank.cutOff();
        assertThat(bank.state(deposit)).isEqualTo(REJECTED);
        assertThat(bank.reason(deposit)).isEqualTo(Reason.PROVIDER_CAP);
    }

    @Test
    void aHoldIsOfferedBeforeWhatIsNew() {
        long old = bank.waiting(FIRST_DATE).transfer(ann, bob, 100);
        bank.cutOff();
        bank.give(ann, 150);
        long fresh = bank.transfer(ann, bob, 100);
        bank.cutOff();
        assertThat(bank.state(old)).isEqualTo(SETTLED);
        assertThat(bank.state(fresh)).isEqualTo(REJECTED);
    }

    @Test
    void holdsAreOfferedInIntakeOrder() {
        long first = bank.waiting(FIRST_DATE).transfer(ann, bob, 100);
        bank.cutOff();
        long second = bank.waiting(FIRST_DATE).transfer(ann, bob, 90);
        bank.cutOff();
        bank.give(ann, 100);
        bank.cutOff();
        assertThat(bank.state(first)).isEqualTo(SETTLED);
        assertThat(bank.state(second)).isEqualTo(HELD);
    }

    @Test
    void aHoldBlocksNothingLater() {
        bank.give(ann, 60);
        long waits = bank.waiting(FIRST_DATE).transfer(ann, bob, 100);
        long later = bank.transfer(ann, bob, 60);
        bank.cutOff();
        assertThat(bank.state(waits)).isEqualTo(HELD);
        assertThat(bank.state(later)).isEqualTo(SETTLED);
    }

    @Test
    void aPublicationThatWaitsDoesNotKeepItsNameFromOthers() {
        bank.give(rich, 100);
        long squatter = bank.waiting(FIRST_DATE.plusDays(5)).publish(ann, "task", 100);
        bank.cutOff();
        long able = bank.publish(rich, "task", 100);
        bank.cutOff();
        assertThat(bank.state(able)).isEqualTo(SETTLED);
        assertThat(bank.state(squatter)).isEqualTo(HELD);
        bank.cutOff();
        assertThat(bank.reason(squatter)).isEqualTo(Reason.TASK_EXISTS);
    }

    @Test
    void ofTwoPublicationsOfOneNameTheFirstThatCanPayGetsIt() {
        bank.give(rich, 200);
        long poor = bank.publish(ann, "task", 100);
        long first = bank.publish(rich, "task", 100);
        long second = bank.publish(rich, "task", 100);
        bank.cutOff();
        assertThat(bank.reason(poor)).isEqualTo(Reason.FUNDS);
        assertThat(bank.state(first)).isEqualTo(SETTLED);
        assertThat(bank.reason(second)).isEqualTo(Reason.TASK_EXISTS);
    }

    @Test
    void aHoldIsJudgedByTheDateOfItsCycle() {
        bank.give(ann, 2_000);
        bank.transfer(ann, bob, 950);
        long waits = bank.waiting(FIRST_DATE.plusDays(1)).transfer(ann, bob, 100);
        bank.cutOff();
        assertThat(bank.outcome(waits).detail()).isEqualTo("limit=1000 used=950 reserved=0 left=50 asked=100");
        bank.cutOff();
        assertThat(bank.state(waits)).isEqualTo(HELD);
        bank.nextDate();
        bank.cutOff();
        assertThat(bank.state(waits)).isEqualTo(SETTLED);
        assertThat(bank.used(ann)).isEqualTo(100);
    }

    @Test
    void aHoldReservesNothing() {
        bank.give(ann, 60);
        bank.waiting(FIRST_DATE).transfer(ann, bob, 100);
        bank.cutOff();
        assertThat(bank.reservedTokens(ann)).isZero();
        assertThat(bank.reservedLimit(ann)).isZero();
    }

    @Test
    void aHoldEndsWhenItsAccountIsFrozen() {
        long waits = bank.waiting(FIRST_DATE.plusDays(3)).transfer(ann, bob, 100);
        bank.cutOff();
        bank.books().setStatus(bank.index(ann), AccountStatus.FROZEN);
        bank.cutOff();
        assertThat(bank.reason(waits)).isEqualTo(Reason.ACCOUNT_FROZEN);
        assertThat(bank.held()).isEmpty();
    }

    @Test
    void aHoldCanBeCancelled() {
        long waits = bank.waiting(FIRST_DATE.plusDays(3)).transfer(ann, bob, 100);
        bank.cutOff();
        bank.give(ann, 100);
        long cancel = bank.cancel(ann, waits);
        bank.cutOff();
        assertThat(bank.state(cancel)).isEqualTo(SETTLED);
        assertThat(bank.state(waits)).isEqualTo(CANCELLED);
        assertThat(bank.reason(waits)).isEqualTo(Reason.CANCELLED_BY_SENDER);
        assertThat(bank.tokens(ann)).isEqualTo(100);
        assertThat(bank.held()).isEmpty();
    }

    @Test
    void whatWaitsForALevelSettlesWhenItComes() {
        UUID newcomer = bank.person("newcomer", KycLevel.L1);
        bank.give(newcomer, 100);
        long waits = bank.waiting(FIRST_DATE).transfer(newcomer, bob, 100);
        bank.cutOff();
        assertThat(bank.reason(waits)).isEqualTo(Reason.KYC);
        assertThat(bank.outcome(waits).detail()).isEqualTo("level=L1 needs=full_trade");
        bank.books().setLevel(TestBank.id("party of newcomer"), KycLevel.L2);
        bank.cutOff();
        assertThat(bank.state(waits)).isEqualTo(SETTLED);
    }
}
