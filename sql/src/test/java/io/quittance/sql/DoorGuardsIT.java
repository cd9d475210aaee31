package io.quittance.sql;

import static io.quittance.sql.GuardedBooks.DOOR;
import static io.quittance.sql.GuardedBooks.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.intake.Client;
import io.quittance.domain.report.BankViews;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nobody sees another participant's data, also where the application forgot to ask: straight SQL in sessions of the doors'
 * role, one read route after another.
 */
class DoorGuardsIT {

    private static GuardedBooks books;
    private static Client operator;
    private static JdbcBankViews views;

    @BeforeAll
    static void open() throws SQLException {
        books = new GuardedBooks();
        operator = books.bank.operator;
        views = new JdbcBankViews(
                books.bank.database.doors(),
                ChainStatusReader.NONE,
                posting -> Optional.of("proof of " + posting.seq()));
    }

    @AfterAll
    static void close() {
        books.close();
    }

    /** What a route reads, as it would be read without asking whose it is. */
    record Read(String route, String from) {
        @Override
        public String toString() {
            return route + ": " + from;
        }
    }

    static List<Read> reads() {
        return List.of(
                new Read("/v1/submissions/{id}", "seen.submissions"),
                new Read("/v1/submissions/{id}", "seen.submission_outcomes"),
                new Read("/v1/submissions/{id}", "seen.submission_texts"),
                new Read("/v1/accounts/{id}", "seen.token_accounts WHERE account_type <> 'system'"),
                new Read("/v1/accounts/{id}", "seen.account_balances"),
                new Read("/v1/accounts/{id}", "seen.unclaimed_items"),
                new Read("/v1/accounts/{id}", "seen.compute_resources"),
                new Read("/v1/accounts/{id}", "seen.limit_counters WHERE subject = 'party'"),
                new Read("/v1/accounts/{id}", "seen.limit_counters WHERE subject = 'account'"),
                new Read("/v1/transactions/{seq}", "seen.settled_transactions WHERE id = 2"),
                new Read("/v1/transactions/{seq}/proof", "seen.settled_transactions WHERE intake_no IS NOT NULL"),
                new Read("/v1/files/{number}", "seen.submission_files"),
                new Read("/v1/files/{number}/rejects", "seen.refused_lines"),
                new Read("statement", "seen.net_positions"),
                new Read("statement", "seen.orders"),
                new Read("statement", "seen.holds"));
    }

    @ParameterizedTest
    @MethodSource("reads")
    void aStrangerAndNobodySeeNothingOfAnothersAndOwnerAndOperatorDo(Read read) throws SQLException {
        String others = read.from().contains("token_accounts")
                ? read.from() + " AND account_id <> '" + books.strangers + "'"
                : read.from();

        assertThat(count(books.stranger, others)).as("stranger").isZero();
        assertThat(count(null, others)).as("nobody").isZero();
        assertThat(count(books.client, others)).as("owner").isPositive();
        assertThat(count(operator, others)).as("operator").isPositive();
    }

    @Test
    void ofWhatIsComingInAPayeeSeesHowMuchAndNotFromWhom() throws SQLException {
        Client payee = books.bank.client("payee", Client.Scope.READ);
        books.bank.directory.grant(payee, books.other, io.quittance.domain.intake.ClientDirectory.Right.READER);

        String waiting = "seen.waiting('" + books.other + "', (SELECT array_agg(window_no) FROM settlement_windows))";

        assertThat(count(payee, waiting + " WHERE is_coming AND NOT is_own")).isEqualTo(3);
        assertThat(count(payee, "seen.submissions")).isZero();
        assertThat(count(books.client, waiting)).isZero();
        assertThat(count(books.stranger, waiting)).isZero();
        assertThat(count(null, waiting)).isZero();
        assertThat(count(operator, waiting)).isEqualTo(3);
    }

    @Test
    void statesAndLevelsAreSeenOfOnesOwnAccounts() throws SQLException {
        String levels = "seen.account_states WHERE kyc_level IS NOT NULL";
        assertThat(count(books.client, levels)).isEqualTo(1);
        assertThat(count(books.stranger, levels)).isEqualTo(1);
        assertThat(count(null, levels)).isZero();
        assertThat(count(operator, levels)).isEqualTo(3);
    }

    @Test
    void theViewsOfAStrangerAreEmptyAlthoughNobodyFiltersThem() {
        BankViews ofStranger = views.of(books.stranger);
        BankViews ofClient = views.of(books.client);
        UUID submission = books.bank
                .owner
                .sql("SELECT submission_id FROM submissions WHERE submission_key = 'settled'")
                .query(UUID.class)
                .single();

        assertThat(ofClient.submission(submission)).isPresent();
        assertThat(ofStranger.submission(submission)).isEmpty();
        assertThat(ofClient.account(books.mine)).isPresent();
        assertThat(ofStranger.account(books.mine)).isEmpty();
        assertThat(ofClient.account(books.other)).isEmpty();
        assertThat(ofClient.holds(books.mine, null, 10))
                .extracting(BankViews.HoldView::submissionKey)
                .containsExactly("held");
        assertThat(ofClient.holds(
                        books.mine,
                        ofClient.holds(books.mine, null, 1).getFirst().submissionId(),
                        10))
                .isEmpty();
        assertThat(ofStranger.holds(books.mine, null, 10)).isEmpty();
        assertThat(ofClient.posting(2)).isPresent();
        assertThat(ofStranger.posting(2)).isEmpty();
        assertThat(ofClient.proof(2)).isPresent();
        assertThat(ofStranger.proof(2)).isEmpty();
        assertThat(ofStranger.tasks(null, null, null, 10)).hasSize(1);
        assertThat(ofStranger.cycle(1)).isPresent();
        long file = books.bank
                .owner
                .sql("SELECT file_no FROM submission_files")
                .query(Long.class)
                .single();
        var refused = new java.util.ArrayList<io.quittance.domain.intake.FileIntake.RefusedLine>();
        books.bank.files.refusedLines(books.stranger, file, 9, refused::add);
        assertThat(refused).isEmpty();
        books.bank.files.refusedLines(books.client, file, 9, refused::add);
        assertThat(refused).hasSize(1);
        assertThat(books.bank.files.find(books.stranger, file)).isEmpty();
        assertThat(books.bank.files.find(operator, file)).isPresent();
    }

    @Test
    void forWhomOneReadsEndsWithTheTransaction() throws SQLException {
        try (Connection door = books.bank.database.connect(DOOR)) {
            GuardedBooks.inTransaction(door, session -> {
                actAs(session, Integer.toString(books.client.id()));
                assertThat(GuardedBooks.one(session, "SELECT count(*) FROM seen.account_balances"))
                        .isPositive();
            });
            assertThat(GuardedBooks.one(door, "SELECT count(*) FROM seen.account_balances"))
                    .isZero();
        }
    }

    @Test
    void aNameThatIsNoClientsSeesNothing() throws SQLException {
        for (String name :
                List.of("", " ", "0", "-1", "999999", "99999999999999999999", "bank'", "BANK", "1 OR true")) {
            assertThat(counted(name, "seen.account_balances")).as(name).isZero();
        }
        assertThat(counted("bank", "seen.account_balances")).isPositive();
    }

    /** A condition that is cheap and talks would be asked about each row first, were the views no barriers. */
    @Test
    void aConditionOfTheReadersSeesNoRowThatTheReaderDoesNot() throws SQLException {
        try (Connection door = books.bank.database.connect(DOOR)) {
            GuardedBooks.inTransaction(door, session -> {
                execute(session, """
                        CREATE FUNCTION pg_temp.tell(what text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS
                        $$ BEGIN RAISE NOTICE 'seen: %', what; RETURN true; END $$
                        """);
                actAs(session, Integer.toString(books.stranger.id()));
                for (String view :
                        List.of("token_accounts", "account_balances", "settled_transactions", "submissions")) {
                    try (var statement = session.createStatement();
                            var rows = statement.executeQuery(
                                    "SELECT 1 FROM seen." + view + " v WHERE pg_temp.tell(v::text)")) {
                        while (rows.next()) {
                            // What is told comes as warnings.
                        }
                        for (var told = statement.getWarnings(); told != null; told = told.getNextWarning()) {
                            assertThat(told.getMessage()).contains(books.strangers.toString());
                        }
                    }
                }
            });
        }
    }

    @Test
    void nothingThatIsNotPublishedIsSeen() throws SQLException {
        GuardedBooks.inTransaction(books.writer, session -> {
            GuardedBooks.load(
                    session,
                    List.of(GuardedBooks.transfer(3, 2, 0, 0, books.mine, books.other, 1, 9, null)),
                    List.of(GuardedBooks.position(2, books.mine, 0, 1, 0, 69, 5, 1)));
            execute(
                    session,
                    "INSERT INTO submission_outcomes VALUES (" + books.intakeNo("coming")
                            + ", 2, 'REJECTED', 'FUNDS', '', NULL, 0, 0)");
        });

        for (String view :
                List.of("settled_transactions", "net_positions", "submission_outcomes", "outcomes_by_reason")) {
            assertThat(count(operator, "seen." + view + " WHERE cycle = 2"))
                    .as(view)
                    .isZero();
        }
    }

    /** The tables a door reads as they are: what the bank is and did as a whole. Everything else goes through seen. */
    @Test
    void aDoorHasNoRightButToReadWhatIsForEveryReader() {
        List<String> readable = books.bank.owner.sql("""
                        SELECT relname::text FROM pg_class
                        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
                          AND has_any_column_privilege('quittance_door', oid, 'SELECT')
                        """).query(String.class).list();
        List<String> writable = books.bank.owner.sql("""
                        SELECT oid::regclass::text FROM pg_class
                        WHERE relnamespace::regnamespace::text IN ('public', 'seen') AND relkind IN ('r', 'p', 'v', 'm')
                          AND (has_any_column_privilege('quittance_door', oid, 'INSERT, UPDATE, REFERENCES')
                              OR has_table_privilege('quittance_door', oid, 'DELETE, TRUNCATE, TRIGGER'))
                        """).query(String.class).list();

        assertThat(new TreeSet<>(readable))
                .containsExactly(
                        "bank_clock",
                        "bank_parameters",
                        "books_head",
                        "cycle_counts",
                        "cycle_steps",
                        "journal_archives",
                        "reconciliation_checks",
                        "seals",
                        "settlement_cycles",
                        "settlement_windows");
        assertThat(writable).isEmpty();
    }

    @Test
    void everyViewOfTheDoorsIsABarrier() {
        List<String> open = books.bank.owner.sql("""
                        SELECT relname::text FROM pg_class
                        WHERE relnamespace = 'seen'::regnamespace AND relkind = 'v'
                          AND has_table_privilege('quittance_door', oid, 'SELECT')
                          AND NOT coalesce(reloptions, '{}') @> '{security_barrier=true}'
                        """).query(String.class).list();

        assertThat(open).isEmpty();
        assertThatThrownBy(() -> count(operator, "seen.everything")).hasMessageContaining("permission denied");
        assertThatThrownBy(() -> count(operator, "seen.rights")).hasMessageContaining("permission denied");
    }

    /** @param client for whom is read; null for nobody */
    private static long count(Client client, String from) throws SQLException {
        return counted(client == null ? null : Integer.toString(client.id()), from);
    }

    private static long counted(String name, String from) throws SQLException {
        try (Connection door = books.bank.database.connect(DOOR)) {
            door.setAutoCommit(false);
            if (name != null) {
                actAs(door, name);
            }
            return GuardedBooks.one(door, "SELECT count(*) FROM " + from);
        }
    }

    private static void actAs(Connection door, String name) throws SQLException {
        try (var statement = door.prepareStatement("SELECT set_config('quittance.client', ?, true)")) {
            statement.setString(1, name);
            statement.execute();
        }
    }
}
