package io.quittance.domain.auction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Worked examples that exchanges and their users have published. */
class AuctionGoldenVectorTest {

    /** Examples 1 to 9 of the Xetra market model, with the books of hroptatyr/clob's tests (mmod_auction_xetra_01..09). */
    static Stream<Arguments> xetra() {
        // Examples 6 to 8 trade market orders between a bid of 199 and an ask of 202 without size: the window is the
        // band.
        return Stream.of(
                Arguments.of(
                        "1, limits only, one price",
                        Book.empty()
                                .sell(100, 200)
                                .sell(300, 198)
                                .sell(400, 197)
                                .buy(300, 200)
                                .buy(100, 196)
                                .buy(300, 198)
                                .buy(200, 199),
                        wide(),
                        198,
                        700,
                        100),
                Arguments.of(
                        "2, surplus on the buy side",
                        Book.empty()
                                .sell(400, 201)
                                .sell(100, 199)
                                .sell(100, 198)
                                .sell(300, 197)
                                .buy(600, 200)
                                .buy(200, 197),
                        wide(),
                        200,
                        500,
                        100),
                Arguments.of(
                        "3, surplus on the sell side",
                        Book.empty()
                                .sell(200, 201)
                                .sell(600, 198)
                                .buy(400, 197)
                                .buy(100, 199)
                                .buy(100, 201)
                                .buy(300, 202),
                        wide(),
                        198,
                        500,
                        -100),
                Arguments.of(
                        "4, no surplus, no reference",
                        Book.empty()
                                .sell(100, 203)
                                .sell(300, 199)
                                .sell(200, 198)
                                .buy(100, 197)
                                .buy(200, 201)
                                .buy(300, 202),
                        wide(),
                        200,
                        500,
                        0),
                Arguments.of(
                        "5, not crossed",
                        Book.empty().sell(300, 202).sell(200, 201).buy(100, 200).buy(400, 199),
                        wide(),
                        0,
                        0,
                        0),
                Arguments.of(
                        "6, market orders, more bought",
                        Book.empty().sellAtMarket(100).buyAtMarket(200),
                        band(199, 202),
                        202,
                        100,
                        100),
                Arguments.of(
                        "7, market orders, more sold",
                        Book.empty().sellAtMarket(200).buyAtMarket(100),
                        band(199, 202),
                        199,
                        100,
                        -100),
                Arguments.of(
                        "8, market orders in balance, reference 201",
                        Book.empty().sellAtMarket(100).buyAtMarket(100),
                        band(199, 202).withReference(201),
                        201,
                        100,
                        0),
                Arguments.of(
                        "8 without a reference: the middle, rounded down",
                        Book.empty().sellAtMarket(100).buyAtMarket(100),
                        band(199, 202),
                        200,
                        100,
                        0),
                Arguments.of(
                        "9, a tick between the limits",
                        Book.empty()
                                .sell(100, 198)
                                .sell(100, 201)
                                .sell(1000, 202)
                                .buy(100, 202)
                                .buy(100, 199)
                                .buy(1000, 198),
                        wide(),
                        200,
                        100,
                        0));
    }

    @ParameterizedTest(name = "Xetra example {0}")
    @MethodSource("xetra")
    void xetraExamplesHold(String name, Book book, AuctionRules rules, long price, long volume, long surplus) {
        AuctionResult result = book.run(rules);

        assertThat(result.price()).as("price").isEqualTo(price);
        assertThat(result.volume()).as("volume").isEqualTo(volume);
        assertThat(result.surplus()).as("surplus").isEqualTo(surplus);
    }

    /** The examples of BNB Beacon DEX (match-examples.md), a row per price with the size on each side. */
    static Stream<Arguments> bnb() {
        Book one = Book.empty().sell(250, 98).sell(50, 97).buy(150, 100).buy(150, 98);
        Book two = Book.empty()
                .sell(200, 97)
                .sell(100, 96)
                .buy(150, 100)
                .buy(50, 99)
                .buy(300, 97);
        Book three = Book.empty()
                .sell(250, 98)
                .sell(250, 97)
                .sell(1000, 96)
                .buy(300, 102)
                .buy(100, 100)
                .buy(200, 99)
                .buy(300, 98);
        Book four = Book.empty()
                .sell(10, 98)
                .sell(50, 97)
                .sell(50, 95)
                .buy(30, 102)
                .buy(10, 101)
                .buy(50, 99)
                .buy(15, 96);
        Book fiveOne = Book.empty().sell(50, 95).buy(10, 102).buy(10, 97);
        Book fiveTwo = Book.empty().sell(50, 92).buy(10, 99).buy(10, 94);
        Book fiveThree = Book.empty().sell(50, 92).buy(100, 99);
        Book fiveFour = Book.empty().sell(50, 94).buy(10, 101).buy(10, 96);
        Book six = Book.empty().sell(25, 98).sell(25, 95).buy(25, 100).buy(25, 97);
        PriceStep volume = PriceStep.MAX_VOLUME;
        PriceStep surplus = PriceStep.MIN_SURPLUS;
        PriceStep pressure = PriceStep.MARKET_PRESSURE;
        PriceStep reference = PriceStep.REFERENCE;
        return Stream.of(
                // example, book, reference, price of the source (REF_CAP 5 %), price of ADJACENT, volume, step
                Arguments.of("1", one, 0, 98, 98, 300, volume),
                Arguments.of("2", two, 0, 97, 97, 300, volume),
                Arguments.of("3", three, 0, 96, 96, 900, surplus),
                Arguments.of("4", four, 0, 97, 97, 90, surplus),
                Arguments.of("5.1", fiveOne, 80, 95, 95, 20, pressure),
                Arguments.of("5.2", fiveTwo, 100, 94, 92, 20, pressure),
                Arguments.of("5.3", fiveThree, 90, 95, 99, 50, pressure),
                Arguments.of("5.4", fiveFour, 100, 95, 94, 20, pressure),
                Arguments.of("6.1", six, 99, 99, 98, 25, reference),
                Arguments.of("6.2", six, 97, 97, 97, 25, reference));
    }

    @ParameterizedTest(name = "BNB example {0}")
    @MethodSource("bnb")
    void bnbExamplesHold(
            String name, Book book, long reference, long capped, long adjacent, long volume, PriceStep step) {
        AuctionRules rules = band(80, 110).withReference(reference);

        AuctionResult asPublished = book.run(rules.withPriceRule(PriceRule.REF_CAP, 500));
        AuctionResult byDefault = book.run(rules);

        assertThat(asPublished.price()).as("REF_CAP").isEqualTo(capped);
        assertThat(byDefault.price()).as("ADJACENT").isEqualTo(adjacent);
        assertThat(asPublished.volume()).isEqualTo(volume);
        assertThat(byDefault.volume()).isEqualTo(volume);
        assertThat(asPublished.decidedBy()).isEqualTo(step);
        assertThat(byDefault.decidedBy()).isEqualTo(step);
    }

    @Test
    void theFullRuleTakesTheReferenceOfBnbExample6AndRationsSellersWhoAreBetter() {
        Book book = Book.empty().sell(25, 98).sell(25, 95).buy(25, 100).buy(25, 97);

        AuctionResult result = book.run(band(80, 110).withReference(99).withPriceRule(PriceRule.FULL, 0));

        assertThat(result.price()).isEqualTo(99);
        assertThat(result.plateauLo()).isEqualTo(95);
        assertThat(result.plateauHi()).isEqualTo(100);
        assertThat(fills(result)).containsExactly(0, 25, 25, 0);
    }

    /** ASX, the call auction of 2002, from the trading-engine course of UNSW: prices in cents. */
    @Test
    void theAsxExampleOpensAt639() {
        Book book = Book.empty()
                .buy(500, 640)
                .buy(500, 639)
                .buy(500, 639)
                .buy(1000, 634)
                .buy(500, 633)
                .sell(1000, 610)
                .sell(500, 640)
                .sell(520, 641)
                .sell(550, 642)
                .sell(519, 643);

        AuctionResult result = book.run(band(600, 650).withAllocation(Allocation.TIME));

        assertThat(result.price()).isEqualTo(639);
        assertThat(result.volume()).isEqualTo(1_000);
        assertThat(result.surplus()).isEqualTo(500);
        assertThat(result.plateauLo()).isEqualTo(635);
        assertThat(result.plateauHi()).isEqualTo(639);
        assertThat(result.decidedBy()).isEqualTo(PriceStep.MARKET_PRESSURE);
        assertThat(fills(result)).containsExactly(500, 500, 0, 0, 0, 1000, 0, 0, 0, 0);
        assertThat(result.bestBid()).isEqualTo(639);
        assertThat(result.bestAsk()).isEqualTo(640);
    }

    /** The single-price auction of the MarketGrid manual; its one-order rows stand for its sizes. */
    @Test
    void theMarketGridExampleTrades290At12400() {
        Book book = Book.empty()
                .buy(45, 13000)
                .buy(95, 12900)
                .buy(25, 12800)
                .buy(35, 12700)
                .buy(25, 12600)
                .buy(55, 12500)
                .buy(200, 12400)
                .buy(80, 12300)
                .buy(60, 12200)
                .sell(35, 13100)
                .sell(50, 13000)
                .sell(10, 12900)
                .sell(15, 12800)
                .sell(10, 12700)
                .sell(20, 12600)
                .sell(90, 12500)
                .sell(155, 12400)
                .sell(125, 12300)
                .sell(10, 12200);

        AuctionResult result = book.run(band(12000, 13500));

        assertThat(result.price()).isEqualTo(12_400);
        assertThat(result.volume()).isEqualTo(290);
        assertThat(result.decidedBy()).isEqualTo(PriceStep.MAX_VOLUME);
    }

    /** Example 1 of HKEX's closing auction session; a tick is five cents, so 480 is 24.00. */
    @Test
    void theHkexExampleTrades1000At2400() {
        Book book = Book.empty()
                .buy(200, 481)
                .buy(1000, 480)
                .buy(400, 479)
                .sell(400, 479)
                .sell(600, 480)
                .sell(400, 481)
                .sell(400, 481);

        AuctionResult result = book.run(band(456, 504));

        assertThat(result.price()).isEqualTo(480);
        assertThat(result.volume()).isEqualTo(1_000);
        assertThat(result.demandAtPrice()).isEqualTo(1_200);
        assertThat(result.supplyAtPrice()).isEqualTo(1_000);
    }

    private static AuctionRules wide() {
        return band(100, 300);
    }

    private static AuctionRules band(long lo, long hi) {
        return AuctionRules.of(1, lo, hi, 0);
    }

    private static long[] fills(AuctionResult result) {
        long[] fills = new long[result.ordersIn()];
        for (int i = 0; i < fills.length; i++) {
            fills[i] = result.fill(i);
        }
        return fills;
    }
}
