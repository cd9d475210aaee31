/**
 * The matching round: a deterministic uniform-price call auction over a frozen set of orders.
 *
 * <p>Start with {@link io.quittance.domain.auction.CallAuction}; {@link io.quittance.domain.auction.AuctionRules} holds
 * what an instrument may choose. Prices are whole ticks, quantities whole lots, an owner is a number. Nothing here knows
 * accounts, fees or time: which orders take part, and what a fill means for the books, is decided elsewhere.
 */
@NullMarked
package io.quittance.domain.auction;

import org.jspecify.annotations.NullMarked;
