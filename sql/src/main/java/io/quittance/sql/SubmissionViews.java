package io.quittance.sql;

import static io.quittance.sql.JdbcValues.date;
import static io.quittance.sql.JdbcValues.dateOrNull;
import static io.quittance.sql.JdbcValues.instant;
import static io.quittance.sql.JdbcValues.longOrNull;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.uuid;
import static io.quittance.sql.JdbcValues.uuidOrNull;

import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.report.BankViews.HoldView;
import io.quittance.domain.report.BankViews.Posting;
import io.quittance.domain.report.BankViews.SubmissionState;
import io.quittance.domain.report.BankViews.SubmissionView;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.SqlParameterValue;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Where submissions stand, and the transfers that came of them. Inside the caller's snapshot. */
final class SubmissionViews {

    /**
     * The newest published outcome decides; without one, a submission of a published cycle is settled and any other one is
     * queued. A filled order's figures are in its outcome, too.
     */
    private static final String SUBMISSION = """
            SELECT s.intake_no, s.submission_id, s.client, s.submission_key, s.kind, s.account_id, w.business_date,
                s.received_at, o.cycle AS decided_in, o.state, o.reason, o.detail, o.hold_until, o.filled_lots, o.open_lots,
                y.cycle AS own_cycle,
                EXISTS (SELECT FROM seals e WHERE e.cycle = coalesce(o.cycle, y.cycle)) AS sealed
            FROM seen.submissions s
            JOIN settlement_windows w ON w.window_no = s.window_no
            CROSS JOIN books_head h
            LEFT JOIN settlement_cycles y ON y.window_no = s.window_no AND y.cycle <= h.last_cycle
            LEFT JOIN LATERAL (
                SELECT p.cycle, p.state, p.reason, p.detail, p.hold_until, p.filled_lots, p.open_lots
                FROM seen.submission_outcomes p
                WHERE p.intake_no = s.intake_no AND p.cycle <= h.last_cycle
                ORDER BY p.cycle DESC LIMIT 1) o ON true
            WHERE s.submission_id = :submission
            """;

    private static final String POSTINGS = """
            SELECT t.id, t.cycle, t.from_account, t.to_account, t.asset, t.amount, t.transaction_type, t.task_id,
                t.submission_id, t.created_at
            FROM seen.settled_transactions t
            """;
    /**
     * A submission moves something in the cycle of its window, in those that wrote an outcome of it, and in the one that
     * refunded its task or paid what it had set aside; nowhere else.
     */
    private static final String OF_SUBMISSION = POSTINGS + """
             WHERE t.intake_no = :intakeNo AND t.created_at IN (
                SELECT w.cut_off FROM seen.submissions s JOIN settlement_windows w ON w.window_no = s.window_no
                WHERE s.intake_no = :intakeNo
                UNION ALL SELECT y.cut_off FROM seen.submission_outcomes o JOIN settlement_cycles y ON y.cycle = o.cycle
                WHERE o.intake_no = :intakeNo
                UNION ALL SELECT y.cut_off FROM seen.tasks k JOIN settlement_cycles y ON y.cycle = k.changed_cycle
                WHERE k.intake_no = :intakeNo
                UNION ALL SELECT y.cut_off FROM seen.unclaimed_items u JOIN settlement_cycles y ON y.cycle = u.paid_cycle
                WHERE u.intake_no = :intakeNo)
             ORDER BY t.id
            """;

    /** Holds are few; an account's are found through them. */
    private static final String HOLDS = """
            SELECT s.submission_id, s.submission_key, s.kind, h.reason, h.hold_until, h.since_cycle
            FROM seen.holds h JOIN seen.submissions s ON s.intake_no = h.intake_no
            WHERE s.account_id = :account
                AND h.intake_no > coalesce((SELECT a.intake_no FROM seen.submissions a WHERE a.submission_id = :after), 0)
            ORDER BY h.intake_no LIMIT :limit
            """;

    private static final String OF_SEQ = POSTINGS + " WHERE t.id = :seq";
    private static final String ARCHIVE_OF_SUBMISSION = """
            SELECT string_agg(a.file_name, ', ' ORDER BY a.month)
            FROM journal_archives a
            WHERE a.restored_from IS NULL AND EXISTS (SELECT FROM settlement_cycles y
                WHERE y.cycle BETWEEN a.first_cycle AND a.last_cycle AND y.cycle IN (
                    SELECT c.cycle FROM seen.submissions s JOIN settlement_cycles c ON c.window_no = s.window_no
                    WHERE s.intake_no = :intakeNo
                    UNION ALL SELECT o.cycle FROM seen.submission_outcomes o WHERE o.intake_no = :intakeNo
                    UNION ALL SELECT k.changed_cycle FROM seen.tasks k WHERE k.intake_no = :intakeNo))
            """;
    private static final String ARCHIVE_OF_SEQ = """
            SELECT file_name FROM journal_archives
            WHERE restored_from IS NULL AND :seq BETWEEN first_seq AND last_seq
            """;

    private final JdbcClient jdbc;
    private final NewestParameters parameters;

    SubmissionViews(JdbcClient jdbc, NewestParameters parameters) {
        this.jdbc = jdbc;
        this.parameters = parameters;
    }

    Optional<SubmissionView> submission(UUID submissionId) {
        return jdbc.sql(SUBMISSION)
                .param("submission", submissionId)
                .query((row, n) -> view(row))
                .optional();
    }

    private SubmissionView view(ResultSet row) throws SQLException {
        Long decidedIn = longOrNull(row, "decided_in");
        Long ownCycle = longOrNull(row, "own_cycle");
        SubmissionState state = decidedIn != null
                ? SubmissionState.valueOf(text(row, "state"))
                : ownCycle != null ? SubmissionState.SETTLED : SubmissionState.QUEUED;
        Kind kind = Kind.ofCode(row.getInt("kind"));
        boolean hasLots = kind == Kind.ORDERS && decidedIn != null;
        String reason = row.getString("reason");
        List<Posting> postings = state == SubmissionState.QUEUED
                ? List.of()
                : postings(jdbc.sql(OF_SUBMISSION).param("intakeNo", row.getLong("intake_no")));
        return new SubmissionView(
                uuid(row, "submission_id"),
                text(row, "client"),
                text(row, "submission_key"),
                kind,
                uuid(row, "account_id"),
                date(row, "business_date"),
                instant(row, "received_at"),
                state,
                decidedIn != null ? decidedIn : ownCycle,
                reason == null ? null : Reason.valueOf(reason),
                details(row.getString("detail")),
                dateOrNull(row, "hold_until"),
                hasLots ? longOrNull(row, "filled_lots") : null,
                hasLots ? longOrNull(row, "open_lots") : null,
                postings,
                row.getBoolean("sealed"),
                state == SubmissionState.QUEUED || state == SubmissionState.REJECTED
                        ? null
                        : archiveOf(row.getLong("intake_no")));
    }

    List<HoldView> holds(UUID accountId, @Nullable UUID after, int limit) {
        return jdbc.sql(HOLDS)
                .param("account", accountId)
                .param("after", new SqlParameterValue(Types.OTHER, after))
                .param("limit", limit)
                .query((row, n) -> new HoldView(
                        uuid(row, "submission_id"),
                        text(row, "submission_key"),
                        Kind.ofCode(row.getInt("kind")),
                        Reason.valueOf(text(row, "reason")),
                        date(row, "hold_until"),
                        row.getLong("since_cycle")))
                .list();
    }

    private @Nullable String archiveOf(long intakeNo) {
        return jdbc.sql(ARCHIVE_OF_SUBMISSION)
                .param("intakeNo", intakeNo)
                .query((row, n) -> Optional.ofNullable(row.getString(1)))
                .single()
                .orElse(null);
    }

    Optional<String> archiveOfSeq(long seq) {
        return jdbc.sql(ARCHIVE_OF_SEQ).param("seq", seq).query(String.class).optional();
    }

    /** {@code name=value} pairs with blanks between them, in their order. */
    static Map<String, String> details(@Nullable String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        if (text != null && !text.isEmpty()) {
            for (String pair : text.split(" ", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
                }
            }
        }
        return pairs;
    }

    Optional<Posting> posting(long seq) {
        return postings(jdbc.sql(OF_SEQ).param("seq", seq)).stream().findFirst();
    }

    private List<Posting> postings(JdbcClient.StatementSpec query) {
        AssetCodes codes = AssetCodes.of(parameters);
        return query.query((row, n) -> new Posting(
                        row.getLong("id"),
                        row.getLong("cycle"),
                        uuid(row, "from_account"),
                        uuid(row, "to_account"),
                        codes.of(row.getInt("asset")),
                        row.getLong("amount"),
                        text(row, "transaction_type"),
                        row.getString("task_id"),
                        uuidOrNull(row, "submission_id"),
                        instant(row, "created_at")))
                .list();
    }
}
