package io.quittance.domain.auction;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A book that tests can write down, transform and print. */
record Book(List<Order> orders) {

    record Order(boolean buy, boolean market, long limit, long lots, long seq, int group, long carriedSince) {

        Order withLots(long newLots) {
            return new Order(buy, market, limit, newLots, seq, group, carriedSince);
        }

        Order withSeq(long newSeq) {
            return new Order(buy, market, limit, lots, newSeq, group, carriedSince);
        }

        @Override
        public String toString() {
            return "%s %d @ %s #%d owner %d since %d"
                    .formatted(buy ? "buy" : "sell", lots, market ? "market" : limit, seq, group, carriedSince);
        }
    }

    static Book empty() {
        return new Book(List.of());
    }

    /** Adds a limit order of an owner of its own, admitted in cycle 1, next in line. */
    Book buy(long lots, long limit) {
        return plus(new Order(true, false, limit, lots, next(), next(), 1));
    }

    Book sell(long lots, long limit) {
        return plus(new Order(false, false, limit, lots, next(), next(), 1));
    }

    Book buyAtMarket(long lots) {
        return plus(new Order(true, true, 0, lots, next(), next(), 1));
    }

    Book sellAtMarket(long lots) {
        return plus(new Order(false, true, 0, lots, next(), next(), 1));
    }

    /** The last order belongs to this owner. */
    Book of(int group) {
        return changeLast(o -> new Order(o.buy, o.market, o.limit, o.lots, o.seq, group, o.carriedSince));
    }

    /** The last order was admitted in this cycle. */
    Book since(long cycle) {
        return changeLast(o -> new Order(o.buy, o.market, o.limit, o.lots, o.seq, o.group, cycle));
    }

    Book plus(Order order) {
        List<Order> more = new ArrayList<>(orders);
        more.add(order);
        return new Book(List.copyOf(more));
    }

    Book map(UnaryOperator<Order> change) {
        return new Book(orders.stream().map(change).toList());
    }

    Book shuffled(Random random) {
        List<Order> mixed = new ArrayList<>(orders);
        Collections.shuffle(mixed, random);
        return new Book(List.copyOf(mixed));
    }

    AuctionOrders frozen() {
        AuctionOrders.Builder builder = AuctionOrders.builder(0);
        for (Order o : orders) {
            builder.add(o.buy, o.market, o.limit, o.lots, o.seq, o.group, o.carriedSince);
        }
        return builder.build();
    }

    AuctionResult run(AuctionRules rules) {
        return CallAuction.run(frozen(), rules);
    }

    /** A small book in ticks 88..112, with many equal prices, owners and ages. */
    static Book random(Random random) {
        return random(random, random.nextInt(25), 1 + random.nextInt(30));
    }

    static Book random(Random random, int n, int owners) {
        // Equal lots make surpluses of equal size and either sign, which is where the price rules differ.
        int largest = List.of(1, 1, 3, 200).get(random.nextInt(4));
        long seq = random.nextInt(3);
        List<Order> orders = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            boolean market = random.nextInt(10) == 0;
            long limit = 88 + random.nextInt(25);
            long since = 1 + random.nextInt(3);
            orders.add(new Order(
                    random.nextBoolean(),
                    market,
                    limit,
                    1 + random.nextInt(largest),
                    seq,
                    random.nextInt(owners),
                    since));
            seq += 1 + random.nextInt(3);
        }
        return new Book(List.copyOf(orders)).shuffled(random);
    }

    @Override
    public String toString() {
        return orders.stream().map(Order::toString).collect(Collectors.joining("\n", "\n", "\n"));
    }

    private int next() {
        return orders.size() + 1;
    }

    private Book changeLast(UnaryOperator<Order> change) {
        List<Order> changed = new ArrayList<>(orders);
        changed.add(change.apply(changed.removeLast()));
        return new Book(List.copyOf(changed));
    }
}
