package io.quittance.bench;

import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Submission;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the bank said it has, against what it has: by the acknowledgements that its clients noted, and by its own tables.
 * Each loss is counted once, however often it is looked at.
 */
final class CrashLosses {

    private static final String FOUND = """
            SELECT s.submission_key, c.name, s.submission_id, s.account_id, s.kind, s.to_account, s.amount_utoken
            FROM submissions s JOIN clients c ON c.client_id = s.client_id
            WHERE s.submission_key = ANY (?)
            """;

    /** A transfer that settled is one row of the journal; one that did not is none. */
    private static final String OF_CYCLE = """
            WITH judged AS (
                SELECT s.submission_key, coalesce(o.state, 'SETTLED') = 'SETTLED' AS settled, coalesce(t.rows, 0) AS rows
                FROM settlement_cycles c
                JOIN submissions s ON s.window_no = c.window_no
                LEFT JOIN submission_outcomes o ON o.intake_no = s.intake_no AND o.cycle = c.cycle
                LEFT JOIN (SELECT intake_no, count(*) AS rows FROM token_transactions WHERE cycle = ? GROUP BY intake_no) t
                    ON t.intake_no = s.intake_no
                WHERE c.cycle = ? AND s.kind = ?)
            SELECT submission_key, rows > 0 FROM judged WHERE settled <> (rows = 1) OR rows > 1
            """;

    private static final String COUNTS = """
            SELECT c.received, n.received, (SELECT count(*) FROM submissions s WHERE s.window_no = c.window_no),
                (SELECT count(*) - count(DISTINCT (intake_no, leg, asset, from_account, to_account))
                 FROM token_transactions t WHERE t.cycle = c.cycle AND intake_no IS NOT NULL)
            FROM settlement_cycles c JOIN cycle_counts n ON n.cycle = c.cycle WHERE c.cycle = ?
            """;

    private final Set<String> lost = new TreeSet<>();
    private final Set<String> doubled = new TreeSet<>();
    private int checked;

    /** Looks for everything that was acknowledged since the last look. */
    void acknowledged(Connection connection, List<CrashIntake.Acknowledged> all) throws SQLException {
        List<CrashIntake.Acknowledged> fresh = all.subList(checked, all.size());
        look(connection, fresh);
        checked = all.size();
    }

    /** Looks for everything once more. */
    void acknowledgedFromTheFirst(Connection connection, List<CrashIntake.Acknowledged> all) throws SQLException {
        look(connection, all);
    }

    private void look(Connection connection, List<CrashIntake.Acknowledged> wanted) throws SQLException {
        Map<String, List<String>> found = new HashMap<>();
        try (var query = connection.prepareStatement(FOUND)) {
            query.setArray(
                    1,
                    connection.createArrayOf(
                            "text",
                            wanted.stream()
                                    .map(CrashIntake.Acknowledged::submissionKey)
                                    .toArray()));
            try (var row = query.executeQuery()) {
                while (row.next()) {
                    found.computeIfAbsent(row.getString(1), key -> new ArrayList<>())
                            .add(row.getString(2) + " " + row.getString(3) + " " + row.getString(4) + " "
                                    + row.getInt(5) + " " + row.getString(6) + " " + row.getString(7));
                }
            }
        }
        for (CrashIntake.Acknowledged one : wanted) {
            List<String> rows = found.getOrDefault(one.submissionKey(), List.of());
            if (rows.stream().noneMatch(row -> isRow(row, one))) {
                lost.add(one.submissionKey());
            }
            if (rows.size() > 1) {
                doubled.add(one.submissionKey());
            }
        }
    }

    private static boolean isRow(String row, CrashIntake.Acknowledged one) {
        String[] parts = row.split(" ");
        Submission sent = one.submission();
        boolean same = parts[0].equals(one.client())
                && (one.submissionId().isEmpty() || parts[1].equals(one.submissionId()))
                && parts[2].equals(sent.accountId().toString())
                && parts[3].equals(String.valueOf(sent.kind().code()));
        return same
                && (!(sent instanceof Submission.Transfer transfer)
                        || parts[4].equals(transfer.toAccount().toString())
                                && parts[5].equals(String.valueOf(transfer.amountUtoken())));
    }

    /** Looks at a cycle that is through: what its window received is what it judged, and is in the journal once. */
    void ofCycle(Connection connection, long cycle) throws SQLException {
        try (var query = connection.prepareStatement(OF_CYCLE)) {
            query.setLong(1, cycle);
            query.setLong(2, cycle);
            query.setInt(3, Kind.TRANSFERS.code());
            try (var row = query.executeQuery()) {
                while (row.next()) {
                    (row.getBoolean(2) ? doubled : lost).add(row.getString(1));
                }
            }
        }
        try (var query = connection.prepareStatement(COUNTS)) {
            query.setLong(1, cycle);
            try (var row = query.executeQuery()) {
                if (!row.next()) {
                    lost.add("all of cycle " + cycle);
                    return;
                }
                long closed = row.getLong(1);
                long judged = row.getLong(2);
                long there = row.getLong(3);
                if (judged < closed || judged < there) {
                    lost.add("in cycle " + cycle + ": " + there + " received, " + judged + " judged");
                }
                if (judged > there || row.getLong(4) > 0) {
                    doubled.add("in cycle " + cycle + ": " + judged + " judged of " + there + ", " + row.getLong(4)
                            + " legs twice");
                }
            }
        }
    }

    Set<String> lost() {
        return lost;
    }

    Set<String> doubled() {
        return doubled;
    }
}
