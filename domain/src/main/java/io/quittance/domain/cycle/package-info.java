/**
 * When a cycle happens and by which parameters: the calendar of windows, the bank's parameters, and what is frozen at
 * cut-off.
 *
 * <p>Start with {@link io.quittance.domain.cycle.SettlementCalendar} and {@link io.quittance.domain.cycle.BankParameters}.
 */
@NullMarked
package io.quittance.domain.cycle;

import org.jspecify.annotations.NullMarked;
