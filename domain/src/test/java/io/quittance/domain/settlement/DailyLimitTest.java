package io.quittance.domain.settlement;

import static io.quittance.domain.screening.Outcome.State.CANCELLED;
import static io.quittance.domain.screening.Outcome.State.EXPIRED;
import static io.quittance.domain.screening.Outcome.State.SETTLED;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Submission.OrderType;
import io.quittance.domain.intake.Submission.Side;
import io.quittance.domain.intake.Submission.TimeInForce;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** RULES 6: what counts against a party's day, when it is reserved, and what gives it back. */
class DailyLimitTest {

    private static final long LIMIT = 40_000;

    private final TestBank bank = new TestBank(TestBank.parameters(Map.of(KycLevel.L2, LIMIT)));
    private final UUID ann = bank.person("ann", KycLevel.L2);
    private final UUID agent = bank.agentOf(ann, "agent", 1_000L);
    private final UUID sibling = bank.agentOf(ann, "sibling", null);
    private final UUID bob = bank.person("bob", KycLevel.L3);

    DailyLimitTest() {
        bank.give(ann, 1_000_000);
        bank.give(agent, 1_000_000);
        bank.give(sibling, 1_000_000);
        bank.giveCredits(bob, TestBank.H100, 1_000_000);
        bank.service("house", null);
        bank.service("chat", bob);
    }

    private long ownUsed(UUID account) {
        return bank.books().accountLimit(bank.index(account)).used;
    }

    @Test
    void theWholeLimitCanBeUsedAndNotOneMicroTokenMore() {
        bank.transfer(ann, bob, LIMIT - 1);
        long last = bank.transfer(ann, bob, 1);
        long more = bank.transfer(ann, bob, 1);
        bank.cutOff();
        assertThat(bank.state(last)).isEqualTo(SETTLED);
        assertThat(bank.reason(more)).isEqualTo(Reason.LIMIT);
        assertThat(bank.outcome(more).detail()).isEqualTo("limit=40000 used=40000 reserved=0 left=0 asked=1");
    }

    @Test
    void allAccountsOfAPartyShareItsLimit() {
        bank.transfer(ann, bob, 39_000);
        bank.transfer(sibling, bob, 900);
        long agents = bank.transfer(agent, bob, 101);
        bank.cutOff();
        assertThat(bank.used(ann)).isEqualTo(39_900);
        assertThat(bank.reason(agents)).isEqualTo(Reason.LIMIT);
    }

    @Test
    void whatStaysInThePartyCountsForAnAgentsOwnCapOnly() {
        long inside = bank.transfer(agent, ann, 600);
        long outside = bank.transfer(agent, bob, 400);
        long more = bank.transfer(agent, ann, 1);
        bank.cutOff();
        assertThat(bank.state(inside)).isEqualTo(SETTLED);
        assertThat(bank.state(outside)).isEqualTo(SETTLED);
        assertThat(bank.reason(more)).isEqualTo(Reason.AGENT_LIMIT);
        assertThat(bank.used(ann)).isEqualTo(400);
        assertThat(ownUsed(agent)).isEqualTo(1_000);
    }

    @Test
    void everyDebitToAnotherPartyCounts() {
        bank.transfer(ann, bob, 1);
        bank.transfer(ann, sibling, 10);
        bank.spend(ann, "house", 100);
        bank.spend(ann, "chat", 1_000);
        bank.publish(ann, "task", 10_000);
        bank.cutOff();
        assertThat(bank.used(ann)).isEqualTo(11_101);
    }

    @Test
    void salesRewardsAndSpendsInCreditsDoNotCount() {
        UUID buyer = bank.person("buyer", KycLevel.L3);
        bank.give(buyer, 1_000_000);
        bank.giveCredits(ann, TestBank.H100, 5_000);
        bank.publish(buyer, "task", 100);
        bank.cutOff();
        bank.sell(ann, 4, 10_000, TimeInForce.IOC);
        bank.buy(buyer, 4, 10_000, TimeInForce.IOC);
        bank.complete(buyer, "task", ann);
        bank.spendCredits(ann, "house", TestBank.H100, 1_000);
        bank.cutOff();
        assertThat(bank.credits(ann, TestBank.H100)).isZero();
        assertThat(bank.tokens(ann)).isEqualTo(1_000_000 + 40_000 - 40 + 100);
        assertThat(bank.used(ann)).isZero();
    }

    @Test
    void aBuyReservesItsWorstCaseWithFeeAndUsesWhatItPaid() {
        bank.sell(bob, 1, 9_500, TimeInForce.IOC);
        bank.sell(bob, 9, 11_000, TimeInForce.IOC);
        // Three lots at 10 500 and a fee of ⌈31.5⌉.
        long buy = bank.buy(ann, 3, 10_500, TimeInForce.GTC);
        long beyond = bank.transfer(ann, bob, LIMIT - 31_532 + 1);
        long rest = bank.transfer(ann, bob, LIMIT - 31_532);
        bank.cutOff();
        assertThat(bank.reason(beyond)).isEqualTo(Reason.LIMIT);
        assertThat(bank.state(rest)).isEqualTo(SETTLED);
        // One lot at 10 500 and ⌈10.5⌉; what is open reserves 21 000 and ⌈31.5⌉ − 11.
        assertThat(bank.outcome(buy).filledLots()).isOne();
        assertThat(bank.used(ann)).isEqualTo(LIMIT - 31_532 + 10_511);
        assertThat(bank.reservedLimit(ann)).isEqualTo(21_021);
    }

    @Test
    void whatLapsesIsGivenBack() {
        long lapses = bank.buy(ann, 3, 10_500, TimeInForce.IOC);
        long beyond = bank.transfer(ann, bob, 10_000);
        bank.cutOff();
        assertThat(bank.state(lapses)).isEqualTo(EXPIRED);
        assertThat(bank.reason(beyond)).isEqualTo(Reason.LIMIT);
        assertThat(bank.reservedLimit(ann)).isZero();
        long again = bank.transfer(ann, bob, LIMIT);
        bank.cutOff();
        assertThat(bank.state(again)).isEqualTo(SETTLED);
    }

    @Test
    void aCancelOnTheSameDateGivesTheReservationBack() {
        long buy = bank.buy(ann, 3, 10_500, TimeInForce.GTC);
        bank.cutOff();
        bank.cancel(ann, buy);
        long all = bank.transfer(ann, bob, LIMIT);
        bank.cutOff();
        assertThat(bank.state(buy)).isEqualTo(CANCELLED);
        assertThat(bank.state(all)).isEqualTo(SETTLED);
    }

    @Test
    void aCancelOnTheNextDateGivesBackNothingOfEitherDate() {
        long buy = bank.buy(ann, 3, 10_500, TimeInForce.GTC);
        bank.transfer(ann, bob, 1_000);
        bank.cutOff();
        bank.nextDate();
        bank.cancel(ann, buy);
        long all = bank.transfer(ann, bob, LIMIT);
        bank.cutOff();
        assertThat(bank.state(all)).isEqualTo(SETTLED);
        assertThat(bank.used(ann)).isEqualTo(LIMIT);
    }

    @Test
    void restingBuysReserveTheNextDateBeforeAnythingElse() {
        long buy = bank.buy(ann, 3, 10_500, TimeInForce.GTC);
        bank.cutOff();
        bank.nextDate();
        long first = bank.transfer(ann, bob, LIMIT - 31_532 + 1);
        long second = bank.transfer(ann, bob, LIMIT - 31_532);
        bank.cutOff();
        assertThat(bank.reason(first)).isEqualTo(Reason.LIMIT);
        assertThat(bank.state(second)).isEqualTo(SETTLED);
        assertThat(bank.outcome(buy).openLots()).isEqualTo(3);
        assertThat(bank.reservedLimit(ann)).isEqualTo(31_532);
    }

    /** In intake order: the second order does not fit beside the first one, the third does. */
    @Test
    void whatDoesNotFitTheNewDateSitsOutUntilItEnds() {
        long first = bank.buy(ann, 2, 10_000, TimeInForce.GTC);
        bank.cutOff();
        bank.nextDate();
        bank.books().setLevel(TestBank.id("party of ann"), KycLevel.L3);
        long second = bank.buy(ann, 2, 10_500, TimeInForce.GTC);
        long third = bank.buy(ann, 1, 10_000, TimeInForce.GTC);
        bank.cutOff();
        bank.books().setLevel(TestBank.id("party of ann"), KycLevel.L2);

        bank.nextDate();
        bank.sell(bob, 2, 10_500, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.books().orders.get(second).sitsOut).isTrue();
        assertThat(bank.books().orders.get(third).sitsOut).isFalse();
        assertThat(bank.reservedLimit(ann)).isEqualTo(20_020 + 10_010);
        assertThat(bank.outcome(second).filledLots())
                .as("takes no part in its round")
                .isZero();
        assertThat(bank.reservedTokens(ann)).isEqualTo(20_020 + 21_021 + 10_010);

        bank.cancel(ann, first);
        bank.sell(bob, 2, 10_500, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.outcome(second).filledLots())
                .as("sits out all of the date")
                .isZero();

        bank.nextDate();
        bank.sell(bob, 2, 10_500, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.state(second)).isEqualTo(SETTLED);
        assertThat(bank.used(ann)).isEqualTo(21_021);
    }

    @Test
    void anAgentsOwnCapIsReservedAnewToo() {
        UUID robot = bank.account("robot", TestBank.id("party of ann"), AccountType.AGENT, KycLevel.L2, 25_000L);
        bank.give(robot, 100_000);
        bank.buy(robot, 2, 10_000, TimeInForce.GTC);
        bank.cutOff();
        assertThat(bank.books().accountLimit(bank.index(robot)).reserved).isEqualTo(20_020);
        bank.nextDate();
        long tooMuch = bank.transfer(robot, ann, 4_981);
        long fits = bank.transfer(robot, ann, 4_980);
        bank.cutOff();
        assertThat(bank.reason(tooMuch)).isEqualTo(Reason.AGENT_LIMIT);
        assertThat(bank.state(fits)).isEqualTo(SETTLED);
    }

    @Test
    void aReversalGivesNoLimitBack() {
        long wrong = bank.transfer(ann, bob, LIMIT);
        bank.cutOff();
        bank.reverse(wrong);
        long again = bank.transfer(ann, bob, 1);
        bank.cutOff();
        assertThat(bank.used(ann)).isEqualTo(LIMIT);
        assertThat(bank.reason(again)).isEqualTo(Reason.LIMIT);
    }

    @Test
    void aMarketBuyReservesTheBandsEdge() {
        long market = bank.order(ann, TestBank.H100, Side.BUY, OrderType.MARKET, 3, null, TimeInForce.IOC, null);
        long beyond = bank.transfer(ann, bob, LIMIT - 33_033 + 1);
        long rest = bank.transfer(ann, bob, LIMIT - 33_033);
        bank.sell(bob, 3, 9_000, TimeInForce.IOC);
        bank.cutOff();
        assertThat(bank.reason(beyond)).isEqualTo(Reason.LIMIT);
        assertThat(bank.state(rest)).isEqualTo(SETTLED);
        assertThat(bank.state(market)).isEqualTo(SETTLED);
        assertThat(bank.used(ann)).as("at the price, not at the edge").isEqualTo(LIMIT - 33_033 + 30_030);
    }

    @Test
    void whatIsReceivedDoesNotCount() {
        bank.transfer(bob, ann, 1);
        bank.give(bob, 1);
        bank.cutOff();
        assertThat(bank.used(ann)).isZero();
        assertThat(bank.used(bob)).isOne();
    }
}
