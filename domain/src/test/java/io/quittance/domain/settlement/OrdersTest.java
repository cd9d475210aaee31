package io.quittance.domain.settlement;

import static io.quittance.domain.screening.Outcome.State.ADMITTED;
import static io.quittance.domain.screening.Outcome.State.CANCELLED;
import static io.quittance.domain.screening.Outcome.State.EXPIRED;
import static io.quittance.domain.screening.Outcome.State.SETTLED;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.cycle.Instrument;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Submission.OrderType;
import io.quittance.domain.intake.Submission.Side;
import io.quittance.domain.intake.Submission.TimeInForce;
import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.screening.Outcome;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RULES 2, 5 and 8: orders from their admission to their last fill. */
class OrdersTest {

    private final TestBank bank = new TestBank();
    private final UUID buyer = bank.person("buyer", KycLevel.L3);
    private final UUID seller = bank.person("seller", KycLevel.L3);

    OrdersTest() {
        bank.give(buyer, 1_000_000);
        bank.giveCredits(seller, TestBank.H100, 1_000_000);
    }

    private long market(UUID account, Side side, long lots) {
        return bank.order(account, TestBank.H100, side, OrderType.MARKET, lots, null, TimeInForce.IOC, null);
    }

    @Test
    void aFillMovesBothLegsThroughClearingAndEachSidePaysItsFee() {
        long buy = bank.buy(buyer, 3, 10_500, TimeInForce.IOC);
        long sell = bank.sell(seller, 3, 9_500, TimeInForce.IOC);
        SettlementCycle run = bank.cutOff();
        assertThat(run.rounds().getFirst().result().price())
                .as("the reference decides")
                .isEqualTo(1_000);
        assertThat(bank.outcome(buy)).isEqualTo(new Outcome(buy, SETTLED, null, "", null, 3, 0));
        assertThat(bank.outcome(sell)).isEqualTo(new Outcome(sell, SETTLED, null, "", null, 3, 0));
        assertThat(bank.tokens(buyer)).isEqualTo(1_000_000 - 30_000 - 30);
        assertThat(bank.tokens(seller)).isEqualTo(30_000 - 30);
        assertThat(bank.of(SystemAccount.FEES)).isEqualTo(60);
        assertThat(bank.credits(buyer, TestBank.H100)).isEqualTo(3_000);
        assertThat(bank.credits(seller, TestBank.H100)).isEqualTo(997_000);
        assertThat(PhasesTest.types(run))
                .containsExactly(
                        TransactionType.TRADE,
                        TransactionType.TRADE,
                        TransactionType.FEE,
                        TransactionType.TRADE,
                        TransactionType.TRADE,
                        TransactionType.FEE);
        assertThat(bank.books().orders).isEmpty();
        assertThat(bank.reservedTokens(buyer)).isZero();
    }

    /** ⌈cumulative notional × bps⌉ less what was charged: 10.01 a lot is 11, then 10 and 10, not three times 11. */
    @Test
    void feesRoundUpOncePerOrderNotOncePerFill() {
        long buy = bank.buy(buyer, 3, 10_010, TimeInForce.GTC);
        long before = 1_000_000;
        long[] fees = new long[3];
        for (int i = 0; i < 3; i++) {
            bank.sell(seller, 1, 10_010, TimeInForce.IOC);
            bank.cutOff();
            fees[i] = before - bank.tokens(buyer) - 10_010;
            before = bank.tokens(buyer);
        }
        assertThat(fees).containsExactly(11, 10, 10);
        assertThat(bank.state(buy)).isEqualTo(SETTLED);
    }

    @Test
    void whatIsOpenKeepsTheRightReservationToTheMicroToken() {
        long buy = bank.buy(buyer, 5, 10_510, TimeInForce.GTC);
        bank.cutOff();
        assertThat(bank.reservedTokens(buyer)).as("52 550 and ⌈52.55⌉").isEqualTo(52_603);
        bank.sell(seller, 2, 10_510, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.tokens(buyer)).as("21 020 and ⌈21.02⌉").isEqualTo(1_000_000 - 21_042);
        assertThat(bank.reservedTokens(buyer)).as("31 530 and ⌈52.55⌉ − 22").isEqualTo(31_561);
        assertThat(bank.outcome(buy)).isEqualTo(new Outcome(buy, ADMITTED, null, "", null, 2, 3));
        bank.sell(seller, 3, 10_510, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.tokens(buyer)).isEqualTo(1_000_000 - 52_603);
        assertThat(bank.reservedTokens(buyer)).isZero();
    }

    @Test
    void aBetterPriceThanTheLimitLeavesNothingReservedBehind() {
        long buy = bank.buy(buyer, 5, 11_000, TimeInForce.GTC);
        bank.sell(seller, 2, 9_500, TimeInForce.IOC);
        bank.sell(seller, 9, 11_000, TimeInForce.GTC);
        bank.cutOff();
        assertThat(bank.state(buy)).isEqualTo(SETTLED);
        assertThat(bank.reservedTokens(buyer)).isZero();
        assertThat(bank.books().orders).hasSize(1);
    }

    @Test
    void aSellReservesItsCreditsAndReleasesTheRest() {
        long sell = bank.sell(seller, 5, 9_500, TimeInForce.GTC);
        bank.buy(buyer, 2, 10_000, TimeInForce.IOC);
        bank.cutOff();
        int asset = bank.asset(TestBank.H100);
        assertThat(bank.books().reserved(bank.index(seller), asset)).isEqualTo(3_000);
        assertThat(bank.books().posted(bank.index(seller), asset)).isEqualTo(998_000);
        bank.cancel(seller, sell);
        bank.cutOff();
        assertThat(bank.books().reserved(bank.index(seller), asset)).isZero();
        assertThat(bank.outcome(sell))
                .isEqualTo(new Outcome(sell, SETTLED, Reason.CANCELLED_BY_SENDER, "", null, 2, 0));
    }

    @ParameterizedTest(name = "{0}: {1} {2}")
    @CsvSource({
        "L0, LIMIT, IOC, KYC",
        "L1, LIMIT, IOC, ",
        "L1, LIMIT, GTC, KYC",
        "L1, LIMIT, GTD, KYC",
        "L1, MARKET, IOC, KYC",
        "L2, LIMIT, IOC, ",
        "L2, LIMIT, GTC, ",
        "L2, LIMIT, GTD, ",
        "L2, MARKET, IOC, ",
        "L3, MARKET, IOC, "
    })
    void ofBasicTradeAreLimitOrdersForOneRoundOnly(KycLevel level, OrderType type, TimeInForce force, Reason expected) {
        UUID trader = bank.person("trader", level);
        bank.give(trader, 100_000);
        long order = bank.order(
                trader,
                TestBank.H100,
                Side.BUY,
                type,
                1,
                type == OrderType.LIMIT ? 10_000L : null,
                force,
                force == TimeInForce.GTD ? bank.date() : null);
        bank.cutOff();
        if (expected != null) {
            assertThat(bank.reason(order)).isEqualTo(expected);
        } else {
            assertThat(bank.state(order)).isEqualTo(force == TimeInForce.IOC ? EXPIRED : ADMITTED);
        }
    }

    @Test
    void aMarketBuyNeedsItsFundsAtTheBandsEdge() {
        UUID poor = bank.person("poor", KycLevel.L2);
        bank.give(poor, 11_010);
        long tooPoor = market(poor, Side.BUY, 1); // 11 000 and a fee of 11.
        bank.cutOff();
        assertThat(bank.outcome(tooPoor).detail()).isEqualTo("asked=11011 available=11010");
        bank.give(poor, 1);
        long enough = market(poor, Side.BUY, 1);
        bank.sell(seller, 1, 9_000, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.state(enough)).isEqualTo(SETTLED);
        assertThat(bank.tokens(poor)).isEqualTo(11_011 - 10_010);
    }

    @Test
    void aMarketSellTakesAnyPriceOfTheBand() {
        long sell = market(seller, Side.SELL, 1);
        bank.buy(buyer, 1, 9_000, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.state(sell)).isEqualTo(SETTLED);
        assertThat(bank.tokens(seller)).isEqualTo(9_000 - 9);
    }

    @Test
    void aLimitBeyondTheAggressiveEdgeTakesPartAtTheEdge() {
        long buy = bank.buy(buyer, 1, 20_000, TimeInForce.IOC);
        bank.sell(seller, 1, 11_000, TimeInForce.IOC);
        SettlementCycle run = bank.cutOff();
        assertThat(run.rounds().getFirst().result().price()).isEqualTo(1_100);
        assertThat(bank.state(buy)).isEqualTo(SETTLED);
    }

    @Test
    void aLimitBeyondThePassiveEdgeRestsOutOfTheRound() {
        long buy = bank.buy(buyer, 1, 8_990, TimeInForce.GTC);
        long sell = bank.sell(seller, 1, 8_990, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.outcome(buy)).isEqualTo(new Outcome(buy, ADMITTED, null, "", null, 0, 1));
        assertThat(bank.state(sell)).as("at 9 000, where nobody buys").isEqualTo(EXPIRED);
    }

    @Test
    void anOrderThatOnlyRestsHasNeitherPositionNorOutcomeInACycle() {
        bank.sell(seller, 1, 10_000, TimeInForce.GTC);
        SettlementCycle first = bank.cutOff();
        assertThat(first.positions().size()).isOne();
        assertThat(first.positions().account(0)).isEqualTo(bank.index(seller));
        assertThat(first.positions().entryCount(0)).isZero();
        assertThat(first.positions().reserved(0)).isEqualTo(1_000);
        SettlementCycle second = bank.cutOff();
        assertThat(second.positions().size()).isZero();
        assertThat(second.outcomes().size()).isZero();
        assertThat(second.changedOrders()).isEmpty();
        assertThat(bank.books().orders).hasSize(1);
    }

    @Test
    void whatIsLeftOfAnOrderForOneRoundLapses() {
        long buy = bank.buy(buyer, 3, 10_000, TimeInForce.IOC);
        bank.sell(seller, 1, 10_000, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.outcome(buy)).isEqualTo(new Outcome(buy, SETTLED, Reason.ORDER_EXPIRED, "", null, 1, 0));
        assertThat(bank.books().orders).isEmpty();
        assertThat(bank.reservedTokens(buyer)).isZero();
    }

    @Test
    void anOrderRestsThroughItsLastDateInclusive() {
        long order = bank.order(
                buyer,
                TestBank.H100,
                Side.BUY,
                OrderType.LIMIT,
                1,
                10_000L,
                TimeInForce.GTD,
                bank.date().plusDays(1));
        bank.cutOff();
        bank.nextDate();
        bank.cutOff();
        assertThat(bank.state(order)).isEqualTo(ADMITTED);
        bank.nextDate();
        bank.sell(seller, 1, 10_000, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.outcome(order)).isEqualTo(new Outcome(order, EXPIRED, Reason.ORDER_EXPIRED, "", null, 0, 0));
        assertThat(bank.reservedTokens(buyer)).isZero();
    }

    @Test
    void ordersOfOnePartyNeverTradeWithEachOther() {
        UUID agent = bank.agentOf(buyer, "agent", null);
        bank.giveCredits(agent, TestBank.H100, 10_000);
        long buy = bank.buy(buyer, 5, 10_500, TimeInForce.GTC);
        long sell = bank.sell(agent, 3, 9_500, TimeInForce.GTC);
        SettlementCycle run = bank.cutOff();
        assertThat(run.transfers().size()).isZero();
        assertThat(bank.outcome(sell)).isEqualTo(new Outcome(sell, CANCELLED, Reason.SELF_TRADE, "", null, 0, 0));
        assertThat(bank.outcome(buy)).as("keeps its rest").isEqualTo(new Outcome(buy, ADMITTED, null, "", null, 0, 2));
        assertThat(bank.reservedTokens(buyer)).isEqualTo(21_021);
        assertThat(bank.reservedLimit(buyer)).isEqualTo(21_021);
    }

    @Test
    void anOrderThatLostLotsToItsOwnPartyAndFilledTheRestSaysSo() {
        UUID agent = bank.agentOf(buyer, "agent", null);
        bank.giveCredits(agent, TestBank.H100, 10_000);
        long buy = bank.buy(buyer, 5, 10_500, TimeInForce.GTC);
        bank.sell(agent, 3, 9_500, TimeInForce.IOC);
        bank.cutOff();
        bank.sell(seller, 2, 9_500, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.outcome(buy)).isEqualTo(new Outcome(buy, SETTLED, Reason.SELF_TRADE, "", null, 2, 0));
    }

    @Test
    void theNextRoundsBandLiesAroundTheLastPrice() {
        bank.buy(buyer, 1, 11_000, TimeInForce.IOC);
        bank.sell(seller, 1, 11_000, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.books().references.get(bank.asset(TestBank.H100))).isEqualTo(1_100);
        bank.buy(buyer, 1, 12_100, TimeInForce.IOC);
        bank.sell(seller, 1, 12_100, TimeInForce.IOC);
        SettlementCycle run = bank.cutOff();
        assertThat(run.rounds().getFirst().result().price()).isEqualTo(1_210);
        bank.cutOff();
        assertThat(bank.books().references.get(bank.asset(TestBank.H100)))
                .as("a round without a trade leaves the reference")
                .isEqualTo(1_210);
    }

    private static BankParameters withH100(BankParameters parameters, Instrument h100) {
        return new BankParameters(
                2,
                parameters.bank(),
                parameters.providerCapUtoken(),
                parameters.classes(),
                h100 == null
                        ? List.of(parameters.instruments().get(1))
                        : List.of(h100, parameters.instruments().get(1)),
                parameters.dailyLimitUtoken());
    }

    @Test
    void anOrderKeepsTheFeeScheduleOfItsAdmission() {
        long old = bank.buy(buyer, 1, 10_000, TimeInForce.GTC);
        bank.cutOff();
        bank.decide(withH100(
                bank.parameters(),
                new Instrument(TestBank.H100, 1_000, 10, 1_000, 1_000, "ADJACENT", "AGE_PRO_RATA", "DECREMENT", 100)));
        bank.sell(seller, 1, 10_000, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.state(old)).isEqualTo(SETTLED);
        assertThat(bank.tokens(buyer)).isEqualTo(1_000_000 - 10_010);
        assertThat(bank.tokens(seller)).isEqualTo(10_000 - 100);
    }

    @ParameterizedTest(name = "lot {0}, tick {1}")
    @CsvSource({"1000, 20, CANCELLED", "500, 10, CANCELLED", "1000, 10, ADMITTED"})
    void aChangeOfLotOrTickCancelsWhatRests(long lotGpuMs, long tickUtoken, Outcome.State expected) {
        long buy = bank.buy(buyer, 1, 9_900, TimeInForce.GTC);
        long sell = bank.sell(seller, 1, 10_100, TimeInForce.GTC);
        bank.cutOff();
        bank.decide(withH100(
                bank.parameters(),
                new Instrument(
                        TestBank.H100,
                        lotGpuMs,
                        tickUtoken,
                        1_000,
                        1_000,
                        "ADJACENT",
                        "AGE_PRO_RATA",
                        "DECREMENT",
                        10)));
        long all = bank.transfer(buyer, seller, 1_000_000);
        bank.cutOff();
        for (long order : new long[] {buy, sell}) {
            assertThat(bank.state(order)).isEqualTo(expected);
            assertThat(bank.reason(order)).isEqualTo(expected == CANCELLED ? Reason.INSTRUMENT_CHANGED : null);
        }
        assertThat(bank.reason(all))
                .as("what is released is available")
                .isEqualTo(expected == CANCELLED ? null : Reason.FUNDS);
    }

    @Test
    void anInstrumentThatEndsCancelsWhatRests() {
        long buy = bank.buy(buyer, 1, 9_900, TimeInForce.GTC);
        bank.cutOff();
        bank.decide(withH100(bank.parameters(), null));
        bank.cutOff();
        assertThat(bank.reason(buy)).isEqualTo(Reason.INSTRUMENT_CHANGED);
        assertThat(bank.reservedTokens(buyer)).isZero();
    }

    @Test
    void ordersOfAnAccountThatLostTheRightAreCancelled() {
        UUID other = bank.person("other", KycLevel.L2);
        bank.give(other, 100_000);
        long frozen = bank.buy(buyer, 1, 10_000, TimeInForce.GTC);
        long lowered = bank.buy(other, 1, 10_000, TimeInForce.GTC);
        bank.cutOff();
        bank.books().setStatus(bank.index(buyer), AccountStatus.FROZEN);
        bank.books().setLevel(TestBank.id("party of other"), KycLevel.L1);
        bank.sell(seller, 2, 10_000, TimeInForce.IOC);
        bank.cutOff();
        for (long order : new long[] {frozen, lowered}) {
            assertThat(bank.state(order)).isEqualTo(CANCELLED);
            assertThat(bank.reason(order)).isEqualTo(Reason.RIGHT_LOST);
        }
        assertThat(bank.reservedTokens(buyer)).isZero();
        assertThat(bank.tokens(other)).isEqualTo(100_000);
    }

    /** Two who trade with each other at the band's edge must not be able to stop the bank's rounds. */
    @Test
    void aReferenceThatHasRisenFarStillHasItsRound() {
        int asset = bank.asset(TestBank.A100);
        bank.books().references.put(asset, 5_000_000L);
        bank.give(buyer, 10_000_000);
        bank.giveCredits(seller, TestBank.A100, 10_000);
        long buy = bank.order(buyer, TestBank.A100, Side.BUY, OrderType.MARKET, 1, null, TimeInForce.IOC, null);
        long sell = bank.order(seller, TestBank.A100, Side.SELL, OrderType.LIMIT, 1, 4_990_000L, TimeInForce.IOC, null);
        SettlementCycle run = bank.cutOff();
        assertThat(bank.state(buy)).isEqualTo(SETTLED);
        assertThat(bank.state(sell)).isEqualTo(SETTLED);
        assertThat(run.rounds().get(1).result().price()).isEqualTo(5_000_000);
    }
}
