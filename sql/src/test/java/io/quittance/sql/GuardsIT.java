package io.quittance.sql;

import static io.quittance.sql.GuardedBooks.CLEARING;
import static io.quittance.sql.GuardedBooks.DOOR;
import static io.quittance.sql.GuardedBooks.ISSUANCE;
import static io.quittance.sql.GuardedBooks.LEAF;
import static io.quittance.sql.GuardedBooks.WRITER;
import static io.quittance.sql.GuardedBooks.copy;
import static io.quittance.sql.GuardedBooks.execute;
import static io.quittance.sql.GuardedBooks.load;
import static io.quittance.sql.GuardedBooks.position;
import static io.quittance.sql.GuardedBooks.publication;
import static io.quittance.sql.GuardedBooks.transfer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.account.SystemAccount;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the database refuses to whoever goes around the application: plain SQL and COPY in sessions of its roles. Each
 * attempt is known by its SQLSTATE, and after it every row, trigger and right is what it was.
 */
class GuardsIT {

    private static final String NO_RIGHT = "42501";
    private static final String CHECK = "23514";
    private static final String UNIQUE = "23505";
    private static final String LEASE_LOST = "QT001";
    private static final String NOT_ITS_TURN = "QT002";
    private static final String NOT_WHOLE = "QT003";
    private static final String WRONG_LEG = "QT004";
    private static final String WRONG_POSITIONS = "QT005";

    private static GuardedBooks books;
    private static List<String> before;

    @BeforeAll
    static void open() throws SQLException {
        books = new GuardedBooks();
        before = books.everything();
    }

    @AfterAll
    static void close() {
        books.close();
    }

    private static void refused(String role, String sqlState, GuardedBooks.Work work) {
        assertThat(books.attempt(role, work)).isEqualTo(sqlState);
        assertThat(books.changesSince(before)).isEmpty();
    }

    private static void refused(String role, String sqlState, String sql) {
        refused(role, sqlState, session -> execute(session, sql));
    }

    // ---- What is only added to

    /** Journal, queue, outcomes, results, seals, what was decided once, reference data. */
    static List<String> addedTo() {
        return List.of(
                "token_transactions",
                LEAF,
                "submissions",
                "submission_files",
                "refused_lines",
                "submission_outcomes",
                "net_positions",
                "matching_rounds",
                "cycle_counts",
                "seals",
                "seal_slots",
                "seal_chunks",
                "reversals",
                "instrument_references",
                "settlement_cycles",
                "bank",
                "bank_parameters",
                "kyc_decisions",
                "compute_resources",
                "metering_evidence",
                "ai_services",
                "service_prices",
                "account_events",
                "refused_closings",
                "unclaimed_items",
                "transaction_types",
                "transaction_legs",
                "clients",
                "client_policies",
                "audit_log");
    }

    @ParameterizedTest
    @MethodSource("addedTo")
    void whatIsOnlyAddedToIsRewrittenByNobody(String table) {
        String column = books.bank
                .owner
                .sql("SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(:table) AND attnum = 2")
                .param("table", table)
                .query(String.class)
                .single();
        assertThat(books.bank.count(table)).isPositive();

        for (String role : List.of(WRITER, DOOR, owner())) {
            refused(role, NO_RIGHT, "UPDATE " + table + " SET " + column + " = " + column);
            refused(role, NO_RIGHT, "DELETE FROM " + table);
            refused(role, NO_RIGHT, "TRUNCATE " + table + " CASCADE");
        }
    }

    /** The user of the test's address: a superuser, so that what refuses it are the triggers. */
    private static String owner() {
        return books.bank.owner.sql("SELECT current_user").query(String.class).single();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE account_balances SET posted = posted + 1",
                "INSERT INTO account_balances SELECT account_id, 7, '+', 1, 0, 0 FROM token_accounts",
                "DELETE FROM account_balances",
                "UPDATE books_head SET last_cycle = 2",
                "DELETE FROM books_head",
                "UPDATE cycle_lease SET token = token + 1",
                "UPDATE cycle_lease SET beat_at = '-infinity'",
                "SELECT token FROM cycle_lease FOR UPDATE",
                "INSERT INTO transaction_types VALUES (99, 'gift')",
                "INSERT INTO transaction_legs VALUES (9, false, 'issuance', 'customer')",
                "UPDATE token_accounts SET sign = '-'",
                "UPDATE token_accounts SET party_id = account_id",
                "UPDATE token_accounts SET daily_limit_utoken = NULL",
                "UPDATE orders SET lots = 1000",
                "UPDATE orders SET limit_ticks = 1",
                "UPDATE tasks SET reward_utoken = 1000",
                "UPDATE limit_counters SET business_date = '2026-03-01'",
                "DELETE FROM limit_counters",
                "UPDATE settled_intervals SET metered = 'empty'",
                "UPDATE settlement_windows SET business_date = '2026-03-01'",
                "UPDATE settlement_windows SET state = 'OPEN'",
                "UPDATE settlement_windows SET cut_off = cut_off + interval '1 hour' WHERE state = 'CLOSED'",
                "UPDATE approvals SET state = 'REFUSED'",
                "UPDATE approvals SET maker = checker",
                "UPDATE client_keys SET key_sha256 = sha256('mine')",
                "DELETE FROM client_keys",
                "DELETE FROM client_rights",
                "UPDATE client_rights SET account_id = gen_random_uuid()",
                "UPDATE webhooks SET url = 'https://example.com/mine'",
                "UPDATE webhooks SET client_id = client_id + 1",
                "UPDATE webhooks SET secret_version = 0",
                "DELETE FROM webhooks",
                "UPDATE webhook_messages SET payload = '{}'",
                "DELETE FROM webhook_messages",
                "DELETE FROM webhook_attempts",
                "DELETE FROM webhook_progress",
                "INSERT INTO audit_log (action, details) VALUES ('nothing', '{}')",
                "SELECT * FROM audit_log",
                "SELECT note_changed()",
                "UPDATE account_events SET window_no = window_no + 1",
                "UPDATE account_events SET event = 'unfreeze'",
                "UPDATE token_accounts SET kyc_level = 'L3'",
                "UPDATE unclaimed_items SET amount = 1",
                "SELECT refuse_late_line()",
                "INSERT INTO window_additions VALUES (1, 7, 1)",
                "UPDATE window_additions SET added = 2",
                "DELETE FROM window_additions",
                "SELECT count_lines()",
                "INSERT INTO token_transactions SELECT * FROM token_transactions",
                "INSERT INTO token_transactions_2026_02 SELECT * FROM token_transactions",
                "INSERT INTO token_transactions_2026_04 SELECT * FROM token_transactions",
                "SELECT journal_partition(now())",
                "DROP TABLE token_transactions_2026_02",
                "ALTER TABLE token_transactions DETACH PARTITION token_transactions_2026_02",
            })
    void theWriterChangesNothingButWhatItsCyclesChange(String sql) {
        refused(WRITER, NO_RIGHT, sql);
    }

    @Test
    void anIntervalIsFreedOnce() {
        refused(WRITER, NO_RIGHT, """
                UPDATE settled_intervals SET reversed_cycle = 2;
                UPDATE settled_intervals SET reversed_cycle = NULL
                """);
        refused(
                WRITER,
                "23P01",
                "INSERT INTO settled_intervals VALUES (96, 'R1', '[2026-03-01 12:00,2026-03-03)', 2, NULL)");
    }

    @Test
    void theSecondPersonIsAnotherOneAndAYesIsUsedOnce() {
        String ask = "INSERT INTO approvals (action, action_hash, maker) VALUES ('a', sha256(''), %d) ; "
                .formatted(books.client.id());

        refused(
                WRITER,
                CHECK,
                ask + "UPDATE approvals SET state = 'APPROVED', checker = maker WHERE state = 'REQUESTED'");
        refused(
                WRITER,
                NO_RIGHT,
                "UPDATE approvals SET state = 'USED', used_by = 'one'; UPDATE approvals SET used_by = 'two'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "net_positions SELECT 1, 1, account_id, 0, 0, 0, 0, 0, '{}'::integer[] FROM token_accounts LIMIT 1",
                "matching_rounds SELECT 1, 2, 'GPU-A100', 0, 1, 0, 0, 0, 0, 0, 0, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', ''",
                "submission_outcomes SELECT max(intake_no), 1, 'REJECTED', 'FUNDS', '', NULL::date, 0, 0 FROM submissions",
                "reversals VALUES (1, 90, 1)",
                "instrument_references VALUES (2, 1, 1)",
                "seal_slots VALUES (1, 2, sha256(''))",
                "refused_closings VALUES ('freeze', 1, '')",
                "unclaimed_items SELECT 77, account_id, 1, 1 FROM token_accounts LIMIT 1",
            })
    void nothingIsAddedToAPublishedCycle(String rows) {
        refused(WRITER, NO_RIGHT, "INSERT INTO " + rows);
    }

    @Test
    void copyAddsNothingToAPublishedCycle() {
        refused(
                WRITER,
                NO_RIGHT,
                session -> copy(session, "net_positions", List.of(position(1, books.strangers, 0, 0, 1, 1, 0, 0))));
        refused(
                WRITER,
                NO_RIGHT,
                session -> copy(session, "account_balances", List.of(books.strangers + "\t0\t+\t1\t0\t0")));
        refused(WRITER, NO_RIGHT, session -> copy(session, "books_head", List.of("t\t9\t9")));
        refused(DOOR, NO_RIGHT, session -> copy(session, "submissions (intake_no)", List.of("77")));
    }

    // ---- What the bank decides about accounts

    private static String event(String account, String event, String level, long window) {
        return """
                INSERT INTO account_events (event_key, account_id, event, kyc_level, content_digest, window_no, decided_by)
                VALUES ('late', '%s', '%s', %s, '\\x', %d, %d)
                """.formatted(account, event, level, window, books.client.id());
    }

    /** Lines of every kind, of a window. */
    static List<String> lines() {
        return List.of(
                "INSERT INTO submissions (window_no, client_id, submission_key, submission_id, kind, by_operator, received_at,"
                        + " content_digest, account_id, to_account, amount_utoken) SELECT %1$d, client_id, 'late',"
                        + " gen_random_uuid(), kind, by_operator, received_at, content_digest, account_id, to_account,"
                        + " amount_utoken FROM submissions WHERE submission_key = 'settled'",
                "INSERT INTO token_accounts (account_id, party_id, account_type, kyc_level, content_digest, window_no)"
                        + " VALUES (gen_random_uuid(), gen_random_uuid(), 'personal', 'L1', '\\x', %1$d)",
                "INSERT INTO kyc_decisions (party_id, kyc_level, window_no) VALUES (gen_random_uuid(), 'L3', %1$d)",
                "INSERT INTO compute_resources (resource_id, account_id, compute_class, gpu_count, content_digest, window_no)"
                        + " VALUES ('R2', '%2$s', 'GPU-H100', 1, '\\x', %1$d)",
                "INSERT INTO metering_evidence (resource_id, metered_from, metered_to, gpu_ms, metered_by, content_digest,"
                        + " window_no) VALUES ('R1', '2026-03-02', '2026-03-03', 1, %3$d, '\\x', %1$d)",
                "INSERT INTO ai_services (service, content_digest, window_no, decided_by) VALUES ('S2', '\\x', %1$d, %3$d)",
                "INSERT INTO service_prices (service, model, price_version, effective_from, input_utoken_per_mtok,"
                        + " output_utoken_per_mtok, content_digest, window_no, decided_by)"
                        + " VALUES ('S1', 'm', '2', '2026-03-02', 1, 1, '\\x', %1$d, %3$d)",
                "INSERT INTO account_events (event_key, account_id, event, content_digest, window_no, decided_by)"
                        + " VALUES ('late', '%2$s', 'freeze', '\\x', %1$d, %3$d)");
    }

    @ParameterizedTest
    @MethodSource("lines")
    void nothingIsAddedToAWindowThatIsClosed(String line) {
        String late = line.formatted(books.bank.windows.get(0), books.mine, books.client.id());
        refused(WRITER, NO_RIGHT, late);
        refused(owner(), NO_RIGHT, late);
        String nowhere = line.formatted(999, books.mine, books.client.id());
        assertThat(books.attempt(WRITER, session -> execute(session, nowhere))).isIn(NO_RIGHT, "23503");
        String open = line.formatted(books.bank.windows.get(2), books.mine, books.client.id());
        refused(WRITER, NO_RIGHT, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; " + open);
        assertThat(books.attempt(WRITER, session -> {
                    session.setAutoCommit(false);
                    execute(session, open);
                    session.rollback();
                }))
                .isEqualTo("00000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO submission_outcomes VALUES (50, 3, 'REJECTED', 'FUNDS', '', NULL, 0, 0)",
                "INSERT INTO net_positions VALUES (3, 0, '%1$s', 0, 1, 71, 5, 1, '{0}')",
                "INSERT INTO matching_rounds SELECT 3, asset, compute_class, price_ticks, tick_utoken, volume_lots, demand_lots,"
                        + " supply_lots, surplus_lots, plateau_low, plateau_high, decided_by, reference_before, reference_after,"
                        + " best_bid, best_ask, orders_in, orders_filled, orders_partial, self_trade_lots, notional_utoken,"
                        + " fees_utoken, input_hash, output_hash FROM matching_rounds",
                "INSERT INTO cycle_counts VALUES (3, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
                "INSERT INTO reversals VALUES (50, 51, 3)",
                "INSERT INTO instrument_references VALUES (1, 3, 9999)",
                "INSERT INTO seal_slots VALUES (3, 1, sha256(''))",
                "INSERT INTO refused_closings VALUES ('freeze', 3, 'UTOKEN=30')",
                "INSERT INTO unclaimed_items VALUES (50, '%1$s', 5, 3, NULL)",
                "INSERT INTO settled_intervals VALUES (50, 'R1', '[2026-03-05,2026-03-06)', 3, NULL)",
                "INSERT INTO seals VALUES (2, '\\x00', sha256('header 2'), sha256('root'), 2)",
                "INSERT INTO seal_chunks VALUES (2, 0, '\\x00')",
                "INSERT INTO seal_chunks VALUES (1, 1, '\\x00')"
            })
    void nothingIsPutAsideForACycleWhoseTurnHasNotCome(String row) {
        refused(WRITER, NO_RIGHT, row.formatted(books.mine));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO submission_outcomes VALUES (50, 2, 'REJECTED', 'FUNDS', '', NULL, 0, 0)",
                "INSERT INTO reversals VALUES (50, 51, 2)",
                "INSERT INTO instrument_references VALUES (1, 2, 9999)",
                "INSERT INTO refused_closings VALUES ('freeze', 2, 'UTOKEN=30')",
                "INSERT INTO unclaimed_items VALUES (50, '%1$s', 5, 2, NULL)",
                "INSERT INTO settled_intervals VALUES (50, 'R1', '[2026-03-05,2026-03-06)', 2, NULL)"
            })
    void whatSomebodyPutAsideForTheNextCycleIsNotPublishedWithIt(String row) throws SQLException {
        try (var other = new GuardedBooks()) {
            assertThat(other.attempt(WRITER, session -> execute(session, row.formatted(other.mine))))
                    .isEqualTo("00000");

            assertThat(other.attempt(WRITER, session -> execute(session, publication(other.token, 2, 0))))
                    .isEqualTo("QT003");
        }
    }

    @Test
    void nobodyBringsAYesAlong() {
        refused(
                WRITER,
                NO_RIGHT,
                "INSERT INTO approvals (action, action_hash, maker, state, checker) VALUES ('reversal', sha256('x'), %d,"
                                .formatted(books.client.id())
                        + " 'APPROVED', " + books.stranger.id() + ")");
    }

    @Test
    void nothingIsDecidedForAWindowThatIsClosed() {
        for (long window : List.of(books.bank.windows.get(0), books.bank.windows.get(1))) {
            refused(WRITER, NO_RIGHT, event(books.mine.toString(), "freeze", "NULL", window));
            refused(owner(), NO_RIGHT, event(books.mine.toString(), "freeze", "NULL", window));
            refused(
                    WRITER,
                    NO_RIGHT,
                    session -> copy(
                            session,
                            "account_events (event_key, account_id, event, content_digest, window_no, decided_by)",
                            List.of("late\t" + books.mine + "\tfreeze\t\\\\x\t" + window + "\t" + books.client.id())));
        }
    }

    @Test
    void whatIsDecidedMeansSomething() {
        long open = books.bank.windows.get(2);
        refused(WRITER, CHECK, event(books.mine.toString(), "level", "NULL", open));
        refused(WRITER, CHECK, event(books.mine.toString(), "freeze", "'L1'", open));
        refused(WRITER, CHECK, event(books.mine.toString(), "thaw", "NULL", open));
        refused(WRITER, "23503", event(UUID.randomUUID().toString(), "freeze", "NULL", open));
        refused(WRITER, NO_RIGHT, event(ISSUANCE.toString(), "freeze", "NULL", open)); // Not the bank's own.
        refused(DOOR, NO_RIGHT, event(books.mine.toString(), "freeze", "NULL", open));
        refused(DOOR, NO_RIGHT, "SELECT reason FROM account_events");
    }

    @Test
    void whatIsSetAsideIsPaidOnce() {
        refused(WRITER, NO_RIGHT, """
                UPDATE unclaimed_items SET paid_cycle = 2;
                UPDATE unclaimed_items SET paid_cycle = 3
                """);
        refused(WRITER, CHECK, "UPDATE unclaimed_items SET paid_cycle = 1");
        refused(WRITER, NO_RIGHT, "DELETE FROM unclaimed_items");
    }

    // ---- Signs and legs

    @ParameterizedTest
    @CsvSource({"1, 0", "1, -5"})
    void anAmountIsPositive(int ignored, long amount) {
        refused(
                WRITER,
                CHECK,
                session -> load(
                        session, List.of(transfer(3, 2, 0, 0, books.mine, books.other, amount, 9, null)), List.of()));
    }

    @Test
    void theTwoAccountsOfATransferDiffer() {
        refused(
                WRITER,
                CHECK,
                session -> load(session, List.of(transfer(3, 2, 0, 0, books.mine, books.mine, 1, 9, null)), List.of()));
    }

    /** type, asset, from, to; customers are named as fields of the fixture. */
    @ParameterizedTest
    @CsvSource({
        "1, 0, mine, other", // a deposit between customers
        "1, 0, issuance, treasury",
        "5, 0, mine, other", // a trade past the clearing account
        "5, 1, mine, clearing2", // H100 credits into the A100 round
        "6, 0, fees, mine", // a fee that comes back
        "8, 0, mine, issuance", // a burn of a customer's money
        "4, 0, mine, other", // a reward that was never in escrow
        "1, 1, source2, mine", // A100's source brings H100 credits
        "11, 0, mine, other", // set aside under another's name
        "11, 0, unclaimed, treasury", // the bank helps itself
        "77, 0, mine, other", // no such type
        "5, 0, mine, unlisted" // no such account of the bank's
    })
    void aTypeGoesBetweenItsAccountsAlone(int type, int asset, String from, String to) {
        refused(WRITER, WRONG_LEG, session -> {
            load(
                    session,
                    List.of(transfer(3, 2, 0, asset, account(from), account(to), 1, type, null)),
                    List.of(
                            position(2, account(from), asset, 1, 0, 0, 0, 0),
                            position(2, account(to), asset, 0, 1, 1, 0, 0)));
            execute(session, publication(books.token, 2, 1));
        });
    }

    private static UUID account(String name) {
        return switch (name) {
            case "mine" -> books.mine;
            case "other" -> books.other;
            case "unlisted" -> new UUID(0, 0xeeee);
            case "clearing2" -> SystemAccount.CLEARING.id(2);
            case "source2" -> SystemAccount.SOURCE.id(2);
            default ->
                SystemAccount.valueOf(name.toUpperCase(java.util.Locale.ROOT)).id(0);
        };
    }

    @ParameterizedTest
    @CsvSource({"0, issuance, mine", "0, mine, escrow", "1, mine, other"})
    void aTransferIsOfTokensBetweenCustomers(int asset, String from, String to) {
        refused(
                WRITER,
                CHECK,
                session -> load(
                        session, List.of(transfer(3, 2, 0, asset, account(from), account(to), 1, 9, null)), List.of()));
    }

    @Test
    void theJournalTakesNoRowThatIsNotOfTheRunningCyclesMonthAndNew() {
        String row = " SELECT %d, 2, 0, 0, from_account, to_account, 1, transaction_type, leg, intake_no, task_id,"
                + " TIMESTAMPTZ '%s' FROM token_transactions WHERE id = 2";

        refused(
                WRITER,
                UNIQUE,
                session ->
                        load(session, List.of(transfer(2, 2, 0, 0, books.mine, books.other, 1, 9, null)), List.of()));
        refused(WRITER, CHECK, "INSERT INTO " + LEAF + row.formatted(3, "2026-04-01Z"));
        refused(WRITER, CHECK, "INSERT INTO " + LEAF + row.formatted(0, "2026-03-02Z"));
        refused(WRITER, NO_RIGHT, "INSERT INTO token_transactions" + row.formatted(3, "2026-03-02Z"));
        refused(WRITER, NO_RIGHT, "INSERT INTO token_transactions_2026_04" + row.formatted(3, "2026-04-01Z"));
        refused(owner(), CHECK, "INSERT INTO token_transactions_2026_04" + row.formatted(2, "2026-04-01Z"));
    }

    /** Loads one transfer with the positions, and asks for its publication. */
    private static GuardedBooks.Work published(String transfer, String... positions) {
        return session -> {
            load(session, List.of(transfer), List.of(positions));
            execute(session, publication(books.token, 2, 1));
        };
    }

    private static String sent(long amount) {
        return transfer(3, 2, 0, 0, books.mine, books.other, amount, 9, null);
    }

    @Test
    void positionsLeadFromTheBalanceToTheClosingAndSumToTheJournal() {
        String from = position(2, books.mine, 0, 1, 0, 69, 5, 1);
        String to = position(2, books.other, 0, 0, 1, 31, 0, 1);

        refused(WRITER, WRONG_POSITIONS, published(sent(1)));
        refused(WRITER, WRONG_POSITIONS, published(sent(1), from)); // None for an account that moved.
        refused(WRITER, WRONG_POSITIONS, published(sent(2), from, to)); // Not as much as the journal moves.
        refused(WRITER, WRONG_POSITIONS, published(sent(1), position(2, books.mine, 0, 1, 0, 68, 5, 1), to));
        refused(WRITER, WRONG_POSITIONS, published(sent(1), position(2, books.mine, 0, 1, 0, 69, 5, 0), to));
        refused(WRITER, WRONG_POSITIONS, published(sent(1), position(2, books.mine, 0, 1, 0, 69, 5, -1), to));
        refused(WRITER, WRONG_POSITIONS, published(sent(1), from, position(2, books.strangers, 0, 0, 1, 1, 0, 1)));
        refused(WRITER, UNIQUE, published(sent(1), from, position(2, books.other, 0, 0, 1, 1, 0, 0)));
        refused(WRITER, CHECK, published(sent(1), from, position(2, books.other, 0, 0, 1, 31, 0, 2)));
        refused(WRITER, WRONG_POSITIONS, published(sent(1), from, position(2, UUID.randomUUID(), 0, 0, 1, 1, 0, 0)));
    }

    @Test
    void balancesKeepTheirSigns() {
        UUID source = SystemAccount.SOURCE.id(1); // May go below zero, so that the other one is what is refused.
        String lent = transfer(3, 2, 0, 1, CLEARING, books.mine, 1, 5, null);

        // A customer below zero.
        refused(
                WRITER,
                CHECK,
                published(
                        sent(71),
                        position(2, books.mine, 0, 71, 0, -1, 0, 1),
                        position(2, books.other, 0, 0, 71, 101, 0, 1)));
        for (long reserved : List.of(-1L, 70L)) { // More reserved than posted, or less than nothing.
            refused(
                    WRITER,
                    CHECK,
                    published(
                            sent(1),
                            position(2, books.mine, 0, 1, 0, 69, reserved, 1),
                            position(2, books.other, 0, 0, 1, 31, 0, 1)));
        }
        // Tokens in circulation below zero, and reserved ones.
        refused(
                WRITER,
                CHECK,
                published(
                        sent(101),
                        position(2, ISSUANCE, 0, 0, 101, 1, 0, 1),
                        position(2, source, 0, 101, 0, -101, 0, 0)));
        refused(
                WRITER,
                CHECK,
                published(
                        sent(99), position(2, ISSUANCE, 0, 0, 99, -1, 1, 1), position(2, source, 0, 99, 0, -99, 0, 0)));
        // Clearing that is not left at zero.
        refused(
                WRITER,
                CHECK,
                published(
                        sent(1), position(2, books.mine, 0, 1, 0, 69, 5, 1), position(2, CLEARING, 0, 0, 1, 1, 0, 0)));
        refused(
                WRITER,
                CHECK,
                published(lent, position(2, CLEARING, 1, 1, 0, -1, 0, 0), position(2, books.mine, 1, 0, 1, 1, 0, 0)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // A bank's own account of one's own, which may go below zero.
                "gen_random_uuid(), gen_random_uuid(), 'system', 'issuance.mine', '-', NULL",
                "'00000000-0000-0000-0000-0000000000ff', gen_random_uuid(), 'system', 'fees', '-', NULL",
                "gen_random_uuid(), gen_random_uuid(), 'personal', NULL, '-', 1",
                "gen_random_uuid(), gen_random_uuid(), 'personal', 'issuance', '-', 1",
                "'00000000-0000-0000-0000-000000000311', gen_random_uuid(), 'personal', NULL, '+', 1",
            })
    void nobodyOpensAnAccountThatMayGoBelowZero(String values) {
        refused(
                WRITER,
                CHECK,
                "INSERT INTO token_accounts (account_id, party_id, account_type, code, sign, window_no, content_digest)"
                        + " VALUES (" + values + ", '\\x')");
    }

    @Test
    void anAccountOfTheBankExistsOnce() {
        refused(
                WRITER,
                UNIQUE,
                "INSERT INTO token_accounts (account_id, party_id, account_type, code, sign, content_digest)"
                        + " VALUES ('00000000-0000-0000-0000-0000000000ff', gen_random_uuid(), 'system', 'issuance', '-', '\\x')");
    }

    @Test
    void aSubmissionIsReversedOnce() {
        refused(WRITER, UNIQUE, "INSERT INTO reversals VALUES (%d, 91, 2)".formatted(books.intakeNo("held")));
        refused(WRITER, UNIQUE, "INSERT INTO reversals VALUES (1000, 98, 2)"); // One reversal reverses one submission.
        refused(WRITER, UNIQUE, session -> copy(session, "reversals", List.of(books.intakeNo("held") + "\t92\t2")));
    }

    // ---- Publishing

    @Test
    void onlyTheCurrentLeasePublishesAndDiscards() {
        for (long token : List.of(books.token - 1, books.token + 1, 0L, -1L)) {
            refused(WRITER, LEASE_LOST, publication(token, 2, 0));
            refused(WRITER, LEASE_LOST, "SELECT open_journal(" + token + ", 2)");
            refused(WRITER, LEASE_LOST, "SELECT discard_rounds(" + token + ", 2)");
            refused(WRITER, LEASE_LOST, "SELECT discard_positions(" + token + ", 2)");
            refused(WRITER, LEASE_LOST, "SELECT assert_lease(" + token + ")");
        }
        refused(WRITER, LEASE_LOST, "SELECT assert_lease(NULL)");
    }

    @Test
    void aCycleIsPublishedInItsTurnAndOnce() {
        refused(WRITER, NOT_ITS_TURN, publication(books.token, 1, 2));
        refused(WRITER, NOT_ITS_TURN, publication(books.token, 3, 0));
        refused(WRITER, NOT_ITS_TURN, "SELECT open_journal(" + books.token + ", 1)");
        refused(WRITER, NOT_ITS_TURN, "SELECT discard_rounds(" + books.token + ", 1)");
        refused(WRITER, NOT_ITS_TURN, "SELECT discard_positions(" + books.token + ", 1)");
    }

    @Test
    void aCycleIsPublishedWhole() {
        List<String> gap = List.of(
                transfer(3, 2, 0, 0, books.mine, books.other, 1, 9, null),
                transfer(5, 2, 2, 0, books.mine, books.other, 1, 9, null));
        List<String> ofAnotherCycle = List.of(transfer(3, 3, 0, 0, books.mine, books.other, 1, 9, null));

        refused(WRITER, NOT_WHOLE, publication(books.token, 2, 1));
        refused(WRITER, NOT_WHOLE, session -> {
            load(session, gap, List.of());
            execute(session, publication(books.token, 2, 2));
        });
        refused(WRITER, NOT_WHOLE, session -> {
            load(session, ofAnotherCycle, List.of());
            execute(session, publication(books.token, 2, 1));
        });
    }

    // ---- Ways around

    static List<String> waysAround() {
        var ways = new ArrayList<>(List.of(
                "ALTER TABLE token_transactions DISABLE TRIGGER ALL",
                "ALTER TABLE submissions DISABLE TRIGGER only_added_to",
                "DROP TRIGGER only_added_to ON submissions",
                "UPDATE pg_trigger SET tgenabled = 'D'",
                "SET session_replication_role = replica",
                "SET LOCAL session_replication_role = replica",
                "SELECT set_config('session_replication_role', 'replica', false)",
                "ALTER ROLE CURRENT_USER SET session_replication_role = replica",
                "ALTER TABLE account_balances DROP CONSTRAINT balance_has_its_sign",
                "ALTER TABLE account_balances OWNER TO CURRENT_USER",
                "DROP TABLE reversals",
                "CREATE TABLE public.mine (id int)",
                "CREATE SCHEMA mine",
                "CREATE RULE r AS ON DELETE TO submissions DO INSTEAD NOTHING",
                "CREATE TRIGGER t BEFORE INSERT ON books_head EXECUTE FUNCTION refuse_rewrite()",
                "CREATE OR REPLACE FUNCTION assert_lease(held_token bigint) RETURNS void LANGUAGE sql AS ''",
                "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "ALTER FUNCTION assert_lease SET search_path = pg_temp",
                "ALTER FUNCTION assert_lease SECURITY INVOKER",
                "CREATE OR REPLACE VIEW seen.submissions AS SELECT * FROM submissions",
                // Who may not grant is warned, not refused.
                "GRANT UPDATE ON account_balances TO PUBLIC; UPDATE account_balances SET posted = 0",
                "GRANT quittance_writer TO quittance_door",
                "ALTER ROLE CURRENT_USER SUPERUSER",
                "ALTER ROLE CURRENT_USER BYPASSRLS",
                "CREATE ROLE mine SUPERUSER",
                "COPY bank TO PROGRAM 'cat'",
                "COPY bank TO '/tmp/quittance-guards'",
                "SELECT pg_read_file('PG_VERSION')",
                "SELECT lo_export(0, '/tmp/quittance-guards')",
                "RESET ROLE; UPDATE account_balances SET posted = 0",
                "SET ROLE NONE; UPDATE account_balances SET posted = 0",
                "RESET SESSION AUTHORIZATION; UPDATE account_balances SET posted = 0",
                "DISCARD PLANS; RESET ALL; UPDATE account_balances SET posted = 0",
                "DO $$ BEGIN UPDATE account_balances SET posted = 0; END $$"));
        return ways;
    }

    @ParameterizedTest
    @MethodSource("waysAround")
    void thereIsNoWayAround(String sql) {
        refused(WRITER, NO_RIGHT, sql);
        refused(DOOR, NO_RIGHT, sql);
    }

    @Test
    void nobodyBuysSpeedWithDurability() throws SQLException {
        for (String role : List.of(WRITER, DOOR)) {
            for (String sql : List.of("ALTER SYSTEM SET fsync = off", "SET fsync = off")) {
                try (Connection session = books.bank.database.connect(role)) {
                    assertThatThrownBy(() -> execute(session, sql))
                            .isInstanceOfSatisfying(
                                    SQLException.class,
                                    refusal -> assertThat(refusal.getSQLState())
                                            .isIn(NO_RIGHT, "55P02")); // 55P02: not in a session at all.
                }
            }
        }
    }

    @Test
    void noRoleTurnsIntoAnother() {
        for (String role : List.of(WRITER, DOOR)) {
            for (String wanted : List.of(owner(), WRITER, DOOR)) {
                if (!wanted.equals(role)) {
                    refused(role, NO_RIGHT, "SET ROLE " + wanted);
                    refused(role, NO_RIGHT, "SET SESSION AUTHORIZATION " + wanted);
                    refused(role, NO_RIGHT, "SET LOCAL ROLE " + wanted);
                }
            }
        }
    }

    /** A temporary table is found before any other of its name, unless the function says otherwise. */
    @ParameterizedTest
    @ValueSource(strings = {"", "SET search_path = pg_temp, public;", "SET search_path = pg_temp, pg_catalog, public;"})
    void aTemporaryTableDeceivesNoGuard(String path) {
        String lease = "CREATE TEMPORARY TABLE cycle_lease AS SELECT true AS one, '' AS owner, 999::bigint AS token,"
                + " now() AS beat_at;";
        String head =
                "CREATE TEMPORARY TABLE books_head AS SELECT true AS one, 0::bigint AS last_cycle, 0::bigint AS last_seq;";
        String legs = "CREATE TEMPORARY TABLE transaction_legs AS SELECT 5::smallint AS type_code, false AS compute,"
                + " 'issuance' AS from_class, 'customer' AS to_class;";

        refused(WRITER, LEASE_LOST, lease + path + "SELECT public.publish_cycle(999, 2, 0)");
        refused(WRITER, NOT_ITS_TURN, head + path + "SELECT public.publish_cycle(" + books.token + ", 1, 2)");
        refused(WRITER, NO_RIGHT, session -> {
            execute(session, head + path);
            copy(
                    session,
                    "public.submission_outcomes",
                    List.of(books.intakeNo("coming") + "\t1\tREJECTED\tFUNDS\t\t\\N\t0\t0"));
        });
        refused(WRITER, WRONG_LEG, session -> {
            load(
                    session,
                    List.of(transfer(3, 2, 0, 0, ISSUANCE, books.other, 1, 5, null)),
                    List.of(position(2, ISSUANCE, 0, 1, 0, -101, 0, 1), position(2, books.other, 0, 0, 1, 31, 0, 1)));
            execute(session, legs + path + "SELECT public.publish_cycle(" + books.token + ", 2, 1)");
        });
    }

    @Test
    void functionsShadowedInTheCallersSchemaAreNotCalled() {
        refused(WRITER, LEASE_LOST, """
                CREATE FUNCTION pg_temp.assert_lease(held_token bigint) RETURNS void LANGUAGE sql AS '';
                CREATE FUNCTION pg_temp.neq(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT false';
                CREATE OPERATOR pg_temp.<> (FUNCTION = pg_temp.neq, LEFTARG = bigint, RIGHTARG = bigint);
                SET search_path = pg_temp, public;
                SELECT public.publish_cycle(999, 2, 0)
                """);
    }

    @Test
    void everyFunctionThatGuardsLooksIntoTemporaryTablesLastAndDoorsMayCallThoseOfSeenAlone() {
        List<String> careless = books.bank.owner.sql("""
                        SELECT p.oid::regprocedure::text FROM pg_proc p
                        WHERE p.pronamespace::regnamespace::text IN ('public', 'seen')
                          AND (p.prosecdef OR p.prorettype = 'trigger'::regtype)
                          AND NOT EXISTS (SELECT FROM pg_depend d
                              WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
                          AND (NOT coalesce(p.proconfig, '{}') @> '{"search_path=pg_catalog, public, pg_temp"}'
                              OR has_function_privilege('quittance_door', p.oid, 'EXECUTE')
                                  AND p.pronamespace <> 'seen'::regnamespace
                              OR pg_get_userbyid(p.proowner) <> current_user)
                        """).query(String.class).list();

        assertThat(careless).isEmpty();
    }

    @Test
    void noSequenceTypeOrTableOfOursIsForEverybody() {
        List<String> open = books.bank.owner.sql("""
                        SELECT c.relname::text FROM pg_class c, aclexplode(c.relacl) a
                        WHERE c.relnamespace::regnamespace::text IN ('public', 'seen') AND a.grantee = 0
                        """).query(String.class).list();

        assertThat(open).isEmpty();
        assertThat(books.bank
                        .owner
                        .sql("SELECT has_schema_privilege('quittance_writer', 'seen', 'USAGE')")
                        .query(Boolean.class)
                        .single())
                .isFalse();
    }
}
