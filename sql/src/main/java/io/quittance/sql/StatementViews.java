package io.quittance.sql;

import static io.quittance.sql.JdbcValues.bigint;
import static io.quittance.sql.JdbcValues.date;
import static io.quittance.sql.JdbcValues.instant;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.uuid;
import static io.quittance.sql.JdbcValues.uuidOrNull;

import io.quittance.domain.amount.Asset;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.report.BankViews.StatementLine;
import io.quittance.domain.report.BankViews.StatementRange;
import io.quittance.domain.report.BankViews.StatementView;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What moved on an account, page by page. The database's own functions find it. Inside the caller's snapshot. */
final class StatementViews {

    private static final String ACCOUNT = "SELECT EXISTS (SELECT FROM seen.token_accounts WHERE account_id = :account)";

    /** The range in seqs, within what is published. */
    private static final String BOUNDS = """
            SELECT least(greatest(:fromSeq, CASE WHEN :fromDate IS NULL THEN 1 ELSE first_seq_of_date(:fromDate) END, 1),
                    h.last_seq + 1) AS low,
                least(:toSeq, CASE WHEN :toDate IS NULL THEN h.last_seq ELSE first_seq_of_date(:toDate + 1) - 1 END,
                    h.last_seq) AS high
            FROM books_head h
            """;

    private static final String BALANCES = """
            SELECT seen.balance_before(:account, :asset, :low) AS opening,
                seen.balance_before(:account, :asset, :high + 1) AS closing
            """;
    private static final String LINES = """
            SELECT l.seq, l.cycle, l.business_date, l.from_account, l.to_account, l.amount, l.transaction_type, l.task_id,
                l.submission_id, l.balance, l.created_at
            FROM seen.account_statement(:account, :asset, :low, :high, :newestFirst, :limit) l
            """;

    private record Bounds(long low, long high) {

        Bounds behind(@Nullable Long cursor, boolean newestFirst) {
            if (cursor == null) {
                return this;
            }
            return newestFirst
                    ? new Bounds(low, Math.min(high, Math.max(cursor, low) - 1))
                    : new Bounds(Math.max(low, Math.min(cursor, high) + 1), high);
        }
    }

    private record Balances(long opening, long closing) {}

    private final JdbcClient jdbc;
    private final NewestParameters parameters;

    StatementViews(JdbcClient jdbc, NewestParameters parameters) {
        this.jdbc = jdbc;
        this.parameters = parameters;
    }

    Optional<StatementView> page(
            UUID accountId, String asset, StatementRange range, boolean newestFirst, @Nullable Long after, int limit) {
        Optional<Asset> known = parameters.read().map(BankParameters::assets).orElse(List.of(Asset.UTOKEN)).stream()
                .filter(candidate -> candidate.code().equals(asset))
                .findFirst();
        if (known.isEmpty()
                || !jdbc.sql(ACCOUNT)
                        .param("account", accountId)
                        .query(Boolean.class)
                        .single()) {
            return Optional.empty();
        }
        int assetId = known.get().id();
        Bounds bounds = bounds(range);
        Balances balances = jdbc.sql(BALANCES)
                .param("account", accountId)
                .param("asset", assetId)
                .param("low", bounds.low())
                .param("high", bounds.high())
                .query((row, n) -> new Balances(row.getLong("opening"), row.getLong("closing")))
                .single();
        Bounds rest = bounds.behind(after, newestFirst);
        List<StatementLine> lines = jdbc.sql(LINES)
                .param("account", accountId)
                .param("asset", assetId)
                .param("low", rest.low())
                .param("high", rest.high())
                .param("newestFirst", newestFirst)
                .param("limit", limit)
                .query((row, n) -> new StatementLine(
                        row.getLong("seq"),
                        row.getLong("cycle"),
                        date(row, "business_date"),
                        uuid(row, "from_account"),
                        uuid(row, "to_account"),
                        row.getLong("amount"),
                        uuid(row, "to_account").equals(accountId),
                        text(row, "transaction_type"),
                        row.getString("task_id"),
                        uuidOrNull(row, "submission_id"),
                        row.getLong("balance"),
                        instant(row, "created_at")))
                .list();
        return Optional.of(new StatementView(accountId, asset, balances.opening(), balances.closing(), lines));
    }

    /** A range that ends before it begins has nothing in it: what was posted before it is opening and closing. */
    private Bounds bounds(StatementRange range) {
        return jdbc.sql(BOUNDS)
                .param("fromSeq", bigint(range.fromSeq()))
                .param("toSeq", bigint(range.toSeq()))
                .param("fromDate", date(range.fromDate()))
                .param("toDate", date(range.toDate()))
                .query((row, n) -> {
                    long low = row.getLong("low");
                    return new Bounds(low, Math.max(row.getLong("high"), low - 1));
                })
                .single();
    }
}
