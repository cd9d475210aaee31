package io.quittance.domain.matching;

import io.quittance.domain.auction.Allocation;
import io.quittance.domain.auction.AuctionOrders;
import io.quittance.domain.auction.AuctionResult;
import io.quittance.domain.auction.AuctionRules;
import io.quittance.domain.auction.CallAuction;
import io.quittance.domain.auction.PriceRule;
import io.quittance.domain.auction.SelfTradePrevention;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.cycle.Instrument;
import io.quittance.domain.intake.Submission.OrderType;
import io.quittance.domain.intake.Submission.Side;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.OpenOrder;
import java.util.ArrayList;
import java.util.List;

/** Phase 3: runs the auction of every instrument over the orders of the books. */
public final class MatchingRounds {

    /** How far {@code REF_CAP} lets a price go from the reference, in basis points. */
    private static final int REFERENCE_CAP_BPS = 500;

    private MatchingRounds() {}

    /**
     * One round per instrument, in the order of the asset ids; also where no order takes part. The books' orders are read,
     * not changed; an order that sits out its date's limit takes no part.
     */
    public static List<MatchingRound> run(BankParameters parameters, Books books) {
        var rounds = new ArrayList<MatchingRound>();
        for (BankParameters.ComputeClass computeClass : parameters.classes()) {
            parameters
                    .instrument(computeClass.asset().code())
                    .ifPresent(instrument ->
                            rounds.add(run(instrument, computeClass.asset().id(), books)));
        }
        return rounds;
    }

    private static MatchingRound run(Instrument instrument, int asset, Books books) {
        var orders = new ArrayList<OpenOrder>();
        for (OpenOrder order : books.orders.values()) {
            if (order.asset == asset && !order.sitsOut) {
                orders.add(order);
            }
        }
        var book = AuctionOrders.builder(orders.size());
        for (OpenOrder order : orders) {
            book.add(
                    order.side == Side.BUY,
                    order.type == OrderType.MARKET,
                    order.limitTicks,
                    order.openLots,
                    order.intakeNo,
                    books.partyOf(order.account),
                    order.admittedCycle);
        }
        long reference = books.references.getOrDefault(asset, instrument.initialReferenceTicks());
        AuctionRules rules = AuctionRules.of(
                        instrument.tickUtoken(),
                        instrument.bandLow(reference),
                        instrument.bandHigh(reference),
                        reference)
                .withPriceRule(PriceRule.valueOf(instrument.priceRule()), REFERENCE_CAP_BPS)
                .withAllocation(Allocation.valueOf(instrument.allocation()))
                .withSelfTradePrevention(SelfTradePrevention.valueOf(instrument.selfTrade()));
        AuctionResult result = CallAuction.run(book.build(), rules);
        long after = result.volume() > 0 ? result.price() : reference;
        return new MatchingRound(instrument, asset, orders, result, reference, after);
    }
}
