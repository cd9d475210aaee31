package io.quittance.sql;

import static io.quittance.sql.JdbcValues.dateOrNull;
import static io.quittance.sql.JdbcValues.longOrNull;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.uuid;

import io.quittance.domain.intake.Reason;
import io.quittance.domain.report.BankViews.LineOutcome;
import io.quittance.domain.report.BankViews.SubmissionState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Where the lines of files stand. A file's lines lie in one window between two intake numbers, among others'. Inside the
 * caller's snapshot.
 */
final class FileViews {

    private static final int LINES_PER_ROUND_TRIP = 1_000;

    private static final String LINES = """
            FROM seen.submission_files f
            JOIN seen.submissions s ON s.window_no = f.window_no AND s.intake_no BETWEEN f.first_intake_no AND f.last_intake_no
                AND s.file_no = f.file_no
            CROSS JOIN books_head h
            """;
    /** As of one submission: the newest published outcome decides. */
    private static final String OUTCOMES = """
            SELECT s.submission_key, s.submission_id, o.cycle AS decided_in, o.state, o.reason, o.detail, o.hold_until,
                y.cycle AS own_cycle
            """ + LINES + """
            LEFT JOIN settlement_cycles y ON y.window_no = s.window_no AND y.cycle <= h.last_cycle
            LEFT JOIN LATERAL (
                SELECT p.cycle, p.state, p.reason, p.detail, p.hold_until
                FROM seen.submission_outcomes p
                WHERE p.intake_no = s.intake_no AND p.cycle <= h.last_cycle
                ORDER BY p.cycle DESC LIMIT 1) o ON true
            WHERE f.file_no = :fileNo
            ORDER BY s.intake_no
            """;
    /** Only exceptions have an outcome of their own; all others are as their window's cycle is. */
    private static final String EXCEPTIONS = """
            SELECT state, count(*) AS lines FROM (
                SELECT DISTINCT ON (p.intake_no) p.state
            """ + LINES + """
                JOIN seen.submission_outcomes p ON p.intake_no = s.intake_no AND p.cycle <= h.last_cycle
                    AND p.intake_no BETWEEN f.first_intake_no AND f.last_intake_no
                WHERE f.file_no = :fileNo
                ORDER BY p.intake_no, p.cycle DESC) newest
            GROUP BY state
            """;

    private static final String QUEUED = """
            SELECT f.queued, EXISTS (SELECT FROM settlement_cycles y, books_head h
                WHERE y.window_no = f.window_no AND y.cycle <= h.last_cycle) AS published
            FROM seen.submission_files f WHERE f.file_no = :fileNo AND f.first_intake_no IS NOT NULL
            """;

    private final JdbcClient jdbc;

    FileViews(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void outcomes(long fileNo, Consumer<LineOutcome> visitor) {
        jdbc.sql(OUTCOMES)
                .withFetchSize(LINES_PER_ROUND_TRIP)
                .param("fileNo", fileNo)
                .query(row -> {
                    visitor.accept(outcome(row));
                });
    }

    private static LineOutcome outcome(ResultSet row) throws SQLException {
        Long decidedIn = longOrNull(row, "decided_in");
        Long ownCycle = longOrNull(row, "own_cycle");
        String reason = row.getString("reason");
        return new LineOutcome(
                text(row, "submission_key"),
                uuid(row, "submission_id"),
                decidedIn != null
                        ? SubmissionState.valueOf(text(row, "state"))
                        : ownCycle != null ? SubmissionState.SETTLED : SubmissionState.QUEUED,
                decidedIn != null ? decidedIn : ownCycle,
                reason == null ? null : Reason.valueOf(reason),
                SubmissionViews.details(row.getString("detail")),
                dateOrNull(row, "hold_until"));
    }

    Map<SubmissionState, Long> states(long fileNo) {
        Map<SubmissionState, Long> states = new EnumMap<>(SubmissionState.class);
        jdbc.sql(EXCEPTIONS).param("fileNo", fileNo).query(row -> {
            states.put(SubmissionState.valueOf(text(row, "state")), row.getLong("lines"));
        });
        long exceptions = states.values().stream().mapToLong(Long::longValue).sum();
        jdbc.sql(QUEUED).param("fileNo", fileNo).query(row -> {
            long others = row.getLong("queued") - exceptions;
            if (others > 0) {
                states.merge(
                        row.getBoolean("published") ? SubmissionState.SETTLED : SubmissionState.QUEUED,
                        others,
                        Long::sum);
            }
        });
        return states;
    }
}
