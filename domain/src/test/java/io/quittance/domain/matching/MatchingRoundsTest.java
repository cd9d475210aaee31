package io.quittance.domain.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.KycLevel;
import io.quittance.domain.intake.Submission.OrderType;
import io.quittance.domain.intake.Submission.Side;
import io.quittance.domain.intake.Submission.TimeInForce;
import io.quittance.domain.settlement.SettlementCycle;
import io.quittance.domain.settlement.TestBank;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MatchingRoundsTest {

    private final TestBank bank = new TestBank();
    private final UUID buyer = bank.person("buyer", KycLevel.L3);
    private final UUID seller = bank.person("seller", KycLevel.L3);

    MatchingRoundsTest() {
        bank.give(buyer, 1_000_000);
        bank.giveCredits(seller, TestBank.H100, 100_000);
        bank.giveCredits(seller, TestBank.A100, 100_000);
    }

    private long a100(UUID account, Side side, long lots, long limit, TimeInForce force) {
        return bank.order(account, TestBank.A100, side, OrderType.LIMIT, lots, limit, force, null);
    }

    @Test
    void everyInstrumentHasItsRoundInTheOrderOfItsAssetEvenWithoutOrders() {
        SettlementCycle run = bank.cutOff();
        assertThat(run.rounds()).extracting(MatchingRound::asset).containsExactly(1, 2);
        assertThat(run.rounds()).allSatisfy(round -> {
            assertThat(round.orders()).isEmpty();
            assertThat(round.result().volume()).isZero();
            assertThat(round.referenceAfter())
                    .isEqualTo(round.referenceBefore())
                    .isEqualTo(round.instrument().initialReferenceTicks());
        });
    }

    @Test
    void anOrderTakesPartInItsOwnInstrumentOnly() {
        long buyH100 = bank.buy(buyer, 1, 10_000, TimeInForce.GTC);
        long sellA100 = a100(seller, Side.SELL, 1, 1_900, TimeInForce.GTC);
        SettlementCycle run = bank.cutOff();
        assertThat(run.rounds().get(0).orders()).extracting(o -> o.intakeNo).containsExactly(buyH100);
        assertThat(run.rounds().get(1).orders()).extracting(o -> o.intakeNo).containsExactly(sellA100);
        assertThat(run.transfers().size()).isZero();
    }

    @Test
    void roundsOfTwoInstrumentsStandOneAfterTheOtherInTheBooks() {
        a100(seller, Side.SELL, 1, 2_000, TimeInForce.IOC);
        bank.sell(seller, 1, 10_000, TimeInForce.IOC);
        a100(buyer, Side.BUY, 1, 2_000, TimeInForce.IOC);
        bank.buy(buyer, 1, 10_000, TimeInForce.IOC);
        SettlementCycle run = bank.cutOff();
        var intake = new java.util.ArrayList<Long>();
        for (int i = 0; i < run.transfers().size(); i++) {
            intake.add(run.transfers().intakeNo(i));
        }
        // H100 with its fees first, then A100, which has none.
        assertThat(intake).isEqualTo(List.of(2L, 2L, 2L, 4L, 4L, 4L, 1L, 1L, 3L, 3L));
    }

    /** AGE_PRO_RATA: what rested from an earlier cycle comes before what is new at the same price. */
    @Test
    void ordersThatRestedComeFirst() {
        long rested = bank.buy(buyer, 2, 10_000, TimeInForce.GTC);
        bank.cutOff();
        UUID other = bank.person("other", KycLevel.L3);
        bank.give(other, 100_000);
        long fresh = bank.buy(other, 6, 10_000, TimeInForce.GTC);
        bank.sell(seller, 3, 10_000, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.outcome(rested).filledLots()).isEqualTo(2);
        assertThat(bank.outcome(fresh).filledLots()).isEqualTo(1);
    }

    /** PRO_RATA by the instrument's own parameters: 6 and 2 lots share 4 as 3 and 1, whichever rested. */
    @Test
    void anInstrumentSharesAsItsParametersSay() {
        long rested = a100(buyer, Side.BUY, 2, 2_000, TimeInForce.GTC);
        bank.cutOff();
        UUID other = bank.person("other", KycLevel.L3);
        bank.give(other, 100_000);
        long fresh = a100(other, Side.BUY, 6, 2_000, TimeInForce.GTC);
        a100(seller, Side.SELL, 4, 2_000, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.outcome(rested).filledLots()).isEqualTo(1);
        assertThat(bank.outcome(fresh).filledLots()).isEqualTo(3);
    }

    /** CANCEL_NEWEST by the instrument's own parameters: the newer of two orders of one party goes altogether. */
    @Test
    void anInstrumentPreventsSelfTradesAsItsParametersSay() {
        bank.giveCredits(buyer, TestBank.A100, 10_000);
        long older = a100(buyer, Side.BUY, 2, 2_000, TimeInForce.GTC);
        long newer = a100(buyer, Side.SELL, 5, 2_000, TimeInForce.GTC);
        bank.cutOff();
        assertThat(bank.outcome(older).openLots()).isZero();
        assertThat(bank.outcome(newer).openLots()).isZero();
        assertThat(bank.books().orders).isEmpty();
        assertThat(bank.reservedTokens(buyer)).isZero();
    }
}
