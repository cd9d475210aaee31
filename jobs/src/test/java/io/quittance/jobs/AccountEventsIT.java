package io.quittance.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.commitment.CommitmentStore;
import io.quittance.domain.cycle.Bank;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.cycle.Lease;
import io.quittance.domain.cycle.SettlementCalendar;
import io.quittance.domain.cycle.Windows;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.report.BankViews;
import io.quittance.domain.report.BankViews.AccountView;
import io.quittance.domain.report.BankViews.StatementRange;
import io.quittance.domain.report.BankViews.SubmissionView;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.settlement.CycleStore;
import io.quittance.domain.settlement.SealStore;
import io.quittance.domain.settlement.TestBank;
import io.quittance.domain.settlement.Workers;
import io.quittance.sql.DoorDatabase;
import io.quittance.sql.SqlAdapters;
import io.quittance.sql.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Accounts that are frozen, closed and re-levelled between submission and cut-off and in the middle of a cycle, and money that
 * cannot be received, through the doors' queue and the steps of the cycle over PostgreSQL. Each history is proved and settled
 * again from the beginning at its end.
 */
class AccountEventsIT {

    private static final Instant START = TestBank.FIRST_DATE.atTime(9, 0).toInstant(ZoneOffset.UTC);

    private TestDatabase database;
    private AnnotationConfigApplicationContext ports;
    private JdbcClient owner;
    private Lease.Held lease;
    private CycleSteps steps;
    private Client operator;
    private int keys;

    private final UUID ann = TestBank.id("ann");
    private final UUID bob = TestBank.id("bob");
    private final UUID cid = TestBank.id("cid");

    @BeforeEach
    void open() {
        database = TestDatabase.create();
        owner = JdbcClient.create(database.owner());
        var secret = new BankSecret(1, "a secret of thirty-two bytes or so".getBytes(StandardCharsets.UTF_8));
        var bank = new Bank(
                "accounts",
                new SettlementCalendar(ZoneId.of("UTC"), List.of()),
                31337,
                "0x00000000000000000000000000000000000000b0",
                Hash32.ZERO,
                TestBank.FIRST_DATE);
        ports = new AnnotationConfigApplicationContext();
        ports.registerBean(DataSource.class, () -> database.application());
        ports.registerBean(DoorDatabase.class, database::doors);
        ports.registerBean(PlatformTransactionManager.class, () -> new JdbcTransactionManager(database.application()));
        ports.registerBean(BankSecret.class, () -> secret);
        ports.registerBean(Bank.class, () -> bank);
        ports.registerBean(Workers.class, Workers::ofMachine);
        ports.register(SqlAdapters.class);
        ports.refresh();
        port(BankStore.class).open(bank, TestBank.parameters(java.util.Map.of()));
        port(BankStore.class).setClock(START);
        operator = port(ClientDirectory.class)
                .register("operator", Set.of(Client.Scope.OPERATE, Client.Scope.METER, Client.Scope.SUBMIT));
        lease = port(Lease.class).take("accounts").orElseThrow();
        var commitments = port(CommitmentStore.class);
        steps = new CycleSteps(
                port(Windows.class),
                port(CycleStore.class),
                port(SealStore.class),
                port(BankStore.class),
                secret,
                commitments,
                null, // The step that follows the chain is not called.
                new ChainIdentity(commitments),
                port(Reconciliation.class),
                cycle -> Path.of("."), // Reports are not looked at.
                port(Workers.class));
        port(Windows.class).layOut();
        for (UUID account : List.of(ann, bob, cid)) {
            recorded(new ReferenceLine.OpenAccount(
                    account, TestBank.id("party of " + account), AccountType.PERSONAL, null, KycLevel.L3, null, null));
        }
        Instant from = START.minusSeconds(7_200);
        recorded(new ReferenceLine.ComputeResource("gpus", ann, TestBank.H100, 1));
        recorded(new ReferenceLine.Metering("gpus", from, from.plusSeconds(100), 100_000));
        send(new Submission.ComputeDeposit(
                ann, "gpus", 100_000, Submission.DepositMode.MINT, from, from.plusSeconds(100), null));
        cycle(1);
        assertThat(posted(ann)).isEqualTo(100_000);
    }

    /** Whatever a test did, the books are in order, and a replay finds every seal again. */
    @AfterEach
    void close() {
        try {
            port(Reconciliation.class).proveBooks().forEach(AccountEventsIT::requireMatched);
            new Replay(
                            port(Windows.class),
                            port(CycleStore.class),
                            port(SealStore.class),
                            port(BankStore.class),
                            port(BankSecret.class))
                    .run(replayed -> assertThat(replayed.why())
                            .as("replay of cycle %d", replayed.cycle())
                            .isEmpty());
        } finally {
            lease.close();
            ports.close();
            database.close();
        }
    }

    private static void requireMatched(Identity identity) {
        assertThat(identity.verdict()).as("%s", identity).isEqualTo(Identity.Verdict.MATCHED);
    }

    private <T> T port(Class<T> type) {
        return ports.getBean(type);
    }

    private Receipt accept(Line line) {
        return port(IntakeQueue.class).accept(operator, List.of(line), null).getFirst();
    }

    private void recorded(ReferenceLine line) {
        assertThat(accept(new Line.OfReference(line))).isInstanceOf(Receipt.Recorded.class);
    }

    private void decide(AccountChange change, UUID account) {
        recorded(event(change, account, null));
    }

    private ReferenceLine.AccountEvent event(AccountChange change, UUID account, @Nullable KycLevel level) {
        return new ReferenceLine.AccountEvent("e" + ++keys, account, change, level, "as the court says");
    }

    private FormError refused(ReferenceLine.AccountEvent event) {
        Receipt receipt = accept(new Line.OfReference(event));
        assertThat(receipt).isInstanceOf(Receipt.Refused.class);
        return ((Receipt.Refused) receipt).errors().getFirst();
    }

    private UUID send(Submission submission) {
        Receipt receipt = accept(new Line.OfSubmission("k" + ++keys, submission));
        assertThat(receipt).isInstanceOf(Receipt.Queued.class);
        return ((Receipt.Queued) receipt).submissionId();
    }

    private UUID transfer(UUID from, UUID to, long amount) {
        return send(new Submission.Transfer(from, to, amount, null, null));
    }

    private void cutOff(long cycle) {
        port(Windows.class).cutOffNow();
        steps.begin(lease, CycleProgress.NONE);
        steps.cutOff(cycle);
    }

    private void settle(long cycle) {
        steps.screenSubmissions(cycle);
        steps.matchOrders(cycle);
        steps.netPositions(cycle);
        steps.postJournal(cycle);
        steps.sealCycle(cycle);
        steps.reconcile(cycle);
        port(Reconciliation.class)
                .kept(cycle)
                .forEach(identity ->
                        assertThat(identity.verdict()).as("%s", identity).isNotEqualTo(Identity.Verdict.BREAK));
    }

    private void cycle(long cycle) {
        cutOff(cycle);
        settle(cycle);
    }

    private AccountView account(UUID id) {
        return port(BankViews.class).account(id).orElseThrow();
    }

    private SubmissionView submission(UUID id) {
        return port(BankViews.class).submission(id).orElseThrow();
    }

    private long posted(UUID account) {
        return account(account).balances().getFirst().posted();
    }

    private Instant cutOffOf(long cycle) {
        return port(Windows.class).find(cycle).orElseThrow().cutOff();
    }

    @Test
    void whatWasHandedInBeforeTheAccountWasFrozenIsRefusedAtTheCutOff() {
        UUID before = transfer(ann, bob, 5);
        decide(AccountChange.FREEZE, ann);
        assertThat(account(ann).status()).as("until the cut-off").isEqualTo("active");
        cycle(2);
        assertThat(submission(before).reason()).isEqualTo(Reason.ACCOUNT_FROZEN);
        assertThat(account(ann).status()).isEqualTo("frozen");
        assertThat(account(ann).statusSince()).isEqualTo(cutOffOf(2));
        decide(AccountChange.UNFREEZE, ann);
        UUID after = transfer(ann, bob, 5);
        cycle(3);
        assertThat(submission(after).reason()).isNull();
        assertThat(account(ann).statusSince()).isEqualTo(cutOffOf(3));
    }

    @Test
    void whatIsDecidedInTheMiddleOfACycleCountsFromTheNextWindowOn() {
        UUID inTime = transfer(ann, bob, 5);
        UUID toCid = transfer(ann, cid, 5);
        cutOff(2);
        decide(AccountChange.FREEZE, ann);
        recorded(event(AccountChange.LEVEL, cid, KycLevel.L0));
        UUID late = transfer(ann, bob, 5);
        steps.screenSubmissions(2);
        recorded(event(AccountChange.LEVEL, ann, KycLevel.L1));
        settle(2);
        assertThat(submission(inTime).reason()).isNull();
        assertThat(submission(toCid).reason()).isNull();
        assertThat(account(ann).status()).isEqualTo("active");
        assertThat(account(ann).kycLevel()).isEqualTo("L3");
        cycle(3);
        assertThat(submission(late).reason()).isEqualTo(Reason.ACCOUNT_FROZEN);
        assertThat(account(ann).status()).isEqualTo("frozen");
        assertThat(account(ann).kycLevel()).isEqualTo("L1");
        assertThat(account(ann).levelSince()).isEqualTo(cutOffOf(3));
        assertThat(account(cid).kycLevel()).isEqualTo("L0");
    }

    @Test
    void aClosingThatTheBooksOvertookIsRefusedByItsCycleWithWhatIsOpen() {
        transfer(ann, cid, 5);
        cutOff(2);
        var closing = event(AccountChange.CLOSE, cid, null);
        recorded(closing); // The books that can be seen say that there is nothing.
        settle(2);
        cycle(3);
        assertThat(account(cid).status()).isEqualTo("active");
        assertThat(owner.sql("SELECT cycle || ': ' || still_open FROM refused_closings WHERE event_key = :key")
                        .param("key", closing.eventKey())
                        .query(String.class)
                        .list())
                .containsExactly("3: UTOKEN=5");
        assertThat(refused(event(AccountChange.CLOSE, cid, null)).detail()).isEqualTo("UTOKEN=5");
        transfer(cid, ann, 5);
        cycle(4);
        decide(AccountChange.CLOSE, cid);
        UUID into = transfer(ann, cid, 5);
        cycle(5);
        assertThat(account(cid).status()).isEqualTo("closed");
        assertThat(submission(into).reason()).isEqualTo(Reason.RECEIVER_CLOSED);
        assertThat(refused(event(AccountChange.UNFREEZE, cid, null)).reason()).isEqualTo(Reason.ACCOUNT_CLOSED);
        UUID still = transfer(ann, cid, 5);
        cycle(6);
        assertThat(submission(still).reason()).isEqualTo(Reason.RECEIVER_CLOSED);
    }

    @Test
    void whatCannotBeReceivedWaitsUnderItsOwnersNameAndIsPaidOnceTheRightReturns() {
        send(new Submission.TaskPublication(ann, "task", 70, null, null, null));
        cycle(2);
        UUID completion = send(new Submission.TaskCompletion(ann, "task", bob, null, null));
        decide(AccountChange.FREEZE, bob);
        cutOff(3);
        steps.screenSubmissions(3);
        steps.begin(lease, CycleProgress.NONE); // As after a crash: everything is decided again.
        settle(3);
        assertThat(account(bob).unclaimed())
                .containsExactly(new BankViews.UnclaimedView(70, 3, TestBank.FIRST_DATE, completion));
        assertThat(posted(bob)).isZero();
        assertThat(owner.sql("SELECT account_id || ' ' || amount || ' ' || age_days FROM unclaimed_by_account")
                        .query(String.class)
                        .list())
                .containsExactly(bob + " 70 0");
        assertThat(statement(bob)).containsExactly("reward +70", "unclaimed -70");
        cycle(4);
        assertThat(statement(bob)).hasSize(2);
        decide(AccountChange.UNFREEZE, bob);
        assertThat(refused(event(AccountChange.CLOSE, bob, null)).detail()).isEqualTo("unclaimed=70");
        cycle(5);
        assertThat(account(bob).unclaimed()).isEmpty();
        assertThat(posted(bob)).isEqualTo(70);
        assertThat(statement(bob)).containsExactly("reward +70", "unclaimed -70", "unclaimed +70");
        assertThat(submission(completion).postings()).hasSize(3);
        cycle(6);
        assertThat(posted(bob)).isEqualTo(70);
    }

    private List<String> statement(UUID account) {
        return port(BankViews.class)
                .statement(account, "UTOKEN", StatementRange.ALL, false, null, 100)
                .orElseThrow()
                .lines()
                .stream()
                .map(line -> line.transactionType() + (line.credit() ? " +" : " -") + line.amount())
                .toList();
    }

    @Test
    void anEventThatMeansNothingIsRefusedAtTheDoorInPlainWords() {
        assertThat(refused(event(AccountChange.FREEZE, TestBank.id("nobody"), null))
                        .reason())
                .isEqualTo(Reason.UNKNOWN_ACCOUNT);
        assertThat(refused(event(AccountChange.FREEZE, new UUID(0, 6), null)).reason())
                .isEqualTo(Reason.UNKNOWN_ACCOUNT);
        assertThat(refused(event(AccountChange.UNFREEZE, bob, null)).detail()).isEqualTo("The account is not frozen.");
        decide(AccountChange.FREEZE, bob);
        assertThat(refused(event(AccountChange.FREEZE, bob, null)).detail())
                .isEqualTo("The account is frozen already.");
        assertThat(refused(event(AccountChange.CLOSE, ann, null)))
                .isEqualTo(new FormError("account_id", Reason.STILL_OPEN, "UTOKEN=100000"));

        var event = event(AccountChange.UNFREEZE, bob, null);
        recorded(event);
        assertThat(accept(new Line.OfReference(event)))
                .isEqualTo(new Receipt.Recorded(event.kind(), event.name(), true));
        var other = new ReferenceLine.AccountEvent(event.eventKey(), cid, AccountChange.FREEZE, null, null);
        assertThat(refused(other).reason()).isEqualTo(Reason.REFERENCE_CONFLICT);

        Client stranger = port(ClientDirectory.class).register("stranger", Set.of(Client.Scope.SUBMIT));
        assertThat(port(IntakeQueue.class)
                        .accept(stranger, List.of(new Line.OfReference(event(AccountChange.FREEZE, bob, null))), null)
                        .getFirst())
                .isInstanceOfSatisfying(
                        Receipt.Refused.class,
                        r -> assertThat(r.errors().getFirst().reason()).isEqualTo(Reason.NOT_PERMITTED));
    }

    @Test
    void aReasonCanBeErasedAndTheSealsStayValid() {
        decide(AccountChange.FREEZE, bob);
        cycle(2);
        assertThat(JdbcClient.create(database.application())
                        .sql("UPDATE account_events SET reason = NULL")
                        .update())
                .isEqualTo(1);
    }

    @Test
    void aPartyThatWasReLevelledOpensItsNextAccountAtItsLevel() {
        recorded(event(AccountChange.LEVEL, bob, KycLevel.L2));
        var second = new ReferenceLine.OpenAccount(
                TestBank.id("bob2"),
                TestBank.id("party of " + bob),
                AccountType.PERSONAL,
                null,
                KycLevel.L3,
                null,
                null);
        assertThat(accept(new Line.OfReference(second)))
                .isInstanceOfSatisfying(
                        Receipt.Refused.class,
                        r -> assertThat(r.errors().getFirst().reason()).isEqualTo(Reason.KYC_CONFLICT));
        recorded(new ReferenceLine.OpenAccount(
                second.accountId(), second.partyId(), AccountType.PERSONAL, null, KycLevel.L2, null, null));
        cycle(2);
        assertThat(account(second.accountId()).kycLevel()).isEqualTo("L2");
        recorded(event(AccountChange.LEVEL, second.accountId(), KycLevel.L1));
        cycle(3);
        assertThat(account(bob).kycLevel()).isEqualTo("L1");
        UUID full = transfer(bob, ann, 1);
        cycle(4);
        assertThat(submission(full).reason()).isEqualTo(Reason.KYC);
    }
}
