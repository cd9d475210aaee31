package io.quittance.sql;

import java.time.Instant;
import java.time.LocalDate;

/**
 * The window that a transaction of a door writes into; it cannot close before the transaction ends.
 *
 * @param now the bank's clock when the window was taken, earlier than its cut-off: when the lines are received
 */
record OpenWindow(long windowNo, LocalDate businessDate, Instant now) {}
