package io.quittance.domain.archive;

import io.quittance.domain.seal.Hash32;
import java.io.InputStream;
import java.math.BigInteger;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;

/**
 * The months that were taken out of the journal: always its beginning, the oldest first, and the newest of them is the first to
 * come back. Reading is for everybody; what changes the journal needs the owner of the tables. Thread-safe.
 */
public interface JournalArchives {

    /** The columns of a transfer's line. */
    String TRANSFER_COLUMNS = "id,cycle,position,asset,from_account,to_account,amount,transaction_type,leg,intake_no,"
            + "created_at,task_id";

    /** The columns of a balance's line. */
    String BALANCE_COLUMNS = "asset,account_id,posted";

    /** Why a month cannot be archived or restored now, in a sentence. */
    final class NotNow extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public NotNow(String why, Throwable cause) {
            super(why, cause);
        }
    }

    /** Takes lines of CSV, without their ends. */
    interface Lines {
        void line(byte[] utf8);
    }

    /** What is archived now, the oldest first. */
    List<ArchivedMonth> archived();

    /** The archive that a cycle's transfers are in; empty if they are in the journal. */
    default Optional<ArchivedMonth> ofCycle(long cycle) {
        return archived().stream()
                .filter(month -> month.firstCycle() <= cycle && cycle <= month.lastCycle())
                .findFirst();
    }

    /** The oldest month of the journal, whether it can be archived or not; empty before the first cycle. */
    Optional<YearMonth> oldest();

    /** @throws NotNow if it is not the oldest month, is not over, or has a cycle that is not sealed or not reconciled */
    JournalMonth archivable(YearMonth month);

    /** The month's transfers in their order. */
    void transfers(JournalMonth month, Lines lines);

    /** All balances at the month's end that are not zero, by asset and account. */
    void balances(JournalMonth month, Lines lines);

    /**
     * Takes the month out of the journal, all at once.
     *
     * @param amounts sum of the file's amounts over all assets
     * @throws NotNow if a cycle is under way, somebody holds the journal, or the rows are not what the file says
     */
    void detach(
            JournalMonth month,
            String file,
            long bytes,
            Hash32 sha256,
            long transfers,
            BigInteger amounts,
            Hash32 baseDigest);

    /**
     * Puts a month back, all at once.
     *
     * @param transfers its transfers as they were written, with a line of column names in front
     * @param isWhole asked when all of them are read; if it is false nothing happens
     * @throws NotNow if it is not the newest archived month, a cycle is under way, or the rows are not those that left
     */
    void restore(YearMonth month, InputStream transfers, java.util.function.BooleanSupplier isWhole);
}
