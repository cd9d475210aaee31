package io.quittance.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.intake.Client;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;

/**
 * A bank with one published cycle in which every table has something to lose, and a lease that this fixture holds. Cycle 1:
 * 100 µToken come in for {@code mine}, which sends 30 to {@code other}; an order of mine rests and a transfer is held.
 */
final class GuardedBooks implements AutoCloseable {

    static final String WRITER = Migrations.WRITER_ROLE;
    static final String DOOR = Migrations.DOOR_ROLE;
    static final UUID ISSUANCE = SystemAccount.ISSUANCE.id(0);
    static final String LEAF = "token_transactions_2026_03"; // The open one; those of February and April are not.
    static final UUID CLEARING = SystemAccount.CLEARING.id(1);

    /** What a session does. */
    interface Work {
        void run(Connection connection) throws SQLException;
    }

    final TestBank bank = new TestBank();
    final Client client = bank.client("mine", Client.Scope.SUBMIT, Client.Scope.READ);
    final Client stranger = bank.client("stranger", Client.Scope.SUBMIT, Client.Scope.READ);
    final UUID mine = bank.accountOf(client);
    final UUID other = bank.account(io.quittance.domain.account.KycLevel.L2);
    final UUID strangers = bank.accountOf(stranger);
    final Connection writer;
    final long token;

    GuardedBooks() throws SQLException {
        bank.accept(client, TestBank.transfer("settled", mine, other, 30));
        bank.accept(client, TestBank.transfer("held", mine, other, 1_000));
        bank.accept(client, TestBank.transfer("coming", mine, other, 3));
        writer = bank.database.connect(WRITER);
        token = one("SELECT take_lease('fixture')");
        run("""
                INSERT INTO compute_resources (resource_id, account_id, compute_class, gpu_count, content_digest, window_no)
                SELECT 'R1', '%2$s', 'GPU-H100', 1, '\\x', min(window_no) FROM settlement_windows;
                INSERT INTO metering_evidence (resource_id, metered_from, metered_to, gpu_ms, metered_by, content_digest,
                    window_no) SELECT 'R1', '2026-03-01', '2026-03-02', 1, %1$d, '\\x', min(window_no) FROM settlement_windows;
                INSERT INTO ai_services (service, content_digest, window_no, decided_by)
                SELECT 'S1', '\\x', min(window_no), %1$d FROM settlement_windows;
                INSERT INTO service_prices (service, model, price_version, effective_from, input_utoken_per_mtok,
                    output_utoken_per_mtok, content_digest, window_no, decided_by)
                SELECT 'S1', 'm', '1', '2026-03-01', 1, 1, '\\x', min(window_no), %1$d FROM settlement_windows;
                """.formatted(client.id(), mine));
        bank.closeWindow(bank.windows.getFirst());
        run("""
                INSERT INTO settlement_cycles (cycle, window_no, business_date, cut_off, rules_version, secret_version,
                    parameters_version, first_seq, received, received_of_kind)
                SELECT 1, window_no, business_date, cut_off, 1, 1, 1, 1, 3, '{0,0,0,0,0,0,3}' FROM settlement_windows
                WHERE state = 'CLOSED';
                INSERT INTO submission_texts SELECT intake_no, 'for lunch' FROM submissions;
                INSERT INTO submission_files (client_id, file_id, kind, content_sha256, size_bytes, lines, queued, repeated,
                    refused) VALUES (%1$d, 'F1', 7, sha256('f'), 1, 1, 0, 0, 1);
                INSERT INTO refused_lines SELECT file_no, 1, 'k', 'raw', '{}', '{}', '{}' FROM submission_files;
                INSERT INTO bank (name, zone, cut_off_times, chain_id, registry_address, genesis_hash, first_date)
                VALUES ('Test', 'UTC', 'hourly', 31337, decode(repeat('00', 20), 'hex'), sha256(''), '2026-03-02');
                INSERT INTO approvals (action, action_hash, maker) VALUES ('reversal', sha256(''), %1$d);
                UPDATE approvals SET state = 'APPROVED', checker = %3$d;
                INSERT INTO client_policies (client_id, max_refused_percent, control_lines, set_by)
                VALUES (%1$d, 10, 'OPTIONAL', %1$d);
                INSERT INTO webhooks (client_id, url, events, from_cycle, added_by, asked_as)
                VALUES (%1$d, 'https://example.com/', '{file.done}', 1, %1$d, 'w');
                INSERT INTO webhook_messages (webhook_no, event, about, payload)
                SELECT webhook_no, 'file.done', 'F1', '{}' FROM webhooks;
                INSERT INTO webhook_attempts SELECT message_no, clock_timestamp(), 500, 'answered 500', 1 FROM webhook_messages;
                INSERT INTO account_events (event_key, account_id, event, reason, content_digest, window_no, decided_by)
                SELECT event, '%4$s', event, 'why', '\\x', %5$d, %1$d FROM unnest('{freeze,close}'::text[]) event;
                """.formatted(client.id(), mine, stranger.id(), other, bank.windows.get(1)));
        bank.owner
                .sql("SELECT journal_partition('2026-02-01Z')")
                .query(String.class)
                .single();
        open(1);
        publish(
                1,
                List.of(
                        transfer(1, 1, 0, 0, ISSUANCE, mine, 100, 1, null),
                        transfer(2, 1, 1, 0, mine, other, 30, 9, intakeNo("settled"))),
                List.of(
                        position(1, ISSUANCE, 0, 100, 0, -100, 0, 0),
                        position(1, mine, 0, 30, 100, 70, 5, 0),
                        position(1, other, 0, 0, 30, 30, 0, 0)),
                """
                INSERT INTO matching_rounds VALUES (1, 1, 'GPU-H100', 0, 1000, 0, 0, 0, 0, 0, 0, 'NO_CROSS', 2000, 2000, 0, 0,
                    0, 0, 0, 0, 0, 0, '\\x', '\\x');
                INSERT INTO submission_outcomes VALUES (%3$d, 1, 'HELD', 'FUNDS', '', '2026-03-09', 0, 0);
                INSERT INTO holds VALUES (%3$d, '2026-03-09', 'FUNDS', 1);
                INSERT INTO orders VALUES (%4$d, '%1$s', 1, 'BUY', 'LIMIT', 2000, 'GTC', NULL, 1, 3600000, 1000, 10, 1, 0, 1,
                    0, 0, 5, 5, false);
                INSERT INTO tasks VALUES ('T1', '%1$s', 5, NULL, NULL, 'LISTED', NULL, 1, 1, 99);
                INSERT INTO limit_counters VALUES ('account', '%1$s', '2026-03-02', 30, 5, 0);
                INSERT INTO limit_counters SELECT 'party', party_id, '2026-03-02', 30, 5, 0 FROM token_accounts
                WHERE account_id = '%1$s';
                INSERT INTO reversals VALUES (%3$d, 98, 1);
                INSERT INTO settled_intervals VALUES (97, 'R1', '[2026-03-01,2026-03-02)', 1, NULL);
                INSERT INTO instrument_references VALUES (1, 1, 2000);
                INSERT INTO cycle_counts VALUES (1, 3, 0, 2, 0, 0, 0, 1, 0, 2);
                INSERT INTO seal_slots VALUES (1, 1, sha256(''));
                INSERT INTO refused_closings VALUES ('close', 1, 'UTOKEN=30');
                INSERT INTO unclaimed_items VALUES (%3$d, '%1$s', 5, 1, NULL);
                """.formatted(mine, other, intakeNo("held"), intakeNo("coming")));
        run("""
                INSERT INTO seals VALUES (1, '\\x00', sha256('header'), sha256('root'), 2);
                INSERT INTO seal_chunks VALUES (1, 0, '\\x00');
                INSERT INTO cycle_steps VALUES (1, 'screen', 1, NULL);
                INSERT INTO reconciliation_checks VALUES (1, 'clearing is zero', '', '0', '0', 'MATCHED', '');
                """);
        bank.closeWindow(bank.windows.get(1));
        run("""
                INSERT INTO settlement_cycles (cycle, window_no, business_date, cut_off, rules_version, secret_version,
                    parameters_version, first_seq, received, received_of_kind)
                SELECT 2, window_no, business_date, cut_off, 1, 1, 1, 3, 0, '{0,0,0,0,0,0,0}' FROM settlement_windows
                WHERE window_no = %d
                """.formatted(bank.windows.get(1)));
        bank.owner
                .sql("SELECT journal_partition('2026-04-01Z')")
                .query(String.class)
                .single();
        open(2);
    }

    long intakeNo(String key) {
        return bank.owner
                .sql("SELECT intake_no FROM submissions WHERE submission_key = :key")
                .param("key", key)
                .query(Long.class)
                .single();
    }

    /** A row of the journal as COPY reads it. */
    static String transfer(
            long id, long cycle, int position, int asset, UUID from, UUID to, long amount, int type, Long intakeNo) {
        return String.join(
                "\t",
                String.valueOf(id),
                String.valueOf(cycle),
                String.valueOf(position),
                String.valueOf(asset),
                from.toString(),
                to.toString(),
                String.valueOf(amount),
                String.valueOf(type),
                "0",
                intakeNo == null ? "\\N" : intakeNo.toString(),
                "\\N",
                TestBank.NOW.plusSeconds(3_600 * cycle).toString());
    }

    /** A row of the net positions as COPY reads it. */
    static String position(
            long cycle,
            UUID account,
            int asset,
            long debits,
            long credits,
            long closing,
            long reserved,
            long previousCycle) {
        return String.join(
                "\t",
                String.valueOf(cycle),
                String.valueOf(asset),
                account.toString(),
                String.valueOf(debits),
                String.valueOf(credits),
                String.valueOf(closing),
                String.valueOf(reserved),
                String.valueOf(previousCycle),
                "{0}",
                "\\N");
    }

    private void open(long cycle) throws SQLException {
        run("SELECT open_journal(" + token + ", " + cycle + ")");
    }

    static void copy(Connection connection, String table, List<String> rows) throws SQLException {
        try {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "COPY " + table + " FROM STDIN",
                            new StringReader(
                                    rows.stream().map(row -> row + "\n").collect(Collectors.joining())));
        } catch (java.io.IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static void load(Connection connection, List<String> transfers, List<String> positions) throws SQLException {
        copy(
                connection,
                LEAF + " (id, cycle, position, asset, from_account, to_account, amount, transaction_type, leg,"
                        + " intake_no, task_id, created_at)",
                transfers);
        if (!positions.isEmpty()) { // Even none would wait for a publication.
            copy(connection, "net_positions", positions);
        }
    }

    /** Loads a cycle and publishes it, in one transaction of the writer. */
    void publish(long cycle, List<String> transfers, List<String> positions, String results) throws SQLException {
        inTransaction(writer, connection -> {
            load(connection, transfers, positions);
            execute(connection, results);
            execute(connection, publication(token, cycle, transfers.size()));
        });
    }

    static String publication(long token, long cycle, long transfers) {
        return "SELECT publish_cycle(" + token + ", " + cycle + ", " + transfers + ")";
    }

    static void inTransaction(Connection connection, Work work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            work.run(connection);
            connection.commit();
        } catch (SQLException | RuntimeException failure) {
            connection.rollback();
            throw failure;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static long one(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return row.getLong(1);
        }
    }

    private long one(String sql) throws SQLException {
        return one(writer, sql);
    }

    private void run(String sql) throws SQLException {
        execute(writer, sql);
    }

    /** Every row of every table of the bank, and every trigger, constraint and right; equal only if nothing changed. */
    List<String> everything() {
        List<String> tables = bank.owner
                .sql(
                        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
                                + " AND NOT relispartition ORDER BY relname")
                .query(String.class)
                .list();
        String rows = tables.stream()
                .map(name ->
                        "SELECT '" + name + " ' || count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' ORDER BY"
                                + " t::text)), '') FROM " + name + " t")
                .collect(Collectors.joining(" UNION ALL "));
        return bank.owner.sql(rows + """
                         UNION ALL SELECT tgrelid::regclass || ' ' || tgname || ' ' || tgenabled::text FROM pg_trigger
                        UNION ALL SELECT conrelid::regclass || ' ' || conname FROM pg_constraint
                        UNION ALL SELECT relname || ' ' || coalesce(relacl::text, '') FROM pg_class
                            WHERE relnamespace::regnamespace::text IN ('public', 'seen')
                        UNION ALL SELECT proname || ' ' || md5(prosrc) || coalesce(proacl::text, '') FROM pg_proc
                            WHERE pronamespace::regnamespace::text IN ('public', 'seen')
                        UNION ALL SELECT rolname || ' ' || rolsuper || rolbypassrls || rolcreaterole FROM pg_roles
                            WHERE rolname LIKE 'quittance%'
                        """).query(String.class).list();
    }

    /** What is there now and was not then, or was and is not; empty if nothing changed. */
    List<String> changesSince(List<String> then) {
        var now = new ArrayList<>(everything());
        var gone = new ArrayList<>(then);
        gone.removeAll(now);
        now.removeAll(then);
        now.addAll(gone);
        return now;
    }

    /** Runs the work in a new session of the role and gives the SQLSTATE it failed with; 00000 if it did not. */
    String attempt(String role, Work work) {
        try (Connection session = bank.database.connect(role)) {
            inTransaction(session, work);
            return "00000";
        } catch (SQLException refused) {
            return refused.getSQLState();
        }
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (SQLException gone) {
            throw new IllegalStateException(gone);
        }
        bank.close();
    }
}
