package io.quittance.sql;

import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.cycle.ClosedWindow;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.LimitCounter;
import io.quittance.domain.ledger.OpenOrder;
import io.quittance.domain.ledger.Task;
import io.quittance.domain.ledger.UnclaimedItem;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the published books into memory, in one snapshot. One method per part, one statement each. */
final class BooksLoader {

    private static final KycLevel[] LEVELS = KycLevel.values();

    /**
     * In the order in which cycles saw them first, so that a replay numbers accounts the same way. A party's level is that
     * of its newest decision: the level is the last digit of the largest number made of cycle and level.
     */
    private static final String ACCOUNTS = """
            SELECT a.account_id, a.party_id, a.account_type, a.daily_limit_utoken, k.level
            FROM token_accounts a
            JOIN settlement_cycles c ON c.window_no = a.window_no
            JOIN (SELECT d.party_id, (max(dc.cycle * 10 + right(d.kyc_level, 1)::integer) %% 10)::integer AS level
                  FROM kyc_decisions d JOIN settlement_cycles dc ON dc.window_no = d.window_no
                  WHERE dc.cycle <= %1$d GROUP BY d.party_id) k ON k.party_id = a.party_id
            WHERE c.cycle < %1$d
            ORDER BY c.cycle, a.ordinal
            """;

    /** What stands now by events: an account's state where it is not the usual one, a party's newest level. */
    private static final String EVENTS = """
            SELECT s.account_id, s.event, NULL::text AS kyc_level
            FROM (SELECT DISTINCT ON (e.account_id) e.account_id, e.event FROM effective_events e
                  WHERE e.cycle < %1$d AND e.event <> 'level'
                  ORDER BY e.account_id, (e.event = 'close') DESC, e.cycle DESC, e.ordinal DESC) s
            WHERE s.event <> 'unfreeze'
            UNION ALL
            (SELECT DISTINCT ON (a.party_id) e.account_id, e.event, e.kyc_level
             FROM effective_events e JOIN token_accounts a ON a.account_id = e.account_id
             WHERE e.cycle < %1$d AND e.event = 'level'
             ORDER BY a.party_id, e.cycle DESC, e.ordinal DESC)
            """;

    private static final String UNCLAIMED =
            "SELECT intake_no, account_id, amount, cycle FROM unclaimed_items WHERE paid_cycle IS NULL ORDER BY intake_no";
    private static final String BALANCES =
            "SELECT account_id, asset, posted, reserved, last_position FROM account_balances";
    private static final String LIMIT_DATE =
            "SELECT business_date FROM settlement_cycles WHERE cycle = (SELECT last_cycle FROM books_head)";
    private static final String LIMITS = """
            SELECT subject = 'account', subject_id, used, reserved, minted FROM limit_counters
            WHERE business_date = '%s'
            """;
    private static final String ORDERS = """
            SELECT o.intake_no, s.submission_id, o.account_id, o.asset, o.side, o.order_type, o.limit_ticks,
                o.time_in_force, o.good_through, o.lots, o.lot_gpu_ms, o.tick_utoken, o.fee_bps, o.admitted_cycle,
                o.filled_lots, o.open_lots, o.notional, o.fee_charged, o.limit_reserved, o.sits_out
            FROM orders o
            JOIN submissions s ON s.intake_no = o.intake_no
            WHERE o.open_lots > 0
            ORDER BY o.intake_no
            """;
    private static final String RECEIVED =
            "SELECT s.* FROM submissions s WHERE s.window_no = %d AND s.kind IN (%s) UNION ALL ";
    private static final String HELD =
            "SELECT s.* FROM holds h JOIN submissions s ON s.intake_no = h.intake_no AND s.kind IN (%s)";
    private static final String RECEIVED_OF_KIND =
            "SELECT u.n FROM settlement_cycles y, unnest(y.received_of_kind) WITH ORDINALITY u (n, k)"
                    + " WHERE y.cycle = %d ORDER BY u.k";
    /** Those that hold escrow, and those that the cycle's lines name. */
    private static final String TASKS = """
            SELECT t.task_id, t.publisher, t.reward_utoken, t.capability, t.due_at, t.state, t.agent_account,
                t.published_cycle, t.changed_cycle, t.intake_no
            FROM tasks t
            WHERE t.state = 'LISTED' OR t.task_id IN (SELECT j.task_id FROM (%s) j)
            ORDER BY t.intake_no
            """;

    private static final String RESOURCES = """
            SELECT r.resource_id, r.account_id, r.compute_class, r.gpu_count
            FROM compute_resources r JOIN settlement_cycles c ON c.window_no = r.window_no WHERE c.cycle < %d
            """;
    private static final String EVIDENCE = """
            SELECT e.resource_id, e.metered_from, e.metered_to, e.gpu_ms
            FROM metering_evidence e JOIN settlement_cycles c ON c.window_no = e.window_no
            WHERE c.cycle < %d AND EXISTS (SELECT FROM (%s) j WHERE j.resource_id = e.resource_id
                AND j.metered_from = e.metered_from AND j.metered_to = e.metered_to)
            """;
    private static final String INTERVALS = """
            SELECT i.resource_id, lower(i.metered), upper(i.metered) FROM settled_intervals i
            WHERE i.reversed_cycle IS NULL AND EXISTS (SELECT FROM (%s) j WHERE j.resource_id = i.resource_id
                AND tstzrange(j.metered_from, j.metered_to) && i.metered)
            """;
    private static final String SERVICES = """
            SELECT v.service, v.payee_account
            FROM ai_services v JOIN settlement_cycles c ON c.window_no = v.window_no WHERE c.cycle < %d
            """;
    private static final String PRICES = """
            SELECT p.service, p.model, p.price_version, p.effective_from, p.input_utoken_per_mtok,
                p.output_utoken_per_mtok
            FROM service_prices p JOIN settlement_cycles c ON c.window_no = p.window_no WHERE c.cycle < %d
            """;
    private static final String REFERENCES = """
            SELECT r.asset, r.reference_ticks
            FROM unnest(ARRAY[%s]::integer[]) a (asset),
                LATERAL (SELECT asset, reference_ticks FROM instrument_references i WHERE i.asset = a.asset
                    ORDER BY i.cycle DESC LIMIT 1) r
            """;
    private static final String REVERSED = """
            SELECT r.reversed_intake_no FROM reversals r JOIN submissions o ON o.intake_no = r.reversed_intake_no
            WHERE o.submission_id IN (SELECT s.reversed_submission FROM submissions s
                WHERE s.window_no = %d AND s.kind = %d)
            """;
    private static final String HEAD = "SELECT last_cycle, last_seq FROM books_head";

    private final Connection connection;
    private final ClosedWindow window;
    private final Books books;
    private final List<Long> receivedOfKind = new ArrayList<>();

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
        void read(BinaryRows row);
    }

    private void each(String select, RowReader reader) throws SQLException {
        try (var rows = new BinaryRows(connection, select)) {
            while (rows.next()) {
                reader.read(rows);
            }
        }
    }

    /** What is judged in the cycle, of these kinds: the window's own, if it has any, and what is held. */
    private String judged(Kind... kinds) {
        String codes = QueueReader.codes(EnumSet.copyOf(Arrays.asList(kinds)));
        boolean received = Arrays.stream(kinds).anyMatch(this::isReceived);
        return (received ? RECEIVED.formatted(window.windowNo(), codes) : "") + HELD.formatted(codes);
    }

    private boolean isReceived(Kind kind) {
        return receivedOfKind.get(kind.code() - 1) > 0;
    }

    private Books load() throws SQLException {
        each(HEAD, row -> {
            books.lastCycle = row.int8(0);
            books.lastSeq = row.int8(1);
        });
        if (books.lastCycle != window.cycle() - 1) {
            throw new IllegalStateException(
                    "the books stand after cycle " + books.lastCycle + ", not before cycle " + window.cycle());
        }
        each(RECEIVED_OF_KIND.formatted(window.cycle()), row -> receivedOfKind.add(row.int8(0)));
        each(
                ACCOUNTS.formatted(window.cycle()),
                row -> books.openAccount(
                        row.uuid(0),
                        row.uuid(1),
                        AccountType.valueOf(row.text(2).toUpperCase(Locale.ROOT)),
                        row.int8OrNull(3),
                        LEVELS[row.int4(4)]));
        each(EVENTS.formatted(window.cycle()), row -> setState(row.uuid(0), row.text(1), row.textOrNull(2)));
        each(UNCLAIMED, row -> {
            int account = books.indexOf(row.uuidHigh(1), row.uuidLow(1));
            books.unclaimed.put(row.int8(0), new UnclaimedItem(row.int8(0), account, row.int8(2), row.int8(3)));
        });
        each(
                BALANCES,
                row -> books.setBalance(
                        books.indexOf(row.uuidHigh(0), row.uuidLow(0)),
                        row.int4(1),
                        row.int8(2),
                        row.int8(3),
                        row.int8(4)));
        loadLimits();
        each(ORDERS, row -> {
            OpenOrder order = order(row);
            books.orders.put(order.intakeNo, order);
        });
        each(TASKS.formatted(judged(Kind.TASK_PUBLICATIONS, Kind.TASK_COMPLETIONS)), row -> {
            Task task = task(row);
            books.tasks.put(task.taskId, task);
        });
        loadReference();
        each(
                INTERVALS.formatted(judged(Kind.COMPUTE_DEPOSITS)),
                row -> books.settleInterval(row.text(0), row.instant(1), row.instant(2)));
        String assets = window.parameters().assets().stream()
                .map(asset -> String.valueOf(asset.id()))
                .collect(Collectors.joining(","));
        each(REFERENCES.formatted(assets), row -> books.references.put(row.int4(0), row.int8(1)));
        each(REVERSED.formatted(window.windowNo(), Kind.REVERSALS.code()), row -> books.reversed.add(row.int8(0)));
        return books;
    }

    private void setState(UUID accountId, String event, @Nullable String level) {
        int account = books.indexOf(accountId);
        if (level != null) {
            books.setLevel(books.partyId(books.partyOf(account)), KycLevel.valueOf(level));
        } else {
            books.setStatus(account, event.equals("close") ? AccountStatus.CLOSED : AccountStatus.FROZEN);
        }
    }

    private void loadLimits() throws SQLException {
        each(LIMIT_DATE, row -> books.setLimitDate(row.date(0)));
        each(LIMITS.formatted(books.limitDate()), row -> {
            int account = row.bool(0) ? books.indexOf(row.uuidHigh(1), row.uuidLow(1)) : -1;
            LimitCounter counter =
                    account >= 0 ? books.accountLimit(account) : books.partyLimit(books.partyIndexOf(row.uuid(1)));
            counter.used = row.int8(2);
            counter.reserved = row.int8(3);
            counter.minted = row.int8(4);
            counter.kept = true;
        });
    }

    private void loadReference() throws SQLException {
        each(
                RESOURCES.formatted(window.cycle()),
                row -> books.apply(
                        new ReferenceLine.ComputeResource(row.text(0), row.uuid(1), row.text(2), row.int4(3))));
        each(
                EVIDENCE.formatted(window.cycle(), judged(Kind.COMPUTE_DEPOSITS)),
                row -> books.apply(
                        new ReferenceLine.Metering(row.text(0), row.instant(1), row.instant(2), row.int8(3))));
        each(
                SERVICES.formatted(window.cycle()),
                row -> books.apply(new ReferenceLine.Service(row.text(0), row.uuidOrNull(1))));
        each(
                PRICES.formatted(window.cycle()),
                row -> books.apply(new ReferenceLine.Price(
                        row.text(0), row.text(1), row.text(2), row.instant(3), row.int8(4), row.int8(5))));
    }

    private OpenOrder order(BinaryRows row) {
        var order = new OpenOrder(
                row.int8(0),
                row.uuid(1),
                books.indexOf(row.uuidHigh(2), row.uuidLow(2)),
                row.int4(3),
                Submission.Side.valueOf(row.text(4)),
                Submission.OrderType.valueOf(row.text(5)),
                row.int8(6),
                Submission.TimeInForce.valueOf(row.text(7)),
                row.dateOrNull(8),
                row.int8(9),
                row.int8(10),
                row.int8(11),
                row.int4(12),
                row.int8(13));
        order.filledLots = row.int8(14);
        order.openLots = row.int8(15);
        order.notional = row.int8(16);
        order.feeCharged = row.int8(17);
        order.limitReserved = row.int8(18);
        order.sitsOut = row.bool(19);
        return order;
    }

    private Task task(BinaryRows row) {
        var task = new Task(
                row.text(0),
                books.indexOf(row.uuidHigh(1), row.uuidLow(1)),
                row.int8(2),
                row.textOrNull(3),
                row.instantOrNull(4),
                row.int8(7),
                row.int8(9));
        task.state = Task.State.valueOf(row.text(5));
        task.changedIn = row.int8(8);
        task.agent = row.isNull(6) ? -1 : books.indexOf(row.uuidHigh(6), row.uuidLow(6));
        return task;
    }
}
