package io.quittance.sql;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Line;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Runs a door's write as one transaction. The work may run several times, each time from a clean slate, in two cases and
 * no other: the database chose it as the victim of a deadlock, or there was no window to join, and windows have been laid
 * out since.
 *
 * <p>Two calls that bring the same names in another order can wait for each other. So a call of several lines holds its
 * turn, an advisory lock, shared; one that lost a deadlock holds it exclusively when it runs again, alone among those
 * that it could meet, and cannot lose again to them. A single line waits for no second name and needs no turn.
 */
final class IntakeTransactions {

    private static final int ATTEMPTS_MAX = 3;

    private static final String TURN = "SELECT pg_advisory_xact_lock_shared(7004, :turn)";
    /** Who has to wait for one of several clients would keep the others waiting. */
    private static final String TURNS_AT_ONCE = """
            WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', '100ms', true) AS value)
            SELECT pg_advisory_xact_lock_shared(7004, turn), value FROM unnest(:turns::int4[]) turn, patience
            """;

    private static final String TURN_ALONE = "SELECT pg_advisory_xact_lock(7004, :turn)";

    /** The turn of calls with reference lines, whose names are the whole bank's. Clients count from 1. */
    private static final int BANK_WIDE = 0;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final OpenWindows windows;
    private final Runnable layOutWindows;

    /** @param layOutWindows makes windows ahead of the bank's clock, in a transaction of its own; idempotent */
    IntakeTransactions(DataSource application, Runnable layOutWindows) {
        this.jdbc = JdbcClient.create(application);
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(application));
        this.windows = new OpenWindows(jdbc);
        this.layOutWindows = layOutWindows;
    }

    /**
     * @param lines what the work writes, by which its turn is chosen
     * @throws IntakeQueue.NoOpenWindow if the work found none, also after windows were laid out
     */
    <T> T run(Client client, List<Line> lines, Supplier<T> work) {
        return run(client, lines.stream().anyMatch(line -> line.kind().isReference()), lines.size() > 1, work);
    }

    /**
     * Runs work of which only this is known before it runs.
     *
     * @param bankWide whether it has reference lines
     * @param several whether it may have more than one line
     * @throws IntakeQueue.NoOpenWindow if the work found none, also after windows were laid out
     */
    <T> T run(Client client, boolean bankWide, boolean several, Supplier<T> work) {
        int turn = bankWide ? BANK_WIDE : client.id();
        try {
            return runOrLoseDeadlock(turn, several, work);
        } catch (NothingToJoin noWindowYet) {
            layOutWindows.run();
            try {
                return runOrLoseDeadlock(turn, several, work);
            } catch (NothingToJoin notPossible) {
                throw noOpenWindow(notPossible.businessDate);
            }
        }
    }

    /**
     * Runs the work once, in the turns of several clients. Where it would have to wait for a lock for long it fails, and
     * nothing of it is kept.
     *
     * @param clientIds ascending, so that no two calls wait for each other's turns
     * @throws PessimisticLockingFailureException if it would have to wait
     */
    <T> T runTogether(SortedSet<Integer> clientIds, Supplier<T> work) {
        return Objects.requireNonNull(transaction.execute(status -> {
            jdbc.sql(TURNS_AT_ONCE)
                    .param("turns", new SqlArrayValue("int4", clientIds.toArray()))
                    .query((row, n) -> "")
                    .list();
            return work.get();
        }));
    }

    private <T> T runOrLoseDeadlock(int turn, boolean several, Supplier<T> work) {
        PessimisticLockingFailureException earlier = null;
        for (int attempt = 1; ; attempt++) {
            boolean alone = attempt > 1;
            try {
                return Objects.requireNonNull(transaction.execute(status -> {
                    if (several || alone) {
                        jdbc.sql(alone ? TURN_ALONE : TURN)
                                .param("turn", turn)
                                .query((row, n) -> "")
                                .single();
                    }
                    return work.get();
                }));
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
