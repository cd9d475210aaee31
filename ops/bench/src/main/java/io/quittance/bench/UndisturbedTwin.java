package io.quittance.bench;

import io.quittance.app.FreshBank;
import io.quittance.domain.cycle.BankStore;
import io.quittance.jobs.CycleProgress;
import io.quittance.jobs.CycleRunner;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * A second bank on a database and a chain of its own that nothing ever disturbs. What the first one has received is copied
 * over, window by window, and each cycle runs here too, through the same job; then both are compared byte for byte.
 *
 * <p>Chosen over a replay in memory because it proves more: which submission falls into which window depends on timing, so
 * there is no input to run again beforehand, but once a window is closed its set is fixed; and here not the root alone is
 * made again, but the stored journal, outcomes, prices, positions, sealed tree, balances, orders, tasks and limits.
 */
final class UndisturbedTwin implements AutoCloseable {

    private static final List<String> OF_WINDOW = List.of(
            "token_accounts",
            "kyc_decisions",
            "account_events",
            "compute_resources",
            "metering_evidence",
            "ai_services",
            "service_prices",
            "submissions");

    /** What a cycle leaves for good. */
    private static final Map<String, String> OF_CYCLE = new LinkedHashMap<>();

    /** What changes from cycle to cycle. */
    private static final Map<String, String> STATE = new LinkedHashMap<>();

    static {
        OF_CYCLE.put("header", "SELECT header FROM seals WHERE cycle = %d");
        OF_CYCLE.put("journal", """
                SELECT id, cycle, position, asset, from_account, to_account, amount, transaction_type, leg, intake_no,
                    task_id, created_at FROM token_transactions WHERE cycle = %d ORDER BY id""");
        OF_CYCLE.put("sealed tree", "SELECT chunk_no, content FROM seal_chunks WHERE cycle = %d ORDER BY chunk_no");
        OF_CYCLE.put("sealed slots", "SELECT slot, hash FROM seal_slots WHERE cycle = %d ORDER BY slot");
        OF_CYCLE.put("outcomes", "SELECT * FROM submission_outcomes WHERE cycle = %d ORDER BY intake_no");
        OF_CYCLE.put("rounds", "SELECT * FROM matching_rounds WHERE cycle = %d ORDER BY asset");
        OF_CYCLE.put("positions", "SELECT * FROM net_positions WHERE cycle = %d ORDER BY asset, account_id");
        OF_CYCLE.put("counts", "SELECT * FROM cycle_counts WHERE cycle = %d");
        OF_CYCLE.put("refused closings", "SELECT * FROM refused_closings WHERE cycle = %d ORDER BY event_key");
        STATE.put("balances", "SELECT * FROM account_balances ORDER BY account_id, asset");
        STATE.put("unclaimed", "SELECT * FROM unclaimed_items ORDER BY intake_no");
        STATE.put("orders", "SELECT * FROM orders ORDER BY intake_no");
        STATE.put("tasks", "SELECT * FROM tasks ORDER BY task_id");
        STATE.put("limits", "SELECT * FROM limit_counters ORDER BY subject_id, business_date, subject");
        STATE.put("holds", "SELECT * FROM holds ORDER BY intake_no");
        STATE.put("settled intervals", "SELECT * FROM settled_intervals ORDER BY intake_no");
        STATE.put("references", "SELECT * FROM instrument_references ORDER BY cycle, asset");
        STATE.put("books' head", "SELECT last_cycle, last_seq FROM books_head");
    }

    private final FreshBank bank;
    private final Connection owner;
    private long settled;

    private UndisturbedTwin(FreshBank bank, Connection owner) {
        this.bank = bank;
        this.owner = owner;
    }

    /**
     * @param directory of its own
     * @param secret of the bank that it is the twin of
     */
    static UndisturbedTwin open(Path directory, Path secret, Instant clock) throws SQLException, IOException {
        Files.createDirectories(directory);
        Files.copy(secret, directory.resolve(secret.getFileName()));
        FreshBank bank = FreshBank.open(directory, clock);
        try {
            Connection owner = DriverManager.getConnection(bank.databaseUrl());
            try (var statement = owner.createStatement()) {
                // It takes over those of the other bank; windows are only added to, which a trigger sees to.
                statement.execute("ALTER TABLE settlement_windows DISABLE TRIGGER only_added_to");
                statement.execute("DELETE FROM settlement_windows");
                statement.execute("ALTER TABLE settlement_windows ENABLE TRIGGER only_added_to");
            }
            return new UndisturbedTwin(bank, owner);
        } catch (SQLException failure) {
            bank.close();
            throw failure;
        }
    }

    /**
     * What a bank received and made of it, taken out of its database.
     *
     * @param cutOff of the cycle
     * @param input rows of each table, in binary
     * @param made digest of each part that the cycle left
     */
    record Taken(long cycle, Instant cutOff, Map<String, byte[]> input, Map<String, String> made) {}

    /** Takes a cycle out of the database of the bank that is disturbed; it is through all its steps. */
    static Taken take(Connection disturbed, long cycle) throws SQLException, IOException {
        long window;
        Instant cutOff;
        try (var statement = disturbed.createStatement();
                var row = statement.executeQuery(
                        "SELECT window_no, cut_off FROM settlement_cycles WHERE cycle = " + cycle)) {
            row.next();
            window = row.getLong(1);
            cutOff = row.getObject(2, OffsetDateTime.class).toInstant();
        }
        var input = new LinkedHashMap<String, byte[]>();
        CopyManager copy = disturbed.unwrap(PGConnection.class).getCopyAPI();
        input.put("clients", rows(copy, "SELECT * FROM clients ORDER BY client_id"));
        input.put(
                "settlement_windows",
                rows(copy, "SELECT window_no, business_date, cut_off, 'OPEN' FROM settlement_windows"));
        for (String table : OF_WINDOW) {
            String order = table.equals("submissions") ? "intake_no" : table.equals("kyc_decisions") ? "1" : "ordinal";
            input.put(
                    table,
                    rows(copy, "SELECT * FROM %s WHERE window_no = %d ORDER BY %s".formatted(table, window, order)));
        }
        return new Taken(cycle, cutOff, input, digests(disturbed, OF_CYCLE, cycle));
    }

    private static byte[] rows(CopyManager copy, String query) throws SQLException, IOException {
        var bytes = new ByteArrayOutputStream();
        copy.copyOut("COPY (" + query + ") TO STDOUT (FORMAT binary)", bytes);
        return bytes.toByteArray();
    }

    /**
     * Runs the cycle on the same input.
     *
     * @return the names of the parts that came out otherwise; empty if all are equal
     */
    List<String> differences(Taken taken) throws SQLException, IOException {
        receive(taken.input());
        bank.get(BankStore.class).setClock(taken.cutOff());
        CycleRunner.Answer answer = bank.get(CycleRunner.class).runDue(CycleProgress.NONE);
        if (!(answer instanceof CycleRunner.Answer.Completed completed) || completed.cycle() != taken.cycle()) {
            throw new IllegalStateException("the twin did not run cycle " + taken.cycle() + ": " + answer);
        }
        settled = taken.cycle();
        return different(taken.made(), digests(owner, OF_CYCLE, taken.cycle()));
    }

    /** How far it is. */
    long settled() {
        return settled;
    }

    /** What stands in the books of both, once both have run the same cycles. */
    List<String> differencesInState(Connection disturbed) throws SQLException, IOException {
        return different(digests(disturbed, STATE, 0), digests(owner, STATE, 0));
    }

    private static List<String> different(Map<String, String> theirs, Map<String, String> ours) {
        var names = new ArrayList<String>();
        ours.forEach((name, digest) -> {
            if (!digest.equals(theirs.get(name))) {
                names.add(name);
            }
        });
        return names;
    }

    private void receive(Map<String, byte[]> input) throws SQLException, IOException {
        CopyManager copy = owner.unwrap(PGConnection.class).getCopyAPI();
        for (var table : input.entrySet()) {
            String name = table.getKey();
            boolean seenBefore = name.equals("clients") || name.equals("settlement_windows");
            if (!seenBefore) {
                copy.copyIn("COPY " + name + " FROM STDIN (FORMAT binary)", new ByteArrayInputStream(table.getValue()));
                continue;
            }
            try (var statement = owner.createStatement()) {
                statement.execute("CREATE TEMPORARY TABLE again (LIKE " + name + ")");
                copy.copyIn("COPY again FROM STDIN (FORMAT binary)", new ByteArrayInputStream(table.getValue()));
                statement.execute(
                        "INSERT INTO " + name + " OVERRIDING SYSTEM VALUE SELECT * FROM again ON CONFLICT DO NOTHING");
                statement.execute("DROP TABLE again");
            }
        }
    }

    private static Map<String, String> digests(Connection connection, Map<String, String> queries, long cycle)
            throws SQLException, IOException {
        CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
        var digests = new LinkedHashMap<String, String>();
        for (var query : queries.entrySet()) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                try (var out = new DigestOutputStream(java.io.OutputStream.nullOutputStream(), digest)) {
                    copy.copyOut("COPY (" + query.getValue().formatted(cycle) + ") TO STDOUT (FORMAT binary)", out);
                }
                digests.put(query.getKey(), HexFormat.of().formatHex(digest.digest()));
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException("every JDK has SHA-256", impossible);
            }
        }
        return digests;
    }

    @Override
    public void close() throws SQLException {
        try (bank) {
            owner.close();
        }
    }
}
