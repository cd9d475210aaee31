package io.quittance.sql;

import io.quittance.domain.amount.Asset;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.report.JournalExtract;
import io.quittance.domain.report.TrialBalance;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** {@link JournalExtract} through cursors, cycle by cycle, by the keys of the journal's partitions. */
final class JdbcJournalExtract implements JournalExtract {

    /** Rows in memory at a time. */
    private static final int FETCH_ROWS = 10_000;

    /** The cycle with which a period begins; the one that would be published next if there is none yet. */
    private static final String BEGINNING = """
            SELECT coalesce(min(y.cycle), h.last_cycle + 1) AS cycle, coalesce(min(y.first_seq), h.last_seq + 1) AS seq
            FROM books_head h
            LEFT JOIN settlement_cycles y ON y.business_date >= :from AND y.cycle <= h.last_cycle
            GROUP BY h.last_cycle, h.last_seq
            """;

    private static final String BANK_ACCOUNTS = """
            SELECT account_id, code FROM token_accounts
            WHERE account_id < '00000000-0000-0001-0000-000000000000' AND code IS NOT NULL
            """;

    /** Today's balances less what was moved since, so that a recent period looks at little history. */
    private static final String OPENINGS = """
            SELECT b.asset, b.account_id, (b.posted - coalesce(l.net, 0))::bigint AS posted
            FROM account_balances b
            LEFT JOIN (
                SELECT p.asset, p.account_id, sum(p.credits::numeric - p.debits) AS net
                FROM net_positions p
                WHERE p.cycle >= :cycle AND p.cycle <= (SELECT last_cycle FROM books_head)
                GROUP BY p.asset, p.account_id
            ) l ON l.asset = b.asset AND l.account_id = b.account_id
            WHERE b.posted <> coalesce(l.net, 0)
            ORDER BY b.asset, b.account_id
            """;

    private static final String CYCLES = """
            SELECT y.cycle, y.business_date, y.cut_off, y.first_seq,
                coalesce((SELECT n.first_seq FROM settlement_cycles n WHERE n.cycle = y.cycle + 1), h.last_seq + 1) - 1
                    AS last_seq
            FROM settlement_cycles y, books_head h
            WHERE y.business_date BETWEEN :from AND :to AND y.cycle <= h.last_cycle
            ORDER BY y.cycle
            """;

    private static final String TRANSFERS = """
            SELECT t.id, t.asset, t.from_account, t.to_account, t.amount, y.name AS transaction_type, s.submission_id
            FROM token_transactions t
            JOIN transaction_types y ON y.code = t.transaction_type
            LEFT JOIN submissions s ON s.intake_no = t.intake_no
            WHERE t.created_at = :cutOff AND t.id BETWEEN :first AND :last
            ORDER BY t.id
            """;

    private static final String ARCHIVED = """
            SELECT string_agg(a.file_name, ', ' ORDER BY a.month), max(a.last_date) AS last_date
            FROM journal_archives a
            WHERE a.restored_from IS NULL AND EXISTS (SELECT FROM settlement_cycles y
                WHERE y.cycle BETWEEN a.first_cycle AND a.last_cycle AND y.business_date BETWEEN :from AND :to)
            """;

    private record Beginning(long cycle, long seq) {}

    private record Cycle(long number, LocalDate date, OffsetDateTime cutOff, long firstSeq, long lastSeq) {}

    private final JdbcClient jdbc;
    private final NewestParameters parameters;
    private final TransactionTemplate snapshot;

    JdbcJournalExtract(DataSource application) {
        this.jdbc = JdbcClient.create(application);
        this.parameters = new NewestParameters(jdbc);
        this.snapshot = new TransactionTemplate(new JdbcTransactionManager(application));
        this.snapshot.setReadOnly(true);
        this.snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    }

    @Override
    public void read(LocalDate from, LocalDate to, Sink sink) {
        snapshot.executeWithoutResult(status -> {
            jdbc.sql(ARCHIVED).param("from", from).param("to", to).query((RowCallbackHandler) row -> {
                if (row.getString(1) != null) {
                    throw new Archived("transfers up to " + JdbcValues.date(row, "last_date") + " are archived in "
                            + row.getString(1));
                }
            });
            Beginning beginning = jdbc.sql(BEGINNING)
                    .param("from", from)
                    .query((row, n) -> new Beginning(row.getLong("cycle"), row.getLong("seq")))
                    .single();
            List<Asset> assets = parameters.read().map(BankParameters::assets).orElse(List.of(Asset.UTOKEN));
            sink.begin(from, to, assets.stream().map(Asset::code).toList(), beginning.seq());
            AssetCodes codes = AssetCodes.of(parameters);
            Map<UUID, String> bankAccounts = bankAccounts();
            openings(beginning, codes, bankAccounts, sink);
            for (Cycle cycle : cycles(from, to)) {
                transfers(cycle, codes, bankAccounts, sink);
            }
            sink.end();
        });
    }

    private Map<UUID, String> bankAccounts() {
        Map<UUID, String> codes = new HashMap<>();
        jdbc.sql(BANK_ACCOUNTS).query((RowCallbackHandler)
                row -> codes.put(JdbcValues.uuid(row, "account_id"), JdbcValues.text(row, "code")));
        return codes;
    }

    private void openings(Beginning beginning, AssetCodes codes, Map<UUID, String> bankAccounts, Sink sink) {
        jdbc.sql(OPENINGS)
                .withFetchSize(FETCH_ROWS)
                .param("cycle", beginning.cycle())
                .query((RowCallbackHandler) row -> sink.opening(new Opening(
                        party(JdbcValues.uuid(row, "account_id"), bankAccounts),
                        codes.of(row.getInt("asset")),
                        row.getLong("posted"))));
    }

    private List<Cycle> cycles(LocalDate from, LocalDate to) {
        return jdbc.sql(CYCLES)
                .param("from", from)
                .param("to", to)
                .query((row, n) -> new Cycle(
                        row.getLong("cycle"),
                        JdbcValues.date(row, "business_date"),
                        JdbcValues.utc(JdbcValues.instant(row, "cut_off")),
                        row.getLong("first_seq"),
                        row.getLong("last_seq")))
                .list();
    }

    private void transfers(Cycle cycle, AssetCodes codes, Map<UUID, String> bankAccounts, Sink sink) {
        jdbc.sql(TRANSFERS)
                .withFetchSize(FETCH_ROWS)
                .param("cutOff", cycle.cutOff())
                .param("first", cycle.firstSeq())
                .param("last", cycle.lastSeq())
                .query((RowCallbackHandler) row -> sink.transfer(new Transfer(
                        row.getLong("id"),
                        cycle.number(),
                        cycle.date(),
                        party(JdbcValues.uuid(row, "from_account"), bankAccounts),
                        party(JdbcValues.uuid(row, "to_account"), bankAccounts),
                        codes.of(row.getInt("asset")),
                        row.getLong("amount"),
                        JdbcValues.text(row, "transaction_type"),
                        JdbcValues.uuidOrNull(row, "submission_id"))));
    }

    private static Party party(UUID account, Map<UUID, String> bankAccounts) {
        return new Party(account, bankAccounts.getOrDefault(account, TrialBalance.CUSTOMERS));
    }
}
