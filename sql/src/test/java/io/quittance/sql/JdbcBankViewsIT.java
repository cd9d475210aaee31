package io.quittance.sql;

import static io.quittance.sql.TestBank.line;
import static io.quittance.sql.TestBank.transfer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.report.BankViews.AccountView;
import io.quittance.domain.report.BankViews.BalanceView;
import io.quittance.domain.report.BankViews.CycleView;
import io.quittance.domain.report.BankViews.LimitView;
import io.quittance.domain.report.BankViews.NettingView;
import io.quittance.domain.report.BankViews.Posting;
import io.quittance.domain.report.BankViews.RoundView;
import io.quittance.domain.report.BankViews.SubmissionState;
import io.quittance.domain.report.BankViews.SubmissionView;
import io.quittance.domain.report.BankViews.TaskView;
import io.quittance.domain.seal.Hash32;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Over rows such as a cycle writes, made by hand. */
class JdbcBankViewsIT {

    private static final Instant CUT_OFF = TestBank.NOW.plusSeconds(3_600);
    private static final Instant FROM = Instant.parse("2026-03-01T10:00:00Z");

    private TestBank bank;
    private JdbcBankViews views;
    private Client client;
    private UUID mine;
    private UUID theirs;

    @BeforeEach
    void open() {
        bank = new TestBank();
        views = new JdbcBankViews(
                bank.database.doors(),
                cycle -> Optional.of(new ChainStatusReader.ChainStatus("FINAL", hash(9), 70_000L)),
                posting -> posting.seq() == 1 ? Optional.of("proof of 1") : Optional.empty());
        client = bank.client("sender", Client.Scope.SUBMIT);
        mine = bank.accountOf(client);
        theirs = bank.account(KycLevel.L1);
    }

    @AfterEach
    void close() {
        bank.close();
    }

    // ---- Submissions
    // ----------------------------------------------------------------------------------------------------

    @Test
    void aSubmissionIsQueuedUntilItsCycleIsPublishedAndSettledFromThenOn() {
        Receipt.Queued receipt = queued("k", transfer("k", mine, theirs, 5));

        assertThat(views.submission(receipt.submissionId()))
                .contains(new SubmissionView(
                        receipt.submissionId(),
                        "sender",
                        "k",
                        Kind.TRANSFERS,
                        mine,
                        TestBank.DATE,
                        TestBank.NOW,
                        SubmissionState.QUEUED,
                        null,
                        null,
                        Map.of(),
                        null,
                        null,
                        null,
                        List.of(),
                        false));

        closeCycle(1, 0);
        journal(1, 1, 0, mine, theirs, 5, 9, receipt.intakeNo());
        assertThat(state(receipt)).isEqualTo(SubmissionState.QUEUED); // Loaded is not published.
        assertThat(views.posting(1)).isEmpty();

        publish(1, 1);
        SubmissionView settled = views.submission(receipt.submissionId()).orElseThrow();
        var posting = new Posting(1, 1, mine, theirs, "UTOKEN", 5, "transfer", null, receipt.submissionId(), CUT_OFF);
        assertThat(settled.state()).isEqualTo(SubmissionState.SETTLED);
        assertThat(settled.cycle()).isEqualTo(1);
        assertThat(settled.postings()).containsExactly(posting);
        assertThat(settled.sealed()).isFalse();
        assertThat(views.posting(1)).contains(posting);

        seal(1);
        assertThat(views.submission(receipt.submissionId()).orElseThrow().sealed())
                .isTrue();
        assertThat(views.submission(UUID.randomUUID())).isEmpty();
        assertThat(views.proof(1)).contains("proof of 1");
        assertThat(views.proof(2)).isEmpty();
    }

    @Test
    void theNewestPublishedOutcomeSaysWhereASubmissionStands() {
        Receipt.Queued receipt = queued("k", transfer("k", mine, theirs, 5));
        closeCycle(1, 0);
        outcome(receipt, 1, "HELD", "LIMIT", "limit=100 used=90 reserved=5 left=5", "2026-03-09", 0, 0);
        publish(1, 0);
        closeCycle(2, 1);
        outcome(receipt, 2, "REJECTED", "FUNDS", "", null, 0, 0);

        SubmissionView held = views.submission(receipt.submissionId()).orElseThrow();
        assertThat(held.state()).isEqualTo(SubmissionState.HELD);
        assertThat(held.cycle()).isEqualTo(1);
        assertThat(held.reason()).isEqualTo(Reason.LIMIT);
        assertThat(held.detail())
                .containsExactly(
                        Map.entry("limit", "100"),
                        Map.entry("used", "90"),
                        Map.entry("reserved", "5"),
                        Map.entry("left", "5"));
        assertThat(held.holdUntil()).isEqualTo("2026-03-09");
        assertThat(held.filledLots()).isNull();

        publish(2, 0);
        SubmissionView rejected = views.submission(receipt.submissionId()).orElseThrow();
        assertThat(rejected.state()).isEqualTo(SubmissionState.REJECTED);
        assertThat(rejected.reason()).isEqualTo(Reason.FUNDS);
        assertThat(rejected.cycle()).isEqualTo(2);
        assertThat(rejected.detail()).isEmpty();
    }

    @Test
    void anOrderShowsItsLots() {
        Receipt.Queued receipt = queued(
                "k",
                line(
                        "k",
                        new Submission.Order(
                                mine,
                                TestBank.H100,
                                Submission.Side.BUY,
                                Submission.OrderType.LIMIT,
                                10,
                                2_000_000L,
                                Submission.TimeInForce.GTC,
                                null)));
        closeCycle(1, 0);
        outcome(receipt, 1, "ADMITTED", null, "", null, 3, 7);
        publish(1, 0);

        SubmissionView order = views.submission(receipt.submissionId()).orElseThrow();
        assertThat(order.state()).isEqualTo(SubmissionState.ADMITTED);
        assertThat(order.filledLots()).isEqualTo(3);
        assertThat(order.openLots()).isEqualTo(7);
    }

    // ---- Accounts
    // -------------------------------------------------------------------------------------------------------

    @Test
    void anAccountShowsWhatItHasWhatWaitsAndWhatIsLeftOfItsLimit() {
        UUID party = partyOf(mine);
        bank.accept(
                bank.operator, new Line.OfReference(new ReferenceLine.ComputeResource("r", mine, TestBank.H100, 8)));
        bank.accept(bank.operator, new Line.OfReference(new ReferenceLine.Service("chat", null)));
        balance(mine, 0, 1_000, 300);
        balance(mine, 2, 50, 0);
        task("mine to earn", "LISTED", 70, null, 0);
        queued("out", transfer("out", mine, theirs, 11));
        queued("publish", line("publish", new Submission.TaskPublication(mine, "t", 13, null, null, null)));
        queued(
                "spend",
                line("spend", new Submission.Spend(mine, "chat", null, FROM, 0, 0, null, 17L, null, null, null)));
        queued(
                "credits",
                line(
                        "credits",
                        new Submission.Spend(mine, "chat", null, FROM, 0, 0, null, null, TestBank.A100, 19L, null)));
        queued("keep", deposit("keep", Submission.DepositMode.KEEP, 23, 1));
        queued("mint", deposit("mint", Submission.DepositMode.MINT, 3_600_001, 2));
        bank.accept(
                bank.operator, line("done", new Submission.TaskCompletion(theirs, "mine to earn", mine, null, null)));
        bank.accept(bank.operator, transfer("in", theirs, mine, 29));
        bank.queue.accept(client, List.of(deposit("later", Submission.DepositMode.KEEP, 31, 3)), TestBank.NEXT_DATE);
        counter("party", party, 40, 60);

        AccountView view = views.account(mine).orElseThrow();

        assertThat(view.accountId()).isEqualTo(mine);
        assertThat(view.partyId()).isEqualTo(party);
        assertThat(view.accountType()).isEqualTo("personal");
        assertThat(view.kycLevel()).isEqualTo("L2");
        assertThat(view.status()).isEqualTo("active");
        assertThat(view.balances())
                .containsExactly(
                        new BalanceView("UTOKEN", 1_000, 300, 700, 2_000_000 + 70 + 29, 11 + 13 + 17),
                        new BalanceView(TestBank.H100, 0, 0, 0, 23 + 31, 0),
                        new BalanceView(TestBank.A100, 50, 0, 50, 0, 19));
        assertThat(view.availableNextCycle())
                .containsExactly(
                        Map.entry("UTOKEN", 700L + 2_000_000 + 70),
                        Map.entry(TestBank.H100, 23L),
                        Map.entry(TestBank.A100, 50L));
        assertThat(view.limit())
                .isEqualTo(new LimitView(TestBank.DATE, 10_000_000_000L, 40, 60, 10_000_000_000L - 100));
    }

    @Test
    void whatItsCyclePublishedNoLongerWaits() {
        queued("out", transfer("out", mine, theirs, 11));
        closeCycle(1, 0);
        assertThat(utoken(mine).queuedOut()).isEqualTo(11); // Closed and not published: it still waits.

        publish(1, 0);

        assertThat(utoken(mine).queuedOut()).isZero();
    }

    @Test
    void moreThanCanBeCountedWaitingIsShownAsTheMost() {
        queued("a", transfer("a", mine, theirs, Long.MAX_VALUE));
        queued("b", transfer("b", mine, theirs, Long.MAX_VALUE));

        assertThat(utoken(mine).queuedOut()).isEqualTo(Long.MAX_VALUE);
        assertThat(utoken(theirs).queuedIn()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void anAgentIsShownTheTighterOfItsPartysLimitAndItsOwnCap() {
        UUID party = UUID.randomUUID();
        UUID owner = bank.account(party, KycLevel.L3);
        UUID agent = UUID.randomUUID();
        bank.accept(
                bank.operator,
                new Line.OfReference(new ReferenceLine.OpenAccount(
                        agent, party, AccountType.AGENT, owner, KycLevel.L3, 500L, null)));
        counter("account", agent, 100, 50);

        assertThat(views.account(owner).orElseThrow().limit())
                .isEqualTo(new LimitView(TestBank.DATE, null, 0, 0, null));
        AccountView view = views.account(agent).orElseThrow();
        assertThat(view.limit()).isEqualTo(new LimitView(TestBank.DATE, 500L, 100, 50, 350L));
        assertThat(view.ownerAccount()).isEqualTo(owner);
        assertThat(views.account(UUID.randomUUID())).isEmpty();
    }

    // ---- Tasks
    // ----------------------------------------------------------------------------------------------------------

    @Test
    void tasksComePageByPageByTheirNames() {
        closeCycle(1, 0);
        task("a", "LISTED", 1, "vision", 1);
        task("b", "COMPLETED", 2, "vision", 1);
        task("c", "LISTED", 3, null, 1);
        task("d", "EXPIRED", 4, null, 1);
        task("e", "LISTED", 5, null, 2); // Of a cycle that is not published.
        assertThat(views.tasks(null, null, null, 10)).isEmpty();
        publish(1, 0);

        assertThat(views.tasks(null, null, null, 3))
                .extracting(TaskView::taskId)
                .containsExactly("a", "b", "c");
        assertThat(views.tasks(null, null, "c", 3)).extracting(TaskView::taskId).containsExactly("d");
        assertThat(views.tasks("open", null, null, 10))
                .extracting(TaskView::taskId)
                .containsExactly("a", "c");
        assertThat(views.tasks("completed", "vision", null, 10))
                .containsExactly(new TaskView("b", theirs, 2, "vision", null, "completed", 1, mine));
        assertThat(views.tasks("open", "vision", null, 10))
                .extracting(TaskView::state)
                .containsExactly("open");
        assertThatThrownBy(() -> views.tasks("LISTED", null, null, 10)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> views.tasks(null, null, null, 1_001)).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- Cycles
    // ---------------------------------------------------------------------------------------------------------

    @Test
    void aCycleShowsNothingOfItsResultsBeforeItIsPublished() {
        Receipt.Queued receipt = queued("k", transfer("k", mine, theirs, 5));
        closeCycle(1, 0);
        results(1, receipt);

        CycleView closed = views.cycle(1).orElseThrow();
        assertThat(closed.state()).isEqualTo("CLOSED");
        assertThat(closed.submissions()).isEqualTo(1);
        assertThat(closed.submissionsByKind()).containsExactly(Map.entry("transfers", 1L));
        assertThat(closed.settled()).isZero();
        assertThat(closed.heldByReason()).isEmpty();
        assertThat(closed.refusedByReason()).isEmpty();
        assertThat(closed.rounds()).isEmpty();
        assertThat(closed.netting()).isEmpty();
        assertThat(closed.root()).isNull();
        assertThat(closed.verdict()).isNull();

        publish(1, 0);
        CycleView published = views.cycle(1).orElseThrow();
        assertThat(published.state()).isEqualTo("PUBLISHED");
        assertThat(published.settled()).isEqualTo(4);
        assertThat(published.heldByReason()).containsExactly(Map.entry("FUNDS", 1L));
        assertThat(published.refusedByReason()).isEmpty();
    }

    @Test
    void aSealedCycleShowsAllThatItFound() {
        Receipt.Queued receipt = queued("k", transfer("k", mine, theirs, 5));
        closeCycle(1, 0);
        results(1, receipt);
        publish(1, 0);
        seal(1);
        check(1, "one", "MATCHED");

        CycleView view = views.cycle(1).orElseThrow();

        assertThat(view.number()).isEqualTo(1);
        assertThat(view.businessDate()).isEqualTo(TestBank.DATE);
        assertThat(view.cutOff()).isEqualTo(CUT_OFF);
        assertThat(view.state()).isEqualTo("SEALED");
        assertThat(List.of(
                        view.submissions(),
                        view.settled(),
                        view.refused(),
                        view.cancelled(),
                        view.expired(),
                        view.held(),
                        view.resting(),
                        view.transfers()))
                .containsExactly(3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
        assertThat(view.rounds())
                .containsExactly(
                        new RoundView(TestBank.H100, 2_100_000L, 20, 30, 25, "REFERENCE", 6, 4, 2_000_000, 2_100_000));
        // Of participants alone: 100 + 60 paid and received, 40 and 0 left after netting; the bank's own legs are out.
        assertThat(view.netting())
                .containsExactly(
                        new NettingView("UTOKEN", BigInteger.valueOf(280), BigInteger.valueOf(40), 1 - 40 / 280.0));
        assertThat(view.root()).isEqualTo(hash(1));
        assertThat(view.headerHash()).isEqualTo(hash(101));
        assertThat(view.chainState()).isEqualTo("FINAL");
        assertThat(view.chainTransaction()).isEqualTo(hash(9));
        assertThat(view.gasUsed()).isEqualTo(70_000);
        assertThat(view.secondsPerStep()).containsExactly(Map.entry("screen", 0.5), Map.entry("match", 0.25));
        assertThat(view.verdict()).isEqualTo("RECONCILED");
    }

    @Test
    void oneBreakOutweighsWhatIsPendingAndThatWhatMatches() {
        closeCycle(1, 0);
        publish(1, 0);
        check(1, "one", "MATCHED");
        assertThat(views.cycle(1).orElseThrow().verdict()).isEqualTo("RECONCILED");
        check(1, "two", "PENDING");
        assertThat(views.cycle(1).orElseThrow().verdict()).isEqualTo("PENDING");
        check(1, "three", "BREAK");
        assertThat(views.cycle(1).orElseThrow().verdict()).isEqualTo("BREAKS");
    }

    @Test
    void cyclesComeNewestFirst() {
        for (int cycle = 1; cycle <= 3; cycle++) {
            closeCycle(cycle, cycle - 1);
            publish(cycle, 0);
        }

        assertThat(views.cycles(null, 2)).extracting(CycleView::number).containsExactly(3L, 2L);
        assertThat(views.cycles(2L, 10)).extracting(CycleView::number).containsExactly(1L);
        assertThat(views.cycle(4)).isEmpty();
    }

    @Test
    void aBankWithoutAChainSaysNothingAboutIt() {
        var alone = new JdbcBankViews(bank.database.doors(), ChainStatusReader.NONE, seq -> Optional.empty());
        closeCycle(1, 0);

        CycleView view = alone.cycle(1).orElseThrow();

        assertThat(view.chainState()).isNull();
        assertThat(view.gasUsed()).isNull();
    }

    @Test
    void theOpenDatesAreThoseWhoseCutOffsAreAhead() {
        assertThat(views.openDates()).containsExactly(TestBank.DATE, TestBank.NEXT_DATE);

        bank.setClock(TestBank.NOW.plusSeconds(7_200));

        assertThat(views.openDates()).containsExactly(TestBank.NEXT_DATE);
    }

    // ---- What a cycle would have written
    // ----------------------------------------------------------------------------------

    private Receipt.Queued queued(String key, Line submission) {
        Receipt receipt = bank.accept(client, submission);
        assertThat(receipt).as(key).isInstanceOf(Receipt.Queued.class);
        return (Receipt.Queued) receipt;
    }

    private Line deposit(String key, Submission.DepositMode mode, long gpuMs, int hour) {
        return line(
                key,
                new Submission.ComputeDeposit(
                        mine,
                        "r",
                        gpuMs,
                        mode,
                        FROM.plusSeconds(hour * 3_600L),
                        FROM.plusSeconds(hour * 3_600L + 60),
                        null));
    }

    private SubmissionState state(Receipt.Queued receipt) {
        return views.submission(receipt.submissionId()).orElseThrow().state();
    }

    private BalanceView utoken(UUID account) {
        return views.account(account).orElseThrow().balances().getFirst();
    }

    private UUID partyOf(UUID account) {
        return bank.owner
                .sql("SELECT party_id FROM token_accounts WHERE account_id = :account")
                .param("account", account)
                .query(UUID.class)
                .single();
    }

    private void closeCycle(long cycle, int window) {
        bank.closeWindow(bank.windows.get(window));
        bank.owner
                .sql("""
                        INSERT INTO settlement_cycles (cycle, window_no, business_date, cut_off, rules_version,
                            secret_version, parameters_version, first_seq, received, received_of_kind)
                        SELECT :cycle, window_no, business_date, cut_off, 1, 1, 1, 1,
                            (SELECT count(*) FROM submissions s WHERE s.window_no = w.window_no), '{}'
                        FROM settlement_windows w WHERE window_no = :window
                        """)
                .param("cycle", cycle)
                .param("window", bank.windows.get(window))
                .update();
    }

    private void publish(long cycle, long lastSeq) {
        bank.owner
                .sql("UPDATE books_head SET last_cycle = :cycle, last_seq = :seq")
                .param("cycle", cycle)
                .param("seq", lastSeq)
                .update();
    }

    private void journal(long seq, long cycle, int position, UUID from, UUID to, long amount, int type, long intakeNo) {
        bank.owner
                .sql("SELECT journal_partition(cut_off) FROM settlement_cycles WHERE cycle = :cycle")
                .param("cycle", cycle)
                .query(String.class)
                .single();
        bank.owner
                .sql("""
                        INSERT INTO token_transactions (id, cycle, position, asset, from_account, to_account, amount,
                            transaction_type, leg, intake_no, created_at)
                        SELECT :id, cycle, :position, 0, :from, :to, :amount, :type, 0, :intakeNo, cut_off
                        FROM settlement_cycles WHERE cycle = :cycle
                        """)
                .param("id", seq)
                .param("cycle", cycle)
                .param("position", position)
                .param("from", from)
                .param("to", to)
                .param("amount", amount)
                .param("type", type)
                .param("intakeNo", intakeNo)
                .update();
    }

    private void outcome(
            Receipt.Queued of,
            long cycle,
            String state,
            String reason,
            String detail,
            String holdUntil,
            long filled,
            long left) {
        bank.owner
                .sql("""
                        INSERT INTO submission_outcomes (intake_no, cycle, state, reason, detail, hold_until, filled_lots,
                            open_lots)
                        VALUES (:intakeNo, :cycle, :state, :reason, :detail, :holdUntil::date, :filled, :open)
                        """)
                .param("intakeNo", of.intakeNo())
                .param("cycle", cycle)
                .param("state", state)
                .param("reason", JdbcValues.text(reason))
                .param("detail", detail)
                .param("holdUntil", JdbcValues.text(holdUntil))
                .param("filled", filled)
                .param("open", left)
                .update();
    }

    private void balance(UUID account, int asset, long posted, long reserved) {
        bank.owner
                .sql("INSERT INTO account_balances VALUES (:account, :asset, '+', :posted, :reserved, 1)")
                .param("account", account)
                .param("asset", asset)
                .param("posted", posted)
                .param("reserved", reserved)
                .update();
    }

    private void counter(String kind, UUID subject, long used, long reserved) {
        bank.owner
                .sql("INSERT INTO limit_counters VALUES (:kind, :subject, :date, :used, :reserved, 0)")
                .param("kind", kind)
                .param("subject", subject)
                .param("date", TestBank.DATE)
                .param("used", used)
                .param("reserved", reserved)
                .update();
    }

    private void task(String name, String state, long reward, String capability, long cycle) {
        bank.owner
                .sql("""
                        INSERT INTO tasks (task_id, publisher, reward_utoken, capability, state, agent_account,
                            published_cycle, changed_cycle, intake_no)
                        VALUES (:task, :publisher, :reward, :capability, :state, :agent, :cycle, :cycle, :number)
                        """)
                .param("task", name)
                .param("publisher", theirs)
                .param("reward", reward)
                .param("capability", JdbcValues.text(capability))
                .param("state", state)
                .param("agent", state.equals("COMPLETED") ? mine : null, java.sql.Types.OTHER)
                .param("cycle", cycle)
                .param("number", 1_000 + reward)
                .update();
    }

    private void results(long cycle, Receipt.Queued held) {
        outcome(held, cycle, "HELD", "FUNDS", "", "2026-03-09", 0, 0);
        bank.owner
                .sql("INSERT INTO cycle_counts VALUES (:cycle, 3, 0, 4, 5, 6, 7, 8, 9, 10)")
                .param("cycle", cycle)
                .update();
        bank.owner.sql("""
                        INSERT INTO matching_rounds VALUES (:cycle, 1, 'GPU-H100', 2100, 1000, 20, 30, 25, 5, 2000, 2200,
                            'REFERENCE', 2000, 2100, 2200, 2000, 6, 4, 1, 0, 42000000, 42000, '\\x', '\\x')
                        """).param("cycle", cycle).update();
        for (Object[] position :
                new Object[][] {{mine, 100, 60}, {theirs, 60, 60}, {SystemAccount.ESCROW.id(0), 0, 40}}) {
            bank.owner
                    .sql("INSERT INTO net_positions VALUES (:cycle, 0, :account, :debits, :credits, 0, 0, 0, '{0}')")
                    .param("cycle", cycle)
                    .param("account", position[0])
                    .param("debits", position[1])
                    .param("credits", position[2])
                    .update();
        }
        bank.owner.sql("""
                        INSERT INTO cycle_steps (cycle, step, seconds, finished_at)
                        VALUES (:cycle, 'screen', 0.5, '2026-03-02 10:00:01Z'), (:cycle, 'match', 0.25, '2026-03-02 10:00:02Z')
                        """).param("cycle", cycle).update();
    }

    private void seal(long cycle) {
        bank.owner
                .sql(
                        "INSERT INTO seals (cycle, header, header_hash, entry_root, leaf_count) VALUES (:cycle, '\\x00', :hash, :root, 1)")
                .param("cycle", cycle)
                .param("hash", hash((int) cycle + 100).bytes())
                .param("root", hash((int) cycle).bytes())
                .update();
    }

    private void check(long cycle, String name, String verdict) {
        bank.owner
                .sql("INSERT INTO reconciliation_checks VALUES (:cycle, :name, '', '1', '1', :verdict, '')")
                .param("cycle", cycle)
                .param("name", name)
                .param("verdict", verdict)
                .update();
    }

    private static Hash32 hash(int fill) {
        byte[] bytes = new byte[Hash32.LENGTH];
        Arrays.fill(bytes, (byte) fill);
        return Hash32.of(bytes);
    }
}
