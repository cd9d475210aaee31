/**
 * The settlement cycle: its window, its calendar, its frozen parameters and the pure function that settles it.
 *
 * <p>Start with {@link io.quittance.domain.cycle.SettlementCycle}: it reads in the order in which a cycle happens.
 */
@NullMarked
package io.quittance.domain.cycle;

import org.jspecify.annotations.NullMarked;
