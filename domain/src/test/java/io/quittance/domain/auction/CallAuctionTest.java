package io.quittance.domain.auction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.seal.Hash32;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CallAuctionTest {

    private static final AuctionRules BAND = AuctionRules.of(3, 90, 110, 0);

    @Test
    void anEmptyBookHasNoPrice() {
        AuctionResult result = Book.empty().run(BAND.withReference(100));

        assertThat(result.price()).isZero();
        assertThat(result.decidedBy()).isEqualTo(PriceStep.NO_CROSS);
        assertThat(result.notional()).isZero();
        assertThat(result.referenceBefore()).isEqualTo(100);
        assertThat(result.ordersIn()).isZero();
    }

    @Test
    void aBookThatDoesNotCrossTellsItsBestPricesAndFillsNothing() {
        AuctionResult result = Book.empty()
                .buy(5, 98)
                .buy(5, 97)
                .sell(5, 101)
                .sell(5, 102)
                .buy(5, 80)
                .sell(5, 120)
                .run(BAND);

        assertThat(result.decidedBy()).isEqualTo(PriceStep.NO_CROSS);
        assertThat(result.bestBid()).isEqualTo(98);
        assertThat(result.bestAsk()).isEqualTo(101);
        assertThat(result.filledFully() + result.filledPartly()).isZero();
    }

    @Test
    void aLimitBeyondTheAggressiveEdgeTakesPartAtTheEdge() {
        AuctionResult bought = Book.empty().buy(10, 500).sell(4, 110).run(BAND);
        AuctionResult sold = Book.empty().sell(10, 1).buy(4, 90).run(BAND);

        assertThat(bought.price()).isEqualTo(110);
        assertThat(bought.fill(0)).isEqualTo(4);
        assertThat(bought.bestBid()).isEqualTo(110);
        assertThat(sold.price()).isEqualTo(90);
        assertThat(sold.fill(0)).isEqualTo(4);
        assertThat(sold.bestAsk()).isEqualTo(90);
    }

    @Test
    void aLimitBeyondThePassiveEdgeRestsOutOfTheRound() {
        AuctionResult result = Book.empty()
                .buy(10, 89)
                .sellAtMarket(10)
                .sell(10, 111)
                .buyAtMarket(10)
                .run(BAND);

        assertThat(result.volume()).isEqualTo(10);
        assertThat(result.fill(0)).isZero();
        assertThat(result.fill(2)).isZero();
        assertThat(result.remaining(0)).isEqualTo(10);
        assertThat(result.bestBid()).isZero();
        assertThat(result.bestAsk()).isZero();
    }

    @Test
    void theNotionalIsPriceTimesVolumeTimesTickValue() {
        AuctionResult result = Book.empty().buy(7, 100).sell(7, 100).run(BAND);

        assertThat(result.notional()).isEqualTo(7 * 100 * 3);
    }

    @Test
    void aNotionalThatDoesNotFitIsNotWrapped() {
        Book book = Book.empty().buy(Long.MAX_VALUE, 100).sell(Long.MAX_VALUE, 100);

        assertThatThrownBy(() -> book.run(BAND)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void aBandOfTheLargestWidthWorksAtBothEnds() {
        AuctionRules widest = AuctionRules.of(1, 1, AuctionRules.MAX_BAND_TICKS, 0);

        assertThat(Book.empty().buy(1, 65_536).sell(1, 65_536).run(widest).price())
                .isEqualTo(65_536);
        assertThat(Book.empty().buy(1, 1).sell(1, 1).run(widest).price()).isEqualTo(1);
    }

    @Test
    void limitsAtTheEndsOfLongAreOrdinaryLimits() {
        AuctionRules high = AuctionRules.of(1, Long.MAX_VALUE - 10, Long.MAX_VALUE, 0);
        Book book = Book.empty()
                .buy(1, Long.MAX_VALUE)
                .sell(1, Long.MAX_VALUE)
                .buy(1, 1)
                .sell(1, 1);

        assertThat(book.run(AuctionRules.of(1, 1, 10, 0)).fill(0)).isEqualTo(1);
        assertThat(book.run(AuctionRules.of(1, 1, 10, 0)).fill(1)).isZero();
        assertThat(book.run(high).fill(2)).isZero();
        assertThat(book.run(high).fill(3)).isEqualTo(1);
    }

    @Test
    void theCapIsRoundedToTheNearestTickAndIsAtLeastOne() {
        assertThat(BAND.withReference(90).withPriceRule(PriceRule.REF_CAP, 500).capTicks())
                .isEqualTo(5);
        assertThat(BAND.withReference(89).withPriceRule(PriceRule.REF_CAP, 500).capTicks())
                .isEqualTo(4);
        assertThat(BAND.withReference(90).withPriceRule(PriceRule.REF_CAP, 0).capTicks())
                .isEqualTo(1);
        assertThat(BAND.withReference(Long.MAX_VALUE)
                        .withPriceRule(PriceRule.REF_CAP, 10_000)
                        .capTicks())
                .isEqualTo(Long.MAX_VALUE);
    }

    static Stream<Arguments> badRules() {
        return Stream.of(
                Arguments.of("tickValue", 0, 1, 10, 0),
                Arguments.of("bandLo", 1, 0, 10, 0),
                Arguments.of("empty", 1, 11, 10, 0),
                Arguments.of("wider than 65536 ticks", 1, 1, 65_537, 0),
                Arguments.of("wider than 65536 ticks", 1, 1, Long.MAX_VALUE, 0),
                Arguments.of("reference", 1, 1, 10, -1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badRules")
    void rulesOutOfRangeAreRefusedByName(String says, long tickValue, long lo, long hi, long reference) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AuctionRules.of(tickValue, lo, hi, reference))
                .withMessageContaining(says);
    }

    @Test
    void ordersOutOfRangeAreRefused() {
        AuctionOrders.Builder orders = AuctionOrders.builder(4);

        assertThatIllegalArgumentException().isThrownBy(() -> orders.add(true, false, 0, 1, 1, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> orders.add(true, false, 1, 0, 1, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> orders.add(true, false, 1, 1, -1, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> orders.add(true, false, 1, 1, 1, -1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> orders.add(true, false, 1, 1, 1, 1, -1));
        assertThat(orders.build().size()).isZero();
    }

    @Test
    void twoOrdersWithOneIntakeNumberAreRefused() {
        AuctionOrders.Builder orders = AuctionOrders.builder(0);
        orders.add(true, false, 1, 1, 5, 1, 1).add(false, false, 1, 1, 4, 1, 1).add(false, false, 1, 1, 5, 1, 1);

        assertThatIllegalArgumentException().isThrownBy(orders::build).withMessageContaining("intake number 5");
    }

    @Test
    void lotsOfASideThatDoNotFitAreRefusedBeforeTheRound() {
        AuctionOrders.Builder orders = AuctionOrders.builder(0);
        orders.add(true, false, 1, Long.MAX_VALUE, 1, 1, 1);
        orders.add(false, false, 1, Long.MAX_VALUE, 2, 1, 1);

        assertThatThrownBy(() -> orders.add(true, true, 0, 1, 3, 1, 1)).isInstanceOf(ArithmeticException.class);
        assertThat(orders.build().size()).isEqualTo(2);
    }

    @Test
    void aBuilderIsUsedOnce() {
        AuctionOrders.Builder orders = AuctionOrders.builder(0);
        orders.build();

        assertThatThrownBy(orders::build).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> orders.add(true, false, 1, 1, 1, 1, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void ordersAreReadBackAsTheyWereAdded() {
        AuctionOrders orders = AuctionOrders.builder(0)
                .add(false, false, 101, 3, 9, 4, 2)
                .add(true, true, 77, 5, 8, 6, 1)
                .build();

        assertThat(orders.isBuy(0)).isFalse();
        assertThat(orders.isMarket(0)).isFalse();
        assertThat(orders.limitTicks(0)).isEqualTo(101);
        assertThat(orders.lots(0)).isEqualTo(3);
        assertThat(orders.seq(0)).isEqualTo(9);
        assertThat(orders.group(0)).isEqualTo(4);
        assertThat(orders.carriedSince(0)).isEqualTo(2);
        assertThat(orders.isBuy(1)).isTrue();
        assertThat(orders.isMarket(1)).isTrue();
        assertThat(orders.limitTicks(1)).as("a market order has no limit").isZero();
        assertThatThrownBy(() -> orders.lots(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> orders.lots(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    /** The layouts of AuctionHash, written out by hand for two orders handed in against their intake numbers. */
    @Test
    void theHashesAreOfTheDocumentedBytes() throws Exception {
        AuctionRules rules = new AuctionRules(
                3, 90, 110, 99, PriceRule.REF_CAP, 500, Allocation.SIZE_TIME, SelfTradePrevention.CANCEL_BOTH);
        AuctionOrders orders = AuctionOrders.builder(0)
                .add(false, true, 0, 8, 12, 2, 4)
                .add(true, false, 100, 5, 11, 1, 3)
                .build();

        AuctionResult result = CallAuction.run(orders, rules);

        ByteBuffer input = ByteBuffer.allocate(51 + 2 * 37).put("QAI1".getBytes(StandardCharsets.US_ASCII));
        input.putLong(3).putLong(90).putLong(110).putLong(99);
        input.put((byte) 3).putInt(500).put((byte) 4).put((byte) 4).putLong(2);
        input.putLong(11).putLong(3).putLong(100).putLong(5).putInt(1).put((byte) 0);
        input.putLong(12).putLong(4).putLong(0).putLong(8).putInt(2).put((byte) 3);
        assertThat(result.inputHash()).isEqualTo(sha256(input));

        // 5 lots cross from 90 to 100 and 3 sellers are left at each: pressed to 99 − 5 % of it.
        ByteBuffer output = ByteBuffer.allocate(125 + 2 * 24).put("QAO1".getBytes(StandardCharsets.US_ASCII));
        output.putLong(94)
                .putLong(5)
                .putLong(5)
                .putLong(8)
                .putLong(-3)
                .putLong(90)
                .putLong(100);
        output.put((byte) 3)
                .putLong(99)
                .putLong(0)
                .putLong(0)
                .putLong(94 * 5 * 3)
                .putLong(0);
        output.putLong(1).putLong(1).putLong(2);
        output.putLong(11).putLong(5).putLong(0);
        output.putLong(12).putLong(5).putLong(0);
        assertThat(result.outputHash()).isEqualTo(sha256(output));
    }

    @Test
    void theHashesOfALongBookAreOfAllItsOrders() {
        Book book = Book.empty();
        for (int i = 0; i < 2_000; i++) {
            book = i % 2 == 0 ? book.buy(1, 100) : book.sell(1, 100);
        }
        Book last = book.map(o -> o.seq() == 2_000 ? o.withLots(2) : o);

        assertThat(last.run(BAND).inputHash()).isNotEqualTo(book.run(BAND).inputHash());
        assertThat(last.run(BAND).outputHash()).isNotEqualTo(book.run(BAND).outputHash());
    }

    private static Hash32 sha256(ByteBuffer full) throws Exception {
        assertThat(full.hasRemaining()).isFalse();
        return Hash32.of(MessageDigest.getInstance("SHA-256").digest(full.array()));
    }
}
