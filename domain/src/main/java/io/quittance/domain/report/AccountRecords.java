package io.quittance.domain.report;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.account.KycLevel;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The bank's own records of accounts: what it decided about them and why, and what waits for whom. Not for participants. */
public interface AccountRecords {

    /**
     * @param countsFrom cut-off of its window
     * @param cycle the cycle that saw it first; null while that is not cut off
     * @param refusedFor what was open when its cycle refused a closing; null if it did not
     */
    record Decision(
            String eventKey,
            AccountChange change,
            @Nullable KycLevel level,
            @Nullable String reason,
            String decidedBy,
            Instant decidedAt,
            Instant countsFrom,
            @Nullable Long cycle,
            @Nullable String refusedFor) {}

    /** @param ageDays from its oldest item's business date to that of the last published cycle */
    record Unclaimed(
            UUID accountId, long amountUtoken, long items, long sinceCycle, LocalDate sinceDate, long ageDays) {}

    /** What was decided about an account or, of levels, about its party; the newest first. */
    List<Decision> decisions(UUID accountId);

    /** What waits for whom in {@code unclaimed}, the oldest first. */
    List<Unclaimed> unclaimed();
}
