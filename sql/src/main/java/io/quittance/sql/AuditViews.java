package io.quittance.sql;

import static io.quittance.sql.JdbcValues.bigint;
import static io.quittance.sql.JdbcValues.instant;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.uuidOrNull;

import io.quittance.domain.report.BankViews.AuditEntry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Who administered what, page by page. Inside the caller's snapshot. */
final class AuditViews {

    private static final String PAGE = """
            SELECT l.audit_no, l.noted_at, l.actor, l.action, l.client, l.account_id,
                ARRAY(SELECT d.key FROM jsonb_each_text(l.details) d ORDER BY d.key) AS names,
                ARRAY(SELECT d.value FROM jsonb_each_text(l.details) d ORDER BY d.key) AS contents
            FROM seen.audit_log l
            WHERE :before::bigint IS NULL OR l.audit_no < :before
            ORDER BY l.audit_no DESC LIMIT :limit
            """;

    private final JdbcClient jdbc;

    AuditViews(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    List<AuditEntry> page(@Nullable Long before, int limit) {
        return jdbc.sql(PAGE)
                .param("before", bigint(before))
                .param("limit", limit)
                .query((row, n) -> new AuditEntry(
                        row.getLong("audit_no"),
                        instant(row, "noted_at"),
                        row.getString("actor"),
                        text(row, "action"),
                        row.getString("client"),
                        uuidOrNull(row, "account_id"),
                        details(row)))
                .list();
    }

    private static Map<String, String> details(ResultSet row) throws SQLException {
        String[] names = (String[]) row.getArray("names").getArray();
        String[] contents = (String[]) row.getArray("contents").getArray();
        Map<String, String> details = new LinkedHashMap<>();
        for (int i = 0; i < names.length; i++) {
            details.put(names[i], contents[i]);
        }
        return details;
    }
}
