package io.quittance.sql;

import io.quittance.domain.cycle.ClosedWindow;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.LimitCounter;
import io.quittance.domain.ledger.OpenOrder;
import io.quittance.domain.ledger.Task;
import io.quittance.domain.ledger.TransferList;
import io.quittance.domain.matching.MatchingRound;
import io.quittance.domain.netting.NetPositions;
import io.quittance.domain.screening.CycleInput;
import io.quittance.domain.screening.Outcome;
import io.quittance.domain.screening.Screening;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.Slot;
import io.quittance.domain.settlement.CycleCounts;
import io.quittance.domain.settlement.CycleStore;
import io.quittance.domain.settlement.SettlementCycle;
import io.quittance.domain.settlement.Workers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * {@link CycleStore} over the tables of the books. Sets and streams: rows go in by binary COPY, and what changes is changed
 * by one statement per table.
 */
final class JdbcCycleStore implements CycleStore {

    private static final String ASSERT_LEASE = "SELECT assert_lease(?)";
    private static final String OPEN_JOURNAL = "SELECT open_journal(?, ?)";
    private static final String DISCARD_POSITIONS = "SELECT discard_positions(?, ?)";
    private static final String DISCARD_ROUNDS = "SELECT discard_rounds(?, ?)";
    private static final String PUBLISH = "SELECT publish_cycle(?, ?, ?)";

    /** As the statement's functions count (V0008). */
    private static final int RUNNING_EVERY = 256;

    private static final String COPY_TRANSFERS = """
            COPY %s (id, cycle, position, asset, from_account, to_account, amount, transaction_type, leg,
                intake_no, task_id, created_at) FROM STDIN (FORMAT binary)
            """;
    private static final String COPY_POSITIONS = """
            COPY net_positions (cycle, asset, account_id, debits, credits, closing, reserved, previous_cycle, entries,
                running)
            FROM STDIN (FORMAT binary)
            """;
    private static final String COPY_OUTCOMES = """
            COPY submission_outcomes (intake_no, cycle, state, reason, detail, hold_until, filled_lots, open_lots)
            FROM STDIN (FORMAT binary)
            """;
    private static final String COPY_INTERVALS = """
            COPY new_intervals (intake_no, resource_id, metered_from, metered_to) FROM STDIN (FORMAT binary)
            """;
    private static final String NEW_INTERVALS = """
            CREATE TEMPORARY TABLE new_intervals (intake_no bigint, resource_id text, metered_from timestamptz,
                metered_to timestamptz) ON COMMIT DROP
            """;
    private static final String ADD_INTERVALS = """
            INSERT INTO settled_intervals (intake_no, resource_id, metered, cycle)
            SELECT intake_no, resource_id, tstzrange(metered_from, metered_to), ? FROM new_intervals
            """;
    private static final String CHANGED_ORDERS = "CREATE TEMPORARY TABLE changed_orders (LIKE orders) ON COMMIT DROP";
    private static final String COPY_ORDERS = """
            COPY changed_orders (intake_no, account_id, asset, side, order_type, limit_ticks, time_in_force, good_through,
                lots, lot_gpu_ms, tick_utoken, fee_bps, admitted_cycle, filled_lots, open_lots, notional, fee_charged,
                limit_reserved, reserved, sits_out) FROM STDIN (FORMAT binary)
            """;
    private static final String MERGE_ORDERS = """
            INSERT INTO orders AS o (intake_no, account_id, asset, side, order_type, limit_ticks, time_in_force,
                good_through, lots, lot_gpu_ms, tick_utoken, fee_bps, admitted_cycle, filled_lots, open_lots, notional,
                fee_charged, limit_reserved, reserved, sits_out)
            SELECT intake_no, account_id, asset, side, order_type, limit_ticks, time_in_force,
                good_through, lots, lot_gpu_ms, tick_utoken, fee_bps, admitted_cycle, filled_lots, open_lots, notional,
                fee_charged, limit_reserved, reserved, sits_out
            FROM changed_orders ORDER BY intake_no
            ON CONFLICT (intake_no) DO UPDATE SET filled_lots = excluded.filled_lots, open_lots = excluded.open_lots,
                notional = excluded.notional, fee_charged = excluded.fee_charged,
                limit_reserved = excluded.limit_reserved, reserved = excluded.reserved, sits_out = excluded.sits_out
            """;
    private static final String CHANGED_TASKS = "CREATE TEMPORARY TABLE changed_tasks (LIKE tasks) ON COMMIT DROP";
    private static final String COPY_TASKS = """
            COPY changed_tasks (task_id, publisher, reward_utoken, capability, due_at, state, agent_account,
                published_cycle, changed_cycle, intake_no) FROM STDIN (FORMAT binary)
            """;
    private static final String MERGE_TASKS = """
            INSERT INTO tasks AS t (task_id, publisher, reward_utoken, capability, due_at, state, agent_account,
                published_cycle, changed_cycle, intake_no)
            SELECT task_id, publisher, reward_utoken, capability, due_at, state, agent_account, published_cycle,
                changed_cycle, intake_no
            FROM changed_tasks ORDER BY intake_no
            ON CONFLICT (task_id) DO UPDATE SET state = excluded.state, agent_account = excluded.agent_account,
                changed_cycle = excluded.changed_cycle
            """;
    /**
     * A window's submissions lie together and in the order of the index by window. Costed as for a disk that seeks, the server
     * would rather read all that ever came in, or sort, so that reading the queue slows down with the age of the bank.
     */
    private static final String AS_IT_LIES = "SET LOCAL random_page_cost = 1.1";

    private static final String CHANGED_LIMITS =
            "CREATE TEMPORARY TABLE changed_limits (LIKE limit_counters) ON COMMIT DROP";
    private static final String COPY_LIMITS = """
            COPY %s (subject, subject_id, business_date, used, reserved, minted) FROM STDIN (FORMAT binary)
            """;
    private static final String MOVE_LIMITS = """
            UPDATE limit_counters l SET used = c.used, reserved = c.reserved, minted = c.minted
            FROM changed_limits c
            WHERE l.business_date = c.business_date AND l.subject = c.subject AND l.subject_id = c.subject_id
            """;
    private static final String END_HOLDS = "DELETE FROM holds WHERE intake_no = ANY (?)";
    private static final String ADD_HOLDS = """
            INSERT INTO holds (intake_no, hold_until, reason, since_cycle)
            SELECT * FROM unnest(?::bigint[], ?::date[], ?::text[]), (SELECT ?::bigint) c
            ON CONFLICT (intake_no) DO UPDATE SET hold_until = excluded.hold_until, reason = excluded.reason
            """;
    private static final String ADD_REVERSAL =
            "INSERT INTO reversals (reversed_intake_no, intake_no, cycle) VALUES (:reversed, :by, :cycle)";
    private static final String FREE_INTERVAL =
            "UPDATE settled_intervals SET reversed_cycle = :cycle WHERE intake_no = :reversed";
    private static final String SET_ASIDE = """
            INSERT INTO unclaimed_items (intake_no, account_id, amount, cycle) VALUES (:intakeNo, :account, :amount, :cycle)
            """;
    private static final String PAY_OUT =
            "UPDATE unclaimed_items SET paid_cycle = :cycle WHERE intake_no = :intakeNo AND paid_cycle IS NULL";
    private static final String REFUSE_CLOSING =
            "INSERT INTO refused_closings (event_key, cycle, still_open) VALUES (:event, :cycle, :open)";
    private static final String ADD_REFERENCE =
            "INSERT INTO instrument_references (asset, cycle, reference_ticks) VALUES (:asset, :cycle, :ticks)";
    private static final String ADD_COUNTS = """
            INSERT INTO cycle_counts (cycle, received, carried_in, settled, refused, cancelled, expired, held, resting,
                transfers)
            VALUES (:cycle, :received, :carriedIn, :settled, :refused, :cancelled, :expired, :held, :resting, :transfers)
            """;
    private static final String COUNTS = """
            SELECT received, carried_in, settled, refused, cancelled, expired, held, resting, transfers
            FROM cycle_counts WHERE cycle = :cycle
            """;
    private static final String ADD_SLOT = "INSERT INTO seal_slots (cycle, slot, hash) VALUES (:cycle, :slot, :hash)";
    private static final String ADD_ROUND = """
            INSERT INTO matching_rounds (cycle, asset, compute_class, price_ticks, tick_utoken, volume_lots, demand_lots,
                supply_lots, surplus_lots, plateau_low, plateau_high, decided_by, reference_before, reference_after,
                best_bid, best_ask, orders_in, orders_filled, orders_partial, self_trade_lots, notional_utoken,
                fees_utoken, input_hash, output_hash)
            VALUES (:cycle, :asset, :class, :price, :tick, :volume, :demand, :supply, :surplus, :plateauLow,
                :plateauHigh, :decidedBy, :referenceBefore, :referenceAfter, :bestBid, :bestAsk, :ordersIn,
                :ordersFilled, :ordersPartial, :selfTrade, :notional, :fees, :inputHash, :outputHash)
            """;
    private static final String STEP_DONE = """
            INSERT INTO cycle_steps (cycle, step, seconds, digest)
            SELECT :cycle, :step, :seconds, :digest FROM assert_lease(:token)
            ON CONFLICT (cycle, step) DO UPDATE SET seconds = excluded.seconds, digest = excluded.digest,
                finished_at = clock_timestamp()
            """;
    private static final String STEP_DIGEST = "SELECT digest FROM cycle_steps WHERE cycle = :cycle AND step = :step";
    private static final String STEP_IS_DONE = "SELECT count(*) FROM cycle_steps WHERE cycle = :cycle AND step = :step";

    private static final String HELD = """
            SELECT intake_no, hold_until FROM holds ORDER BY intake_no
            """;
    private static final String JOURNAL = """
            SELECT t.id, t.from_account, t.to_account, t.amount, t.asset, t.transaction_type, t.leg
            FROM token_transactions t
            WHERE t.id BETWEEN %d AND %d AND t.created_at = (SELECT cut_off FROM settlement_cycles WHERE cycle = %d)
            ORDER BY t.id
            """;

    private final DataSource application;
    private final Workers workers;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final TransactionTemplate snapshot;

    /** @param workers how many connections load the journal */
    JdbcCycleStore(DataSource application, Workers workers) {
        this.application = application;
        this.workers = workers;
        this.jdbc = JdbcClient.create(application);
        var manager = new JdbcTransactionManager(application);
        this.transaction = new TransactionTemplate(manager);
        this.snapshot = new TransactionTemplate(manager);
        this.snapshot.setReadOnly(true);
        this.snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    }

    private interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    private interface Action {
        void run(Connection connection) throws SQLException;
    }

    private void does(TransactionTemplate template, String what, Action action) {
        within(template, what, connection -> {
            action.run(connection);
            return true;
        });
    }

    private <T> T within(TransactionTemplate template, String what, Work<T> work) {
        return Objects.requireNonNull(template.execute(status -> {
            Connection connection = DataSourceUtils.getConnection(application);
            try {
                return work.run(connection);
            } catch (SQLException failure) {
                if (JdbcLease.TAKEN_OVER.equals(failure.getSQLState())) {
                    throw new LeaseLost(String.valueOf(failure.getMessage()), failure);
                }
                var translated = new SQLStateSQLExceptionTranslator().translate(what, null, failure);
                throw translated != null
                        ? translated
                        : new org.springframework.jdbc.UncategorizedSQLException(what, null, failure);
            } finally {
                DataSourceUtils.releaseConnection(connection, application);
            }
        }));
    }

    @Override
    public long lastPublished() {
        return jdbc.sql("SELECT last_cycle FROM books_head").query(Long.class).single();
    }

    @Override
    public Books booksBefore(ClosedWindow window) {
        return within(snapshot, "load the books", connection -> BooksLoader.load(connection, window));
    }

    @Override
    public CycleInput input(ClosedWindow window) {
        var held = new TreeMap<Long, LocalDate>();
        jdbc.sql(HELD).query(row -> {
            held.put(row.getLong(1), row.getObject(2, LocalDate.class));
        });
        return cycleInput(window, held).readAhead();
    }

    @Override
    public CycleInput input(ClosedWindow window, NavigableMap<Long, LocalDate> held) {
        return cycleInput(window, held);
    }

    private JdbcCycleInput cycleInput(ClosedWindow window, NavigableMap<Long, LocalDate> held) {
        JdbcCycleInput.SnapshotReads reads = (what, read) -> does(snapshot, what, connection -> {
            execute(connection, AS_IT_LIES);
            read.run(connection);
        });
        return new JdbcCycleInput(reads, jdbc, window, held);
    }

    @Override
    public void received(ClosedWindow window, ReceivedVisitor visitor) {
        does(
                snapshot,
                "read the queue",
                connection -> new QueueReader(connection)
                        .ofWindow(
                                window.windowNo(),
                                EnumSet.range(Kind.COMPUTE_DEPOSITS, Kind.REVERSALS),
                                (QueueReader.DigestVisitor) visitor::received));
    }

    @Override
    public void saveRounds(long token, SettlementCycle run) {
        long cycle = run.input().context().number();
        does(transaction, "keep the rounds", connection -> {
            call(connection, DISCARD_ROUNDS, token, cycle);
            run.rounds().forEach(round -> addRound(cycle, round));
        });
    }

    private void addRound(long cycle, MatchingRound round) {
        var result = round.result();
        long selfTrade = 0;
        long fees = 0;
        for (int i = 0; i < round.orders().size(); i++) {
            selfTrade += result.selfTradeCancelled(i);
            OpenOrder order = round.orders().get(i);
            fees += result.fill(i) == 0
                    ? 0
                    : order.feeFor(
                            Math.multiplyExact(Math.multiplyExact(result.fill(i), result.price()), order.tickUtoken));
        }
        jdbc.sql(ADD_ROUND)
                .param("cycle", cycle)
                .param("asset", round.asset())
                .param("class", round.instrument().computeClass())
                .param("price", result.price())
                .param("tick", round.instrument().tickUtoken())
                .param("volume", result.volume())
                .param("demand", result.demandAtPrice())
                .param("supply", result.supplyAtPrice())
                .param("surplus", result.surplus())
                .param("plateauLow", result.plateauLo())
                .param("plateauHigh", result.plateauHi())
                .param("decidedBy", result.decidedBy().name())
                .param("referenceBefore", round.referenceBefore())
                .param("referenceAfter", round.referenceAfter())
                .param("bestBid", result.bestBid())
                .param("bestAsk", result.bestAsk())
                .param("ordersIn", result.ordersIn())
                .param("ordersFilled", result.filledFully())
                .param("ordersPartial", result.filledPartly())
                .param("selfTrade", selfTrade)
                .param("notional", result.notional())
                .param("fees", fees)
                .param("inputHash", result.inputHash().bytes())
                .param("outputHash", result.outputHash().bytes())
                .update();
    }

    @Override
    public void savePositions(long token, SettlementCycle run) {
        long cycle = run.input().context().number();
        NetPositions positions = run.positions();
        Books books = run.books();
        does(transaction, "keep the positions", connection -> {
            call(connection, DISCARD_POSITIONS, token, cycle);
            try (var copy = new BinaryCopy(connection, COPY_POSITIONS)) {
                for (int i = 0; i < positions.size(); i++) {
                    int account = positions.account(i);
                    int asset = positions.asset(i);
                    copy.row(10)
                            .ofLong(cycle)
                            .ofInt(asset)
                            .ofUuid(books.idHigh(account), books.idLow(account))
                            .ofLong(positions.debits(i))
                            .ofLong(positions.credits(i))
                            .ofLong(positions.closing(i))
                            .ofLong(positions.reserved(i))
                            .ofLong(books.lastPosition(account, asset))
                            .ofInts(positions.entryCount(i));
                    for (int k = 0; k < positions.entryCount(i); k++) {
                        copy.ofInt(positions.entry(i, k));
                    }
                    running(copy, positions, i, run.transfers());
                }
                copy.end();
            }
        });
    }

    /** What is posted after each {@value #RUNNING_EVERY}th entry of a position, if it has as many. */
    private static void running(BinaryCopy copy, NetPositions positions, int i, TransferList transfers)
            throws SQLException {
        int kept = positions.entryCount(i) / RUNNING_EVERY;
        if (kept == 0) {
            copy.ofNull();
            return;
        }
        copy.ofLongs(kept);
        long posted = positions.closing(i) - positions.net(i);
        for (int k = 0; k < kept * RUNNING_EVERY; k++) {
            int transfer = positions.entry(i, k);
            boolean receives = transfers.to(transfer) == positions.account(i);
            posted += receives ? transfers.amount(transfer) : -transfers.amount(transfer);
            if ((k + 1) % RUNNING_EVERY == 0) {
                copy.ofLong(posted);
            }
        }
    }

    /** Clears what an attempt before loaded into the journal; answers the partition into which to load. */
    private static String openJournal(Connection connection, long token, long cycle) throws SQLException {
        try (var call = connection.prepareStatement(OPEN_JOURNAL)) {
            call.setLong(1, token);
            call.setLong(2, cycle);
            try (var row = call.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    @Override
    public void loadTransfers(long token, ClosedWindow window, SettlementCycle run) {
        String partition =
                within(transaction, "open the journal", connection -> openJournal(connection, token, window.cycle()));
        workers.overRanges(
                "load-" + window.cycle(),
                run.transfers().size(),
                (from, to) -> does(transaction, "load the journal", connection -> {
                    call(connection, ASSERT_LEASE, token);
                    copyTransfers(connection, partition, window, run, from, to);
                }));
    }

    private static void copyTransfers(
            Connection connection, String partition, ClosedWindow window, SettlementCycle run, int first, int end)
            throws SQLException {
        TransferList transfers = run.transfers();
        Books books = run.books();
        try (var copy = new BinaryCopy(connection, COPY_TRANSFERS.formatted(partition))) {
            for (int i = first; i < end; i++) {
                int from = transfers.from(i);
                int to = transfers.to(i);
                copy.row(12)
                        .ofLong(window.firstSeq() + i)
                        .ofLong(window.cycle())
                        .ofInt(i)
                        .ofInt(transfers.asset(i))
                        .ofUuid(books.idHigh(from), books.idLow(from))
                        .ofUuid(books.idHigh(to), books.idLow(to))
                        .ofLong(transfers.amount(i))
                        .ofShort(transfers.typeCode(i))
                        .ofShort(transfers.leg(i));
                if (transfers.intakeNo(i) == TransferList.NO_SUBMISSION) {
                    copy.ofNull();
                } else {
                    copy.ofLong(transfers.intakeNo(i));
                }
                copy.ofText(transfers.taskId(i)).ofInstant(window.cutOff());
            }
            copy.end();
        }
    }

    @Override
    public void publish(
            long token, ClosedWindow window, SettlementCycle run, CycleCounts counts, Map<Slot, Hash32> slots) {
        does(transaction, "publish the cycle", connection -> {
            call(connection, ASSERT_LEASE, token);
            copyOutcomes(connection, run, window.cycle());
            mergeOrders(connection, run);
            mergeTasks(connection, run);
            mergeLimits(connection, run.books());
            mergeHolds(connection, run, window.cycle());
            addIntervals(connection, run, window.cycle());
            addReversals(run, window.cycle());
            addUnclaimed(run, window.cycle());
            for (MatchingRound round : run.rounds()) {
                jdbc.sql(ADD_REFERENCE)
                        .param("asset", round.asset())
                        .param("cycle", window.cycle())
                        .param("ticks", round.referenceAfter())
                        .update();
            }
            addCounts(window.cycle(), counts);
            slots.forEach((slot, hash) -> jdbc.sql(ADD_SLOT)
                    .param("cycle", window.cycle())
                    .param("slot", slot.number())
                    .param("hash", hash.bytes())
                    .update());
            call(connection, PUBLISH, token, window.cycle(), run.transfers().size());
        });
    }

    /** What was received in this cycle and simply settled needs no row. */
    private static void copyOutcomes(Connection connection, SettlementCycle run, long cycle) throws SQLException {
        if (run.outcomes().size() == 0) {
            return;
        }
        try (var copy = new BinaryCopy(connection, COPY_OUTCOMES)) {
            run.outcomes().each((submissionId, outcome) -> {
                try {
                    copy.row(8)
                            .ofLong(outcome.intakeNo())
                            .ofLong(cycle)
                            .ofText(outcome.state().name())
                            .ofText(
                                    outcome.reason() == null
                                            ? null
                                            : outcome.reason().name())
                            .ofText(outcome.detail())
                            .ofDate(outcome.holdUntil())
                            .ofLong(outcome.filledLots())
                            .ofLong(outcome.openLots());
                } catch (SQLException failure) {
                    throw new IllegalStateException("the outcomes cannot be kept", failure);
                }
            });
            copy.end();
        }
    }

    private static void mergeOrders(Connection connection, SettlementCycle run) throws SQLException {
        var changed = new java.util.TreeMap<Long, OpenOrder>();
        run.admittedOrders().forEach(order -> changed.put(order.intakeNo, order));
        run.changedOrders().forEach(order -> changed.put(order.intakeNo, order));
        if (run.isFirstOfDate()) {
            changed.putAll(run.books().orders); // Their place in the date's limits is new.
        }
        if (changed.isEmpty()) {
            return;
        }
        Books books = run.books();
        execute(connection, CHANGED_ORDERS);
        try (var copy = new BinaryCopy(connection, COPY_ORDERS)) {
            for (OpenOrder order : changed.values()) {
                copy.row(20)
                        .ofLong(order.intakeNo)
                        .ofUuid(books.accountId(order.account))
                        .ofInt(order.asset)
                        .ofText(order.side.name())
                        .ofText(order.type.name())
                        .ofLong(order.limitTicks)
                        .ofText(order.timeInForce.name())
                        .ofDate(order.goodThrough)
                        .ofLong(order.lots)
                        .ofLong(order.lotGpuMs)
                        .ofLong(order.tickUtoken)
                        .ofInt(order.feeBps)
                        .ofLong(order.admittedCycle)
                        .ofLong(order.filledLots)
                        .ofLong(order.openLots)
                        .ofLong(order.notional)
                        .ofLong(order.feeCharged)
                        .ofLong(order.limitReserved)
                        .ofLong(order.worstCase())
                        .ofBoolean(order.sitsOut);
            }
            copy.end();
        }
        execute(connection, MERGE_ORDERS);
    }

    private static void mergeTasks(Connection connection, SettlementCycle run) throws SQLException {
        List<Task> changed = run.changedTasks();
        if (changed.isEmpty()) {
            return;
        }
        Books books = run.books();
        execute(connection, CHANGED_TASKS);
        try (var copy = new BinaryCopy(connection, COPY_TASKS)) {
            for (Task task : changed) {
                copy.row(10)
                        .ofText(task.taskId)
                        .ofUuid(books.accountId(task.publisher))
                        .ofLong(task.rewardUtoken)
                        .ofText(task.capability)
                        .ofInstant(task.dueAt)
                        .ofText(task.state.name())
                        .ofUuid(task.agent < 0 ? null : books.accountId(task.agent))
                        .ofLong(task.publishedCycle)
                        .ofLong(task.changedIn)
                        .ofLong(task.intakeNo);
            }
            copy.end();
        }
        execute(connection, MERGE_TASKS);
    }

    private static void mergeLimits(Connection connection, Books books) throws SQLException {
        var moved = new ArrayList<Limit>();
        var begun = new ArrayList<Limit>();
        books.eachLimit((subject, ofAccount, counter) -> {
            if (counter.touched) {
                (counter.kept ? moved : begun).add(new Limit(ofAccount ? "account" : "party", subject, counter));
            }
        });
        if (!moved.isEmpty()) {
            execute(connection, CHANGED_LIMITS);
            copyLimits(connection, "changed_limits", books.limitDate(), moved);
            if (execute(connection, MOVE_LIMITS) != moved.size()) {
                throw new IllegalStateException(
                        "limit counters of " + books.limitDate() + " are gone since they were read");
            }
        }
        if (!begun.isEmpty()) {
            begun.sort(Comparator.comparing(Limit::subject)); // About as the index has them.
            copyLimits(connection, "limit_counters", books.limitDate(), begun);
        }
    }

    private record Limit(String kind, UUID subject, LimitCounter counter) {}

    private static void copyLimits(Connection connection, String table, LocalDate date, List<Limit> limits)
            throws SQLException {
        try (var copy = new BinaryCopy(connection, COPY_LIMITS.formatted(table))) {
            for (Limit limit : limits) {
                copy.row(6)
                        .ofText(limit.kind())
                        .ofUuid(limit.subject())
                        .ofDate(date)
                        .ofLong(limit.counter().used)
                        .ofLong(limit.counter().reserved)
                        .ofLong(limit.counter().minted);
            }
            copy.end();
        }
    }

    private static void mergeHolds(Connection connection, SettlementCycle run, long cycle) throws SQLException {
        var ended = new ArrayList<Long>();
        var held = new ArrayList<Outcome>();
        run.outcomes().each((submissionId, outcome) -> {
            if (outcome.state() == Outcome.State.HELD) {
                held.add(outcome);
            } else if (run.input().heldCount() > 0) {
                ended.add(outcome.intakeNo());
            }
        });
        if (!ended.isEmpty()) {
            try (var delete = connection.prepareStatement(END_HOLDS)) {
                delete.setArray(1, connection.createArrayOf("bigint", ended.toArray()));
                delete.executeUpdate();
            }
        }
        if (held.isEmpty()) {
            return;
        }
        try (var add = connection.prepareStatement(ADD_HOLDS)) {
            add.setArray(
                    1,
                    connection.createArrayOf(
                            "bigint", held.stream().map(Outcome::intakeNo).toArray()));
            add.setArray(
                    2,
                    connection.createArrayOf(
                            "date",
                            held.stream()
                                    .map(o -> String.valueOf(o.holdUntil()))
                                    .toArray()));
            add.setArray(
                    3,
                    connection.createArrayOf(
                            "text",
                            held.stream().map(o -> String.valueOf(o.reason())).toArray()));
            add.setLong(4, cycle);
            add.executeUpdate();
        }
    }

    private static void addIntervals(Connection connection, SettlementCycle run, long cycle) throws SQLException {
        if (run.deposits().isEmpty()) {
            return;
        }
        execute(connection, NEW_INTERVALS);
        try (var copy = new BinaryCopy(connection, COPY_INTERVALS)) {
            for (Screening.SettledDeposit deposit : run.deposits()) {
                copy.row(4)
                        .ofLong(deposit.intakeNo())
                        .ofText(deposit.resourceId())
                        .ofInstant(deposit.from())
                        .ofInstant(deposit.to());
            }
            copy.end();
        }
        try (var insert = connection.prepareStatement(ADD_INTERVALS)) {
            insert.setLong(1, cycle);
            insert.executeUpdate();
        }
    }

    private void addReversals(SettlementCycle run, long cycle) {
        run.reversals().forEach((reversed, by) -> {
            jdbc.sql(ADD_REVERSAL)
                    .param("reversed", reversed)
                    .param("by", by)
                    .param("cycle", cycle)
                    .update();
            jdbc.sql(FREE_INTERVAL)
                    .param("cycle", cycle)
                    .param("reversed", reversed)
                    .update();
        });
    }

    /** Few: each is somebody's misfortune. */
    private void addUnclaimed(SettlementCycle run, long cycle) {
        run.setAside()
                .forEach(item -> jdbc.sql(SET_ASIDE)
                        .param("intakeNo", item.intakeNo())
                        .param("account", run.books().accountId(item.account()))
                        .param("amount", item.amountUtoken())
                        .param("cycle", cycle)
                        .update());
        run.paidOut().forEach(item -> {
            int paid = jdbc.sql(PAY_OUT)
                    .param("cycle", cycle)
                    .param("intakeNo", item.intakeNo())
                    .update();
            if (paid != 1) {
                throw new IllegalStateException("what submission " + item.intakeNo() + " set aside is paid already");
            }
        });
        run.refusedClosings()
                .forEach(refused -> jdbc.sql(REFUSE_CLOSING)
                        .param("event", refused.eventKey())
                        .param("cycle", cycle)
                        .param("open", refused.open().words())
                        .update());
    }

    private void addCounts(long cycle, CycleCounts counts) {
        jdbc.sql(ADD_COUNTS)
                .param("cycle", cycle)
                .param("received", counts.received())
                .param("carriedIn", counts.carriedIn())
                .param("settled", counts.settled())
                .param("refused", counts.refused())
                .param("cancelled", counts.cancelled())
                .param("expired", counts.expired())
                .param("held", counts.held())
                .param("resting", counts.resting())
                .param("transfers", counts.transfers())
                .update();
    }

    @Override
    public Optional<CycleCounts> counts(long cycle) {
        return jdbc.sql(COUNTS)
                .param("cycle", cycle)
                .query((row, n) -> new CycleCounts(
                        row.getLong("received"),
                        row.getLong("carried_in"),
                        row.getLong("settled"),
                        row.getLong("refused"),
                        row.getLong("cancelled"),
                        row.getLong("expired"),
                        row.getLong("held"),
                        row.getLong("resting"),
                        row.getLong("transfers")))
                .optional();
    }

    @Override
    public void journal(long cycle, TransferSink sink) {
        does(snapshot, "read the journal", connection -> {
            long first;
            long count;
            try (var range = connection.prepareStatement("""
                    SELECT c.first_seq, n.transfers FROM settlement_cycles c JOIN cycle_counts n ON n.cycle = c.cycle
                    WHERE c.cycle = ?
                    """)) {
                range.setLong(1, cycle);
                try (var row = range.executeQuery()) {
                    if (!row.next()) {
                        throw new IllegalStateException("cycle " + cycle + " is not published");
                    }
                    first = row.getLong(1);
                    count = row.getLong(2);
                }
            }
            try (var rows = new BinaryRows(connection, JOURNAL.formatted(first, first + count - 1, cycle))) {
                while (rows.next()) {
                    sink.transfer(
                            rows.int8(0),
                            rows.uuidHigh(1),
                            rows.uuidLow(1),
                            rows.uuidHigh(2),
                            rows.uuidLow(2),
                            rows.int8(3),
                            rows.int4(4),
                            rows.int2(5),
                            rows.int2(6));
                }
            }
        });
    }

    @Override
    public Map<Slot, Hash32> slotsOfRows(long cycle) {
        return within(snapshot, "hash a cycle's rows", connection -> new SlotsOfRows(connection, cycle).read());
    }

    @Override
    public void stepDone(long token, long cycle, String step, double seconds, @Nullable Hash32 digest) {
        try {
            jdbc.sql(STEP_DONE)
                    .param("token", token)
                    .param("cycle", cycle)
                    .param("step", step)
                    .param("seconds", seconds)
                    .param("digest", digest == null ? null : digest.bytes(), java.sql.Types.BINARY)
                    .update();
        } catch (DataAccessException refused) {
            throw JdbcLease.named(refused);
        }
    }

    @Override
    public Optional<Hash32> stepDigest(long cycle, String step) {
        return jdbc.sql(STEP_DIGEST)
                .param("cycle", cycle)
                .param("step", step)
                .query((row, n) -> Optional.ofNullable(row.getBytes(1)).map(Hash32::of))
                .optional()
                .flatMap(digest -> digest);
    }

    @Override
    public boolean isStepDone(long cycle, String step) {
        return jdbc.sql(STEP_IS_DONE)
                        .param("cycle", cycle)
                        .param("step", step)
                        .query(Long.class)
                        .single()
                > 0;
    }

    private static void call(Connection connection, String statement, long... arguments) throws SQLException {
        try (var call = connection.prepareStatement(statement)) {
            for (int i = 0; i < arguments.length; i++) {
                call.setLong(i + 1, arguments[i]);
            }
            call.execute();
        }
    }

    /** How many rows the statement changed. */
    private static int execute(Connection connection, String statement) throws SQLException {
        try (var call = connection.createStatement()) {
            return call.executeUpdate(statement);
        }
    }
}
