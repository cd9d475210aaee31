package io.quittance.domain.archive;

import java.time.YearMonth;

/**
 * A month of the journal that can be archived: over, all of its cycles published, sealed and reconciled.
 *
 * @param lastSeq one less than {@code firstSeq} if nothing moved
 */
public record JournalMonth(YearMonth month, long firstCycle, long lastCycle, long firstSeq, long lastSeq) {

    public long transfers() {
        return lastSeq - firstSeq + 1;
    }
}
