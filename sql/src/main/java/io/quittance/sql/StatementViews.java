package io.quittance.sql;

import static io.quittance.sql.JdbcValues.bigint;
import static io.quittance.sql.JdbcValues.date;
import static io.quittance.sql.JdbcValues.instant;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.uuid;
import static io.quittance.sql.JdbcValues.uuidOrNull;

import io.quittance.domain.amount.Asset;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.report.BankViews.ArchivedPart;
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

    /** What of a range is archived, with the whole of the cycles in which it begins and ends. */
    private static final String ARCHIVED = """
            SELECT b.low, b.high, b.last_seq, b.last_date, b.files,
                seen.balance_before(:account, :asset, b.low) AS opening,
                seen.balance_before(:account, :asset, b.last_seq + 1) AS after,
                seen.balance_before(:account, :asset, b.high + 1) AS closing
            FROM (SELECT f.low, f.high, least(a.last_seq, f.high) AS last_seq, a.last_date, a.files
                  FROM (SELECT max(r.last_seq) AS last_seq, max(r.last_date) AS last_date,
                            array_agg(r.file_name ORDER BY r.month) AS files
                        FROM journal_archives r
                        WHERE r.restored_from IS NULL AND r.last_seq >= :low AND r.first_seq <= :high) a
                  CROSS JOIN LATERAL (SELECT
                      (SELECT y.first_seq FROM settlement_cycles y WHERE y.cycle = cycle_of_seq(:low)) AS low,
                      CASE WHEN :high > a.last_seq THEN :high
                          ELSE (SELECT y.first_seq - 1 FROM settlement_cycles y WHERE y.cycle = cycle_of_seq(:high) + 1) END
                          AS high) f
                  WHERE a.last_seq IS NOT NULL) b
            """;

    /** The archived beginning of a statement, and the balances of all of it. */
    private record Archived(Balances balances, ArchivedPart part) {}

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
        Optional<Archived> archived = archived(accountId, assetId, bounds);
        if (archived.isPresent()) { // Its lines begin behind what is archived, or there are none.
            long low = archived.get().part().toSeq() + 1;
            bounds = new Bounds(low, Math.max(bounds.high(), low - 1));
        }
        Balances balances = archived.isPresent() ? archived.get().balances() : balances(accountId, assetId, bounds);
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
        return Optional.of(new StatementView(
                accountId,
                asset,
                balances.opening(),
                balances.closing(),
                lines,
                archived.map(Archived::part).orElse(null)));
    }

    private Balances balances(UUID account, int asset, Bounds bounds) {
        return jdbc.sql(BALANCES)
                .param("account", account)
                .param("asset", asset)
                .param("low", bounds.low())
                .param("high", bounds.high())
                .query((row, n) -> new Balances(row.getLong("opening"), row.getLong("closing")))
                .single();
    }

    private Optional<Archived> archived(UUID account, int asset, Bounds bounds) {
        return jdbc.sql(ARCHIVED)
                .param("account", account)
                .param("asset", asset)
                .param("low", bounds.low())
                .param("high", bounds.high())
                .query((row, n) -> new Archived(
                        new Balances(row.getLong("opening"), row.getLong("closing")),
                        new ArchivedPart(
                                row.getLong("last_seq"),
                                date(row, "last_date"),
                                row.getLong("after") - row.getLong("opening"),
                                List.of((String[]) row.getArray("files").getArray()))))
                .optional();
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
