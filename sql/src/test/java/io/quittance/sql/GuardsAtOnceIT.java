package io.quittance.sql;

import static io.quittance.sql.GuardedBooks.WRITER;
import static io.quittance.sql.GuardedBooks.execute;
import static io.quittance.sql.GuardedBooks.load;
import static io.quittance.sql.GuardedBooks.one;
import static io.quittance.sql.GuardedBooks.position;
import static io.quittance.sql.GuardedBooks.publication;
import static io.quittance.sql.GuardedBooks.transfer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.cycle.Lease;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** The guards where two sessions want the same thing at the same time. The second one waits; then it is refused. */
class GuardsAtOnceIT {

    private static final String UNIQUE = "23505";
    private static final String LEASE_LOST = "QT001";
    private static final String NOT_ITS_TURN = "QT002";
    private static final String NOT_WHOLE = "QT003";
    private static final long PATIENCE_S = 60;

    private GuardedBooks books;
    private List<String> before;

    @BeforeEach
    void open() throws SQLException {
        books = new GuardedBooks();
        before = books.everything();
    }

    @AfterEach
    void close() {
        books.close();
    }

    @FunctionalInterface
    private interface Meanwhile {
        void run() throws Exception;
    }

    /**
     * Runs the first session's work, then the second one's, which must come to wait for the first; ends the first one, and
     * gives the SQLSTATE of the second.
     */
    private String secondWaitsFor(GuardedBooks.Work first, GuardedBooks.Work second, Meanwhile meanwhile)
            throws Exception {
        try (ExecutorService pool = Executors.newSingleThreadExecutor();
                Connection session = books.bank.database.connect(WRITER)) {
            session.setAutoCommit(false);
            first.run(session);
            Future<String> answer = pool.submit(() -> books.attempt(WRITER, second));
            awaitWaiting(answer);
            meanwhile.run();
            session.commit();
            return answer.get(PATIENCE_S, TimeUnit.SECONDS);
        }
    }

    private void awaitWaiting(Future<String> answer) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (System.nanoTime() < until) {
            if (answer.isDone()) {
                throw new AssertionError("did not wait, and ended with " + answer.get());
            }
            long waiting = books.bank.owner.sql("""
                            SELECT count(*) FROM pg_stat_activity
                            WHERE datname = current_database() AND wait_event_type = 'Lock'
                            """).query(Long.class).single();
            if (waiting > 0) {
                return;
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("the second session neither waits nor ends");
    }

    private void cycleTwo(Connection session) throws SQLException {
        load(
                session,
                List.of(transfer(3, 2, 0, 0, books.mine, books.other, 1, 9, null)),
                List.of(position(2, books.mine, 0, 1, 0, 69, 5, 1), position(2, books.other, 0, 0, 1, 31, 0, 1)));
    }

    private long posted(java.util.UUID account) {
        return books.bank
                .owner
                .sql("SELECT posted FROM account_balances WHERE account_id = :account AND asset = 0")
                .param("account", account)
                .query(Long.class)
                .single();
    }

    @Test
    void ofTwoReversalsOfOneOriginalOneIsBooked() throws Exception {
        String second = secondWaitsFor(
                session -> execute(session, "INSERT INTO reversals VALUES (7, 50, 2)"),
                session -> execute(session, "INSERT INTO reversals VALUES (7, 51, 2)"),
                () -> {});

        assertThat(second).isEqualTo(UNIQUE);
        assertThat(books.bank
                        .owner
                        .sql("SELECT intake_no FROM reversals WHERE reversed_intake_no = 7")
                        .query(Long.class)
                        .list())
                .containsExactly(50L);
    }

    private String freezing(String key, long window) {
        return """
                INSERT INTO account_events (event_key, account_id, event, content_digest, window_no, decided_by)
                VALUES ('%s', '%s', 'freeze', '\\x', %d, %d)
                """.formatted(key, books.mine, window, books.client.id());
    }

    @Test
    void theCloseOfAWindowWaitsForASubmissionThatCameAroundTheDoors() throws Exception {
        long open = books.bank.windows.get(2);
        String submission =
                "INSERT INTO submissions (window_no, client_id, submission_key, submission_id, kind, by_operator,"
                        + " received_at, content_digest, account_id, to_account, amount_utoken) SELECT " + open
                        + ", client_id, '%s', gen_random_uuid(), kind, by_operator, received_at, content_digest, account_id,"
                        + " to_account, amount_utoken FROM submissions WHERE submission_key = 'settled'";
        String close = secondWaitsFor(
                session -> execute(session, submission.formatted("first")),
                session -> execute(session, "UPDATE settlement_windows SET state = 'CLOSED' WHERE window_no = " + open),
                () -> {});

        assertThat(close).isEqualTo("00000");
        assertThat(books.attempt(WRITER, session -> execute(session, submission.formatted("second"))))
                .isEqualTo("42501");
    }

    @Test
    void theCloseOfAWindowWaitsForWhatIsBeingDecidedForIt() throws Exception {
        long open = books.bank.windows.get(2);
        String close = secondWaitsFor(
                session -> execute(session, freezing("first", open)),
                session -> execute(session, "UPDATE settlement_windows SET state = 'CLOSED' WHERE window_no = " + open),
                () -> {});

        assertThat(close).isEqualTo("00000");
        assertThat(books.attempt(WRITER, session -> execute(session, freezing("second", open))))
                .isEqualTo("42501");
    }

    @Test
    void whatIsDecidedWhileTheWindowClosesComesTooLate() throws Exception {
        long open = books.bank.windows.get(2);
        String decided = secondWaitsFor(
                session -> execute(session, "UPDATE settlement_windows SET state = 'CLOSED' WHERE window_no = " + open),
                session -> execute(session, freezing("late", open)),
                () -> {});

        assertThat(decided).isEqualTo("42501");
    }

    @Test
    void anOldSnapshotDoesNotHideThatTheWindowClosed() throws Exception {
        long open = books.bank.windows.get(2);
        String decided = books.attempt(WRITER, session -> {
            execute(session, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            execute(session, "SELECT count(*) FROM settlement_windows");
            books.bank.closeWindow(open);
            execute(session, freezing("late", open));
        });

        assertThat(decided).isEqualTo("42501");
    }

    @Test
    void ofTwoPaymentsOfWhatIsSetAsideOneHappens() throws Exception {
        String second = secondWaitsFor(
                session -> execute(session, "UPDATE unclaimed_items SET paid_cycle = 2"),
                session -> execute(session, "UPDATE unclaimed_items SET paid_cycle = 3"),
                () -> {});

        assertThat(second).isEqualTo("42501");
    }

    @Test
    void ofTwoPublicationsOfOneCycleOneHappens() throws Exception {
        String second = secondWaitsFor(
                session -> {
                    cycleTwo(session);
                    execute(session, publication(books.token, 2, 1));
                },
                session -> execute(session, publication(books.token, 2, 1)),
                () -> assertThat(posted(books.mine)).isEqualTo(70)); // Nothing is to be seen before the commit.

        assertThat(second).isEqualTo(NOT_ITS_TURN);
        assertThat(posted(books.mine)).isEqualTo(69);
        assertThat(books.bank.count("settled_transactions")).isEqualTo(3);
    }

    @Test
    void whatIsBeingLoadedCannotSlipIntoACycleThatIsBeingPublished() throws Exception {
        GuardedBooks.inTransaction(books.writer, this::cycleTwo);
        before = books.everything();

        String publication = secondWaitsFor(
                session -> load(
                        session,
                        List.of(transfer(4, 2, 1, 0, books.mine, books.strangers, 60, 9, null)),
                        List.of(position(2, books.strangers, 0, 0, 60, 60, 0, 0))),
                session -> execute(session, publication(books.token, 2, 1)),
                () -> {});

        assertThat(publication).isEqualTo(NOT_WHOLE);
        assertThat(books.bank.count("settled_transactions")).isEqualTo(2);
        assertThat(posted(books.mine)).isEqualTo(70);
    }

    /** A transfer alone makes nobody wait; it is not to be seen, and the next run clears it. */
    @Test
    void aTransferThatComesTooLateIsNotSeenAndIsCleared() throws Exception {
        GuardedBooks.inTransaction(books.writer, this::cycleTwo);
        try (Connection late = books.bank.database.connect(WRITER)) {
            GuardedBooks.inTransaction(late, session -> {
                load(session, List.of(transfer(4, 2, 1, 0, books.mine, books.strangers, 60, 9, null)), List.of());
                execute(books.writer, publication(books.token, 2, 1));
            });
        }

        assertThat(books.bank.count("token_transactions")).isEqualTo(4);
        assertThat(books.bank.count("settled_transactions")).isEqualTo(3);

        books.bank.closeWindow(books.bank.windows.get(2));
        books.bank.owner.sql("""
                        INSERT INTO settlement_cycles (cycle, window_no, business_date, cut_off, rules_version,
                            secret_version, parameters_version, first_seq, received, received_of_kind)
                        SELECT 3, window_no, business_date, cut_off, 1, 1, 1, 4, 0, '{0,0,0,0,0,0,0}'
                        FROM settlement_windows WHERE window_no = :window
                        """).param("window", books.bank.windows.get(2)).update();
        execute(books.writer, "SELECT open_journal(" + books.token + ", 3)");
        assertThat(books.bank.count("token_transactions")).isEqualTo(3);
    }

    @Test
    void whoLoadsWhileACycleIsPublishedComesTooLate() throws Exception {
        String loading = secondWaitsFor(
                session -> {
                    cycleTwo(session);
                    execute(session, publication(books.token, 2, 1));
                },
                session -> load(
                        session,
                        List.of(transfer(4, 2, 1, 0, books.mine, books.strangers, 60, 9, null)),
                        List.of(position(2, books.strangers, 0, 0, 60, 60, 0, 0))),
                () -> {});

        assertThat(loading).isEqualTo("42501");
        assertThat(books.bank.count("token_transactions")).isEqualTo(3);
    }

    @Test
    void aLiveOwnersLeaseIsNotTaken() throws SQLException {
        try (Connection other = books.bank.database.connect(WRITER)) {
            assertThat(isNull(other, "SELECT take_lease('other')")).isTrue();
        }

        assertThat(books.changesSince(before)).isEmpty();
    }

    @Test
    void aDeadOwnersLeaseGoesToOneOfThoseWhoWantItAndTheDeadOnesTokenIsWorthNothing() throws Exception {
        books.writer.close();

        List<Long> tokens = AtOnce.run(AtOnce.SESSIONS, number -> {
            Connection session = books.bank.database.connect(WRITER);
            return taken(session); // Closed with the database; until then a taken lease is a live one's.
        });

        assertThat(tokens.stream().filter(token -> token > 0)).containsExactly(books.token + 1);
        assertThat(books.attempt(WRITER, session -> execute(session, publication(books.token, 2, 0))))
                .isEqualTo(LEASE_LOST);
    }

    private static long taken(Connection session) throws SQLException {
        try (var statement = session.createStatement();
                var row = statement.executeQuery("SELECT coalesce(take_lease('one of many'), 0)")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void aFrozenOwnersLeaseIsTakenAfterWhatItIsPublishingAndNothingMoreOfItCounts() throws Exception {
        books.bank
                .owner
                .sql("UPDATE cycle_lease SET beat_at = now() - interval '31 seconds'")
                .update();

        String successor = secondWaitsFor(
                session -> execute(session, "SELECT assert_lease(" + books.token + ")"),
                session -> assertThat(one(session, "SELECT take_lease('successor')"))
                        .isEqualTo(books.token + 1),
                () -> {});

        assertThat(successor).isEqualTo("00000");
        assertThat(books.attempt(WRITER, session -> execute(session, publication(books.token, 2, 0))))
                .isEqualTo(LEASE_LOST);
        assertThat(isTrue("SELECT beat_lease(" + books.token + ")")).isFalse();
        assertThat(isTrue("SELECT beat_lease(" + (books.token + 1) + ")")).isTrue();
    }

    @Test
    void aFrozenOwnerIsEndedInTheMiddleOfALoadByItsSuccessor() throws Exception {
        Connection frozen = books.bank.database.connect(WRITER);
        try {
            frozen.setAutoCommit(false);
            execute(frozen, "SELECT assert_lease(" + books.token + ")");
            var load = frozen.unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY net_positions (cycle, asset, account_id, debits, credits, closing, reserved,"
                            + " previous_cycle, entries) FROM STDIN");
            load.flushCopy();
            books.bank
                    .owner
                    .sql("UPDATE cycle_lease SET beat_at = now() - interval '31 seconds'")
                    .update();

            try (Lease.Held successor = new JdbcLease(books.bank.database.application())
                    .take("successor")
                    .orElseThrow()) {
                assertThat(successor.token()).isEqualTo(books.token + 1);
            }

            assertThatThrownBy(load::endCopy).isInstanceOf(SQLException.class);
        } finally {
            frozen.abort(Runnable::run); // It cannot say goodbye any more.
        }
    }

    @Test
    void aLiveOwnersTransactionIsLeftAlone() throws Exception {
        try (Connection publishing = books.bank.database.connect(WRITER)) {
            publishing.setAutoCommit(false);
            execute(publishing, "SELECT assert_lease(" + books.token + ")");

            assertThat(new JdbcLease(books.bank.database.application()).take("other"))
                    .isEmpty();

            execute(publishing, "SELECT assert_lease(" + books.token + ")");
            publishing.commit();
        }
    }

    @Test
    void anOwnerBeatsWhileItPublishes() throws Exception {
        try (Connection publishing = books.bank.database.connect(WRITER)) {
            publishing.setAutoCommit(false);
            execute(publishing, "SELECT assert_lease(" + books.token + ")");

            execute(books.writer, "SET lock_timeout = '5s'");
            assertThat(isTrue("SELECT beat_lease(" + books.token + ")")).isTrue();

            publishing.rollback();
        }
    }

    @Test
    void theTokenGoesForwardWhoeverMovesIt() {
        for (String sql : List.of(
                "UPDATE cycle_lease SET token = token - 1",
                "DELETE FROM cycle_lease",
                "UPDATE books_head SET last_cycle = 0",
                "UPDATE books_head SET last_seq = 0",
                "DELETE FROM books_head")) {
            assertThat(refusal(sql)).as(sql).isEqualTo("42501");
        }
        assertThat(books.changesSince(before)).isEmpty();
    }

    private String refusal(String sql) {
        try (Connection owner = books.bank.database.owner().getConnection()) {
            execute(owner, sql);
            return "00000";
        } catch (SQLException refused) {
            return refused.getSQLState();
        }
    }

    private boolean isTrue(String sql) throws SQLException {
        try (var statement = books.writer.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static boolean isNull(Connection session, String sql) throws SQLException {
        try (var statement = session.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getObject(1) == null;
        }
    }
}
