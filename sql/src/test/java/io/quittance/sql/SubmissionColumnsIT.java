package io.quittance.sql;

import static io.quittance.sql.TestBank.line;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.intake.CanonicalContent;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.intake.ReferenceEntry;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.ReversalAction;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.intake.SubmissionId;
import io.quittance.domain.seal.Hash32;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is written into the queue and read back says the same, to the last microsecond. */
class SubmissionColumnsIT {

    private static final Instant FROM = Instant.parse("2026-03-01T10:00:00.123456Z");
    private static final Instant TO = Instant.parse("2026-03-01T12:00:00.000001Z");
    private static final LocalDate LATER = LocalDate.of(2026, 4, 1);

    private TestBank bank;

    @BeforeEach
    void open() {
        bank = new TestBank();
    }

    @AfterEach
    void close() {
        bank.close();
    }

    @Test
    void everySubmissionComesBackWithTheContentThatWentIn() throws SQLException {
        Client client = bank.client("sender", Client.Scope.SUBMIT, Client.Scope.OPERATE);
        Client checker = bank.client("checker", Client.Scope.OPERATE);
        UUID account = bank.accountOf(client);
        UUID other = bank.account(KycLevel.L1);
        bank.queue.accept(
                bank.operator,
                List.of(
                        new Line.OfReference(new ReferenceLine.ComputeResource("rack 7/ä", account, TestBank.H100, 8)),
                        new Line.OfReference(new ReferenceLine.Service("chat", null))),
                null);
        UUID reversed = UUID.randomUUID();
        UUID approval = bank.approvals
                .request(client, UUID.randomUUID().toString(), "reverse", ReversalAction.hash(reversed, true))
                .approval()
                .id();
        bank.approvals.decide(checker, approval, true);
        var submissions = List.<Submission>of(
                new Submission.ComputeDeposit(
                        account, "rack 7/ä", Long.MAX_VALUE, Submission.DepositMode.MINT, FROM, TO, LATER),
                new Submission.ComputeDeposit(account, "rack 7/ä", 1, Submission.DepositMode.KEEP, FROM, TO, null),
                new Submission.TaskPublication(account, "task \"1\", {a}", 5, "vision\\deep", TO, LATER),
                new Submission.TaskPublication(account, "NULL", 5, null, null, null),
                new Submission.TaskCompletion(account, "t", other, Hash32.of(new byte[32]), LATER),
                new Submission.TaskCompletion(account, "t", other, null, null),
                new Submission.Order(
                        account,
                        TestBank.H100,
                        Submission.Side.BUY,
                        Submission.OrderType.LIMIT,
                        3,
                        2_000_000L,
                        Submission.TimeInForce.GTD,
                        LATER),
                new Submission.Order(
                        account,
                        TestBank.H100,
                        Submission.Side.SELL,
                        Submission.OrderType.MARKET,
                        3,
                        null,
                        Submission.TimeInForce.IOC,
                        null),
                new Submission.Cancel(account, "key 1"),
                new Submission.Spend(account, "chat", "model", FROM, 7, 8, "v1", 9L, null, null, LATER),
                new Submission.Spend(account, "chat", null, FROM, 0, 0, null, null, TestBank.A100, 11L, null),
                new Submission.Transfer(account, other, 12, "thanks, Grüße \uD83D\uDE80", LATER),
                new Submission.Transfer(account, other, 12, null, null),
                new Submission.Reversal(reversed, approval, true));
        List<Line> lines = new ArrayList<>();
        Map<String, Submission> sent = new LinkedHashMap<>();
        for (int i = 0; i < submissions.size(); i++) {
            lines.add(line("key " + i, submissions.get(i)));
            sent.put("key " + i, submissions.get(i));
        }

        List<Receipt> receipts = bank.queue.accept(client, lines, null);
        List<Queued> read = new ArrayList<>();
        List<Hash32> digests = new ArrayList<>();
        try (var connection = bank.database.application().getConnection()) {
            new QueueReader(connection)
                    .ofWindow(
                            bank.windows.getFirst(),
                            EnumSet.range(Kind.COMPUTE_DEPOSITS, Kind.REVERSALS),
                            (QueueReader.DigestVisitor) (item, digest) -> {
                                read.add(item);
                                digests.add(digest);
                            });
        }

        assertThat(submissions.stream().map(Submission::kind).distinct())
                .containsExactlyInAnyOrder(java.util.Arrays.stream(Kind.values())
                        .filter(kind -> !kind.isReference())
                        .toArray(Kind[]::new));
        assertThat(receipts).hasOnlyElementsOfType(Receipt.Queued.class);
        assertThat(read)
                .extracting(Queued::submissionId)
                .containsExactlyElementsOf(sent.keySet().stream()
                        .map(key -> SubmissionId.of("sender", key))
                        .toList());
        for (int i = 0; i < read.size(); i++) {
            Queued item = read.get(i);
            Submission before = submissions.get(i);
            Submission expected = before instanceof Submission.Transfer t
                    ? new Submission.Transfer(t.accountId(), t.toAccount(), t.amountUtoken(), null, t.holdUntil())
                    : before;
            assertThat(item.submission()).isEqualTo(expected);
            assertThat(digests.get(i))
                    .isEqualTo(CanonicalContent.digest(CanonicalContent.of(item.submission(), item.memoHash())))
                    .isEqualTo(CanonicalContent.digest(CanonicalContent.of(before, item.memoHash())));
            assertThat(item.byOperator()).isTrue();
            assertThat(item.receivedAt()).isEqualTo(TestBank.NOW);
            assertThat(item.memoHash() != null).isEqualTo(before instanceof Submission.Transfer t && t.memo() != null);
        }
        assertThat(bank.owner
                        .sql("SELECT memo FROM submission_texts")
                        .query(String.class)
                        .list())
                .containsExactly("thanks, Grüße \uD83D\uDE80");
    }

    @Test
    void everyReferenceLineComesBackInOrderWithTheContentThatWentIn() {
        Client source = bank.client("meter", Client.Scope.METER, Client.Scope.OPERATE);
        UUID party = UUID.randomUUID();
        UUID first = UUID.randomUUID();
        UUID agent = UUID.randomUUID();
        var sent = List.<ReferenceLine>of(
                new ReferenceLine.OpenAccount(
                        first, party, AccountType.ENTERPRISE, null, KycLevel.L3, null, "Müller \"GmbH\", Köln"),
                new ReferenceLine.OpenAccount(agent, party, AccountType.AGENT, first, KycLevel.L3, 0L, null),
                new ReferenceLine.ComputeResource("r2", first, TestBank.H100, 1_000_000),
                new ReferenceLine.ComputeResource("r1", first, TestBank.A100, 1),
                new ReferenceLine.Metering("r2", FROM, TO, Long.MAX_VALUE),
                new ReferenceLine.Service("z", first),
                new ReferenceLine.Service("a", null),
                new ReferenceLine.Price("z", "m", "v1", FROM, 0, Long.MAX_VALUE));

        bank.queue.accept(source, sent.stream().<Line>map(Line.OfReference::new).toList(), null);
        List<ReferenceEntry> read = new ArrayList<>();
        ReferenceRows.ofWindow(bank.application, bank.windows.getFirst(), read::add);

        assertThat(read).extracting(ReferenceEntry::line).containsExactlyElementsOf(sent);
        for (ReferenceEntry entry : read) {
            assertThat(entry.contentDigest())
                    .isEqualTo(CanonicalContent.digest(CanonicalContent.of(entry.line(), entry.nameHash())));
            assertThat(entry.nameHash() != null)
                    .isEqualTo(entry.line() instanceof ReferenceLine.OpenAccount a && a.holderName() != null);
        }
    }
}
