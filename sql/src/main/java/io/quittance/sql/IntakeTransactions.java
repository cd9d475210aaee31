package io.quittance.sql;

import io.quittance.domain.intake.IntakeQueue;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Runs a door's write as one transaction. The work may run several times, each time from a clean slate, in two cases and
 * no other: the database chose it as the victim of a deadlock, which two senders of the same keys in another order can
 * come to; or there was no window to join, and windows have been laid out since.
 */
final class IntakeTransactions {

    private static final int ATTEMPTS_MAX = 5;

    private final TransactionTemplate transaction;
    private final OpenWindows windows;
    private final Runnable layOutWindows;

    /** @param layOutWindows makes windows ahead of the bank's clock, in a transaction of its own; idempotent */
    IntakeTransactions(DataSource application, Runnable layOutWindows) {
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(application));
        this.windows = new OpenWindows(JdbcClient.create(application));
        this.layOutWindows = layOutWindows;
    }

    /**
     * @throws IntakeQueue.NoOpenWindow if the work found none, also after windows were laid out
     */
    <T> T run(Supplier<T> work) {
        try {
            return runOrLoseDeadlock(work);
        } catch (NothingToJoin noWindowYet) {
            layOutWindows.run();
            try {
                return runOrLoseDeadlock(work);
            } catch (NothingToJoin notPossible) {
                throw noOpenWindow(notPossible.businessDate);
            }
        }
    }

    private <T> T runOrLoseDeadlock(Supplier<T> work) {
        PessimisticLockingFailureException earlier = null;
        for (int attempt = 1; ; attempt++) {
            try {
                return Objects.requireNonNull(transaction.execute(status -> work.get()));
            } catch (PessimisticLockingFailureException deadlock) {
                if (earlier != null) {
                    deadlock.addSuppressed(earlier);
                }
                if (attempt == ATTEMPTS_MAX) {
                    throw deadlock;
                }
                earlier = deadlock;
            }
        }
    }

    private IntakeQueue.NoOpenWindow noOpenWindow(@Nullable LocalDate businessDate) {
        List<LocalDate> dates = windows.dates();
        String possible = dates.isEmpty()
                ? "no date is open"
                : "possible are " + dates.stream().map(LocalDate::toString).collect(Collectors.joining(", "));
        return new IntakeQueue.NoOpenWindow(
                businessDate == null
                        ? "no window is open; " + possible
                        : "business date " + businessDate + " cannot be submitted to; " + possible);
    }

    /** There is no window to join: rolls back, so that windows can be laid out. */
    static final class NothingToJoin extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient @Nullable LocalDate businessDate;

        NothingToJoin(@Nullable LocalDate businessDate) {
            super("no window to join", null, false, false);
            this.businessDate = businessDate;
        }
    }
}
