package io.quittance.sql;

import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.cycle.ClosedWindow;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.OpenOrder;
import io.quittance.domain.ledger.Task;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the published books into memory, in one snapshot. One method per part, one statement each. */
final class BooksLoader {

    private static final int FETCH = 10_000;

    /** In the order in which cycles saw them first, so that a replay numbers accounts the same way. */
    private static final String ACCOUNTS = """
            SELECT a.account_id, a.party_id, a.account_type, a.owner_account, a.daily_limit_utoken,
                (SELECT k.kyc_level FROM kyc_decisions k JOIN settlement_cycles kc ON kc.window_no = k.window_no
                 WHERE k.party_id = a.party_id AND kc.cycle <= ? ORDER BY kc.cycle DESC LIMIT 1) AS kyc_level
            FROM token_accounts a
            JOIN settlement_cycles c ON c.window_no = a.window_no
            WHERE c.cycle < ?
            ORDER BY c.cycle, a.ordinal
            """;

    private static final String BALANCES = "SELECT account_id, asset, posted, reserved FROM account_balances";
    private static final String LIMIT_DATE =
            "SELECT max(c.business_date) FROM settlement_cycles c WHERE c.cycle <= (SELECT last_cycle FROM books_head)";
    private static final String LIMITS =
            "SELECT subject, subject_id, used, reserved, minted FROM limit_counters WHERE business_date = ?";
    private static final String ORDERS = """
            SELECT o.intake_no, s.submission_id, c.name AS client, s.submission_key, o.account_id, o.asset, o.side,
                o.order_type, o.limit_ticks, o.time_in_force, o.good_through, o.lots, o.lot_gpu_ms, o.tick_utoken,
                o.fee_bps, o.admitted_cycle, o.filled_lots, o.open_lots, o.notional, o.fee_charged, o.limit_reserved,
                o.sits_out
            FROM orders o
            JOIN submissions s ON s.intake_no = o.intake_no
            JOIN clients c ON c.client_id = s.client_id
            WHERE o.open_lots > 0
            ORDER BY o.intake_no
            """;
    private static final String TASKS = """
            SELECT task_id, publisher, reward_utoken, capability, due_at, state, agent_account, published_cycle,
                changed_cycle, intake_no
            FROM tasks ORDER BY intake_no
            """;
    private static final String RESOURCES = """
            SELECT r.resource_id, r.account_id, r.compute_class, r.gpu_count
            FROM compute_resources r JOIN settlement_cycles c ON c.window_no = r.window_no WHERE c.cycle < ?
            """;
    private static final String EVIDENCE = """
            SELECT e.resource_id, e.metered_from, e.metered_to, e.gpu_ms
            FROM metering_evidence e JOIN settlement_cycles c ON c.window_no = e.window_no WHERE c.cycle < ?
            """;
    private static final String INTERVALS =
            "SELECT resource_id, lower(metered), upper(metered) FROM settled_intervals WHERE reversed_cycle IS NULL";
    private static final String SERVICES = """
            SELECT v.service, v.payee_account
            FROM ai_services v JOIN settlement_cycles c ON c.window_no = v.window_no WHERE c.cycle < ?
            """;
    private static final String PRICES = """
            SELECT p.service, p.model, p.price_version, p.effective_from, p.input_utoken_per_mtok,
                p.output_utoken_per_mtok
            FROM service_prices p JOIN settlement_cycles c ON c.window_no = p.window_no WHERE c.cycle < ?
            """;
    private static final String REFERENCES =
            "SELECT DISTINCT ON (asset) asset, reference_ticks FROM instrument_references ORDER BY asset, cycle DESC";
    private static final String REVERSED = "SELECT reversed_intake_no FROM reversals";
    private static final String HEAD = "SELECT last_cycle, last_seq FROM books_head";

    private final Connection connection;
    private final ClosedWindow window;
    private final Books books;

    private BooksLoader(Connection connection, ClosedWindow window) {
        this.connection = connection;
        this.window = window;
        this.books = new Books(window.parameters().assets());
    }

    /** @param connection in a transaction with one snapshot */
    static Books load(Connection connection, ClosedWindow window) throws SQLException {
        return new BooksLoader(connection, window).load();
    }

    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    private void each(String statement, RowReader reader, Object... parameters) throws SQLException {
        try (var query = connection.prepareStatement(statement)) {
            query.setFetchSize(FETCH);
            for (int i = 0; i < parameters.length; i++) {
                query.setObject(i + 1, parameters[i]);
            }
            try (var row = query.executeQuery()) {
                while (row.next()) {
                    reader.read(row);
                }
            }
        }
    }

    private Books load() throws SQLException {
        each(HEAD, row -> {
            books.lastCycle = row.getLong(1);
            books.lastSeq = row.getLong(2);
        });
        if (books.lastCycle != window.cycle() - 1) {
            throw new IllegalStateException(
                    "the books stand after cycle " + books.lastCycle + ", not before cycle " + window.cycle());
        }
        each(
                ACCOUNTS,
                row -> books.openAccount(
                        uuid(row, "account_id"),
                        uuid(row, "party_id"),
                        AccountType.valueOf(row.getString("account_type").toUpperCase(Locale.ROOT)),
                        (Long) row.getObject("daily_limit_utoken"),
                        KycLevel.valueOf(row.getString("kyc_level"))),
                window.cycle(),
                window.cycle());
        each(
                BALANCES,
                row -> books.setBalance(
                        books.indexOf(uuid(row, "account_id")),
                        row.getInt("asset"),
                        row.getLong("posted"),
                        row.getLong("reserved")));
        loadLimits();
        each(ORDERS, row -> {
            OpenOrder order = order(row);
            books.orders.put(order.intakeNo, order);
        });
        each(TASKS, row -> {
            Task task = task(row);
            books.tasks.put(task.taskId, task);
        });
        loadReference();
        each(INTERVALS, row -> books.settleInterval(row.getString(1), instant(row, 2), instant(row, 3)));
        each(REFERENCES, row -> books.references.put(row.getInt(1), row.getLong(2)));
        each(REVERSED, row -> books.reversed.add(row.getLong(1)));
        return books;
    }

    private void loadLimits() throws SQLException {
        each(LIMIT_DATE, row -> {
            LocalDate date = row.getObject(1, LocalDate.class);
            if (date != null) {
                books.setLimitDate(date);
            }
        });
        each(
                LIMITS,
                row -> {
                    UUID subject = uuid(row, "subject_id");
                    var counter = row.getString("subject").equals("account")
                            ? books.accountLimit(books.indexOf(subject))
                            : books.partyLimit(books.partyIndexOf(subject));
                    counter.used = row.getLong("used");
                    counter.reserved = row.getLong("reserved");
                    counter.minted = row.getLong("minted");
                },
                books.limitDate());
    }

    private void loadReference() throws SQLException {
        each(
                RESOURCES,
                row -> books.apply(new ReferenceLine.ComputeResource(
                        row.getString(1), uuid(row, "account_id"), row.getString(3), row.getInt(4))),
                window.cycle());
        each(
                EVIDENCE,
                row -> books.apply(
                        new ReferenceLine.Metering(row.getString(1), instant(row, 2), instant(row, 3), row.getLong(4))),
                window.cycle());
        each(
                SERVICES,
                row -> books.apply(new ReferenceLine.Service(row.getString(1), nullableUuid(row, "payee_account"))),
                window.cycle());
        each(
                PRICES,
                row -> books.apply(new ReferenceLine.Price(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        instant(row, 4),
                        row.getLong(5),
                        row.getLong(6))),
                window.cycle());
    }

    private OpenOrder order(ResultSet row) throws SQLException {
        var order = new OpenOrder(
                row.getLong("intake_no"),
                uuid(row, "submission_id"),
                row.getString("client"),
                row.getString("submission_key"),
                books.indexOf(uuid(row, "account_id")),
                row.getInt("asset"),
                Submission.Side.valueOf(row.getString("side")),
                Submission.OrderType.valueOf(row.getString("order_type")),
                row.getLong("limit_ticks"),
                Submission.TimeInForce.valueOf(row.getString("time_in_force")),
                row.getObject("good_through", LocalDate.class),
                row.getLong("lots"),
                row.getLong("lot_gpu_ms"),
                row.getLong("tick_utoken"),
                row.getInt("fee_bps"),
                row.getLong("admitted_cycle"));
        order.filledLots = row.getLong("filled_lots");
        order.openLots = row.getLong("open_lots");
        order.notional = row.getLong("notional");
        order.feeCharged = row.getLong("fee_charged");
        order.limitReserved = row.getLong("limit_reserved");
        order.sitsOut = row.getBoolean("sits_out");
        return order;
    }

    private Task task(ResultSet row) throws SQLException {
        OffsetDateTime dueAt = row.getObject("due_at", OffsetDateTime.class);
        var task = new Task(
                row.getString("task_id"),
                books.indexOf(uuid(row, "publisher")),
                row.getLong("reward_utoken"),
                row.getString("capability"),
                dueAt == null ? null : dueAt.toInstant(),
                row.getLong("published_cycle"),
                row.getLong("intake_no"));
        task.state = Task.State.valueOf(row.getString("state"));
        task.changedIn = row.getLong("changed_cycle");
        UUID agent = nullableUuid(row, "agent_account");
        task.agent = agent == null ? -1 : books.indexOf(agent);
        return task;
    }

    private static UUID uuid(ResultSet row, String column) throws SQLException {
        return java.util.Objects.requireNonNull(row.getObject(column, UUID.class), column);
    }

    private static @Nullable UUID nullableUuid(ResultSet row, String column) throws SQLException {
        return row.getObject(column, UUID.class);
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
