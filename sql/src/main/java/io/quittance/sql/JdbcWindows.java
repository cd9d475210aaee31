package io.quittance.sql;

import io.quittance.domain.cycle.Bank;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.cycle.ClosedWindow;
import io.quittance.domain.cycle.Windows;
import io.quittance.domain.intake.Kind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** {@link Windows} in the tables settlement_windows and settlement_cycles. */
final class JdbcWindows implements Windows {

    /** Class of the advisory locks that writers hold shared on their window, and the close takes exclusively. */
    static final int WINDOW_LOCKS = 7001;

    /** One at a time lays out or splits windows. */
    private static final String LOCK_CALENDAR = "SELECT pg_advisory_xact_lock(7002, 0)";

    /** How many dates ahead of the bank's clock can be submitted to. */
    static final int DATES_AHEAD = 7;

    private static final String LAST_DATE = "SELECT max(business_date) FROM settlement_windows";
    private static final String ADD_WINDOW = """
            INSERT INTO settlement_windows (business_date, cut_off) VALUES (:date, :cutOff) ON CONFLICT DO NOTHING
            """;
    private static final String DUE = """
            SELECT window_no, business_date, cut_off FROM settlement_windows
            WHERE state = 'OPEN' AND cut_off <= bank_now()
            ORDER BY cut_off LIMIT 1
            """;
    private static final String CURRENT = """
            SELECT window_no, business_date, cut_off FROM settlement_windows
            WHERE state = 'OPEN' ORDER BY cut_off LIMIT 1
            """;
    /** Later than every cut-off before, also where the bank's clock stands still. */
    private static final String CUT_OFF_BY_HAND = """
            SELECT greatest(bank_now(), (SELECT max(cut_off) FROM settlement_windows WHERE state = 'CLOSED')
                + interval '1 microsecond')
            """;

    private static final String MOVE_CUT_OFF =
            "UPDATE settlement_windows SET cut_off = :cutOff WHERE window_no = :window AND state = 'OPEN'";
    private static final String MOVE_CLOCK =
            "UPDATE bank_clock SET fixed_at = :cutOff WHERE fixed_at IS NOT NULL AND fixed_at < :cutOff";
    private static final String CLOSE =
            "UPDATE settlement_windows SET state = 'CLOSED' WHERE window_no = :window AND state = 'OPEN'";
    /** As the database counted them when they came: nobody waits for a count of the window. */
    private static final String ADD_CYCLE = """
            INSERT INTO settlement_cycles (cycle, window_no, business_date, cut_off, rules_version, secret_version,
                parameters_version, first_seq, received, received_of_kind)
            SELECT :cycle, w.window_no, w.business_date, w.cut_off, :rulesVersion, :secretVersion,
                (SELECT max(version) FROM bank_parameters), h.last_seq + 1,
                (SELECT coalesce(sum(added), 0) FROM window_additions a WHERE a.window_no = w.window_no),
                ARRAY(SELECT coalesce(sum(a.added), 0)
                      FROM generate_series(1, :kinds) k
                      LEFT JOIN window_additions a ON a.window_no = w.window_no AND a.kind = k
                      GROUP BY k ORDER BY k)
            FROM settlement_windows w, books_head h
            WHERE w.window_no = :window AND h.last_cycle = :cycle - 1
            """;

    private static final String FIND = """
            SELECT cycle, window_no, business_date, cut_off, rules_version, secret_version, parameters_version, first_seq,
                received
            FROM settlement_cycles WHERE cycle = :cycle
            """;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final BankStore bank;

    JdbcWindows(DataSource application, BankStore bank) {
        this.jdbc = JdbcClient.create(application);
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(application));
        this.bank = bank;
    }

    @Override
    public void layOut() {
        Bank open = bank.find().orElseThrow(() -> new IllegalStateException("no bank is open in this database"));
        Instant now = bank.now();
        LocalDate current = open.calendar().dateOpenAt(now);
        LocalDate last = current.plusDays(DATES_AHEAD);
        LocalDate laidOut = lastDate();
        if (laidOut != null && !laidOut.isBefore(last)) {
            return;
        }
        transaction.executeWithoutResult(status -> {
            jdbc.sql(LOCK_CALENDAR).query((row, n) -> "").single();
            LocalDate done = lastDate();
            LocalDate from = done == null ? open.firstDate() : done.plusDays(1);
            LocalDate first = from.isBefore(current) ? current : from;
            for (LocalDate date = first; !date.isAfter(last); date = date.plusDays(1)) {
                for (Instant cutOff : open.calendar().cutOffs(date)) {
                    if (cutOff.isAfter(now)) { // A window that is over before it exists would only run empty.
                        jdbc.sql(ADD_WINDOW)
                                .param("date", date)
                                .param("cutOff", cutOff.atOffset(ZoneOffset.UTC))
                                .update();
                    }
                }
            }
        });
    }

    private @org.jspecify.annotations.Nullable LocalDate lastDate() {
        return jdbc.sql(LAST_DATE)
                .query((row, n) -> Optional.ofNullable(row.getObject(1, LocalDate.class)))
                .single()
                .orElse(null);
    }

    @Override
    public Optional<Window> due() {
        return jdbc.sql(DUE).query(JdbcWindows::window).optional();
    }

    @Override
    public Window cutOffNow() {
        layOut();
        return java.util.Objects.requireNonNull(transaction.execute(status -> {
            jdbc.sql(LOCK_CALENDAR).query((row, n) -> "").single();
            Optional<Window> due = due();
            if (due.isPresent()) {
                return due.get();
            }
            Window current = jdbc.sql(CURRENT).query(JdbcWindows::window).single();
            OffsetDateTime cutOff =
                    jdbc.sql(CUT_OFF_BY_HAND).query(OffsetDateTime.class).single();
            jdbc.sql(MOVE_CUT_OFF)
                    .param("cutOff", cutOff)
                    .param("window", current.windowNo())
                    .update();
            jdbc.sql(ADD_WINDOW)
                    .param("date", current.businessDate())
                    .param("cutOff", current.cutOff().atOffset(ZoneOffset.UTC))
                    .update();
            jdbc.sql(MOVE_CLOCK).param("cutOff", cutOff).update();
            return new Window(current.windowNo(), current.businessDate(), cutOff.toInstant());
        }));
    }

    @Override
    public ClosedWindow close(long cycle, int rulesVersion, int secretVersion) {
        layOut(); // A new window is open before this one closes.
        return java.util.Objects.requireNonNull(transaction.execute(status -> {
            jdbc.sql(LOCK_CALENDAR).query((row, n) -> "").single();
            Optional<ClosedWindow> before = find(cycle);
            if (before.isPresent()) {
                return before.get();
            }
            Window due = due().orElseThrow(() -> new IllegalStateException("no window is due"));
            // Waits for the writers still under way in this window; those that come later see it closed.
            jdbc.sql("SELECT pg_advisory_xact_lock(:class, :window)")
                    .param("class", WINDOW_LOCKS)
                    .param("window", (int) due.windowNo())
                    .query((row, n) -> "")
                    .single();
            if (jdbc.sql(CLOSE).param("window", due.windowNo()).update() != 1) {
                throw new IllegalStateException("window " + due.windowNo() + " was closed by somebody else");
            }
            int added = jdbc.sql(ADD_CYCLE)
                    .param("kinds", Kind.REVERSALS.code())
                    .param("cycle", cycle)
                    .param("rulesVersion", rulesVersion)
                    .param("secretVersion", secretVersion)
                    .param("window", due.windowNo())
                    .update();
            if (added != 1) {
                throw new IllegalStateException(
                        "cycle " + cycle + " cannot close before the cycle before is published");
            }
            return find(cycle).orElseThrow();
        }));
    }

    @Override
    public Optional<ClosedWindow> find(long cycle) {
        return jdbc.sql(FIND)
                .param("cycle", cycle)
                .query((row, n) -> new ClosedWindow(
                        row.getLong("cycle"),
                        row.getLong("window_no"),
                        row.getObject("business_date", LocalDate.class),
                        row.getObject("cut_off", OffsetDateTime.class).toInstant(),
                        row.getInt("rules_version"),
                        row.getInt("secret_version"),
                        bank.parameters(row.getInt("parameters_version")),
                        row.getLong("first_seq"),
                        row.getLong("received")))
                .optional();
    }

    @Override
    public long lastClosed() {
        return jdbc.sql("SELECT coalesce(max(cycle), 0) FROM settlement_cycles")
                .query(Long.class)
                .single();
    }

    private static Window window(ResultSet row, int n) throws SQLException {
        return new Window(
                row.getLong("window_no"),
                row.getObject("business_date", LocalDate.class),
                row.getObject("cut_off", OffsetDateTime.class).toInstant());
    }
}
