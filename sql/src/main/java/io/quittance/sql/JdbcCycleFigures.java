package io.quittance.sql;

import io.quittance.domain.amount.Asset;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.report.BankViews.SubmissionState;
import io.quittance.domain.report.CycleFigures;
import io.quittance.domain.report.TrialBalance;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** {@link CycleFigures} from the tables of positions, balances and outcomes; long answers come through a cursor. */
final class JdbcCycleFigures implements CycleFigures {

    /** Rows in memory at a time. */
    private static final int FETCH_ROWS = 10_000;

    private static final String PARAMETERS_OF_PUBLISHED = """
            SELECT p.content
            FROM settlement_cycles c
            JOIN bank_parameters p ON p.version = c.parameters_version
            WHERE c.cycle = :cycle AND c.cycle <= (SELECT last_cycle FROM books_head)
            """;

    /**
     * A closing is today's balance less what later cycles moved, so the newest cycle, the usual one, looks at no history. An
     * account that moved has its opening from its own position before; one that did not has none but its closing.
     */
    private static final String TRIAL_BALANCE = """
            WITH moved AS (
                SELECT asset, account_id, debits, credits, previous_cycle FROM net_positions WHERE cycle = :cycle
            ),
            later AS (
                SELECT p.asset, p.account_id, sum(p.credits::numeric - p.debits) AS net
                FROM net_positions p
                WHERE p.cycle > :cycle AND p.cycle <= (SELECT last_cycle FROM books_head)
                GROUP BY p.asset, p.account_id
            ),
            accounts AS (
                SELECT coalesce(b.asset, m.asset) AS asset, coalesce(b.account_id, m.account_id) AS account_id,
                    m.account_id IS NOT NULL AS has_moved, m.previous_cycle, coalesce(m.debits, 0) AS debits,
                    coalesce(m.credits, 0) AS credits, coalesce(b.posted, 0) - coalesce(l.net, 0) AS closing
                FROM account_balances b
                FULL JOIN moved m ON m.asset = b.asset AND m.account_id = b.account_id
                LEFT JOIN later l ON l.asset = b.asset AND l.account_id = b.account_id
            )
            SELECT a.asset, coalesce(t.code, :customers) AS account_class,
                sum(CASE WHEN a.has_moved THEN coalesce(before.closing, 0) ELSE a.closing END) AS opening,
                sum(a.debits) AS debits, sum(a.credits) AS credits, sum(a.closing) AS closing
            FROM accounts a
            JOIN token_accounts t ON t.account_id = a.account_id
            LEFT JOIN net_positions before ON before.cycle = a.previous_cycle AND before.asset = a.asset
                AND before.account_id = a.account_id
            GROUP BY a.asset, account_class
            ORDER BY a.asset, account_class
            """;

    private static final String POSITIONS = """
            SELECT p.asset, p.account_id, coalesce(t.code, :customers) AS account_class, p.debits, p.credits, p.closing
            FROM net_positions p
            JOIN token_accounts t ON t.account_id = p.account_id
            WHERE p.cycle = :cycle AND p.entries <> '{}'
            ORDER BY p.asset, p.account_id
            """;
    private static final String REFUSALS = """
            SELECT s.submission_id, c.name, s.submission_key, s.kind, o.state, o.reason, o.detail, o.hold_until
            FROM submission_outcomes o
            JOIN submissions s ON s.intake_no = o.intake_no
            JOIN clients c ON c.client_id = s.client_id
            WHERE o.cycle = :cycle AND o.state IN ('REJECTED', 'HELD', 'EXPIRED', 'CANCELLED')
            ORDER BY o.intake_no
            """;

    private final JdbcClient jdbc;
    private final TransactionTemplate snapshot;

    JdbcCycleFigures(DataSource application) {
        this.jdbc = JdbcClient.create(application);
        this.snapshot = new TransactionTemplate(new JdbcTransactionManager(application));
        this.snapshot.setReadOnly(true);
        this.snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    }

    private interface RowReader {
        void read(ResultSet row, List<Asset> assets) throws SQLException;
    }

    @Override
    public TrialBalance trialBalance(long cycle) {
        var lines = new ArrayList<TrialBalance.Line>();
        List<Asset> assets = read(TRIAL_BALANCE, cycle, (row, known) -> lines.add(line(row, known)));
        return TrialBalance.of(assets, lines);
    }

    @Override
    public void positions(long cycle, Consumer<Position> sink) {
        read(POSITIONS, cycle, (row, assets) -> sink.accept(position(row, assets)));
    }

    @Override
    public void refusals(long cycle, Consumer<Refusal> sink) {
        read(REFUSALS, cycle, (row, assets) -> sink.accept(refusal(row)));
    }

    /** Reads in one snapshot; answers the assets that the bank had in that cycle. */
    private List<Asset> read(String query, long cycle, RowReader reader) {
        return snapshot.execute(status -> {
            List<Asset> assets = assets(cycle);
            jdbc.sql(query)
                    .withFetchSize(FETCH_ROWS)
                    .param("cycle", cycle)
                    .param("customers", TrialBalance.CUSTOMERS)
                    .query((RowCallbackHandler) row -> reader.read(row, assets));
            return assets;
        });
    }

    private List<Asset> assets(long cycle) {
        return jdbc.sql(PARAMETERS_OF_PUBLISHED)
                .param("cycle", cycle)
                .query(String.class)
                .optional()
                .map(BankParameters::parse)
                .map(BankParameters::assets)
                .orElseThrow(() -> new IllegalArgumentException("cycle " + cycle + " is not published"));
    }

    /** An asset that came after the cycle has nothing in it, and no name in it either. */
    private static String name(List<Asset> assets, int id) {
        return id < assets.size() ? assets.get(id).code() : "asset " + id;
    }

    private static TrialBalance.Line line(ResultSet row, List<Asset> assets) throws SQLException {
        return new TrialBalance.Line(
                name(assets, row.getInt("asset")),
                JdbcValues.text(row, "account_class"),
                whole(row, "opening"),
                whole(row, "debits"),
                whole(row, "credits"),
                whole(row, "closing"));
    }

    private static BigInteger whole(ResultSet row, String column) throws SQLException {
        return row.getBigDecimal(column).toBigIntegerExact();
    }

    private static Position position(ResultSet row, List<Asset> assets) throws SQLException {
        long debits = row.getLong("debits");
        long credits = row.getLong("credits");
        long closing = row.getLong("closing");
        return new Position(
                JdbcValues.uuid(row, "account_id"),
                JdbcValues.text(row, "account_class"),
                name(assets, row.getInt("asset")),
                Math.addExact(Math.subtractExact(closing, credits), debits),
                debits,
                credits,
                closing);
    }

    private static Refusal refusal(ResultSet row) throws SQLException {
        @Nullable String reason = row.getString("reason");
        return new Refusal(
                JdbcValues.uuid(row, "submission_id"),
                JdbcValues.text(row, "name"),
                JdbcValues.text(row, "submission_key"),
                Kind.ofCode(row.getInt("kind")),
                SubmissionState.valueOf(JdbcValues.text(row, "state")),
                reason == null ? null : Reason.valueOf(reason),
                JdbcValues.text(row, "detail"),
                JdbcValues.dateOrNull(row, "hold_until"));
    }
}
