package io.quittance.domain.auction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.quittance.domain.auction.Book.Order;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * What holds for every book: a seed makes a book and its rules. A failure tells its seed; {@code -Dseed=N} runs that
 * one alone.
 */
class AuctionPropertyTest {

    private static final int BOOKS = 1_000;

    private static LongStream seeds() {
        Long only = Long.getLong("seed");
        return only != null ? LongStream.of(only) : LongStream.range(0, BOOKS);
    }

    private static void forEverySeed(LongConsumer property) {
        forEverySeed(seeds(), property);
    }

    private static void forEverySeed(LongStream seeds, LongConsumer property) {
        seeds.forEach(seed -> {
            try {
                property.accept(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("broken for seed " + seed + " (run it alone with -Dseed=" + seed + ")", e);
            }
        });
    }

    /** Otherwise the properties below might hold of nothing. */
    @Test
    void theBooksReachEveryStepAndEveryWayToShare() {
        assumeThat(Long.getLong("seed")).isNull();
        Set<PriceStep> steps = EnumSet.noneOf(PriceStep.class);
        Set<Allocation> rationed = EnumSet.noneOf(Allocation.class);
        Set<SelfTradePrevention> cut = EnumSet.noneOf(SelfTradePrevention.class);
        Set<PriceRule> mixedSurplus = EnumSet.noneOf(PriceRule.class);

        forEverySeed(seed -> {
            Random random = new Random(seed);
            AuctionRules rules = anyRules(random);
            AuctionResult result = Book.random(random).run(rules);
            steps.add(result.decidedBy());
            if (result.filledPartly() > 1) {
                rationed.add(rules.allocation());
            }
            if (result.nettedSelfTradeVolume() > 0
                    || IntStream.range(0, result.ordersIn()).anyMatch(i -> result.selfTradeCancelled(i) > 0)) {
                cut.add(rules.selfTradePrevention());
            }
            if (result.decidedBy() == PriceStep.REFERENCE && result.surplus() != 0) {
                mixedSurplus.add(rules.priceRule());
            }
        });

        assertThat(steps).containsExactlyInAnyOrder(PriceStep.values());
        assertThat(rationed).contains(Allocation.PRO_RATA, Allocation.AGE_PRO_RATA);
        assertThat(cut).containsExactlyInAnyOrder(SelfTradePrevention.values());
        assertThat(mixedSurplus).containsExactlyInAnyOrder(PriceRule.values());
    }

    @Test
    void theRoundIsWhatTheRulesReadAloudGive() {
        forEverySeed(seed -> {
            Random random = new Random(seed);
            AuctionRules rules = anyRules(random);

            assertSameAsReadAloud(Book.random(random), rules);
        });
    }

    /** Hundreds of orders of huge size and scattered owner numbers; products of lots take more than 64 bits. */
    @Test
    void theRoundIsWhatTheRulesReadAloudGiveInLargeBooks() {
        forEverySeed(seeds().limit(40), seed -> {
            Random random = new Random(seed);
            AuctionRules drawn = anyRules(random);
            AuctionRules rules = new AuctionRules(
                    1, // so that the notional fits
                    drawn.bandLo(),
                    drawn.bandHi(),
                    drawn.reference(),
                    drawn.priceRule(),
                    drawn.capBps(),
                    drawn.allocation(),
                    drawn.selfTradePrevention());
            int owners = 2 + random.nextInt(300);
            int[] number = random.ints(owners, 0, Integer.MAX_VALUE).toArray();
            long largest = random.nextBoolean() ? 1L << 45 : 20;

            Book book = Book.random(random, 300 + random.nextInt(200), owners)
                    .map(o -> new Order(
                            o.buy(),
                            o.market(),
                            o.limit(),
                            1 + random.nextLong(largest),
                            o.seq() * 1_000_003,
                            number[o.group()],
                            o.carriedSince()));

            assertSameAsReadAloud(book, rules);
        });
    }

    private static void assertSameAsReadAloud(Book book, AuctionRules rules) {
        AuctionResult fast = book.run(rules);
        BruteForceAuction slow = new BruteForceAuction(book, rules);

        String what = rules + "" + book;
        assertThat(fast.price()).as(what).isEqualTo(slow.price);
        assertThat(fast.volume()).as(what).isEqualTo(slow.volume);
        assertThat(fast.decidedBy()).as(what).isEqualTo(slow.step);
        for (int i = 0; i < fast.ordersIn(); i++) {
            BruteForceAuction.Entry entry = slow.entries.get(i);
            assertThat(fast.fill(i)).as("fill of %s in %s", entry.order, what).isEqualTo(entry.fill);
            assertThat(fast.remaining(i))
                    .as("rest of %s in %s", entry.order, what)
                    .isEqualTo(entry.open - entry.fill);
            assertThat(fast.selfTradeCancelled(i)).isEqualTo(entry.order.lots() - entry.open);
        }
        assertThat(fast.bestBid()).as(what).isEqualTo(slow.bestOpen(true));
        assertThat(fast.bestAsk()).as(what).isEqualTo(slow.bestOpen(false));
        if (slow.price > 0) {
            assertThat(fast.demandAtPrice()).isEqualTo(slow.demandAt(slow.price));
            assertThat(fast.supplyAtPrice()).isEqualTo(slow.supplyAt(slow.price));
            assertThat(fast.surplus()).isEqualTo(slow.surplusAt(slow.price));
            assertThat(fast.plateauLo()).as(what).isEqualTo(slow.smallestSurplus.getFirst());
            assertThat(fast.plateauHi()).as(what).isEqualTo(slow.smallestSurplus.getLast());
        }
        if (rules.selfTradePrevention() == SelfTradePrevention.ALLOW_NETTED) {
            assertThat(fast.nettedSelfTradeVolume()).as(what).isEqualTo(slow.tradedWithinOwners());
        }
        assertThat(fast.filledFully())
                .isEqualTo(slow.entries.stream()
                        .filter(e -> e.fill > 0 && e.fill == e.open)
                        .count());
        assertThat(fast.filledPartly())
                .isEqualTo(slow.entries.stream()
                        .filter(e -> e.fill > 0 && e.fill < e.open)
                        .count());
    }

    @Test
    void whatIsBoughtIsSoldAndNobodyGetsMoreOrWorseThanHeAskedFor() {
        forEverySeed(seed -> {
            Random random = new Random(seed);
            AuctionRules rules = anyRules(random);
            AuctionOrders orders = Book.random(random).frozen();

            AuctionResult result = CallAuction.run(orders, rules);

            long bought = 0;
            long sold = 0;
            for (int i = 0; i < orders.size(); i++) {
                assertThat(result.fill(i)).isBetween(0L, orders.lots(i) - result.selfTradeCancelled(i));
                assertThat(result.selfTradeCancelled(i)).isBetween(0L, orders.lots(i));
                if (result.fill(i) > 0 && !orders.isMarket(i)) {
                    if (orders.isBuy(i)) {
                        assertThat(orders.limitTicks(i)).isGreaterThanOrEqualTo(result.price());
                    } else {
                        assertThat(orders.limitTicks(i)).isLessThanOrEqualTo(result.price());
                    }
                }
                bought += orders.isBuy(i) ? result.fill(i) : 0;
                sold += orders.isBuy(i) ? 0 : result.fill(i);
            }
            assertThat(bought).isEqualTo(result.volume());
            assertThat(sold).isEqualTo(result.volume());
            assertThat(result.notional()).isEqualTo(result.price() * result.volume() * rules.tickValue());
        });
    }

    @Test
    void underTheAdjacentRuleBetterOrdersAreFullAndOneSideAtThePriceIs() {
        forEverySeed(seed -> {
            Random random = new Random(seed);
            AuctionRules rules = anyRules(random).withPriceRule(PriceRule.ADJACENT, 0);
            AuctionOrders orders = Book.random(random).frozen();

            AuctionResult result = CallAuction.run(orders, rules);

            if (result.price() == 0) {
                return;
            }
            long buyersLeft = 0;
            long sellersLeft = 0;
            for (int i = 0; i < orders.size(); i++) {
                long better =
                        orders.isBuy(i) ? orders.limitTicks(i) - result.price() : result.price() - orders.limitTicks(i);
                // At the edge itself a market order is at the price, not better.
                boolean edge = result.price() == (orders.isBuy(i) ? rules.bandHi() : rules.bandLo());
                boolean strictlyBetter = !edge && (orders.isMarket(i) || better > 0);
                boolean eligible = orders.isMarket(i) || better >= 0;
                if (strictlyBetter) {
                    assertThat(result.remaining(i))
                            .as("order #%d", orders.seq(i))
                            .isZero();
                }
                buyersLeft += eligible && orders.isBuy(i) ? result.remaining(i) : 0;
                sellersLeft += eligible && !orders.isBuy(i) ? result.remaining(i) : 0;
            }
            assertThat(Math.min(buyersLeft, sellersLeft)).isZero();
        });
    }

    @Test
    void noTickTradesMoreAndNoneThatTradesAsMuchLeavesLess() {
        forEverySeed(seed -> {
            Random random = new Random(seed);
            AuctionRules rules = anyRules(random);
            Book book = Book.random(random);

            AuctionResult result = book.run(rules);

            BruteForceAuction curves = new BruteForceAuction(book, rules);
            for (long p = rules.bandLo(); p <= rules.bandHi(); p++) {
                assertThat(curves.volumeAt(p)).isLessThanOrEqualTo(result.volume());
                if (result.price() > 0 && curves.volumeAt(p) == result.volume()) {
                    assertThat(Math.abs(curves.surplusAt(p))).isGreaterThanOrEqualTo(Math.abs(result.surplus()));
                }
            }
        });
    }

    @Test
    void theOrderOfInsertionChangesNothing() {
        forEverySeed(seed -> {
            Random random = new Random(seed);
            AuctionRules rules = anyRules(random);
            Book book = Book.random(random);
            Book mixed = book.shuffled(random);

            AuctionResult one = book.run(rules);
            AuctionResult other = mixed.run(rules);

            assertThat(other.inputHash()).isEqualTo(one.inputHash());
            assertThat(other.outputHash()).isEqualTo(one.outputHash());
            for (int i = 0; i < one.ordersIn(); i++) {
                int there = mixed.orders().indexOf(book.orders().get(i));
                assertThat(other.fill(there)).isEqualTo(one.fill(i));
            }
        });
    }

    @Test
    void anOrderSplitInTwoNeighboursGetsTheSameInTimeAndWithinALotInProportion() {
        forEverySeed(seed -> {
            Random random = new Random(seed);
            Allocation mode = List.of(Allocation.TIME, Allocation.PRO_RATA, Allocation.AGE_PRO_RATA)
                    .get(random.nextInt(3));
            AuctionRules rules =
                    anyRules(random).withAllocation(mode).withSelfTradePrevention(SelfTradePrevention.ALLOW_NETTED);
            Book whole = Book.random(random).map(o -> o.withSeq(2 * o.seq()).withLots(o.lots() + 1));
            if (whole.orders().isEmpty()) {
                return;
            }
            int at = random.nextInt(whole.orders().size());
            Order order = whole.orders().get(at);
            long first = 1 + random.nextLong(order.lots() - 1);
            Book split = whole.map(o -> o == order ? o.withLots(first) : o)
                    .plus(order.withLots(order.lots() - first).withSeq(order.seq() + 1));

            AuctionResult before = whole.run(rules);
            AuctionResult after = split.run(rules);

            assertThat(after.price()).isEqualTo(before.price());
            assertThat(after.volume()).isEqualTo(before.volume());
            long together = after.fill(at) + after.fill(whole.orders().size());
            assertThat(Math.abs(together - before.fill(at)))
                    .as("%s of %s in %s%s", first, order, rules, whole)
                    .isLessThanOrEqualTo(mode == Allocation.TIME ? 0 : 1);
        });
    }

    @Test
    void aBookOfKTimesTheLotsTradesKTimesTheVolumeAtTheSamePrice() {
        forEverySeed(seed -> {
            Random random = new Random(seed);
            AuctionRules rules = anyRules(random);
            Book book = Book.random(random);
            long k = 2 + random.nextInt(1_000_000);

            AuctionResult one = book.run(rules);
            AuctionResult scaled = book.map(o -> o.withLots(k * o.lots())).run(rules);

            assertThat(scaled.price()).isEqualTo(one.price());
            assertThat(scaled.volume()).isEqualTo(k * one.volume());
            assertThat(scaled.surplus()).isEqualTo(k * one.surplus());
            assertThat(scaled.decidedBy()).isEqualTo(one.decidedBy());
        });
    }

    @Test
    void aRerunIsByteIdentical() {
        forEverySeed(seed -> {
            AuctionRules rules = anyRules(new Random(seed));

            // Everything is made anew, as after a restart.
            AuctionResult first = Book.random(new Random(seed)).run(rules);
            AuctionResult again = Book.random(new Random(seed)).run(rules);

            assertThat(again.inputHash()).isEqualTo(first.inputHash());
            assertThat(again.outputHash()).isEqualTo(first.outputHash());
        });
    }

    @Test
    void swappingSidesAndTurningPricesMirrorsTheResult() {
        forEverySeed(seed -> {
            Random random = new Random(seed);
            AuctionRules drawn = anyRules(random);
            // A cap in percent of the reference has no mirror image.
            AuctionRules rules =
                    drawn.priceRule() == PriceRule.REF_CAP ? drawn.withPriceRule(PriceRule.FULL, 0) : drawn;
            Book book = Book.random(random);
            long turn = rules.bandLo() + rules.bandHi();
            Book mirror = book.map(o ->
                    new Order(!o.buy(), o.market(), turn - o.limit(), o.lots(), o.seq(), o.group(), o.carriedSince()));
            long turnedReference = rules.reference() == 0 ? 0 : turn - rules.reference();

            AuctionResult one = book.run(rules);
            AuctionResult turned = mirror.run(rules.withReference(turnedReference));

            assertThat(turned.volume()).isEqualTo(one.volume());
            assertThat(turned.decidedBy()).isEqualTo(one.decidedBy());
            if (one.price() == 0) {
                assertThat(turned.price()).isZero();
                return;
            }
            assertThat(turned.plateauLo()).isEqualTo(turn - one.plateauHi());
            assertThat(turned.plateauHi()).isEqualTo(turn - one.plateauLo());
            boolean middle = rules.reference() == 0 && one.decidedBy() == PriceStep.REFERENCE;
            if (middle) {
                // The middle is rounded down on both sides of the mirror, so it may be off by one tick.
                assertThat(turn - turned.price() - one.price()).isBetween(0L, 1L);
                return;
            }
            assertThat(turned.price()).isEqualTo(turn - one.price());
            assertThat(turned.surplus()).isEqualTo(-one.surplus());
            IntStream.range(0, one.ordersIn())
                    .forEach(i -> assertThat(turned.fill(i)).as("fill %d", i).isEqualTo(one.fill(i)));
        });
    }

    @Test
    void noOwnerTradesOnBothSidesUnlessNettingIsAllowed() {
        forEverySeed(seed -> {
            Random random = new Random(seed);
            AuctionRules rules = anyRules(random);
            AuctionOrders orders = Book.random(random).frozen();

            AuctionResult result = CallAuction.run(orders, rules);

            long within = 0;
            for (int owner = 0; owner < 40; owner++) {
                long bought = 0;
                long sold = 0;
                for (int i = 0; i < orders.size(); i++) {
                    if (orders.group(i) == owner) {
                        bought += orders.isBuy(i) ? result.fill(i) : 0;
                        sold += orders.isBuy(i) ? 0 : result.fill(i);
                    }
                }
                within += Math.min(bought, sold);
            }
            boolean netted = rules.selfTradePrevention() == SelfTradePrevention.ALLOW_NETTED;
            assertThat(within).isEqualTo(netted ? result.nettedSelfTradeVolume() : 0);
        });
    }

    @Test
    void anotherBuyerNeverLowersThePriceUnlessTheReferenceDecides() {
        forEverySeed(seed -> {
            Random random = new Random(seed);
            AuctionRules rules = anyRules(random)
                    .withPriceRule(PriceRule.ADJACENT, 0)
                    .withSelfTradePrevention(SelfTradePrevention.ALLOW_NETTED);
            Book book = Book.random(random);
            long limit = rules.bandLo() + random.nextInt(rules.bandTicks());
            Order newcomer = new Order(true, random.nextInt(5) == 0, limit, 1 + random.nextInt(50), 1_000, 100, 9);

            AuctionResult before = book.run(rules);
            AuctionResult after = book.plus(newcomer).run(rules);

            boolean reference = before.decidedBy() == PriceStep.REFERENCE || after.decidedBy() == PriceStep.REFERENCE;
            if (before.price() > 0 && !reference) {
                assertThat(after.price()).isBetween(before.price(), rules.bandHi());
            }
        });
    }

    private static AuctionRules anyRules(Random random) {
        long lo = 86 + random.nextInt(15);
        long hi = lo + random.nextInt(25);
        long reference = random.nextInt(3) == 0 ? 0 : 85 + random.nextInt(30);
        return new AuctionRules(
                1 + random.nextInt(1_000),
                lo,
                hi,
                reference,
                pick(random, PriceRule.values()),
                random.nextInt(1_000),
                pick(random, Allocation.values()),
                pick(random, SelfTradePrevention.values()));
    }

    private static <T> T pick(Random random, T[] of) {
        return of[random.nextInt(of.length)];
    }
}
