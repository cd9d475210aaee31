package io.quittance.domain.report;

import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The published journal of a period, for who keeps books elsewhere. Each extract is of one snapshot; rows are handed on while
 * the database is being read, so a sink must not ask it for anything. What a sink throws ends the reading and reaches the
 * caller. Thread-safe.
 */
public interface JournalExtract {

    /**
     * @param accountClass as in {@link TrialBalance.Line#accountClass}
     */
    record Party(UUID accountId, String accountClass) {}

    /** What a period begins with. Not zero. */
    record Opening(Party account, String asset, long posted) {}

    record Transfer(
            long seq,
            long cycle,
            LocalDate businessDate,
            Party from,
            Party to,
            String asset,
            long amount,
            String transactionType,
            @Nullable UUID submissionId) {}

    /** Takes a period in this order: its beginning once, its openings by asset, its transfers by seq. */
    interface Sink {

        /**
         * @param assets all codes that can occur
         * @param firstSeq of the period's first transfer, or the one it would have
         */
        void begin(LocalDate from, LocalDate to, List<String> assets, long firstSeq);

        void opening(Opening opening);

        void transfer(Transfer transfer);

        void end();
    }

    /** Some of the period is not in the journal. */
    final class Archived extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Archived(String message) {
            super(message);
        }
    }

    /**
     * Reads business dates, both included; of an open one, what is published of it.
     *
     * @throws Archived if transfers of them are archived, before anything is handed on
     */
    void read(LocalDate from, LocalDate to, Sink sink);
}
