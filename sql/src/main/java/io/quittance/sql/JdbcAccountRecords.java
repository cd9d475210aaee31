package io.quittance.sql;

import static io.quittance.sql.JdbcValues.date;
import static io.quittance.sql.JdbcValues.instant;
import static io.quittance.sql.JdbcValues.longOrNull;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.uuid;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.report.AccountRecords;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** {@link AccountRecords} in account_events and unclaimed_items. */
final class JdbcAccountRecords implements AccountRecords {

    private static final String DECISIONS = """
            SELECT e.event_key, e.event, e.kyc_level, e.reason, c.name AS decided_by, e.decided_at, w.cut_off, y.cycle,
                r.still_open
            FROM token_accounts a
            JOIN token_accounts p ON p.party_id = a.party_id
            JOIN account_events e ON e.account_id = p.account_id AND (p.account_id = a.account_id OR e.event = 'level')
            JOIN clients c ON c.client_id = e.decided_by
            JOIN settlement_windows w ON w.window_no = e.window_no
            LEFT JOIN settlement_cycles y ON y.window_no = e.window_no
            LEFT JOIN refused_closings r ON r.event_key = e.event_key
            WHERE a.account_id = :account
            ORDER BY w.cut_off DESC, e.ordinal DESC
            """;
    private static final String UNCLAIMED = """
            SELECT account_id, amount, items, since_cycle, since_date, age_days FROM unclaimed_by_account
            ORDER BY since_cycle, account_id
            """;

    private final JdbcClient jdbc;

    JdbcAccountRecords(DataSource application) {
        this.jdbc = JdbcClient.create(application);
    }

    @Override
    public List<Decision> decisions(UUID accountId) {
        return jdbc.sql(DECISIONS)
                .param("account", accountId)
                .query((row, n) -> {
                    String level = row.getString("kyc_level");
                    return new Decision(
                            text(row, "event_key"),
                            AccountChange.valueOf(text(row, "event").toUpperCase(Locale.ROOT)),
                            level == null ? null : KycLevel.valueOf(level),
                            row.getString("reason"),
                            text(row, "decided_by"),
                            instant(row, "decided_at"),
                            instant(row, "cut_off"),
                            longOrNull(row, "cycle"),
                            row.getString("still_open"));
                })
                .list();
    }

    @Override
    public List<Unclaimed> unclaimed() {
        return jdbc.sql(UNCLAIMED)
                .query((row, n) -> new Unclaimed(
                        uuid(row, "account_id"),
                        row.getLong("amount"),
                        row.getLong("items"),
                        row.getLong("since_cycle"),
                        date(row, "since_date"),
                        row.getLong("age_days")))
                .list();
    }
}
