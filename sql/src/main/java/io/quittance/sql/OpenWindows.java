package io.quittance.sql;

import static io.quittance.sql.JdbcValues.date;
import static io.quittance.sql.JdbcValues.instant;
import static io.quittance.sql.JdbcValues.utc;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Chooses the window that lines join. The race with a cut-off is decided by one advisory lock per window: a writer holds
 * it shared until its transaction ends, the close holds it exclusively. A writer that gets it looks once more, in a new
 * statement, whether the window is still open: between the choice and the lock it may have closed.
 */
final class OpenWindows {

    /** The class of the windows' advisory locks; the second half of the key is the window's number. */
    static final int LOCK_CLASS = 7001;

    /** The lock is tried in the outer query, so for the one window that the inner query chose and no other. */
    private static final String EARLIEST = """
            SELECT window_no, cut_off, pg_try_advisory_xact_lock_shared(:lockClass, window_no::int) AS locked
            FROM (SELECT window_no, cut_off FROM settlement_windows
                  WHERE state = 'OPEN' AND cut_off > bank_now() + :millis * interval '1 millisecond' AND cut_off > :after
                      AND (:date::date IS NULL OR business_date = :date)
                  ORDER BY cut_off LIMIT 1) earliest
            """;

    private static final String STILL_OPEN = """
            WITH clock AS MATERIALIZED (SELECT bank_now() AS now)
            SELECT w.window_no, w.business_date, clock.now
            FROM settlement_windows w CROSS JOIN clock
            WHERE w.window_no = :window AND w.state = 'OPEN' AND w.cut_off > clock.now
            """;
    private static final String DATES = """
            SELECT DISTINCT business_date FROM settlement_windows
            WHERE state = 'OPEN' AND cut_off > bank_now()
            ORDER BY business_date LIMIT 14
            """;

    private record Candidate(long windowNo, Instant cutOff, boolean locked) {}

    private final JdbcClient jdbc;

    OpenWindows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The earliest window that can be joined now, held open until the transaction ends.
     *
     * @param businessDate the date it must have; null for any
     * @param needed how long before its cut-off
     */
    Optional<OpenWindow> join(@Nullable LocalDate businessDate, Duration needed) {
        Instant after = Instant.EPOCH;
        while (true) {
            Optional<Candidate> candidate = jdbc.sql(EARLIEST)
                    .param("lockClass", LOCK_CLASS)
                    .param("after", utc(after))
                    .param("millis", needed.toMillis())
                    .param("date", date(businessDate))
                    .query((row, n) ->
                            new Candidate(row.getLong("window_no"), instant(row, "cut_off"), row.getBoolean("locked")))
                    .optional();
            if (candidate.isEmpty()) {
                return Optional.empty();
            }
            if (candidate.get().locked()) {
                Optional<OpenWindow> open = stillOpen(candidate.get().windowNo());
                if (open.isPresent()) {
                    return open;
                }
            }
            after = candidate.get().cutOff();
        }
    }

    private Optional<OpenWindow> stillOpen(long windowNo) {
        return jdbc.sql(STILL_OPEN)
                .param("window", windowNo)
                .query((row, n) ->
                        new OpenWindow(row.getLong("window_no"), date(row, "business_date"), instant(row, "now")))
                .optional();
    }

    /** The business dates that can be submitted to now, ascending, at most 14. */
    List<LocalDate> dates() {
        return jdbc.sql(DATES).query((row, n) -> date(row, "business_date")).list();
    }
}
