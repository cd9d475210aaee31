package io.quittance.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.cycle.Bank;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.cycle.SettlementCalendar;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.report.BankViews.SubmissionState;
import io.quittance.domain.report.CycleFigures;
import io.quittance.domain.report.CycleFigures.Position;
import io.quittance.domain.report.CycleFigures.Refusal;
import io.quittance.domain.report.TrialBalance;
import io.quittance.domain.report.TrialBalance.Line;
import io.quittance.domain.seal.Hash32;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Reports of cycles whose rows were written by hand: Anna gets 100 µToken and 50 GPU-ms in cycle 1, nothing happens in
 * cycle 2, in cycle 3 she pays 30 to Bert and 5 to escrow. Cycle 4 is loaded and not published.
 */
class JdbcCycleFiguresIT {

    private static final UUID ISSUANCE = SystemAccount.ISSUANCE.id(0);
    private static final UUID ESCROW = SystemAccount.ESCROW.id(0);
    private static final UUID SOURCE = SystemAccount.SOURCE.id(1);
    private static final UUID ANNA = new UUID(1, 1);
    private static final UUID BERT = new UUID(1, 2);
    private static final long BIG = 9_000_000_000_000_000_000L;

    private TestDatabase database;
    private JdbcTemplate owner;
    private CycleFigures figures;

    @BeforeEach
    void fill() {
        database = TestDatabase.create();
        owner = new JdbcTemplate(database.owner());
        figures = new JdbcCycleFigures(database.application());
        var parameters = parameters(1, new Asset(1, "GPU-H100"));
        var calendar = new SettlementCalendar(ZoneId.of("UTC"), List.of(LocalTime.of(9, 0)));
        new JdbcBank(database.owner())
                .open(
                        new Bank(
                                "Test Bank",
                                calendar,
                                31337,
                                "0x" + "00".repeat(20),
                                Hash32.ZERO,
                                LocalDate.of(2026, 3, 2)),
                        parameters);
        for (int cycle = 1; cycle <= 4; cycle++) {
            cycle(cycle, 1);
        }
        account(ANNA);
        account(BERT);

        position(1, 0, ISSUANCE, 100, 0, -100);
        position(1, 0, ANNA, 0, 100, 100);
        position(1, 1, SOURCE, 50, 0, -50);
        position(1, 1, ANNA, 0, 50, 50);
        position(3, 0, ANNA, 35, 0, 65);
        position(3, 0, BERT, 0, 30, 30);
        position(3, 0, ESCROW, 0, 5, 5);
        balance(ISSUANCE, 0, -100, '-');
        balance(SOURCE, 1, -50, '-');
        balance(ANNA, 0, 65, '+');
        balance(ANNA, 1, 50, '+');
        balance(BERT, 0, 30, '+');
        balance(ESCROW, 0, 5, '+');
        position(4, 0, BERT, 30, 0, 0);
        position(4, 0, ANNA, 0, 30, 95);
        owner.update("UPDATE books_head SET last_cycle = 3, last_seq = 5");
    }

    @AfterEach
    void drop() {
        database.close();
    }

    private static BankParameters parameters(int version, Asset... classes) {
        var computeClasses = new ArrayList<BankParameters.ComputeClass>();
        for (Asset asset : classes) {
            computeClasses.add(new BankParameters.ComputeClass(asset, 1_000_000));
        }
        return new BankParameters(
                version, "Test Bank", BIG, computeClasses, List.of(), BankParameters.defaultDailyLimits());
    }

    private void cycle(int cycle, int parametersVersion) {
        owner.update(
                "INSERT INTO settlement_windows (business_date, cut_off, state) VALUES (DATE '2026-03-02' + ?,"
                        + " TIMESTAMPTZ '2026-03-02 09:00Z' + ? * interval '1 day', 'CLOSED')",
                cycle,
                cycle);
        owner.update("""
                INSERT INTO settlement_cycles (cycle, window_no, business_date, cut_off, rules_version, secret_version,
                    parameters_version, first_seq, received, received_of_kind)
                SELECT ?, window_no, business_date, cut_off, 1, 1, ?, 1, 0, '{0,0,0,0,0,0,0,0}'
                FROM settlement_windows ORDER BY window_no DESC LIMIT 1
                """, cycle, parametersVersion);
    }

    private void account(UUID id) {
        pastTheGuards(
                "INSERT INTO token_accounts (account_id, party_id, account_type, kyc_level, content_digest, window_no)"
                        + " VALUES (?, ?, 'personal', 'L1', '\\x', (SELECT min(window_no) FROM settlement_windows))",
                id,
                id);
    }

    /** Lays down history where the guards would refuse it, which only a superuser can. */
    private void pastTheGuards(String sql, Object... arguments) {
        new TransactionTemplate(new JdbcTransactionManager(owner.getDataSource())).executeWithoutResult(status -> {
            owner.execute("SET LOCAL session_replication_role = replica");
            owner.update(sql, arguments);
        });
    }

    private void position(int cycle, int asset, UUID account, long debits, long credits, long closing) {
        pastTheGuards(
                "INSERT INTO net_positions (cycle, asset, account_id, debits, credits, closing, reserved,"
                        + " previous_cycle, entries)"
                        + " VALUES (?, ?, ?, ?, ?, ?, 0, (SELECT coalesce(max(cycle), 0) FROM net_positions"
                        + " WHERE asset = ? AND account_id = ?), '{0}')",
                cycle, asset, account, debits, credits, closing, asset, account);
    }

    private void balance(UUID account, int asset, long posted, char sign) {
        owner.update(
                "INSERT INTO account_balances (account_id, asset, sign, posted, reserved, last_position)"
                        + " VALUES (?, ?, ?, ?, 0, 1)",
                account,
                asset,
                String.valueOf(sign),
                posted);
    }

    private static Line line(String asset, String accountClass, long opening, long debits, long credits, long closing) {
        return new Line(
                asset,
                accountClass,
                BigInteger.valueOf(opening),
                BigInteger.valueOf(debits),
                BigInteger.valueOf(credits),
                BigInteger.valueOf(closing));
    }

    private List<Line> linesWithFigures(long cycle) {
        TrialBalance balance = figures.trialBalance(cycle);
        assertThat(balance.differences()).isEmpty();
        assertThat(balance.lines()).hasSize(16);
        return balance.lines().stream()
                .filter(line -> line.debits().signum() != 0
                        || line.credits().signum() != 0
                        || line.opening().signum() != 0
                        || line.closing().signum() != 0)
                .toList();
    }

    @Test
    void theNewestCycleOpensWithWhatTheOnesBeforeLeft() {
        assertThat(linesWithFigures(3))
                .containsExactly(
                        line("UTOKEN", "customers", 100, 35, 30, 95),
                        line("UTOKEN", "issuance", -100, 0, 0, -100),
                        line("UTOKEN", "escrow", 0, 0, 5, 5),
                        line("GPU-H100", "customers", 50, 0, 0, 50),
                        line("GPU-H100", "source.GPU-H100", -50, 0, 0, -50));
    }

    @Test
    void anAccountThatMovedOftenOpensWithWhatItLastClosedWith() {
        owner.update("UPDATE account_balances SET posted = 95 WHERE account_id = ? AND asset = 0", ANNA);
        owner.update("UPDATE account_balances SET posted = 0 WHERE account_id = ?", BERT);
        owner.update("UPDATE books_head SET last_cycle = 4");

        assertThat(linesWithFigures(4)).contains(line("UTOKEN", "customers", 95, 30, 30, 95));
    }

    @Test
    void anOldCycleIsReportedAsItWasThen() {
        assertThat(linesWithFigures(1))
                .containsExactly(
                        line("UTOKEN", "customers", 0, 0, 100, 100),
                        line("UTOKEN", "issuance", 0, 100, 0, -100),
                        line("GPU-H100", "customers", 0, 0, 50, 50),
                        line("GPU-H100", "source.GPU-H100", 0, 50, 0, -50));
    }

    @Test
    void aCycleInWhichNothingMovedShowsTheBooksAsTheyStood() {
        assertThat(linesWithFigures(2))
                .containsExactly(
                        line("UTOKEN", "customers", 100, 0, 0, 100),
                        line("UTOKEN", "issuance", -100, 0, 0, -100),
                        line("GPU-H100", "customers", 50, 0, 0, 50),
                        line("GPU-H100", "source.GPU-H100", -50, 0, 0, -50));
    }

    @Test
    void aBalanceThatIsNotWhatPositionsSayDoesNotTie() {
        owner.update("UPDATE account_balances SET posted = 31 WHERE account_id = ?", BERT);

        assertThat(figures.trialBalance(3).differences())
                .containsExactly(
                        "UTOKEN customers: opening 100 - debits 35 + credits 30 = 95, closing is 96",
                        "UTOKEN: closings sum to 1, not 0");
    }

    @Test
    void aPositionWithoutABalanceIsNotOverlooked() {
        owner.update("DELETE FROM account_balances WHERE account_id = ?", ESCROW);

        assertThat(figures.trialBalance(3).differences())
                .containsExactly(
                        "UTOKEN escrow: opening 0 - debits 0 + credits 5 = 5, closing is 0",
                        "UTOKEN: closings sum to -5, not 0");
    }

    @Test
    void aClassThatCameLaterDoesNotChangeAnOldReport() {
        TrialBalance before = figures.trialBalance(3);
        owner.update(
                "INSERT INTO bank_parameters (version, content) VALUES (2, ?)",
                parameters(2, new Asset(1, "GPU-H100"), new Asset(2, "GPU-A100"))
                        .toText());
        cycle(5, 2);
        owner.update("""
                INSERT INTO token_accounts (account_id, party_id, account_type, code, sign, content_digest)
                VALUES (?1, ?1, 'system', 'source.GPU-A100', '-', '\\x')
                """.replace("?1", "'" + SystemAccount.SOURCE.id(2) + "'"));
        position(5, 2, SystemAccount.SOURCE.id(2), 7, 0, -7);
        position(5, 2, BERT, 0, 7, 7);
        balance(SystemAccount.SOURCE.id(2), 2, -7, '-');
        balance(BERT, 2, 7, '+');
        pastTheGuards("DELETE FROM net_positions WHERE cycle = 4");
        owner.update("UPDATE books_head SET last_cycle = 5");

        assertThat(figures.trialBalance(3)).isEqualTo(before);
        assertThat(figures.trialBalance(5).lines())
                .contains(line("GPU-A100", "source.GPU-A100", 0, 7, 0, -7), line("GPU-A100", "customers", 0, 0, 7, 7));
    }

    @Test
    void sumsMayExceedWhatOneAmountCanHold() {
        owner.update("UPDATE account_balances SET posted = ? WHERE asset = 0 AND posted > 0", BIG);

        assertThat(figures.trialBalance(3).lines().getFirst().closing())
                .isEqualTo(BigInteger.valueOf(BIG).multiply(BigInteger.TWO));
    }

    @Test
    void positionsComeByAssetAndAccountWithWhatTheyOpenedWith() {
        position(3, 1, BERT, 4, 1, 2);
        var positions = new ArrayList<Position>();

        figures.positions(3, positions::add);

        assertThat(positions)
                .containsExactly(
                        new Position(ESCROW, "escrow", "UTOKEN", 0, 0, 5, 5),
                        new Position(ANNA, "customers", "UTOKEN", 100, 35, 0, 65),
                        new Position(BERT, "customers", "UTOKEN", 0, 0, 30, 30),
                        new Position(BERT, "customers", "GPU-H100", 5, 4, 1, 2));
        assertThat(positions.getLast().net()).isEqualTo(-3);
    }

    @Test
    void refusalsAreThoseOfTheCycleInIntakeOrderAndNothingThatSettled() {
        int client = owner.queryForObject(
                "INSERT INTO clients (name, scopes) VALUES ('acme', '{SUBMIT}') RETURNING client_id", Integer.class);
        long rejected = submission(client, "k-1", Kind.TRANSFERS);
        long settledLate = submission(client, "k-2", Kind.TRANSFERS);
        long held = submission(client, "k-3", Kind.COMPUTE_DEPOSITS);
        long expired = submission(client, "k-4", Kind.ORDERS);
        long cancelled = submission(client, "k-5", Kind.ORDERS);
        long resting = submission(client, "k-6", Kind.ORDERS);
        pastTheGuards("UPDATE books_head SET last_cycle = 2"); // What is published takes no outcomes.
        outcome(cancelled, 4, "CANCELLED", null, "", null);
        outcome(expired, 4, "EXPIRED", "ORDER_EXPIRED", "", null);
        outcome(held, 4, "HELD", "EVIDENCE", "", LocalDate.of(2026, 3, 9));
        outcome(settledLate, 4, "SETTLED", null, "", null);
        outcome(resting, 4, "ADMITTED", null, "", null);
        outcome(rejected, 4, "REJECTED", "FUNDS", "needed=7 available=3", null);
        outcome(settledLate, 3, "HELD", "FUNDS", "", LocalDate.of(2026, 3, 5));
        owner.update("UPDATE books_head SET last_cycle = 4");
        var refusals = new ArrayList<Refusal>();

        figures.refusals(4, refusals::add);

        assertThat(refusals)
                .containsExactly(
                        refusal(
                                rejected,
                                "k-1",
                                Kind.TRANSFERS,
                                SubmissionState.REJECTED,
                                Reason.FUNDS,
                                "needed=7 available=3",
                                null),
                        refusal(
                                held,
                                "k-3",
                                Kind.COMPUTE_DEPOSITS,
                                SubmissionState.HELD,
                                Reason.EVIDENCE,
                                "",
                                LocalDate.of(2026, 3, 9)),
                        refusal(expired, "k-4", Kind.ORDERS, SubmissionState.EXPIRED, Reason.ORDER_EXPIRED, "", null),
                        refusal(cancelled, "k-5", Kind.ORDERS, SubmissionState.CANCELLED, null, "", null));
    }

    private long submission(int client, String key, Kind kind) {
        pastTheGuards("""
                INSERT INTO submissions (window_no, client_id, submission_key, submission_id, kind, by_operator, received_at,
                    content_digest, account_id)
                VALUES (1, ?, ?, ?, ?, false, TIMESTAMPTZ '2026-03-02 08:00Z', '\\x', ?)
                """, client, key, new UUID(7, key.hashCode()), kind.code(), ANNA);
        return owner.queryForObject("SELECT max(intake_no) FROM submissions", Long.class);
    }

    private void outcome(long intakeNo, int cycle, String state, String reason, String detail, LocalDate holdUntil) {
        pastTheGuards(
                "INSERT INTO submission_outcomes (intake_no, cycle, state, reason, detail, hold_until, filled_lots,"
                        + " open_lots) VALUES (?, ?, ?, ?, ?, ?, 0, 0)",
                intakeNo,
                cycle,
                state,
                reason,
                detail,
                holdUntil);
    }

    private static Refusal refusal(
            long intakeNo,
            String key,
            Kind kind,
            SubmissionState state,
            Reason reason,
            String detail,
            LocalDate holdUntil) {
        return new Refusal(new UUID(7, key.hashCode()), "acme", key, kind, state, reason, detail, holdUntil);
    }

    @Test
    void whatIsNotPublishedHasNoFigures() {
        assertThatThrownBy(() -> figures.trialBalance(4)).hasMessage("cycle 4 is not published");
        assertThatThrownBy(() -> figures.positions(4, position -> {})).hasMessage("cycle 4 is not published");
        assertThatThrownBy(() -> figures.refusals(99, refusal -> {})).hasMessage("cycle 99 is not published");
    }

    @Test
    void aSinkThatFailsEndsTheReadingWithItsOwnException() {
        var seen = new ArrayList<Position>();

        assertThatThrownBy(() -> figures.positions(3, position -> {
                    seen.add(position);
                    throw new IllegalStateException("disk full");
                }))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("disk full");
        assertThat(seen).hasSize(1);
    }

    @Test
    void moreThanOneFetchOfPositionsArrivesWholeAndInOrder() {
        pastTheGuards("""
                INSERT INTO token_accounts (account_id, party_id, account_type, kyc_level, content_digest, window_no)
                SELECT ('00000000-0000-0002-0000-' || lpad(n::text, 12, '0'))::uuid, gen_random_uuid(), 'personal', 'L1', '\\x', 1
                FROM generate_series(1, 25000) n
                """);
        pastTheGuards("""
                INSERT INTO net_positions (cycle, asset, account_id, debits, credits, closing, reserved, previous_cycle,
                    entries)
                SELECT 2, 0, account_id, 0, 1, 1, 0, 0, '{0}' FROM token_accounts
                WHERE account_id >= '00000000-0000-0002-0000-000000000000'
                """);
        var accounts = new ArrayList<UUID>();

        figures.positions(2, position -> accounts.add(position.accountId()));

        assertThat(accounts)
                .hasSize(25_000)
                .isSortedAccordingTo((a, b) -> a.toString().compareTo(b.toString()));
        assertThat(accounts).doesNotHaveDuplicates();
    }
}
