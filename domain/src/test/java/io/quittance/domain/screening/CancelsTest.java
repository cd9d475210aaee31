package io.quittance.domain.screening;

import static io.quittance.domain.screening.Outcome.State.ADMITTED;
import static io.quittance.domain.screening.Outcome.State.CANCELLED;
import static io.quittance.domain.screening.Outcome.State.HELD;
import static io.quittance.domain.screening.Outcome.State.SETTLED;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.intake.Submission.TimeInForce;
import io.quittance.domain.settlement.TestBank;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** RULES 4 and 5: only orders and holds can be cancelled, and only by whoever sent them. */
class CancelsTest {

    private final TestBank bank = new TestBank();
    private final UUID ann = bank.person("ann", KycLevel.L2);
    private final UUID bob = bank.person("bob", KycLevel.L3);

    CancelsTest() {
        bank.give(ann, 100_000);
        bank.giveCredits(bob, TestBank.H100, 10_000);
    }

    @Test
    void anOrderThatRestsEndsAndReleasesWhatItReserved() {
        long order = bank.buy(ann, 2, 10_000, TimeInForce.GTC);
        bank.cutOff();
        long cancel = bank.cancel(ann, order);
        bank.sell(bob, 2, 10_000, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.state(cancel)).isEqualTo(SETTLED);
        assertThat(bank.outcome(order))
                .isEqualTo(new Outcome(order, CANCELLED, Reason.CANCELLED_BY_SENDER, "", null, 0, 0));
        assertThat(bank.reservedTokens(ann)).isZero();
        assertThat(bank.reservedLimit(ann)).isZero();
    }

    @Test
    void anOrderOfTheSameWindowIsNeverAdmitted() {
        long order = bank.buy(ann, 2, 10_000, TimeInForce.GTC);
        long cancel = bank.cancel(ann, order);
        bank.sell(bob, 2, 10_000, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.state(cancel)).isEqualTo(SETTLED);
        assertThat(bank.state(order)).isEqualTo(CANCELLED);
        assertThat(bank.credits(ann, TestBank.H100)).isZero();
        assertThat(bank.books().orders).isEmpty();
    }

    @Test
    void aCancelBeforeItsOrderFindsNothing() {
        long cancel = bank.cancel(ann, 2);
        long order = bank.buy(ann, 1, 10_000, TimeInForce.GTC);
        bank.cutOff();
        assertThat(order).isEqualTo(2);
        assertThat(bank.reason(cancel)).isEqualTo(Reason.NOTHING_TO_CANCEL);
        assertThat(bank.state(order)).isEqualTo(ADMITTED);
    }

    @Test
    void aSecondCancelFindsNothing() {
        long resting = bank.buy(ann, 1, 10_000, TimeInForce.GTC);
        long held = bank.waiting(bank.date()).transfer(ann, bob, 1_000_000);
        bank.cutOff();
        long fresh = bank.buy(ann, 1, 10_000, TimeInForce.GTC);
        for (long cancelled : new long[] {resting, held, fresh}) {
            bank.cancel(ann, cancelled);
        }
        long[] again = {bank.cancel(ann, resting), bank.cancel(ann, held), bank.cancel(ann, fresh)};
        bank.cutOff();
        for (long cancel : again) {
            assertThat(bank.reason(cancel)).isEqualTo(Reason.NOTHING_TO_CANCEL);
        }
        for (long cancelled : new long[] {resting, held, fresh}) {
            assertThat(bank.state(cancelled)).isEqualTo(CANCELLED);
        }
    }

    @Test
    void nobodyCancelsForAnotherSenderOrAnotherAccount() {
        long order = bank.buy(ann, 1, 10_000, TimeInForce.GTC);
        long held = bank.waiting(bank.date()).transfer(ann, bob, 1_000_000);
        bank.cutOff();
        long fresh = bank.buy(ann, 1, 10_000, TimeInForce.GTC);
        for (long wanted : new long[] {order, held, fresh}) {
            long byAnother = bank.by("mallory").cancel(ann, wanted);
            long ofAnother = bank.cancel(bob, wanted);
            bank.cutOff();
            assertThat(bank.reason(byAnother)).isEqualTo(Reason.NOTHING_TO_CANCEL);
            assertThat(bank.reason(ofAnother)).isEqualTo(Reason.NOTHING_TO_CANCEL);
        }
        assertThat(bank.state(order)).isEqualTo(ADMITTED);
        assertThat(bank.state(held)).isEqualTo(HELD);
        assertThat(bank.state(fresh)).isEqualTo(ADMITTED);
    }

    @Test
    void anotherSendersOrderOfTheSameKeyIsSafe() {
        long order = bank.by("mallory").buy(ann, 1, 10_000, TimeInForce.GTC);
        bank.cutOff();
        long cancel = bank.submit(new Submission.Cancel(ann, TestBank.keyOf(order)));
        bank.cutOff();
        assertThat(bank.reason(cancel)).isEqualTo(Reason.NOTHING_TO_CANCEL);
        assertThat(bank.state(order)).isEqualTo(ADMITTED);
    }

    @Test
    void whatHasSettledCannotBeCancelled() {
        long transfer = bank.transfer(ann, bob, 1);
        long lapsed = bank.buy(ann, 1, 10_000, TimeInForce.IOC);
        long cancelNow = bank.cancel(ann, transfer);
        bank.cutOff();
        long cancelLater = bank.cancel(ann, transfer);
        long cancelLapsed = bank.cancel(ann, lapsed);
        bank.cutOff();
        for (long cancel : new long[] {cancelNow, cancelLater, cancelLapsed}) {
            assertThat(bank.reason(cancel)).isEqualTo(Reason.NOTHING_TO_CANCEL);
        }
        assertThat(bank.state(transfer)).isEqualTo(SETTLED);
    }

    @Test
    void whatIsReleasedReturnsToAFrozenAccount() {
        long order = bank.buy(ann, 1, 10_000, TimeInForce.GTC);
        bank.cutOff();
        bank.books().setStatus(bank.index(ann), AccountStatus.FROZEN);
        long cancel = bank.cancel(ann, order);
        bank.cutOff();
        assertThat(bank.state(cancel)).isEqualTo(SETTLED);
        assertThat(bank.reason(order)).isEqualTo(Reason.CANCELLED_BY_SENDER);
        assertThat(bank.reservedTokens(ann)).isZero();
    }
}
