package io.quittance.domain.auction;

import io.quittance.domain.auction.Book.Order;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/**
 * The rules of the round read aloud: an object per order, every tick tried, every sum taken anew. Slow, and written from
 * the rules alone, so that it can be checked by eye and stand against the fast one.
 */
final class BruteForceAuction {

    /** An order on its way through the round. */
    static final class Entry {
        final Order order;
        long open;
        long fill;

        Entry(Order order) {
            this.order = order;
            this.open = order.lots();
        }
    }

    final AuctionRules rules;
    final List<Entry> entries = new ArrayList<>();
    long price;
    long volume;
    List<Long> mostVolume = List.of();
    List<Long> smallestSurplus = List.of();
    PriceStep step = PriceStep.NO_CROSS;

    BruteForceAuction(Book book, AuctionRules rules) {
        this.rules = rules;
        book.orders().forEach(order -> entries.add(new Entry(order)));
        if (rules.selfTradePrevention() != SelfTradePrevention.ALLOW_NETTED) {
            preventSelfTrades();
        }
        choosePrice();
        if (price > 0) {
            volume = volumeAt(price);
            allocate(true);
            allocate(false);
        }
    }

    /** Whether the order would trade at {@code p}; a market order always, one beyond its passive edge never. */
    private boolean takesPart(Order order, long p) {
        if (order.market()) {
            return true;
        }
        return order.buy() ? order.limit() >= p : order.limit() <= p;
    }

    private boolean restsOut(Order order) {
        return order.buy() ? !takesPart(order, rules.bandLo()) : !takesPart(order, rules.bandHi());
    }

    long demandAt(long p) {
        return sum(
                entries.stream()
                        .filter(e -> e.order.buy() && takesPart(e.order, p))
                        .toList(),
                e -> e.open);
    }

    long supplyAt(long p) {
        return sum(
                entries.stream()
                        .filter(e -> !e.order.buy() && takesPart(e.order, p))
                        .toList(),
                e -> e.open);
    }

    long volumeAt(long p) {
        return Math.min(demandAt(p), supplyAt(p));
    }

    long surplusAt(long p) {
        return demandAt(p) - supplyAt(p);
    }

    private void choosePrice() {
        List<Long> ticks =
                LongStream.rangeClosed(rules.bandLo(), rules.bandHi()).boxed().toList();
        long most = ticks.stream().mapToLong(this::volumeAt).max().orElseThrow();
        if (most == 0) {
            return;
        }
        mostVolume = ticks.stream().filter(p -> volumeAt(p) == most).toList();
        long least =
                mostVolume.stream().mapToLong(p -> Math.abs(surplusAt(p))).min().orElseThrow();
        smallestSurplus =
                mostVolume.stream().filter(p -> Math.abs(surplusAt(p)) == least).toList();
        List<Long> p2 = smallestSurplus;
        if (p2.size() == 1) {
            step = mostVolume.size() == 1 ? PriceStep.MAX_VOLUME : PriceStep.MIN_SURPLUS;
            price = p2.getFirst();
        } else if (p2.stream().allMatch(p -> surplusAt(p) > 0)) {
            step = PriceStep.MARKET_PRESSURE;
            price = capped() ? nearest(rules.reference() + cap(), p2) : p2.getLast();
        } else if (p2.stream().allMatch(p -> surplusAt(p) < 0)) {
            step = PriceStep.MARKET_PRESSURE;
            price = capped() ? nearest(rules.reference() - cap(), p2) : p2.getFirst();
        } else {
            step = PriceStep.REFERENCE;
            long reference = rules.reference() > 0 ? rules.reference() : Math.floorDiv(p2.getFirst() + p2.getLast(), 2);
            if (least > 0 && rules.priceRule() == PriceRule.ADJACENT) {
                long lastWithBuyers = p2.stream()
                        .filter(p -> surplusAt(p) > 0)
                        .max(Long::compare)
                        .orElseThrow();
                long firstWithSellers = p2.stream()
                        .filter(p -> surplusAt(p) < 0)
                        .min(Long::compare)
                        .orElseThrow();
                price = nearest(reference, List.of(lastWithBuyers, firstWithSellers));
            } else {
                price = nearest(reference, p2);
            }
        }
    }

    private boolean capped() {
        return rules.priceRule() == PriceRule.REF_CAP && rules.reference() > 0;
    }

    private long cap() {
        return Math.max(1, Math.round(rules.reference() * rules.capBps() / 10_000.0));
    }

    private static long nearest(long to, List<Long> prices) {
        return prices.stream()
                .min(Comparator.comparingLong(p -> Math.abs(p - to)))
                .orElseThrow();
    }

    /** Market orders first, then the better limit as far as the band lets it be better. */
    private long priority(Entry e) {
        if (e.order.market()) {
            return Long.MAX_VALUE;
        }
        return e.order.buy() ? Math.min(e.order.limit(), rules.bandHi()) : -Math.max(e.order.limit(), rules.bandLo());
    }

    private void allocate(boolean buy) {
        Map<Long, List<Entry>> levels = new TreeMap<>(Comparator.reverseOrder());
        entries.stream()
                .filter(e -> e.order.buy() == buy && takesPart(e.order, price))
                .sorted(Comparator.comparingLong(e -> e.order.seq()))
                .forEach(e -> levels.computeIfAbsent(priority(e), k -> new ArrayList<>())
                        .add(e));
        long left = volume;
        for (List<Entry> level : levels.values()) {
            left -= share(level, left);
        }
    }

    /** Gives as much of {@code lots} as the level takes; the level stands by intake number. */
    private long share(List<Entry> level, long lots) {
        return switch (rules.allocation()) {
            case TIME -> inTurn(level, lots);
            case SIZE_TIME ->
                inTurn(
                        level.stream()
                                .sorted(Comparator.comparingLong((Entry e) -> -e.open))
                                .toList(),
                        lots);
            case PRO_RATA -> inProportion(level, lots);
            case AGE_PRO_RATA -> {
                Map<Long, List<Entry>> cycles = new TreeMap<>();
                level.forEach(e -> cycles.computeIfAbsent(e.order.carriedSince(), k -> new ArrayList<>())
                        .add(e));
                long given = 0;
                for (List<Entry> cycle : cycles.values()) {
                    given += inProportion(cycle, lots - given);
                }
                yield given;
            }
        };
    }

    private static long inTurn(List<Entry> level, long lots) {
        long given = 0;
        for (Entry e : level) {
            e.fill = Math.min(e.open, lots - given);
            given += e.fill;
        }
        return given;
    }

    private static long inProportion(List<Entry> level, long lots) {
        long quantity = sum(level, e -> e.open);
        long give = Math.min(lots, quantity);
        if (give == 0) {
            return 0;
        }
        BigInteger whole = BigInteger.valueOf(quantity);
        ToLongFunction<Entry> remainder = e -> BigInteger.valueOf(e.open)
                .multiply(BigInteger.valueOf(give))
                .mod(whole)
                .longValueExact();
        level.forEach(e -> e.fill = BigInteger.valueOf(e.open)
                .multiply(BigInteger.valueOf(give))
                .divide(whole)
                .longValueExact());
        long left = give - sum(level, e -> e.fill);
        level.stream()
                .sorted(Comparator.comparingLong(e -> -remainder.applyAsLong(e)))
                .limit(left)
                .forEach(e -> e.fill++);
        return give;
    }

    /** Takes one crossing pair of one owner after the other, always the best of both sides, until there is none. */
    private void preventSelfTrades() {
        for (int group :
                entries.stream().mapToInt(e -> e.order.group()).distinct().toArray()) {
            while (true) {
                Entry buy = best(group, true);
                Entry sell = best(group, false);
                if (buy == null || sell == null || !crosses(buy.order, sell.order)) {
                    break;
                }
                long both = Math.min(buy.open, sell.open);
                buy.open -= both;
                sell.open -= both;
                Entry older = buy.order.seq() < sell.order.seq() ? buy : sell;
                Entry newer = older == buy ? sell : buy;
                switch (rules.selfTradePrevention()) {
                    case DECREMENT, ALLOW_NETTED -> {}
                    case CANCEL_NEWEST -> newer.open = 0;
                    case CANCEL_OLDEST -> older.open = 0;
                    case CANCEL_BOTH -> {
                        newer.open = 0;
                        older.open = 0;
                    }
                }
            }
        }
    }

    private Entry best(int group, boolean buy) {
        return entries.stream()
                .filter(e -> e.order.group() == group && e.order.buy() == buy && e.open > 0 && !restsOut(e.order))
                .min(Comparator.comparingLong((Entry e) -> priority(e))
                        .reversed()
                        .thenComparingLong(e -> e.order.seq()))
                .orElse(null);
    }

    private boolean crosses(Order buy, Order sell) {
        return buy.market() || sell.market() || buy.limit() >= sell.limit();
    }

    /** The best limit of the band that is still open. */
    long bestOpen(boolean buy) {
        return entries.stream()
                .filter(e -> e.order.buy() == buy && !e.order.market() && !restsOut(e.order) && e.open > e.fill)
                .mapToLong(this::priority)
                .max()
                .stream()
                .map(Math::abs)
                .findFirst()
                .orElse(0);
    }

    long tradedWithinOwners() {
        long within = 0;
        for (int group :
                entries.stream().mapToInt(e -> e.order.group()).distinct().toArray()) {
            within += Math.min(filled(group, true), filled(group, false));
        }
        return within;
    }

    long filled(int group, boolean buy) {
        return sum(
                entries.stream()
                        .filter(e -> e.order.group() == group && e.order.buy() == buy)
                        .toList(),
                e -> e.fill);
    }

    private static long sum(List<Entry> entries, ToLongFunction<Entry> what) {
        return entries.stream().mapToLong(what).sum();
    }
}
