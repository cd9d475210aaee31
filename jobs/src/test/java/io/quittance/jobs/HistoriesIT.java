package io.quittance.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.commitment.CommitmentStore;
import io.quittance.domain.cycle.Bank;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.cycle.Lease;
import io.quittance.domain.cycle.SettlementCalendar;
import io.quittance.domain.cycle.Windows;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.intake.ReversalAction;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.ledger.TransferList;
import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.report.BankViews;
import io.quittance.domain.screening.CycleContext;
import io.quittance.domain.screening.Outcome;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.settlement.CycleStore;
import io.quittance.domain.settlement.ForEachSeed;
import io.quittance.domain.settlement.RandomHistory;
import io.quittance.domain.settlement.SealStore;
import io.quittance.domain.settlement.SettlementCycle;
import io.quittance.domain.settlement.SlowBank;
import io.quittance.domain.settlement.TestBank;
import io.quittance.domain.settlement.Workers;
import io.quittance.sql.DoorDatabase;
import io.quittance.sql.SqlAdapters;
import io.quittance.sql.TestDatabase;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Random histories of a small bank, handed in through the doors' queue and settled by the steps of the cycle over
 * PostgreSQL. After each cycle the tables say what the engine in memory says of the same history, and what the plain
 * rules say; at the end a replay finds every seal again.
 *
 * <p>{@code -Dhistories=N} sets how many, {@code -Dseed=N} runs one alone. The steps are called one after another, as the
 * job does: what Spring Batch adds is where to resume, and that is tested where processes are killed.
 */
class HistoriesIT {

    private static final int HISTORIES = 300;

    /** Beyond every date of a history, so that no window is laid out but those that the history has. */
    private static final LocalDate FAR_AHEAD = TestBank.FIRST_DATE.plusYears(2);

    /** What outlives a history; of three more tables a part does. */
    private static final Set<String> KEPT = Set.of(
            "flyway_schema_history",
            "transaction_types",
            "transaction_legs",
            "bank",
            "bank_clock",
            "clients",
            "cycle_lease",
            "books_head",
            "bank_parameters",
            "token_accounts");

    private record Balance(String account, int asset, long posted, long reserved) {}

    private record Limit(boolean ofAccount, UUID subject, long used, long reserved, long minted) {}

    private record Row(
            long id,
            int position,
            int asset,
            UUID from,
            UUID to,
            long amount,
            int type,
            int leg,
            long intakeNo,
            @Nullable String taskId,
            Instant createdAt) {}

    private record Leg(long intakeNo, int leg, int type, String asset, String from, String to, long amount) {}

    private record Resting(
            long intakeNo, long filled, long open, long notional, long fee, long limit, boolean sitsOut) {}

    private static final Set<Outcome.State> STATES = EnumSet.noneOf(Outcome.State.class);
    private static final Set<Reason> REASONS = EnumSet.noneOf(Reason.class);
    private static final Set<TransactionType> TYPES = EnumSet.noneOf(TransactionType.class);
    /** Of what sets aside, the type of the transfer before; of what pays out, its own. */
    private static final Set<TransactionType> ASIDE = EnumSet.noneOf(TransactionType.class);

    private static long satOut;

    private static TestDatabase database;
    private static final int[] WORKERS = {1, 2, 7};
    private static final Map<Integer, AnnotationConfigApplicationContext> PORTS = new HashMap<>();
    private static AnnotationConfigApplicationContext ports;
    private static JdbcClient owner;
    private static TransactionTemplate asOwner;
    private static Lease.Held lease;
    private static CycleSteps steps;
    private static Map<String, Client> clients;
    private static Client checker;
    private static String forget;

    @BeforeAll
    static void open() {
        database = TestDatabase.create();
        owner = JdbcClient.create(database.owner());
        asOwner = new TransactionTemplate(new JdbcTransactionManager(database.owner()));
        var secret = new BankSecret(1, "a secret of thirty-two bytes or so".getBytes(StandardCharsets.UTF_8));
        var bank = new Bank(
                "histories",
                new SettlementCalendar(ZoneId.of("UTC"), List.of()),
                31337,
                "0x00000000000000000000000000000000000000b0",
                Hash32.ZERO,
                TestBank.FIRST_DATE);
        for (int count : WORKERS) {
            PORTS.put(count, ports(secret, bank, count));
        }
        use(WORKERS[0]);
        port(BankStore.class).open(bank, RandomHistory.throughDoors(1).bank().parameters());
        var directory = port(ClientDirectory.class);
        clients = Map.of(
                TestBank.CLIENT,
                directory.register(TestBank.CLIENT, Set.of(Client.Scope.SUBMIT)),
                RandomHistory.OPERATOR,
                directory.register(RandomHistory.OPERATOR, Set.of(Client.Scope.OPERATE, Client.Scope.METER)));
        checker = directory.register("checker", Set.of(Client.Scope.OPERATE));
        lease = port(Lease.class).take("histories").orElseThrow();
        List<String> tables = owner.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                        + " AND relkind IN ('r', 'p') AND NOT relispartition")
                .query(String.class)
                .list();
        List<String> sequences = owner.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                        + " AND relkind = 'S' AND relname NOT LIKE 'clients%'")
                .query(String.class)
                .list();
        forget = "SET LOCAL session_replication_role = replica;"
                + tables.stream()
                        .filter(table -> !KEPT.contains(table))
                        .map(table -> "DELETE FROM " + table + ";")
                        .collect(Collectors.joining())
                + "DELETE FROM bank_parameters WHERE version > 1;"
                + "DELETE FROM token_accounts WHERE account_type <> 'system';"
                + "UPDATE books_head SET last_cycle = 0, last_seq = 0;"
                + sequences.stream()
                        .map(sequence -> "SELECT setval('" + sequence + "', 1, false);")
                        .collect(Collectors.joining());
    }

    private static AnnotationConfigApplicationContext ports(BankSecret secret, Bank bank, int workers) {
        var opened = new AnnotationConfigApplicationContext();
        opened.registerBean(DataSource.class, () -> database.application());
        opened.registerBean(DoorDatabase.class, database::doors);
        opened.registerBean(PlatformTransactionManager.class, () -> new JdbcTransactionManager(database.application()));
        opened.registerBean(BankSecret.class, () -> secret);
        opened.registerBean(Bank.class, () -> bank);
        opened.registerBean(Workers.class, () -> new Workers(workers));
        opened.register(SqlAdapters.class);
        opened.refresh();
        return opened;
    }

    /** From now on cycles run on so many workers. */
    private static void use(int workers) {
        ports = PORTS.get(workers);
        var commitments = port(CommitmentStore.class);
        steps = new CycleSteps(
                port(Windows.class),
                port(CycleStore.class),
                port(SealStore.class),
                port(BankStore.class),
                port(BankSecret.class),
                commitments,
                null, // The step that follows the chain is not called.
                new ChainIdentity(commitments),
                port(Reconciliation.class),
                cycle -> Path.of("."), // Reports are not looked at.
                port(Workers.class));
    }

    @AfterAll
    static void close() {
        lease.close();
        PORTS.values().forEach(AnnotationConfigApplicationContext::close);
        database.close();
    }

    private static <T> T port(Class<T> type) {
        return ports.getBean(type);
    }

    @Test
    void theBankDoesAsTheEngineAndAsThePlainRulesSay() {
        int histories = Integer.getInteger("histories", HISTORIES);
        ForEachSeed.upTo(histories, seed -> live(seed, WORKERS[(int) (seed % WORKERS.length)]));
        if (System.getProperty("seed") == null && histories >= HISTORIES) {
            requireReach();
        }
    }

    /** Histories in which little happens would be equal, too. */
    private static void requireReach() {
        assertThat(STATES).isEqualTo(EnumSet.allOf(Outcome.State.class));
        assertThat(TYPES).isEqualTo(EnumSet.allOf(TransactionType.class));
        Set<Reason> expected = EnumSet.range(Reason.ACCOUNT_CLOSED, Reason.INSTRUMENT_CHANGED);
        expected.removeAll(EnumSet.of(Reason.MARKET_CLOSED, Reason.AMOUNT_OVERFLOW, Reason.ARCHIVED));
        assertThat(REASONS).containsAll(expected);
        assertThat(ASIDE)
                .as("rewards set aside, reversals set aside, and payments of them")
                .hasSize(3);
        assertThat(satOut).as("orders that sat out a date").isPositive();
    }

    @Test
    void theSameHistoryGivesTheSameHeadersWhateverTheNumberOfWorkers() {
        ForEachSeed.upTo(5, seed -> {
            List<Hash32> headers = live(seed, 1);
            assertThat(headers).isNotEmpty();
            assertThat(live(seed, 2)).isEqualTo(headers);
            assertThat(live(seed, 7)).isEqualTo(headers);
        });
    }

    /** Lives a history, comparing after each cycle; the hashes of its headers. */
    private static List<Hash32> live(long seed, int workers) {
        use(workers);
        startOver();
        RandomHistory history = RandomHistory.throughDoors(seed);
        TestBank bank = history.bank();
        var rules = new SlowBank(bank.parameters()).sentBy(item -> bank.clientOf(item.intakeNo()));
        int cycles = 1 + history.cycles();
        for (long cycle = 1; cycle <= cycles; cycle++) {
            history.fillWindow();
            openWindow(bank.date(), bank.nextCutOff());
            port(BankStore.class).open(port(Bank.class), bank.parameters()); // New ones, if they are.
            handIn(history, cycle == 1);
            Instant cutOff = bank.nextCutOff();
            port(BankStore.class).setClock(cutOff);
            settle(cycle);
            Map<Long, SlowBank.Judgement> judged = rules.cycle(
                    new CycleContext(cycle, bank.date(), cutOff, bank.parameters()),
                    bank.newReference(),
                    bank.received());
            List<Queued> received = bank.received();
            SettlementCycle run = bank.cutOff();
            String where = "seed %d, cycle %d: ".formatted(seed, cycle);
            compare(where, cycle, cutOff, bank, run);
            compare(where + "by the plain rules, ", cycle, received, judged, rules, bank);
        }
        compareStates("seed %d: ".formatted(seed), bank, rules);
        port(Reconciliation.class).proveBooks().forEach(HistoriesIT::requireNoBreak);
        var headers = new ArrayList<Hash32>();
        new Replay(
                        port(Windows.class),
                        port(CycleStore.class),
                        port(SealStore.class),
                        port(BankStore.class),
                        port(BankSecret.class))
                .run(replayed -> {
                    assertThat(replayed.why())
                            .as("replay of cycle %d", replayed.cycle())
                            .isEmpty();
                    assertThat(replayed.headerHash())
                            .isEqualTo(port(SealStore.class)
                                    .header(replayed.cycle())
                                    .orElseThrow()
                                    .hash());
                    headers.add(replayed.headerHash());
                });
        return headers;
    }

    /** Nothing has happened in this bank. Rows are deleted, not tables truncated: they are few. */
    private static void startOver() {
        asOwner.executeWithoutResult(status -> {
            try (var statement = DataSourceUtils.getConnection(database.owner()).createStatement()) {
                statement.execute(forget);
            } catch (SQLException failure) {
                throw new IllegalStateException(failure);
            }
        });
        openWindow(FAR_AHEAD, FAR_AHEAD.atStartOfDay().toInstant(ZoneOffset.UTC));
    }

    private static void openWindow(LocalDate date, Instant cutOff) {
        owner.sql("INSERT INTO settlement_windows (business_date, cut_off) VALUES (:date, :cutOff)")
                .param("date", date)
                .param("cutOff", cutOff.atOffset(ZoneOffset.UTC))
                .update();
    }

    // ---- The real one ---------------------------------------------------------------------------------------------

    private static void handIn(RandomHistory history, boolean first) {
        TestBank bank = history.bank();
        IntakeQueue queue = port(IntakeQueue.class);
        Client operator = clients.get(RandomHistory.OPERATOR);
        port(BankStore.class).setClock(bank.nextCutOff().minusSeconds(3_600));
        List<Line> lines = bank.newReference().stream()
                .<Line>map(entry -> new Line.OfReference(entry.line()))
                .toList();
        if (!lines.isEmpty()) {
            assertThat(queue.accept(operator, lines, null)).allMatch(receipt -> receipt instanceof Receipt.Recorded);
        }
        if (first) {
            history.holders()
                    .forEach(holder -> port(ClientDirectory.class)
                            .grant(clients.get(TestBank.CLIENT), holder.id(), ClientDirectory.Right.OWNER));
        }
        List<Queued> received = bank.received();
        int from = 0;
        while (from < received.size()) {
            int to = from + 1;
            while (to < received.size() && sameBatch(bank, received.get(from), received.get(to))) {
                to++;
            }
            handIn(bank, received.subList(from, to));
            from = to;
        }
    }

    private static boolean sameBatch(TestBank bank, Queued a, Queued b) {
        return a.receivedAt().equals(b.receivedAt())
                && bank.clientOf(a.intakeNo()).equals(bank.clientOf(b.intakeNo()));
    }

    private static void handIn(TestBank bank, List<Queued> batch) {
        Client client = clients.get(bank.clientOf(batch.getFirst().intakeNo()));
        port(BankStore.class).setClock(batch.getFirst().receivedAt());
        var lines = new ArrayList<Line>();
        for (Queued item : batch) {
            if (item.submission() instanceof Submission.Reversal reversal) {
                approve(reversal, client);
            }
            lines.add(new Line.OfSubmission(TestBank.keyOf(item.intakeNo()), item.submission()));
        }
        List<Receipt> receipts = port(IntakeQueue.class).accept(client, lines, null);
        for (int i = 0; i < batch.size(); i++) {
            Queued item = batch.get(i);
            assertThat(receipts.get(i))
                    .as("%s", item)
                    .isEqualTo(new Receipt.Queued(
                            item.submissionId(),
                            TestBank.keyOf(item.intakeNo()),
                            item.submission().kind(),
                            item.intakeNo(),
                            bank.date(),
                            item.receivedAt(),
                            false));
        }
    }

    private static void approve(Submission.Reversal reversal, Client maker) {
        owner.sql(
                        "INSERT INTO approvals (approval_id, action, action_hash, maker) VALUES (:id, 'reverse', :hash, :maker)")
                .param("id", reversal.approvalId())
                .param("hash", ReversalAction.hash(reversal).bytes())
                .param("maker", maker.id())
                .update();
        owner.sql(
                        "UPDATE approvals SET state = 'APPROVED', checker = :checker, decided_at = now() WHERE approval_id = :id")
                .param("id", reversal.approvalId())
                .param("checker", checker.id())
                .update();
    }

    private static void settle(long cycle) {
        steps.begin(lease, CycleProgress.NONE);
        steps.cutOff(cycle);
        steps.screenSubmissions(cycle);
        steps.matchOrders(cycle);
        steps.netPositions(cycle);
        steps.postJournal(cycle);
        steps.sealCycle(cycle);
        steps.reconcile(cycle);
    }

    // ---- Beside the engine in memory ------------------------------------------------------------------------------

    private static void compare(String where, long cycle, Instant cutOff, TestBank bank, SettlementCycle run) {
        Map<Long, Outcome> outcomes = outcomes(cycle);
        assertThat(outcomes).as(where + "outcomes").isEqualTo(outcomes(run));
        List<Row> journal = journal(cycle);
        assertThat(journal).as(where + "journal").isEqualTo(journal(run, bank.firstSeq(), cutOff));
        assertThat(balances()).as(where + "balances").isEqualTo(balances(bank.books()));
        assertThat(limits(bank.date())).as(where + "limits").isEqualTo(limits(bank.books()));
        List<Resting> resting = resting();
        assertThat(resting).as(where + "orders").isEqualTo(resting(bank.books()));
        assertThat(holds()).as(where + "holds").isEqualTo(holds(bank));
        assertThat(port(SealStore.class).slots(cycle)).as(where + "slots").containsAllEntriesOf(bank.slotsOf(run));
        port(Reconciliation.class).kept(cycle).forEach(HistoriesIT::requireNoBreak);

        for (Outcome outcome : outcomes.values()) {
            STATES.add(outcome.state());
            if (outcome.reason() != null) {
                REASONS.add(outcome.reason());
            }
        }
        journal.forEach(row -> TYPES.add(TransactionType.ofCode(row.type())));
        for (int i = 0; i < journal.size(); i++) {
            if (journal.get(i).type() == TransactionType.UNCLAIMED.code()) {
                boolean out = journal.get(i).from().equals(SystemAccount.UNCLAIMED.id(0));
                ASIDE.add(
                        out
                                ? TransactionType.UNCLAIMED
                                : TransactionType.ofCode(journal.get(i - 1).type()));
            }
        }
        satOut += resting.stream().filter(Resting::sitsOut).count();
    }

    /** The tables beside the plain rules, in their words. */
    private static void compare(
            String where,
            long cycle,
            List<Queued> received,
            Map<Long, SlowBank.Judgement> judged,
            SlowBank rules,
            TestBank bank) {
        var stands = new TreeMap<Long, SlowBank.Judgement>();
        received.forEach(
                item -> stands.put(item.intakeNo(), new SlowBank.Judgement(Outcome.State.SETTLED, null, null, 0, 0)));
        outcomes(cycle)
                .forEach((no, o) -> stands.put(
                        no,
                        new SlowBank.Judgement(o.state(), o.reason(), o.holdUntil(), o.filledLots(), o.openLots())));
        assertThat(stands).as(where + "outcomes").isEqualTo(judged);

        Map<UUID, String> names = names();
        Map<Integer, String> assets = bank.parameters().assets().stream()
                .collect(Collectors.toMap(asset -> asset.id(), asset -> asset.code()));
        List<Leg> legs = journal(cycle).stream()
                .map(row -> new Leg(
                        row.intakeNo(),
                        row.leg(),
                        row.type(),
                        assets.get(row.asset()),
                        names.get(row.from()),
                        names.get(row.to()),
                        row.amount()))
                .toList();
        assertThat(legs)
                .as(where + "journal")
                .isEqualTo(rules.movements().stream()
                        .map(m -> new Leg(
                                m.intakeNo(), m.leg(), m.type().code(), m.asset(), m.from(), m.to(), m.amount()))
                        .toList());

        var posted = new HashMap<SlowBank.Balance, BigInteger>();
        var reserved = new HashMap<SlowBank.Balance, BigInteger>();
        for (Balance balance : balances()) {
            var at = new SlowBank.Balance(names.get(UUID.fromString(balance.account())), assets.get(balance.asset()));
            posted.put(at, BigInteger.valueOf(balance.posted()));
            reserved.put(at, BigInteger.valueOf(balance.reserved()));
        }
        posted.values().removeIf(amount -> amount.signum() == 0);
        reserved.values().removeIf(amount -> amount.signum() == 0);
        assertThat(posted).as(where + "posted").isEqualTo(rules.balances());
        assertThat(reserved).as(where + "reserved").isEqualTo(rules.reserved());

        var counted = new HashMap<UUID, List<Long>>();
        limits(bank.date())
                .forEach(
                        limit -> counted.put(limit.subject(), List.of(limit.used(), limit.reserved(), limit.minted())));
        var expected = new HashMap<UUID, List<Long>>();
        rules.counters().forEach((subject, counter) -> expected.put(subject, counter.figures()));
        expected.values().removeIf(List.of(0L, 0L, 0L)::equals);
        assertThat(counted).as(where + "limits").isEqualTo(expected);

        var unclaimed = new HashMap<UUID, Long>();
        owner.sql("SELECT account_id, amount FROM unclaimed_by_account").query(row -> {
            unclaimed.put(row.getObject(1, UUID.class), row.getLong(2));
        });
        assertThat(unclaimed).as(where + "unclaimed").isEqualTo(rules.unclaimed());
    }

    /** How each account stands, as its view tells it. */
    private static void compareStates(String where, TestBank bank, SlowBank rules) {
        rules.statuses().forEach((account, status) -> {
            var view = port(BankViews.class).account(account).orElseThrow();
            assertThat(view.status())
                    .as(where + account)
                    .isEqualTo(status.name().toLowerCase(Locale.ROOT));
            assertThat(view.kycLevel())
                    .as(where + account)
                    .isEqualTo(bank.books().levelOf(bank.index(account)).name());
        });
    }

    /** A system account by its code, another by its id. */
    private static Map<UUID, String> names() {
        var names = new HashMap<UUID, String>();
        owner.sql("SELECT account_id, coalesce(code, account_id::text) FROM token_accounts")
                .query(row -> {
                    names.put(row.getObject(1, UUID.class), row.getString(2));
                });
        return names;
    }

    private static void requireNoBreak(Identity identity) {
        assertThat(identity.verdict()).as("%s", identity).isNotEqualTo(Identity.Verdict.BREAK);
    }

    private static Map<Long, Outcome> outcomes(long cycle) {
        var outcomes = new TreeMap<Long, Outcome>();
        owner.sql("SELECT * FROM submission_outcomes WHERE cycle = :cycle")
                .param("cycle", cycle)
                .query(row -> {
                    String reason = row.getString("reason");
                    outcomes.put(
                            row.getLong("intake_no"),
                            new Outcome(
                                    row.getLong("intake_no"),
                                    Outcome.State.valueOf(row.getString("state")),
                                    reason == null ? null : Reason.valueOf(reason),
                                    row.getString("detail"),
                                    row.getObject("hold_until", LocalDate.class),
                                    row.getLong("filled_lots"),
                                    row.getLong("open_lots")));
                });
        return outcomes;
    }

    private static Map<Long, Outcome> outcomes(SettlementCycle run) {
        var outcomes = new TreeMap<Long, Outcome>();
        run.outcomes().each((id, outcome) -> outcomes.put(outcome.intakeNo(), outcome));
        return outcomes;
    }

    private static List<Row> journal(long cycle) {
        return owner.sql("SELECT * FROM token_transactions WHERE cycle = :cycle ORDER BY id")
                .param("cycle", cycle)
                .query((row, n) -> new Row(
                        row.getLong("id"),
                        row.getInt("position"),
                        row.getInt("asset"),
                        row.getObject("from_account", UUID.class),
                        row.getObject("to_account", UUID.class),
                        row.getLong("amount"),
                        row.getInt("transaction_type"),
                        row.getInt("leg"),
                        row.getLong("intake_no"),
                        row.getString("task_id"),
                        row.getObject("created_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    private static List<Row> journal(SettlementCycle run, long firstSeq, Instant cutOff) {
        TransferList transfers = run.transfers();
        var rows = new ArrayList<Row>();
        for (int i = 0; i < transfers.size(); i++) {
            rows.add(new Row(
                    firstSeq + i,
                    i,
                    transfers.asset(i),
                    run.books().accountId(transfers.from(i)),
                    run.books().accountId(transfers.to(i)),
                    transfers.amount(i),
                    transfers.typeCode(i),
                    transfers.leg(i),
                    transfers.intakeNo(i),
                    transfers.taskId(i),
                    cutOff));
        }
        return rows;
    }

    private static Set<Balance> balances() {
        return Set.copyOf(owner.sql("SELECT * FROM account_balances WHERE posted <> 0 OR reserved <> 0")
                .query((row, n) -> new Balance(
                        row.getString("account_id"),
                        row.getInt("asset"),
                        row.getLong("posted"),
                        row.getLong("reserved")))
                .list());
    }

    private static Set<Balance> balances(Books books) {
        var balances = new HashSet<Balance>();
        for (int account = 0; account < books.accounts(); account++) {
            for (var asset : books.assets()) {
                long posted = books.posted(account, asset.id());
                long reserved = books.reserved(account, asset.id());
                if (posted != 0 || reserved != 0) {
                    balances.add(new Balance(books.accountId(account).toString(), asset.id(), posted, reserved));
                }
            }
        }
        return balances;
    }

    private static Set<Limit> limits(LocalDate date) {
        return Set.copyOf(owner.sql("SELECT * FROM limit_counters WHERE business_date = :date"
                        + " AND (used <> 0 OR reserved <> 0 OR minted <> 0)")
                .param("date", date)
                .query((row, n) -> new Limit(
                        row.getString("subject").equals("account"),
                        row.getObject("subject_id", UUID.class),
                        row.getLong("used"),
                        row.getLong("reserved"),
                        row.getLong("minted")))
                .list());
    }

    private static Set<Limit> limits(Books books) {
        var limits = new HashSet<Limit>();
        for (int account = 0; account < books.accounts(); account++) {
            if (!books.isSystem(account)) {
                var own = books.accountLimit(account);
                var party = books.partyLimit(books.partyOf(account));
                limits.add(new Limit(true, books.accountId(account), own.used, own.reserved, own.minted));
                limits.add(new Limit(
                        false, books.partyId(books.partyOf(account)), party.used, party.reserved, party.minted));
            }
        }
        limits.removeIf(limit -> limit.used() == 0 && limit.reserved() == 0 && limit.minted() == 0);
        return limits;
    }

    private static List<Resting> resting() {
        return owner.sql("SELECT * FROM orders WHERE open_lots > 0 ORDER BY intake_no")
                .query((row, n) -> resting(row))
                .list();
    }

    private static Resting resting(ResultSet row) throws SQLException {
        return new Resting(
                row.getLong("intake_no"),
                row.getLong("filled_lots"),
                row.getLong("open_lots"),
                row.getLong("notional"),
                row.getLong("fee_charged"),
                row.getLong("limit_reserved"),
                row.getBoolean("sits_out"));
    }

    private static List<Resting> resting(Books books) {
        return books.orders.values().stream()
                .map(order -> new Resting(
                        order.intakeNo,
                        order.filledLots,
                        order.openLots,
                        order.notional,
                        order.feeCharged,
                        order.limitReserved,
                        order.sitsOut))
                .toList();
    }

    private static Map<Long, LocalDate> holds() {
        var holds = new TreeMap<Long, LocalDate>();
        owner.sql("SELECT intake_no, hold_until FROM holds").query(row -> {
            holds.put(row.getLong(1), row.getObject(2, LocalDate.class));
        });
        return holds;
    }

    private static Map<Long, LocalDate> holds(TestBank bank) {
        var holds = new TreeMap<Long, LocalDate>();
        bank.held().forEach(item -> holds.put(item.intakeNo(), item.waitsUntil()));
        return holds;
    }
}
