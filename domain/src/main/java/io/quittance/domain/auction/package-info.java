/**
 * The matching round: a deterministic uniform-price call auction over a frozen set of orders.
 *
 * <p>Start with {@link io.quittance.domain.auction.CallAuction}. Nothing here knows accounts, money or time.
 */
@NullMarked
package io.quittance.domain.auction;

import org.jspecify.annotations.NullMarked;
