package io.quittance.domain.cycle;

import java.time.Instant;
import java.time.LocalDate;

/**
 * A window that closed and so became a cycle: all that is frozen at its cut-off.
 *
 * @param cycle the cycle's number
 * @param windowNo the window's
 * @param firstSeq sequence number that its first transfer gets
 * @param received how many submissions its window collected
 */
public record ClosedWindow(
        long cycle,
        long windowNo,
        LocalDate businessDate,
        Instant cutOff,
        int rulesVersion,
        int secretVersion,
        BankParameters parameters,
        long firstSeq,
        long received) {}
