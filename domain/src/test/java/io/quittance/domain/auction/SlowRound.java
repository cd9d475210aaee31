package io.quittance.domain.auction;

import io.quittance.domain.cycle.Instrument;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@link BruteForceAuction} as other slow models use it: a round of an instrument around a reference. */
public final class SlowRound {

    /** @param group one for all orders of a party */
    public record Order(
            boolean buy, boolean market, long limitTicks, long lots, long intakeNo, int group, long admittedCycle) {}

    /** What became of an order; {@code cut} lots were taken from it because they would have met its own party's. */
    public record Fill(long filled, long cut) {}

    private final Map<Long, Fill> fills = new HashMap<>();
    private final long price;

    public SlowRound(Instrument instrument, long reference, List<Order> orders) {
        AuctionRules rules = AuctionRules.of(
                        instrument.tickUtoken(),
                        instrument.bandLow(reference),
                        instrument.bandHigh(reference),
                        reference)
                .withPriceRule(PriceRule.valueOf(instrument.priceRule()), 500)
                .withAllocation(Allocation.valueOf(instrument.allocation()))
                .withSelfTradePrevention(SelfTradePrevention.valueOf(instrument.selfTrade()));
        var book = new Book(orders.stream()
                .map(o -> new Book.Order(o.buy, o.market, o.limitTicks, o.lots, o.intakeNo, o.group, o.admittedCycle))
                .toList());
        var round = new BruteForceAuction(book, rules);
        this.price = round.price;
        round.entries.forEach(e -> fills.put(e.order.seq(), new Fill(e.fill, e.order.lots() - e.open)));
    }

    /** In ticks; 0 if nothing is traded. */
    public long price() {
        return price;
    }

    public Fill of(long intakeNo) {
        return fills.get(intakeNo);
    }
}
