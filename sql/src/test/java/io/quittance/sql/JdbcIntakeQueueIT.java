package io.quittance.sql;

import static io.quittance.sql.TestBank.line;
import static io.quittance.sql.TestBank.transfer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory.Right;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.intake.ReferenceEntry;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.ReversalAction;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.intake.SubmissionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

class JdbcIntakeQueueIT {

    private static final Instant FROM = Instant.parse("2026-03-01T10:00:00Z");

    private TestBank bank;
    private Client client;
    private UUID mine;
    private UUID theirs;

    @BeforeEach
    void open() {
        bank = new TestBank();
        client = bank.client("sender", Client.Scope.SUBMIT);
        mine = bank.accountOf(client);
        theirs = bank.account(KycLevel.L2);
    }

    @AfterEach
    void close() {
        bank.close();
    }

    // ---- One key, one content
    // -----------------------------------------------------------------------------------------

    @Test
    void theSameLineAgainGetsTheSameAnswerAndIsKeptOnce() {
        var first = (Receipt.Queued) bank.accept(client, transfer("k", mine, theirs, 5));
        bank.setClock(TestBank.NOW.plusSeconds(4_000)); // The first window is past; the answer stays.
        var second = (Receipt.Queued) bank.accept(client, transfer("k", mine, theirs, 5));

        assertThat(first)
                .isEqualTo(new Receipt.Queued(
                        SubmissionId.of("sender", "k"),
                        "k",
                        io.quittance.domain.intake.Kind.TRANSFERS,
                        first.intakeNo(),
                        TestBank.DATE,
                        TestBank.NOW,
                        false));
        assertThat(second.repeated()).isTrue();
        assertThat(withoutMark(second)).isEqualTo(first);
        assertThat(bank.count("submissions")).isEqualTo(1);
    }

    @Test
    void theSameKeyWithOtherContentIsRefused() {
        bank.accept(client, transfer("k", mine, theirs, 5));

        assertRefused(bank.accept(client, transfer("k", mine, theirs, 6)), "submission_key", Reason.KEY_CONFLICT);
        assertThat(bank.count("submissions")).isEqualTo(1);
    }

    @Test
    void anotherMemoIsOtherContent() {
        bank.accept(client, line("k", new Submission.Transfer(mine, theirs, 5, "lunch", null)));

        Receipt same = bank.accept(client, line("k", new Submission.Transfer(mine, theirs, 5, "lunch", null)));
        Receipt other = bank.accept(client, line("k", new Submission.Transfer(mine, theirs, 5, "dinner", null)));

        assertThat(same)
                .isInstanceOfSatisfying(
                        Receipt.Queued.class,
                        queued -> assertThat(queued.repeated()).isTrue());
        assertRefused(other, "submission_key", Reason.KEY_CONFLICT);
    }

    @Test
    void aRepeatWithinOneCallMeetsTheEarlierLine() {
        List<Receipt> receipts = bank.queue.accept(
                client,
                List.of(
                        transfer("k", mine, theirs, 5),
                        transfer("k", mine, theirs, 5),
                        transfer("k", mine, theirs, 6),
                        transfer("other", mine, theirs, 5)),
                null);

        var first = (Receipt.Queued) receipts.get(0);
        var second = (Receipt.Queued) receipts.get(1);
        assertThat(first.repeated()).isFalse();
        assertThat(second.repeated()).isTrue();
        assertThat(withoutMark(second)).isEqualTo(first);
        assertRefused(receipts.get(2), "submission_key", Reason.KEY_CONFLICT);
        assertThat(((Receipt.Queued) receipts.get(3)).intakeNo()).isGreaterThan(first.intakeNo());
        assertThat(bank.count("submissions")).isEqualTo(2);
    }

    @Test
    void aKeyIsFreeAgainAfterARefusal() {
        UUID nobody = UUID.randomUUID();
        List<Receipt> receipts = bank.queue.accept(
                client, List.of(transfer("k", mine, nobody, 5), transfer("k", mine, theirs, 5)), null);

        assertRefused(receipts.getFirst(), "to_account", Reason.UNKNOWN_ACCOUNT);
        assertThat(receipts.get(1))
                .isInstanceOfSatisfying(
                        Receipt.Queued.class,
                        queued -> assertThat(queued.repeated()).isFalse());
    }

    @Test
    void twoClientsMayUseTheSameKey() {
        Client other = bank.client("other", Client.Scope.SUBMIT);
        UUID others = bank.accountOf(other);

        var first = (Receipt.Queued) bank.accept(client, transfer("k", mine, theirs, 5));
        var second = (Receipt.Queued) bank.accept(other, transfer("k", others, theirs, 5));

        assertThat(second.repeated()).isFalse();
        assertThat(second.submissionId()).isNotEqualTo(first.submissionId());
    }

    @Test
    void ofManySendersOfOneKeyOneIsFirstAndAllGetTheSameAnswer() throws Exception {
        List<Receipt> receipts = AtOnce.run(64, i -> bank.accept(client, transfer("k", mine, theirs, 5)));

        assertThat(bank.count("submissions")).isEqualTo(1);
        assertThat(receipts).filteredOn(r -> !((Receipt.Queued) r).repeated()).hasSize(1);
        assertThat(receipts).extracting(r -> withoutMark((Receipt.Queued) r)).containsOnly(withoutMark((Receipt.Queued)
                receipts.getFirst()));
    }

    @Test
    void ofManySendersOfOneKeyWithDifferentContentOneIsTakenAndTheOthersAreRefused() throws Exception {
        List<Receipt> receipts = AtOnce.run(16, i -> bank.accept(client, transfer("k", mine, theirs, 1 + i)));

        assertThat(receipts).filteredOn(Receipt.Queued.class::isInstance).hasSize(1);
        assertThat(receipts)
                .filteredOn(Receipt.Refused.class::isInstance)
                .hasSize(15)
                .allSatisfy(r -> assertRefused(r, "submission_key", Reason.KEY_CONFLICT));
    }

    /** Two writers that meet each other's keys in opposite order deadlock in the server; one of them starts over. */
    @Test
    void sendersOfTheSameKeysInOppositeOrderBothGetTheirAnswers() throws Exception {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < 12_000; i++) { // More than two statements' worth, so that locks are taken in two steps.
            lines.add(transfer("k" + i, mine, theirs, 5));
        }
        List<Line> backwards = new ArrayList<>(lines);
        Collections.reverse(backwards);

        List<List<Receipt>> answers = AtOnce.run(2, i -> bank.queue.accept(client, i == 0 ? lines : backwards, null));

        assertThat(bank.count("submissions")).isEqualTo(12_000);
        long repeated = answers.stream()
                .flatMap(List::stream)
                .filter(r -> ((Receipt.Queued) r).repeated())
                .count();
        assertThat(repeated).isEqualTo(12_000);
    }

    @Test
    void intakeNumbersFollowTheSendersOrderAcrossKindsAndBatches() {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < 6_000; i++) {
            lines.add(
                    i % 2 == 0
                            ? transfer("k" + i, mine, theirs, 5)
                            : line("k" + i, new Submission.TaskPublication(mine, "t" + i, 1, null, null, null)));
        }

        List<Receipt> receipts = bank.queue.accept(client, lines, null);

        assertThat(receipts).extracting(r -> ((Receipt.Queued) r).intakeNo()).isSorted();
        assertThat(receipts)
                .extracting(r -> ((Receipt.Queued) r).submissionKey())
                .startsWith("k0", "k1", "k2");
    }

    // ---- Windows
    // ------------------------------------------------------------------------------------------------------

    @Test
    void aLineJoinsTheEarliestWindowWhoseCutOffIsAhead() {
        bank.accept(client, transfer("at nine", mine, theirs, 5));
        bank.setClock(TestBank.NOW.plusSeconds(3_600)); // The cut-off itself is too late.
        bank.accept(client, transfer("at ten", mine, theirs, 5));

        assertThat(windowOf("at nine")).isEqualTo(bank.windows.get(0));
        assertThat(windowOf("at ten")).isEqualTo(bank.windows.get(1));
    }

    @Test
    void aLineMeantForALaterDateWaitsForIt() {
        var receipt = (Receipt.Queued) bank.queue
                .accept(client, List.of(transfer("k", mine, theirs, 5)), TestBank.NEXT_DATE)
                .getFirst();

        assertThat(receipt.businessDate()).isEqualTo(TestBank.NEXT_DATE);
        assertThat(windowOf("k")).isEqualTo(bank.windows.get(2));
    }

    @Test
    void aDateThatIsNotOpenIsRefusedWithTheDatesThatAre() {
        for (var date : List.of(TestBank.DATE.minusDays(1), TestBank.NEXT_DATE.plusDays(1))) {
            assertThatThrownBy(() -> bank.queue.accept(client, List.of(transfer("k", mine, theirs, 5)), date))
                    .isInstanceOf(IntakeQueue.NoOpenWindow.class)
                    .hasMessageContaining(date.toString())
                    .hasMessageContaining("2026-03-02, 2026-03-03");
        }
        assertThat(bank.count("submissions")).isZero();
    }

    @Test
    void windowsAreLaidOutOnceWhenThereIsNoneToJoin() {
        bank.setClock(TestBank.NOW.plus(Duration.ofDays(30)));
        var calls = new AtomicInteger();
        try (var queue = new JdbcIntakeQueue(bank.database.application(), TestBank.SECRET, () -> {
            calls.incrementAndGet();
            bank.window(
                    TestBank.DATE.plusDays(30),
                    TestBank.NOW.plus(Duration.ofDays(30)).plusSeconds(60));
        })) {
            List<Receipt> receipts = queue.accept(client, List.of(transfer("k", mine, theirs, 5)), null);

            assertThat(((Receipt.Queued) receipts.getFirst()).businessDate()).isEqualTo(TestBank.DATE.plusDays(30));
        }
        assertThat(calls).hasValue(1);
    }

    @Test
    void aWindowThatIsBeingClosedIsLeftForTheNextOne() {
        new org.springframework.transaction.support.TransactionTemplate(
                        new org.springframework.jdbc.support.JdbcTransactionManager(bank.database.owner()))
                .executeWithoutResult(status -> {
                    bank.owner
                            .sql("SELECT pg_advisory_xact_lock(7001, :window)")
                            .param("window", bank.windows.getFirst().intValue())
                            .query((row, n) -> "")
                            .single();

                    bank.accept(client, transfer("k", mine, theirs, 5));
                });

        assertThat(windowOf("k")).isEqualTo(bank.windows.get(1));
    }

    // ---- Rights
    // -------------------------------------------------------------------------------------------------------

    @Test
    void nobodyLearnsWhetherAnotherPartysAccountExists() {
        Receipt existing = bank.accept(client, transfer("a", theirs, mine, 5));
        Receipt invented = bank.accept(client, transfer("a", UUID.randomUUID(), mine, 5));

        assertThat(existing).isEqualTo(invented);
        assertRefused(existing, "account_id", Reason.UNKNOWN_ACCOUNT);
    }

    @Test
    void whoHandsInForAnAccountOwnsItOrActsForItOrIsAnOperator() {
        Client delegate = bank.client("delegate", Client.Scope.SUBMIT);
        bank.directory.grant(delegate, mine, Right.DELEGATE);
        Client reader = bank.client("reader", Client.Scope.SUBMIT);
        bank.directory.grant(reader, mine, Right.READER);
        Client silent = bank.client("silent", Client.Scope.READ);
        bank.directory.grant(silent, mine, Right.OWNER);
        Client otherOperator = bank.client("other operator", Client.Scope.OPERATE);

        assertThat(bank.accept(client, transfer("k", mine, theirs, 5))).isInstanceOf(Receipt.Queued.class);
        assertThat(bank.accept(delegate, transfer("k", mine, theirs, 5))).isInstanceOf(Receipt.Queued.class);
        assertThat(bank.accept(otherOperator, transfer("k", mine, theirs, 5))).isInstanceOf(Receipt.Queued.class);
        assertRefused(bank.accept(reader, transfer("k", mine, theirs, 5)), "account_id", Reason.NOT_PERMITTED);
        assertRefused(bank.accept(silent, transfer("k", mine, theirs, 5)), "", Reason.NOT_PERMITTED);
        assertThat(bank.owner
                        .sql("SELECT by_operator FROM submissions ORDER BY intake_no")
                        .query(Boolean.class)
                        .list())
                .containsExactly(false, false, true);
    }

    @Test
    void referenceDataIsTheOperatorsAndEvidenceTheMeteringSources() {
        Client meter = bank.client("meter", Client.Scope.METER);
        Line service = new Line.OfReference(new ReferenceLine.Service("chat", null));
        Line resource = new Line.OfReference(new ReferenceLine.ComputeResource("r", mine, TestBank.H100, 1));
        Line evidence = new Line.OfReference(new ReferenceLine.Metering("r", FROM, FROM.plusSeconds(1), 1));
        for (Line line : List.of(service, resource)) {
            assertRefused(bank.accept(client, line), "", Reason.NOT_PERMITTED);
            assertRefused(bank.accept(meter, line), "", Reason.NOT_PERMITTED);
            assertThat(bank.accept(bank.operator, line)).isInstanceOf(Receipt.Recorded.class);
            assertRefused(bank.accept(client, line), "", Reason.NOT_PERMITTED); // Also what is there already.
        }

        assertRefused(bank.accept(client, evidence), "", Reason.NOT_PERMITTED);
        assertRefused(bank.accept(bank.operator, evidence), "", Reason.NOT_PERMITTED);
        assertThat(bank.accept(meter, evidence)).isInstanceOf(Receipt.Recorded.class);
        assertThat(bank.owner
                        .sql("SELECT metered_by FROM metering_evidence")
                        .query(Integer.class)
                        .single())
                .isEqualTo(meter.id());
    }

    @Test
    void theBanksOwnAccountsCannotBeActedForOrPaidOrNamed() {
        UUID escrow = SystemAccount.ESCROW.id(0);

        assertRefused(bank.accept(bank.operator, transfer("a", escrow, mine, 5)), "account_id", Reason.UNKNOWN_ACCOUNT);
        assertRefused(bank.accept(bank.operator, transfer("b", mine, escrow, 5)), "to_account", Reason.UNKNOWN_ACCOUNT);
        assertRefused(
                bank.accept(bank.operator, line("c", new Submission.TaskCompletion(mine, "t", escrow, null, null))),
                "agent_account",
                Reason.UNKNOWN_ACCOUNT);
        assertRefused(
                bank.accept(bank.operator, new Line.OfReference(new ReferenceLine.Service("s", escrow))),
                "payee_account",
                Reason.UNKNOWN_ACCOUNT);
        assertRefused(
                bank.accept(
                        bank.operator,
                        TestBank.open(new UUID(0, 77), UUID.randomUUID(), AccountType.PERSONAL, null, KycLevel.L1)),
                "account_id",
                Reason.REFERENCE_CONFLICT);
    }

    // ---- What must exist
    // ----------------------------------------------------------------------------------------------

    @Test
    void whatALineNamesMustBeThere() {
        bank.accept(bank.operator, resource("mine", mine));
        bank.accept(bank.operator, resource("theirs", theirs));
        bank.accept(bank.operator, new Line.OfReference(new ReferenceLine.Service("chat", null)));

        assertRefused(deposit("theirs"), "resource_id", Reason.UNKNOWN_RESOURCE);
        assertRefused(deposit("nobody's"), "resource_id", Reason.UNKNOWN_RESOURCE);
        assertRefused(order("GPU-NONE", 2_000_000L), "compute_class", Reason.UNKNOWN_CLASS);
        assertRefused(order(TestBank.A100, 2_000_000L), "compute_class", Reason.UNKNOWN_CLASS);
        assertRefused(order(TestBank.H100, 2_000_001L), "limit_utoken_per_lot", Reason.OFF_TICK);
        assertRefused(spend("none", null), "service", Reason.UNKNOWN_SERVICE);
        assertRefused(spend("chat", "GPU-NONE"), "compute_class", Reason.UNKNOWN_CLASS);
        assertRefused(
                bank.accept(client, line("c", new Submission.TaskCompletion(mine, "t", UUID.randomUUID(), null, null))),
                "agent_account",
                Reason.UNKNOWN_ACCOUNT);
        assertRefused(
                bank.accept(client, transfer("t", mine, UUID.randomUUID(), 5)), "to_account", Reason.UNKNOWN_ACCOUNT);

        assertThat(List.of(
                        deposit("mine"),
                        order(TestBank.H100, 2_000_000L),
                        order(TestBank.H100, null),
                        spend("chat", null),
                        spend("chat", TestBank.A100)))
                .hasOnlyElementsOfType(Receipt.Queued.class);
        assertThat(bank.count("submissions")).isEqualTo(5);
    }

    @Test
    void severalFaultsOfOneLineAreAllNamedInOrderOfPrecedence() {
        Receipt receipt = spend("none", "GPU-NONE");

        assertThat(((Receipt.Refused) receipt).errors())
                .extracting(FormError::reason)
                .containsExactly(Reason.UNKNOWN_CLASS, Reason.UNKNOWN_SERVICE);
    }

    @Test
    void aLineOutranksItsKeyConflictByWhatElseIsWrong() {
        bank.accept(client, transfer("k", mine, theirs, 5));

        assertRefused(
                bank.accept(client, transfer("k", mine, UUID.randomUUID(), 5)), "to_account", Reason.UNKNOWN_ACCOUNT);
    }

    @Test
    void anAccountOpenedInTheSameCallCanBeUsedByTheLinesAfterIt() {
        UUID party = UUID.randomUUID();
        UUID account = UUID.randomUUID();
        UUID agent = UUID.randomUUID();
        List<Receipt> receipts = bank.queue.accept(
                bank.operator,
                List.of(
                        transfer("too early", account, mine, 1),
                        TestBank.open(account, party, AccountType.PERSONAL, null, KycLevel.L2),
                        TestBank.open(agent, party, AccountType.AGENT, account, KycLevel.L2),
                        resource("r", account),
                        transfer("in time", account, agent, 1)),
                null);

        assertRefused(receipts.get(0), "account_id", Reason.UNKNOWN_ACCOUNT);
        assertThat(receipts.subList(1, 4)).hasOnlyElementsOfType(Receipt.Recorded.class);
        assertThat(receipts.get(4)).isInstanceOf(Receipt.Queued.class);
    }

    /** Else a cycle would judge a line whose account it does not know yet. */
    @Test
    void anAccountOfALaterDateIsNotThereYet() {
        UUID later = UUID.randomUUID();
        UUID party = UUID.randomUUID();
        bank.queue.accept(
                bank.operator,
                List.of(TestBank.open(later, party, AccountType.PERSONAL, null, KycLevel.L2)),
                TestBank.NEXT_DATE);

        assertRefused(bank.accept(client, transfer("k", mine, later, 5)), "to_account", Reason.UNKNOWN_ACCOUNT);
        assertRefused(
                bank.accept(
                        bank.operator, TestBank.open(UUID.randomUUID(), party, AccountType.AGENT, later, KycLevel.L2)),
                "owner_account",
                Reason.OWNER_CONFLICT);
        assertThat(bank.queue.accept(client, List.of(transfer("k", mine, later, 5)), TestBank.NEXT_DATE))
                .hasOnlyElementsOfType(Receipt.Queued.class);
    }

    // ---- Reference lines
    // ------------------------------------------------------------------------------------------------

    @Test
    void aReferenceLineAgainIsARepeatAndAnotherUnderItsNameAConflict() {
        Client meter = bank.client("meter", Client.Scope.METER);
        UUID party = UUID.randomUUID();
        UUID account = UUID.randomUUID();
        Line opened = TestBank.open(account, party, AccountType.PERSONAL, null, KycLevel.L1);
        bank.accept(bank.operator, resource("r", mine));
        bank.accept(bank.operator, new Line.OfReference(new ReferenceLine.Service("s", null)));
        record Pair(Client by, Line first, Line other) {}
        var pairs = List.of(
                new Pair(
                        bank.operator,
                        opened,
                        TestBank.open(account, party, AccountType.ENTERPRISE, null, KycLevel.L1)),
                new Pair(bank.operator, resource("q", mine), resource("q", theirs)),
                new Pair(
                        meter,
                        new Line.OfReference(new ReferenceLine.Metering("r", FROM, FROM.plusSeconds(1), 1)),
                        new Line.OfReference(new ReferenceLine.Metering("r", FROM, FROM.plusSeconds(1), 2))),
                new Pair(
                        bank.operator,
                        new Line.OfReference(new ReferenceLine.Service("t", null)),
                        new Line.OfReference(new ReferenceLine.Service("t", mine))),
                new Pair(
                        bank.operator,
                        new Line.OfReference(new ReferenceLine.Price("s", "m", "v1", FROM, 1, 1)),
                        new Line.OfReference(new ReferenceLine.Price("s", "m", "v1", FROM, 1, 2))));
        for (Pair pair : pairs) {
            assertThat(bank.queue.accept(pair.by(), List.of(pair.first(), pair.first()), null))
                    .extracting(r -> ((Receipt.Recorded) r).repeated())
                    .containsExactly(false, true);
            assertThat(((Receipt.Recorded) bank.accept(pair.by(), pair.first())).repeated())
                    .isTrue();
            assertRefused(bank.accept(pair.by(), pair.other()), "", Reason.REFERENCE_CONFLICT);
        }
    }

    @Test
    void twoPricesOfOneModelCannotTakeEffectAtTheSameInstant() {
        bank.accept(bank.operator, new Line.OfReference(new ReferenceLine.Service("s", null)));

        List<Receipt> receipts = bank.queue.accept(
                bank.operator,
                List.of(
                        new Line.OfReference(new ReferenceLine.Price("s", "m", "v1", FROM, 1, 1)),
                        new Line.OfReference(new ReferenceLine.Price("s", "m", "v2", FROM, 1, 1)),
                        new Line.OfReference(new ReferenceLine.Price("none", "m", "v2", FROM, 1, 1))),
                null);

        assertThat(receipts.getFirst()).isInstanceOf(Receipt.Recorded.class);
        assertRefused(receipts.get(1), "", Reason.REFERENCE_CONFLICT);
        assertRefused(receipts.get(2), "service", Reason.UNKNOWN_SERVICE);
    }

    @Test
    void resourcesAndEvidenceNeedWhatTheyAreOf() {
        Client meter = bank.client("meter", Client.Scope.METER);

        assertRefused(
                bank.accept(bank.operator, resource("r", UUID.randomUUID())), "account_id", Reason.UNKNOWN_ACCOUNT);
        assertRefused(
                bank.accept(
                        bank.operator,
                        new Line.OfReference(new ReferenceLine.ComputeResource("r", mine, "GPU-NONE", 1))),
                "compute_class",
                Reason.UNKNOWN_CLASS);
        assertRefused(
                bank.accept(meter, new Line.OfReference(new ReferenceLine.Metering("r", FROM, FROM.plusSeconds(1), 1))),
                "resource_id",
                Reason.UNKNOWN_RESOURCE);
    }

    @Test
    void aPartyHasOneLevelAndAnAgentAnOwnerOfItsParty() {
        UUID party = UUID.randomUUID();
        UUID owner = bank.account(party, KycLevel.L1);

        assertRefused(
                bank.accept(
                        bank.operator,
                        TestBank.open(UUID.randomUUID(), party, AccountType.PERSONAL, null, KycLevel.L2)),
                "kyc_level",
                Reason.KYC_CONFLICT);
        assertRefused(
                bank.accept(
                        bank.operator,
                        TestBank.open(UUID.randomUUID(), UUID.randomUUID(), AccountType.AGENT, owner, KycLevel.L1)),
                "owner_account",
                Reason.OWNER_CONFLICT);
        assertRefused(
                bank.accept(
                        bank.operator,
                        TestBank.open(UUID.randomUUID(), party, AccountType.AGENT, UUID.randomUUID(), KycLevel.L1)),
                "owner_account",
                Reason.OWNER_CONFLICT);
        assertThat(bank.accept(
                        bank.operator, TestBank.open(UUID.randomUUID(), party, AccountType.AGENT, owner, KycLevel.L1)))
                .isInstanceOf(Receipt.Recorded.class);
        assertThat(bank.directory.mayActFor(bank.client("nobody", Client.Scope.SUBMIT), owner))
                .isFalse();
        assertThat(bank.owner
                        .sql("SELECT access FROM client_rights WHERE client_id = :client AND account_id = :account")
                        .param("client", bank.operator.id())
                        .param("account", owner)
                        .query(String.class)
                        .list())
                .containsExactly("OWNER");
    }

    @Test
    void ofTwoLevelsForOnePartyAtOnceOneIsTaken() throws Exception {
        UUID party = UUID.randomUUID();
        List<Receipt> receipts = AtOnce.releasedFrom(
                bank,
                "LOCK TABLE token_accounts IN SHARE ROW EXCLUSIVE MODE",
                i -> bank.accept(
                        bank.operator,
                        TestBank.open(
                                UUID.randomUUID(),
                                party,
                                AccountType.PERSONAL,
                                null,
                                i % 2 == 0 ? KycLevel.L1 : KycLevel.L2)));

        assertThat(receipts).filteredOn(Receipt.Recorded.class::isInstance).hasSize(AtOnce.SESSIONS / 2);
        assertThat(bank.owner
                        .sql("SELECT count(*) FROM kyc_decisions WHERE party_id = :party")
                        .param("party", party)
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
    }

    /** The cycle of the earlier window needs the level, although the party's first account is in a later one. */
    @Test
    void aPartysLevelIsThereInTheWindowOfEachOfItsAccounts() {
        UUID party = UUID.randomUUID();
        bank.queue.accept(
                bank.operator,
                List.of(TestBank.open(UUID.randomUUID(), party, AccountType.PERSONAL, null, KycLevel.L2)),
                TestBank.NEXT_DATE);
        bank.account(party, KycLevel.L2);

        List<ReferenceEntry> read = new ArrayList<>();
        ReferenceRows.ofWindow(bank.application, bank.windows.getFirst(), read::add);
        assertThat(read)
                .extracting(entry -> ((ReferenceLine.OpenAccount) entry.line()).kycLevel())
                .containsOnly(KycLevel.L2);
    }

    // ---- Reversals
    // ------------------------------------------------------------------------------------------------------

    @Test
    void aReversalNeedsAnUnusedApprovalOfExactlyItself() {
        UUID reversed = UUID.randomUUID();
        UUID undecided = request(bank.operator, reversed);
        UUID refused = request(bank.operator, reversed);
        UUID approved = request(bank.operator, reversed);
        UUID ofAnother = request(bank.client("another", Client.Scope.OPERATE), reversed);
        Client checker = bank.client("checker", Client.Scope.OPERATE);
        bank.approvals.decide(checker, refused, false);
        bank.approvals.decide(checker, approved, true);
        bank.approvals.decide(checker, ofAnother, true);

        for (UUID approval : List.of(UUID.randomUUID(), undecided, refused, ofAnother)) {
            assertRefused(reversal("k", reversed, approval, false), "approval_id", Reason.NOT_PERMITTED);
        }
        assertRefused(reversal("k", reversed, approved, true), "approval_id", Reason.NOT_PERMITTED);
        assertRefused(reversal("k", UUID.randomUUID(), approved, false), "approval_id", Reason.NOT_PERMITTED);
        assertRefused(
                bank.accept(client, line("k", new Submission.Reversal(reversed, approved, false))),
                "",
                Reason.NOT_PERMITTED);
        assertThat(reversal("k", reversed, approved, false)).isInstanceOf(Receipt.Queued.class);
        assertThat(((Receipt.Queued) reversal("k", reversed, approved, false)).repeated())
                .isTrue();
        assertRefused(reversal("k2", reversed, approved, false), "approval_id", Reason.NOT_PERMITTED);
        assertThat(bank.approvals.find(approved).orElseThrow().state())
                .isEqualTo(io.quittance.domain.intake.Approvals.State.USED);
    }

    @Test
    void allLinesAreTakenOrNone() {
        bank.accept(client, transfer("before", mine, theirs, 5));
        List<Line> lines = List.of(
                transfer("before", mine, theirs, 5),
                transfer("new", mine, theirs, 6),
                transfer("bad", theirs, mine, 7));

        List<Receipt> refused = bank.queue.acceptAll(client, lines);

        assertThat(refused).hasSize(3);
        assertThat(refused.get(2)).isInstanceOf(Receipt.Refused.class);
        assertThat(bank.count("submissions")).isEqualTo(1);
        List<Receipt> taken = bank.queue.acceptAll(client, lines.subList(0, 2));
        assertThat(taken).hasOnlyElementsOfType(Receipt.Queued.class);
        assertThat(taken.stream().map(receipt -> ((Receipt.Queued) receipt).repeated()))
                .containsExactly(true, false);
        assertThat(bank.count("submissions")).isEqualTo(2);
    }

    @Test
    void anApprovalIsWorthOneReversalAlsoWithinOneCall() {
        UUID reversed = UUID.randomUUID();
        UUID approved = approve(reversed);

        List<Receipt> receipts = bank.queue.accept(
                bank.operator,
                List.of(
                        line("a", new Submission.Reversal(reversed, approved, false)),
                        line("b", new Submission.Reversal(reversed, approved, false))),
                null);

        assertThat(receipts.getFirst()).isInstanceOf(Receipt.Queued.class);
        assertRefused(receipts.get(1), "approval_id", Reason.NOT_PERMITTED);
    }

    @Test
    void anApprovalIsWorthOneReversalAlsoForManyAtOnce() throws Exception {
        UUID reversed = UUID.randomUUID();
        UUID approved = approve(reversed);

        List<Receipt> receipts = AtOnce.releasedFrom(
                bank, "SELECT FROM approvals FOR UPDATE", i -> reversal("k" + i, reversed, approved, false));

        assertThat(receipts).filteredOn(Receipt.Queued.class::isInstance).hasSize(1);
        assertThat(bank.count("submissions")).isEqualTo(1);
    }

    @Test
    void theSameReversalSentManyTimesAtOnceIsTakenOnceAndAnsweredAlike() throws Exception {
        UUID reversed = UUID.randomUUID();
        UUID approved = approve(reversed);

        List<Receipt> receipts = AtOnce.releasedFrom(
                bank, "SELECT FROM approvals FOR UPDATE", i -> reversal("k", reversed, approved, false));

        assertThat(receipts).hasOnlyElementsOfType(Receipt.Queued.class);
        assertThat(receipts).filteredOn(r -> !((Receipt.Queued) r).repeated()).hasSize(1);
    }

    // ---- Guards
    // ---------------------------------------------------------------------------------------------------------

    @Test
    void theApplicationCannotRewriteTheQueue() {
        bank.accept(client, transfer("k", mine, theirs, 5));

        for (String sql : List.of(
                "UPDATE submissions SET amount_utoken = 6",
                "DELETE FROM submissions",
                "TRUNCATE submissions",
                "UPDATE submission_files SET queued = 0",
                "DELETE FROM refused_lines",
                "UPDATE kyc_decisions SET kyc_level = 'L3'",
                "DELETE FROM compute_resources")) {
            assertThatThrownBy(() -> bank.application.sql(sql).update())
                    .as(sql)
                    .isInstanceOf(DataAccessException.class)
                    .hasRootCauseMessage("ERROR: permission denied for table " + table(sql));
        }
        assertThatThrownBy(() -> bank.owner.sql("DELETE FROM submissions").update())
                .hasStackTraceContaining("submissions is only added to: DELETE refused");
    }

    // ---- Helpers
    // --------------------------------------------------------------------------------------------------------

    private static String table(String sql) {
        return sql.replaceAll("^(UPDATE|DELETE FROM|TRUNCATE) (\\w+).*$", "$2");
    }

    private Line resource(String name, UUID account) {
        return new Line.OfReference(new ReferenceLine.ComputeResource(name, account, TestBank.H100, 8));
    }

    private Receipt deposit(String resource) {
        return bank.accept(
                client,
                line(
                        "deposit",
                        new Submission.ComputeDeposit(
                                mine, resource, 5, Submission.DepositMode.KEEP, FROM, FROM.plusSeconds(60), null)));
    }

    private Receipt order(String computeClass, Long limit) {
        return bank.accept(
                client,
                line(
                        "order " + limit,
                        new Submission.Order(
                                mine,
                                computeClass,
                                Submission.Side.BUY,
                                limit == null ? Submission.OrderType.MARKET : Submission.OrderType.LIMIT,
                                1,
                                limit,
                                Submission.TimeInForce.IOC,
                                null)));
    }

    private Receipt spend(String service, String computeClass) {
        return bank.accept(
                client,
                line(
                        "spend " + computeClass,
                        new Submission.Spend(
                                mine,
                                service,
                                null,
                                FROM,
                                0,
                                0,
                                null,
                                computeClass == null ? 5L : null,
                                computeClass,
                                computeClass == null ? null : 5L,
                                null)));
    }

    private UUID request(Client maker, UUID reversed) {
        return bank.approvals
                .request(maker, UUID.randomUUID().toString(), "reverse", ReversalAction.hash(reversed, false))
                .approval()
                .id();
    }

    private UUID approve(UUID reversed) {
        UUID approval = request(bank.operator, reversed);
        bank.approvals.decide(bank.client("checker", Client.Scope.OPERATE), approval, true);
        return approval;
    }

    private Receipt reversal(String key, UUID reversed, UUID approval, boolean fromSuspense) {
        return bank.accept(bank.operator, line(key, new Submission.Reversal(reversed, approval, fromSuspense)));
    }

    private long windowOf(String key) {
        return bank.owner
                .sql("SELECT window_no FROM submissions WHERE submission_key = :key")
                .param("key", key)
                .query(Long.class)
                .single();
    }

    private static Receipt.Queued withoutMark(Receipt.Queued r) {
        return new Receipt.Queued(
                r.submissionId(), r.submissionKey(), r.kind(), r.intakeNo(), r.businessDate(), r.receivedAt(), false);
    }

    private static void assertRefused(Receipt receipt, String field, Reason reason) {
        assertThat(receipt)
                .isInstanceOfSatisfying(
                        Receipt.Refused.class,
                        refused -> assertThat(refused.errors())
                                .extracting(FormError::field, FormError::reason)
                                .containsExactly(org.assertj.core.groups.Tuple.tuple(field, reason)));
    }
}
