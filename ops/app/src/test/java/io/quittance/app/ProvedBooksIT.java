package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.jobs.BooksCheck;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows are altered around the application, and the proof of the books names the first of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProvedBooksIT {

    private BankSession session;

    @BeforeAll
    void open(@TempDir Path folder) {
        session = SmallBank.open(SmallBank.settled(folder.resolve("data")));
    }

    @AfterAll
    void close() {
        session.close();
    }

    /**
     * @param change what is done to the rows, as only a superuser can
     * @param check the check that must fail
     * @param row the row that it must name, in SQL over what is there before the change
     */
    record Altered(String change, String check, String row) {

        @Override
        public String toString() {
            return check + ": " + change;
        }
    }

    private static final String NOT_JOURNAL = "accounts whose balance is not their journal";
    private static final String PLACES = "cycles whose transfers are not in their places";

    static List<Altered> alterations() {
        return List.of(
                new Altered(
                        "UPDATE account_balances SET posted = posted + 1 WHERE account_id = '" + SmallBank.BUYER
                                + "' AND asset = 0",
                        NOT_JOURNAL,
                        "SELECT format('account_balances (account_id %s, asset 0): posted %s, should be posted %s',"
                                + " account_id, posted + 1, posted) FROM account_balances WHERE account_id = '"
                                + SmallBank.BUYER + "' AND asset = 0"),
                new Altered(
                        "UPDATE account_balances SET posted = posted + 1 WHERE account_id = '" + SmallBank.BUYER
                                + "' AND asset = 0",
                        "balances sum to zero",
                        "SELECT format('account_balances (account_id %s, asset 0)', '" + SmallBank.BUYER + "')"),
                new Altered(
                        "DELETE FROM account_balances WHERE account_id = '" + SmallBank.BUYER + "' AND asset = 0",
                        NOT_JOURNAL,
                        "SELECT format('account_balances (account_id %s, asset 0): no row, should be posted %s', account_id,"
                                + " posted) FROM account_balances WHERE account_id = '" + SmallBank.BUYER
                                + "' AND asset = 0"),
                new Altered(
                        "UPDATE token_transactions SET amount = amount + 1 WHERE id = 5",
                        NOT_JOURNAL,
                        "SELECT format('account_balances (account_id %s, asset %s)', least(from_account, to_account), asset)"
                                + " FROM token_transactions WHERE id = 5"),
                new Altered(
                        "DELETE FROM token_transactions WHERE id = 5",
                        "transfers without a gap",
                        "SELECT 'token_transactions (id 5): no row, should be position 4 of cycle 1'"),
                new Altered(
                        "UPDATE token_transactions SET position = position + 1000 WHERE id = 7",
                        PLACES,
                        "SELECT 'token_transactions (id 7): position 1006 of cycle 1'"),
                new Altered(
                        "UPDATE token_transactions SET cycle = 1 WHERE id = (SELECT first_seq + 2 FROM settlement_cycles"
                                + " WHERE cycle = 2)",
                        PLACES,
                        "SELECT format('token_transactions (id %s): position 2 of cycle 1', first_seq + 2)"
                                + " FROM settlement_cycles WHERE cycle = 2"),
                new Altered(
                        "UPDATE token_transactions SET created_at = created_at + interval '1 second' WHERE id = 9",
                        PLACES,
                        "SELECT 'token_transactions (id 9): position 8 of cycle 1'"),
                new Altered(
                        "DELETE FROM settlement_cycles WHERE cycle = 1",
                        "cycles without a gap",
                        "SELECT 'settlement_cycles (cycle 1): no row'"),
                new Altered(
                        "UPDATE settlement_cycles SET first_seq = first_seq + 1 WHERE cycle = 2",
                        "cycles that do not follow the one before",
                        "SELECT format('settlement_cycles (cycle 2): first_seq %s, should be %s', first_seq + 1, first_seq)"
                                + " FROM settlement_cycles WHERE cycle = 2"),
                new Altered(
                        "DELETE FROM seals WHERE cycle = 1",
                        "published cycles that are not sealed",
                        "SELECT 'seals (cycle 1): no row'"),
                new Altered(
                        "UPDATE cycle_counts SET transfers = transfers - 1 WHERE cycle = 2",
                        "books end with their last cycle",
                        "SELECT format('books_head: last_seq %s after cycle 2', last_seq) FROM books_head"),
                new Altered(
                        "UPDATE account_balances SET reserved = reserved - 1 WHERE reserved > 0 AND asset = 0",
                        "accounts whose reserved is not their orders",
                        "SELECT format('account_balances (account_id %s, asset 0): reserved %s, should be %s', account_id,"
                                + " reserved - 1, reserved) FROM account_balances WHERE reserved > 0 AND asset = 0"
                                + " ORDER BY account_id LIMIT 1"),
                new Altered(
                        "UPDATE account_balances SET reserved = reserved + 1 WHERE account_id = '" + SmallBank.AGENT
                                + "' AND asset = 0",
                        "reserved = open orders",
                        "SELECT format('account_balances (account_id %s, asset 0): reserved 1, should be 0', '"
                                + SmallBank.AGENT + "')"),
                new Altered(
                        "UPDATE orders SET reserved = reserved + 1 WHERE intake_no = (SELECT min(intake_no) FROM orders"
                                + " WHERE open_lots > 0 AND side = 'BUY')",
                        "orders that do not reserve their worst case",
                        "SELECT format('orders (intake_no %s): reserved %s, should be %s', intake_no, reserved + 1, reserved)"
                                + " FROM orders WHERE open_lots > 0 AND side = 'BUY' ORDER BY intake_no LIMIT 1"),
                new Altered(
                        "UPDATE orders SET open_lots = 0 WHERE intake_no = (SELECT min(intake_no) FROM orders"
                                + " WHERE open_lots > 0)",
                        "open orders = what the last cycle left resting",
                        "SELECT format('orders (intake_no %s): open_lots 0, should be %s', intake_no, open_lots) FROM orders"
                                + " WHERE open_lots > 0 ORDER BY intake_no LIMIT 1"),
                new Altered(
                        "DELETE FROM holds WHERE intake_no = (SELECT min(intake_no) FROM holds)",
                        "holds = what the last cycle held",
                        "SELECT format('holds (intake_no %s): no row, should be one: its submission is HELD',"
                                + " min(intake_no)) FROM holds"),
                new Altered(
                        "INSERT INTO holds VALUES (1, '2025-04-09', 'FUNDS', 1)",
                        "holds = what the last cycle held",
                        "SELECT 'holds (intake_no 1): a row, should be none'"),
                new Altered(
                        "UPDATE tasks SET reward_utoken = reward_utoken + 1 WHERE task_id = (SELECT min(task_id) FROM tasks"
                                + " WHERE state = 'LISTED')",
                        "escrow = open tasks",
                        "SELECT format('tasks (task_id %s): state LISTED with reward_utoken %s, of which the journal holds"
                                + " %s', task_id, reward_utoken + 1, reward_utoken) FROM tasks WHERE state = 'LISTED'"
                                + " ORDER BY task_id LIMIT 1"),
                new Altered(
                        "UPDATE limit_counters SET used = used - 1 WHERE business_date = '2025-04-01' AND used > 0",
                        "limits whose used is not the debits of the date",
                        "SELECT format('limit_counters (2025-04-01, %s %s): used %s, should be %s', subject, subject_id,"
                                + " used - 1, used) FROM limit_counters WHERE business_date = '2025-04-01' AND used > 0"
                                + " ORDER BY subject, subject_id LIMIT 1"),
                new Altered(
                        "DELETE FROM limit_counters WHERE business_date = '2025-04-01' AND minted > 0",
                        "limits whose minted is not the deposits of the date",
                        "SELECT format('limit_counters (2025-04-01, %s %s): minted (no row), should be %s', subject, subject_id,"
                                + " minted) FROM limit_counters WHERE business_date = '2025-04-01' AND minted > 0"
                                + " ORDER BY subject, subject_id LIMIT 1"),
                new Altered(
                        "UPDATE limit_counters SET reserved = reserved + 1 WHERE business_date = '2025-04-02'"
                                + " AND subject_id = (SELECT min(subject_id::text)::uuid FROM limit_counters"
                                + " WHERE business_date = '2025-04-02' AND subject = 'party')",
                        "limits whose reserved is not the open buys",
                        "SELECT format('limit_counters (2025-04-02, party %s): reserved %s, should be %s', subject_id,"
                                + " reserved + 1, reserved) FROM limit_counters WHERE business_date = '2025-04-02'"
                                + " AND subject = 'party' ORDER BY subject_id LIMIT 1"));
    }

    @ParameterizedTest
    @MethodSource("alterations")
    void theFirstWrongRowIsNamed(Altered altered) throws SQLException {
        try (Connection owner = DriverManager.getConnection(session.premises().databaseUrl());
                var statement = owner.createStatement()) {
            String row = SmallBank.rows(owner, altered.row()).getFirst();
            owner.setAutoCommit(false);
            statement.execute("SET LOCAL session_replication_role = replica");
            assertThat(statement.executeUpdate(altered.change())).isPositive();

            List<String> found = SmallBank.rows(
                    owner,
                    "SELECT check_name, first_wrong FROM prove_books() WHERE expected <> found ORDER BY check_name");
            owner.rollback();

            assertThat(found).anySatisfy(line -> assertThat(line).startsWith(altered.check() + "|" + row));
        }
    }

    @Test
    void whatWasNotAlteredIsProvedAndFsckSaysWhichRowIsWrong() throws SQLException {
        assertThat(proof()).allMatch(identity -> identity.verdict() == Identity.Verdict.MATCHED);
        String change = "UPDATE account_balances SET posted = posted %s 1 WHERE account_id = '" + SmallBank.BUYER
                + "' AND asset = 0";
        alter(change.formatted("+"));
        try {
            assertThat(proof())
                    .filteredOn(identity ->
                            identity.name().equals(NOT_JOURNAL) && identity.verdict() == Identity.Verdict.BREAK)
                    .singleElement()
                    .satisfies(identity -> assertThat(identity.detail())
                            .startsWith("account_balances (account_id " + SmallBank.BUYER + ", asset 0): posted "));
        } finally {
            alter(change.formatted("-"));
        }
    }

    @Test
    void whatStatementsAreReadByIsProvedWithTheSeals() throws SQLException {
        assertThat(session.get(BooksCheck.class).seals())
                .allMatch(identity -> identity.verdict() == Identity.Verdict.MATCHED);
        String position = " WHERE cycle = 1 AND asset = 0 AND account_id = '" + SmallBank.BUYER + "'";
        alter("UPDATE net_positions SET entries = entries || entries[1:1]" + position);
        try {
            assertThat(session.get(BooksCheck.class).seals())
                    .filteredOn(identity -> identity.verdict() == Identity.Verdict.BREAK)
                    .extracting(Identity::name)
                    .containsExactly("accounts whose position is not their journal, cycle 1");
        } finally {
            alter("UPDATE net_positions SET entries = entries[1:cardinality(entries) - 1]" + position);
        }
        alter("UPDATE net_positions SET running = '{7}'" + position);
        try {
            assertThat(session.get(BooksCheck.class).seals())
                    .filteredOn(identity -> identity.verdict() == Identity.Verdict.BREAK)
                    .extracting(Identity::name)
                    .containsExactly("accounts whose running balance is not their journal, cycle 1");
        } finally {
            alter("UPDATE net_positions SET running = NULL" + position);
        }
    }

    /** It sees the books as they were when it began, and holds up nobody who writes. */
    @Test
    void theProofReadsOnlyAndWaitsForNobody() throws SQLException {
        try (Connection live = DriverManager.getConnection(session.premises().databaseUrl());
                var statement = live.createStatement()) {
            live.setAutoCommit(false);
            statement.execute("LOCK TABLE account_balances, token_transactions, books_head IN EXCLUSIVE MODE");

            assertThat(proof()).allMatch(identity -> identity.verdict() == Identity.Verdict.MATCHED);
            live.rollback();
        }
    }

    private List<Identity> proof() {
        return session.get(Reconciliation.class).proveBooks();
    }

    private void alter(String change) throws SQLException {
        try (Connection owner = DriverManager.getConnection(session.premises().databaseUrl());
                var statement = owner.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            assertThat(statement.executeUpdate(change)).isOne();
        }
    }
}
