package io.quittance.domain.matching;

import io.quittance.domain.auction.AuctionResult;
import io.quittance.domain.cycle.Instrument;
import io.quittance.domain.ledger.OpenOrder;
import java.util.List;

/**
 * The round of one instrument.
 *
 * @param asset asset id of the class
 * @param orders those that took part, in intake order; {@code result} speaks of them by position
 * @param referenceBefore in ticks
 * @param referenceAfter the last price if anything traded, else as before; in ticks
 */
public record MatchingRound(
        Instrument instrument,
        int asset,
        List<OpenOrder> orders,
        AuctionResult result,
        long referenceBefore,
        long referenceAfter) {

    public MatchingRound {
        orders = List.copyOf(orders);
    }
}
