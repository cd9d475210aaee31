package io.quittance.domain.screening;

import io.quittance.domain.cycle.BankParameters;
import java.time.Instant;
import java.time.LocalDate;

/**
 * What is fixed for a cycle at its cut-off.
 *
 * @param number the cycle's number
 * @param businessDate the date it belongs to
 * @param cutOff the instant its window closed
 * @param parameters the bank's parameters in force
 */
public record CycleContext(long number, LocalDate businessDate, Instant cutOff, BankParameters parameters) {}
