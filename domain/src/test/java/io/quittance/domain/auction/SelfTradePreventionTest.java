package io.quittance.domain.auction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Orders of one owner that cross, by example. */
class SelfTradePreventionTest {

    private static final int HE = 7;

    /** He buys 100 first and sells 30 later; others would sell him 200 and buy 5 at a lower price. */
    private static final Book BUYS_FIRST =
            Book.empty().buy(100, 105).of(HE).sell(30, 95).of(HE).sell(200, 104).buy(5, 96);

    /** He sells 30 first and buys 100 later. */
    private static final Book SELLS_FIRST =
            Book.empty().sell(30, 95).of(HE).buy(100, 105).of(HE).sell(200, 104).buy(5, 96);

    static Stream<Arguments> modes() {
        return Stream.of(
                Arguments.of(BUYS_FIRST, SelfTradePrevention.DECREMENT, new long[] {30, 30, 0, 0}, 70),
                Arguments.of(BUYS_FIRST, SelfTradePrevention.CANCEL_NEWEST, new long[] {30, 30, 0, 0}, 70),
                Arguments.of(BUYS_FIRST, SelfTradePrevention.CANCEL_OLDEST, new long[] {100, 30, 0, 0}, 0),
                Arguments.of(BUYS_FIRST, SelfTradePrevention.CANCEL_BOTH, new long[] {100, 30, 0, 0}, 0),
                Arguments.of(BUYS_FIRST, SelfTradePrevention.ALLOW_NETTED, new long[] {0, 0, 0, 0}, 100),
                Arguments.of(SELLS_FIRST, SelfTradePrevention.DECREMENT, new long[] {30, 30, 0, 0}, 70),
                Arguments.of(SELLS_FIRST, SelfTradePrevention.CANCEL_NEWEST, new long[] {30, 100, 0, 0}, 0),
                Arguments.of(SELLS_FIRST, SelfTradePrevention.CANCEL_OLDEST, new long[] {30, 30, 0, 0}, 70),
                Arguments.of(SELLS_FIRST, SelfTradePrevention.CANCEL_BOTH, new long[] {30, 100, 0, 0}, 0),
                Arguments.of(SELLS_FIRST, SelfTradePrevention.ALLOW_NETTED, new long[] {0, 0, 0, 0}, 100));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("modes")
    void theModeSaysWhetherTheRestIsKept(Book book, SelfTradePrevention mode, long[] cancelled, long volume) {
        AuctionResult result = book.run(rules(mode));

        assertThat(LongStream.range(0, 4)
                        .map(i -> result.selfTradeCancelled((int) i))
                        .toArray())
                .containsExactly(cancelled);
        assertThat(result.volume()).isEqualTo(volume);
    }

    @Test
    void washVolumeDoesNotMoveThePrice() {
        Book honest = Book.empty().buy(10, 100).sell(10, 100);
        Book washed = honest.buy(1_000, 108).of(HE).sell(1_000, 107).of(HE);

        AuctionResult result = washed.run(rules(SelfTradePrevention.DECREMENT));

        assertThat(result.price())
                .isEqualTo(honest.run(rules(SelfTradePrevention.DECREMENT)).price());
        assertThat(result.volume()).isEqualTo(10);
        assertThat(result.demandAtPrice()).isEqualTo(10);
    }

    @Test
    void allowedSelfTradesAreCountedApart() {
        Book book = Book.empty().buy(100, 105).of(HE).sell(30, 95).of(HE).sell(50, 95);

        AuctionResult result = book.run(rules(SelfTradePrevention.ALLOW_NETTED));

        assertThat(result.volume()).isEqualTo(80);
        assertThat(result.nettedSelfTradeVolume()).isEqualTo(30);
    }

    @Test
    void theBestBuyMeetsTheBestSellFirst() {
        Book book = Book.empty()
                .buy(10, 101)
                .of(HE)
                .buy(10, 105)
                .of(HE)
                .buyAtMarket(10)
                .of(HE)
                .sell(10, 100)
                .of(HE)
                .sell(10, 95)
                .of(HE);

        AuctionResult result = book.run(rules(SelfTradePrevention.DECREMENT));

        assertThat(LongStream.range(0, 5)
                        .map(i -> result.selfTradeCancelled((int) i))
                        .toArray())
                .containsExactly(0, 10, 10, 10, 10);
    }

    @Test
    void ordersOfOneOwnerThatDoNotCrossAreLeftAlone() {
        Book book = Book.empty()
                .buy(10, 99)
                .of(HE)
                .sell(10, 100)
                .of(HE)
                .sell(10, 98)
                .buy(10, 101);

        AuctionResult result = book.run(rules(SelfTradePrevention.CANCEL_BOTH));

        assertThat(result.selfTradeCancelled(0)).isZero();
        assertThat(result.selfTradeCancelled(1)).isZero();
        assertThat(result.volume()).isEqualTo(10);
    }

    @Test
    void whatRestsOutOfTheRoundMeetsNobody() {
        Book book = Book.empty().buy(10, 80).of(HE).sellAtMarket(10).of(HE).buy(10, 100);

        AuctionResult result = book.run(rules(SelfTradePrevention.CANCEL_BOTH));

        assertThat(result.selfTradeCancelled(0)).isZero();
        assertThat(result.fill(1)).isEqualTo(10);
        assertThat(result.fill(2)).isEqualTo(10);
    }

    private static AuctionRules rules(SelfTradePrevention mode) {
        return AuctionRules.of(1, 90, 110, 0).withSelfTradePrevention(mode);
    }
}
