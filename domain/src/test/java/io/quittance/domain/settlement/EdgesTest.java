package io.quittance.domain.settlement;

import static io.quittance.domain.screening.Outcome.State.SETTLED;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.KycLevel;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Submission.TimeInForce;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cycles of edge sizes, and amounts at the edge of 64 bits. */
class EdgesTest {

    private final TestBank bank = new TestBank();
    private final UUID ann = bank.person("ann", KycLevel.L3);
    private final UUID bob = bank.person("bob", KycLevel.L3);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 31, 32, 33, 255, 256, 257, 4_095, 4_096, 4_097})
    void aCycleOfAnySizeAllFromOneAccountSettlesToTheLastLine(int size) {
        bank.give(ann, size + 1L);
        long last = 0;
        for (int i = 0; i < size; i++) {
            last = bank.transfer(ann, bob, 1);
        }

        SettlementCycle run = bank.cutOff();

        assertThat(run.transfers().size()).isEqualTo(size);
        assertThat(bank.tokens(ann)).isOne();
        assertThat(bank.tokens(bob)).isEqualTo(size);
        assertThat(run.positions().size()).isEqualTo(size == 0 ? 0 : 2);
        if (size > 0) {
            assertThat(bank.state(last)).isEqualTo(SETTLED);
        }
        long next = bank.transfer(ann, bob, 2);
        bank.cutOff();
        assertThat(bank.reason(next)).isEqualTo(Reason.FUNDS);
    }

    @Test
    void allThatThereIsMovesAndWhatADatesCounterCannotHoldIsRefused() {
        bank.give(ann, Long.MAX_VALUE);
        long all = bank.transfer(ann, bob, Long.MAX_VALUE);
        bank.cutOff();
        assertThat(bank.state(all)).isEqualTo(SETTLED);
        assertThat(bank.used(ann)).isEqualTo(Long.MAX_VALUE);
        long back = bank.transfer(bob, ann, Long.MAX_VALUE);
        bank.cutOff();
        assertThat(bank.state(back)).isEqualTo(SETTLED);

        long more = bank.transfer(ann, bob, 1);
        bank.cutOff();

        assertThat(bank.reason(more)).isEqualTo(Reason.AMOUNT_OVERFLOW);
        assertThat(bank.tokens(ann)).isEqualTo(Long.MAX_VALUE);
        bank.nextDate();
        long tomorrow = bank.transfer(ann, bob, 1);
        bank.cutOff();
        assertThat(bank.state(tomorrow)).isEqualTo(SETTLED);
    }

    @Test
    void anOrderWhoseWorstCaseADatesCounterCannotHoldIsRefused() {
        bank.give(ann, Long.MAX_VALUE);
        bank.transfer(ann, bob, Long.MAX_VALUE - 1);
        bank.cutOff();
        bank.transfer(bob, ann, Long.MAX_VALUE - 1);
        bank.cutOff();

        long order = bank.buy(ann, 1, 1_000_000, TimeInForce.GTC);
        bank.cutOff();

        assertThat(bank.reason(order)).isEqualTo(Reason.AMOUNT_OVERFLOW);
        assertThat(bank.reservedTokens(ann)).isZero();
    }
}
