/**
 * The matching round of a cycle: for each instrument, the orders that take part meet in one call auction.
 *
 * <p>Start with {@link io.quittance.domain.matching.MatchingRounds}.
 */
@NullMarked
package io.quittance.domain.matching;

import org.jspecify.annotations.NullMarked;
