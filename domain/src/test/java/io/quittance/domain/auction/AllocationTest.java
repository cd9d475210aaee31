package io.quittance.domain.auction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sharing the marginal level, by example. */
class AllocationTest {

    /** 100 lots for four buyers of one level: 60 and 30 since cycle 1, 90 and 30 since cycle 2. */
    private static final Book LEVEL = Book.empty()
            .buy(60, 100)
            .since(1)
            .buy(30, 100)
            .since(1)
            .buy(90, 100)
            .since(2)
            .buy(30, 100)
            .since(2)
            .sell(100, 100);

    static Stream<Arguments> modes() {
        return Stream.of(
                Arguments.of(Allocation.TIME, new long[] {60, 30, 10, 0}),
                Arguments.of(Allocation.SIZE_TIME, new long[] {10, 0, 90, 0}),
                // of 100 × 60, 30, 90, 30 ÷ 210: 28.57, 14.29, 42.86, 14.29
                Arguments.of(Allocation.PRO_RATA, new long[] {29, 14, 43, 14}),
                // 90 to cycle 1; 10 × 90, 30 ÷ 120: 7.5, 2.5, the tie to the lower intake number
                Arguments.of(Allocation.AGE_PRO_RATA, new long[] {60, 30, 8, 2}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("modes")
    void theLevelIsShared(Allocation mode, long[] expected) {
        AuctionResult result = LEVEL.run(rules(mode));

        assertThat(fills(result, 4)).containsExactly(expected);
        assertThat(result.fill(4)).isEqualTo(100);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("modes")
    void sellersAreRationedAsBuyersAre(Allocation mode, long[] expected) {
        Book sellers = LEVEL.map(
                o -> new Book.Order(!o.buy(), o.market(), o.limit(), o.lots(), o.seq(), o.group(), o.carriedSince()));

        assertThat(fills(sellers.run(rules(mode)), 4)).containsExactly(expected);
    }

    @Test
    void leftoverLotsGoToTheLargestRemaindersAndAmongEqualOnesToTheLowerIntakeNumber() {
        Book book = Book.empty().buy(1, 100).buy(1, 100).buy(1, 100).buy(4, 100).sell(3, 100);

        // 3 ÷ 7 each for the small ones, 12 ÷ 7 for the large: remainders 3, 3, 3, 5 and two lots left over
        assertThat(fills(book.run(rules(Allocation.PRO_RATA)), 4)).containsExactly(1, 0, 0, 2);
    }

    @Test
    void aBetterLevelIsFullBeforeTheMarginalOneGetsALot() {
        Book book = Book.empty().buy(10, 101).buy(10, 100).buy(10, 100).sell(15, 100);

        for (Allocation mode : Allocation.values()) {
            assertThat(book.run(rules(mode)).fill(0)).as(mode.name()).isEqualTo(10);
        }
    }

    @Test
    void marketOrdersComeBeforeLimitsAtTheEdgeOfTheBand() {
        Book book = Book.empty().buy(50, 110).buyAtMarket(30).buy(50, 500).sell(40, 110);

        for (Allocation mode : Allocation.values()) {
            AuctionResult result = book.run(rules(mode));

            assertThat(result.price()).isEqualTo(110);
            assertThat(result.fill(1)).as(mode.name()).isEqualTo(30);
            assertThat(result.fill(0) + result.fill(2)).isEqualTo(10);
        }
    }

    @Test
    void marketOrdersAreRationedAmongThemselvesWhenTheyAloneExceedTheVolume() {
        Book book = Book.empty().buy(50, 110).buyAtMarket(30).buyAtMarket(10).sell(20, 110);

        AuctionResult result = book.run(rules(Allocation.PRO_RATA));

        assertThat(fills(result, 3)).containsExactly(0, 15, 5);
    }

    @Test
    void productsOf126BitsAreExact() {
        long half = Long.MAX_VALUE / 2;
        Book book = Book.empty().buy(half, 1).buy(half - 1, 1).sell(half, 1);

        AuctionResult result = book.run(AuctionRules.of(1, 1, 1, 0));

        // half² ÷ (2 half − 1) = half/2 + 1/4 + …, half × (half − 1) ÷ (2 half − 1) = half/2 − 1/4 − …; half is odd
        assertThat(fills(result, 2)).containsExactly(half / 2 + 1, half / 2);
    }

    private static AuctionRules rules(Allocation mode) {
        return AuctionRules.of(1, 90, 110, 0).withAllocation(mode);
    }

    private static long[] fills(AuctionResult result, int first) {
        return LongStream.range(0, first).map(i -> result.fill((int) i)).toArray();
    }
}
