/**
 * The settlement cycle as one pure function of the books before it, its submissions in intake order and its parameters.
 *
 * <p>Start with {@link io.quittance.domain.settlement.SettlementCycle}: it reads in the order in which a cycle happens.
 */
@NullMarked
package io.quittance.domain.settlement;

import org.jspecify.annotations.NullMarked;
