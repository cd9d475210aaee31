package io.quittance.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.intake.CanonicalContent;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory.Right;
import io.quittance.domain.intake.ClientPolicy;
import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.intake.FileIntake.Accepted;
import io.quittance.domain.intake.FileIntake.Content;
import io.quittance.domain.intake.FileIntake.DuplicateFile;
import io.quittance.domain.intake.FileIntake.Lines;
import io.quittance.domain.intake.FileIntake.Manifest;
import io.quittance.domain.intake.FileIntake.NumberedLine;
import io.quittance.domain.intake.FileIntake.RefusedLine;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.report.BankViews.SubmissionState;
import io.quittance.domain.seal.Hash32;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

class JdbcFileIntakeIT {

    private TestBank bank;
    private Client client;
    private UUID mine;
    private UUID theirs;

    @BeforeEach
    void open() {
        bank = new TestBank();
        client = bank.directory.setPolicy(
                bank.client("sender", Client.Scope.SUBMIT),
                new ClientPolicy(100, ClientPolicy.ControlLines.OPTIONAL, null),
                bank.operator);
        mine = bank.accountOf(client);
        theirs = bank.account(KycLevel.L2);
    }

    @AfterEach
    void close() {
        bank.close();
    }

    @Test
    void everyLineOfAFileIsCountedAndWhatWasRefusedIsKeptWordForWord() {
        bank.accept(client, TestBank.transfer("before", mine, theirs, 5));
        var malformed = List.of(
                new FormError("amount_utoken", Reason.MALFORMED_VALUE, "whole digits only"),
                new FormError("to_account", Reason.MISSING_VALUE, "a value is needed"));
        var manifest = new Manifest(
                "F-1",
                Kind.TRANSFERS,
                TestBank.NEXT_DATE,
                content("one"),
                1_234,
                "march \"2\".csv",
                "submission_key,account_id",
                "request 1");

        Accepted accepted = bank.files.accept(
                client,
                manifest,
                content(
                        good(3, TestBank.transfer("new", mine, theirs, 5)),
                        good(4, TestBank.transfer("before", mine, theirs, 5)),
                        new NumberedLine(5, "x,\"1,5\u0000\",", null, malformed),
                        good(6, TestBank.transfer("lost", mine, UUID.randomUUID(), 5))));

        assertThat(accepted)
                .isEqualTo(new Accepted(
                        accepted.fileNo(),
                        "F-1",
                        Kind.TRANSFERS,
                        TestBank.NEXT_DATE,
                        content("one"),
                        TestBank.NOW,
                        4,
                        1,
                        1,
                        2,
                        "submission_key,account_id",
                        "request 1"));
        assertThat(bank.files.find(client, accepted.fileNo())).contains(accepted);
        assertThat(refusedLines(client, accepted.fileNo()))
                .containsExactly(
                        new RefusedLine(5, null, "x,\"1,5\uFFFD\",", malformed),
                        new RefusedLine(
                                6,
                                "lost",
                                "line 6",
                                List.of(new FormError(
                                        "to_account", Reason.UNKNOWN_ACCOUNT, Reason.UNKNOWN_ACCOUNT.sentence()))));
        assertThat(bank.owner
                        .sql("SELECT file_no FROM submissions WHERE submission_key = 'new'")
                        .query(Long.class)
                        .single())
                .isEqualTo(accepted.fileNo());
    }

    @Test
    void aFileIsItsSendersAndTheOperatorsToSee() {
        Accepted accepted = hand(client, "F-1", "one", null);
        Client other = bank.client("other", Client.Scope.SUBMIT, Client.Scope.READ);

        assertThat(bank.files.find(other, accepted.fileNo())).isEmpty();
        assertThat(bank.files.find(bank.operator, accepted.fileNo())).contains(accepted);
        assertThat(bank.files.find(client, accepted.fileNo() + 1)).isEmpty();
    }

    @Test
    void aFileIsTakenOnceByItsIdItsContentAndItsRequest() {
        Accepted first = hand(client, "F-1", "one", "r1");
        Accepted second = hand(client, "F-2", "two", "r2");

        assertDuplicate("F-1", "three", null, first);
        assertDuplicate("F-3", "one", null, first);
        assertDuplicate(null, "one", null, first);
        assertDuplicate("F-3", "three", "r1", first);
        // Where two match, the one of the request is named.
        assertDuplicate("F-1", "one", "r2", second);
        assertDuplicate("F-2", "two", "r1", first);
        Client other = bank.client("other", Client.Scope.SUBMIT);
        bank.directory.grant(other, mine, Right.OWNER);
        assertThat(hand(other, "F-1", "one", "r1").fileNo()).isGreaterThan(second.fileNo());
        assertThat(bank.count("submission_files")).isEqualTo(3);
    }

    @Test
    void filesWithoutIdOrRequestAreToldApartByTheirContent() {
        hand(client, null, "one", null);

        assertThat(hand(client, null, "two", null).queued()).isEqualTo(1);
    }

    @Test
    void theSameFileHandedInManyTimesAtOnceIsTakenOnce() throws Exception {
        List<Object> answers = AtOnce.releasedFrom(bank, "LOCK TABLE submissions IN SHARE ROW EXCLUSIVE MODE", i -> {
            try {
                return bank.files
                        .accept(client, manifest("F-1", "one", null), lines("one"))
                        .fileNo();
            } catch (DuplicateFile duplicate) {
                return duplicate;
            }
        });

        List<Object> numbers = answers.stream().filter(Long.class::isInstance).toList();
        assertThat(numbers).hasSize(1);
        assertThat(answers)
                .filteredOn(DuplicateFile.class::isInstance)
                .hasSize(AtOnce.SESSIONS - 1)
                .allSatisfy(d -> assertThat(((DuplicateFile) d).earlierFileNo()).isEqualTo(numbers.getFirst()));
        assertThat(bank.count("submission_files")).isEqualTo(1);
        assertThat(bank.count("submissions")).isEqualTo(1);
    }

    @Test
    void aFileWithMoreRefusedLinesThanAgreedLeavesNothingAndCanBeHandedInAgain() {
        Client strict = bank.directory.setPolicy(
                client, new ClientPolicy(49, ClientPolicy.ControlLines.OPTIONAL, null), bank.operator);
        NumberedLine good = good(2, TestBank.transfer("good", mine, theirs, 5));
        NumberedLine bad = good(3, TestBank.transfer("bad", mine, UUID.randomUUID(), 5));
        bank.accept(client, TestBank.transfer("before", mine, theirs, 5));

        for (NumberedLine also : List.of(good, good(2, TestBank.transfer("before", mine, theirs, 5)))) {
            assertThatThrownBy(() -> bank.files.accept(strict, manifest("F-1", "one", "r1"), content(also, bad)))
                    .isInstanceOfSatisfying(FileIntake.TooManyRefused.class, tooMany -> {
                        assertThat(tooMany.lines()).isEqualTo(2);
                        assertThat(tooMany.refused()).isEqualTo(1);
                        assertThat(tooMany.first())
                                .extracting(RefusedLine::lineNo)
                                .containsExactly(3L);
                    });
        }

        assertThat(bank.count("submissions")).isEqualTo(1);
        assertThat(bank.count("submission_files")).isZero();
        assertThat(bank.count("refused_lines")).isZero();
        Client lenient = bank.directory.setPolicy(
                client, new ClientPolicy(50, ClientPolicy.ControlLines.OPTIONAL, null), bank.operator);
        assertThat(bank.files
                        .accept(lenient, manifest("F-1", "one", "r1"), content(good, bad))
                        .refused())
                .isEqualTo(1);
    }

    @Test
    void whoOwnsAnAccountOfAnEnterpriseActsForOne() {
        UUID enterprise = UUID.randomUUID();
        bank.accept(
                bank.operator, TestBank.open(enterprise, UUID.randomUUID(), AccountType.ENTERPRISE, null, KycLevel.L3));
        assertThat(bank.files.actsForEnterprise(client)).isFalse();

        bank.directory.grant(client, enterprise, Right.READER);
        assertThat(bank.files.actsForEnterprise(client)).isFalse();

        bank.directory.grant(client, enterprise, Right.OWNER);
        assertThat(bank.files.actsForEnterprise(client)).isTrue();
    }

    @Test
    void aFailureInTheMiddleLeavesNothingAndTheFileCanBeHandedInAgain() {
        bank.owner
                .sql("ALTER TABLE refused_lines ADD CONSTRAINT broken CHECK (line_no <> 7)")
                .update();
        var lines = content(
                good(6, TestBank.transfer("new", mine, theirs, 5)),
                new NumberedLine(7, "raw", null, List.of(new FormError("", Reason.MALFORMED_LINE, "broken"))));

        assertThatThrownBy(() -> bank.files.accept(client, manifest("F-1", "one", "r"), lines))
                .isInstanceOf(DataAccessException.class)
                .hasStackTraceContaining("broken");

        assertThat(bank.count("submissions")).isZero();
        assertThat(bank.count("submission_files")).isZero();
        bank.owner.sql("ALTER TABLE refused_lines DROP CONSTRAINT broken").update();
        Accepted accepted = bank.files.accept(client, manifest("F-1", "one", "r"), lines);
        assertThat(accepted.queued()).isEqualTo(1);
        assertThat(accepted.refused()).isEqualTo(1);
    }

    @Test
    void aFileThatTurnsOutToBeUnusableLeavesNothingHoweverMuchOfItWasRead() {
        for (int readable : new int[] {0, 1, 5_000, 12_000}) {
            Content content = () -> new Lines() {
                private int given;

                @Override
                public List<NumberedLine> next(int max) {
                    var lines = new ArrayList<NumberedLine>();
                    while (lines.size() < max && given < readable) {
                        given++;
                        lines.add(good(given, TestBank.transfer("key " + given, mine, theirs, 5)));
                    }
                    if (lines.isEmpty()) {
                        throw new IllegalStateException("the end line says otherwise");
                    }
                    return lines;
                }

                @Override
                public void close() {}
            };

            assertThatThrownBy(() -> bank.files.accept(client, manifest("F-1", "one", "r"), content))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the end line says otherwise");

            assertThat(bank.count("submissions")).as("after %d lines", readable).isZero();
            assertThat(bank.count("submission_files")).isZero();
        }
    }

    @Test
    void aLongFileIsTakenInTheOrderOfItsLines() {
        NumberedLine[] lines = new NumberedLine[12_345];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = i % 1_000 == 7
                    ? new NumberedLine(i, "raw " + i, null, List.of(new FormError("", Reason.MALFORMED_LINE, "no")))
                    : good(i, TestBank.transfer("key " + i, mine, theirs, 5));
        }

        Accepted accepted = bank.files.accept(client, manifest("F-1", "one", "r"), content(lines));

        assertThat(accepted.lines()).isEqualTo(12_345);
        assertThat(accepted.refused()).isEqualTo(13);
        assertThat(accepted.queued()).isEqualTo(12_332);
        assertThat(refusedLines(client, accepted.fileNo()))
                .extracting(RefusedLine::lineNo)
                .isSorted()
                .hasSize(13);
        assertThat(bank.owner
                        .sql("SELECT submission_key FROM submissions ORDER BY intake_no")
                        .query(String.class)
                        .list())
                .isEqualTo(java.util.stream.IntStream.range(0, lines.length)
                        .filter(i -> i % 1_000 != 7)
                        .mapToObj(i -> "key " + i)
                        .toList());
    }

    @Test
    void aLineThatWasTakenBeforeIsRepeatedAlsoWhereItsSenderMayNotHandItInAnyMore() {
        hand(client, "first", "a", null);
        bank.directory.grant(client, mine, io.quittance.domain.intake.ClientDirectory.Right.NONE);

        Accepted again = bank.files.accept(
                client,
                manifest("second", "b", null),
                content(
                        good(2, TestBank.transfer("key of a", mine, theirs, 5)),
                        good(3, TestBank.transfer("key of b", mine, theirs, 5))));

        assertThat(again.repeated()).isEqualTo(1);
        assertThat(again.refused()).isEqualTo(1);
    }

    @Test
    void ofFilesWithTheSameLinesAtOnceEachIsTakenAndEachLineIsQueuedOnce() throws Exception {
        NumberedLine[] lines = new NumberedLine[7_000];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = good(i, TestBank.transfer("key " + i, mine, theirs, 5));
        }

        List<Accepted> accepted = AtOnce.run(
                AtOnce.SESSIONS,
                number -> bank.files.accept(client, manifest("F" + number, "c" + number, null), content(lines)));

        assertThat(accepted).allSatisfy(file -> {
            assertThat(file.refused()).isZero();
            assertThat(file.queued() + file.repeated()).isEqualTo(lines.length);
        });
        assertThat(accepted.stream().mapToLong(Accepted::queued).sum()).isEqualTo(lines.length);
        assertThat(bank.count("submissions")).isEqualTo(lines.length);
    }

    @Test
    void aKeyThatASingleSubmissionTakesWhileItsFileIsWrittenIsAnsweredAsRepeated() throws Exception {
        try (var other = bank.database.connect("quittance_writer")) {
            other.setAutoCommit(false);
            hand(client, "template", "template", null);
            GuardedBooks.execute(
                    other,
                    "INSERT INTO submissions (window_no, client_id, submission_key, submission_id, kind,"
                            + " by_operator, received_at, content_digest, account_id, to_account, amount_utoken)"
                            + " SELECT window_no, client_id, 'key 3', gen_random_uuid(), kind, by_operator, received_at,"
                            + " content_digest, account_id, to_account, amount_utoken FROM submissions"
                            + " WHERE submission_key = 'key of template'");
            var taken = java.util.concurrent.CompletableFuture.supplyAsync(() -> bank.files.accept(
                    client,
                    manifest("F-1", "one", "r"),
                    content(
                            good(2, TestBank.transfer("key 2", mine, theirs, 5)),
                            good(3, TestBank.transfer("key 3", mine, theirs, 5)),
                            good(4, TestBank.transfer("key 4", mine, theirs, 5)))));
            AtOnce.awaitWaiting(bank, List.of(taken), 1);
            other.commit();

            Accepted accepted = taken.get(30, java.util.concurrent.TimeUnit.SECONDS);
            assertThat(accepted.queued()).isEqualTo(2);
            assertThat(accepted.repeated()).isEqualTo(1);
        }
    }

    @Test
    void whereItsLinesStandIsToldInTheirOrderAmongOthers() {
        bank.accept(client, TestBank.transfer("before", mine, theirs, 5));
        Accepted accepted = bank.files.accept(
                client,
                manifest("F-1", "one", null),
                content(
                        good(2, TestBank.transfer("z", mine, theirs, 5)),
                        good(3, TestBank.transfer("before", mine, theirs, 5)),
                        good(4, TestBank.transfer("a", mine, theirs, 5))));
        bank.accept(client, TestBank.transfer("after", mine, theirs, 5));
        var views = new JdbcBankViews(bank.database.doors(), ChainStatusReader.NONE, posting -> Optional.empty());

        var keys = new ArrayList<String>();
        views.of(client).fileOutcomes(accepted.fileNo(), line -> {
            assertThat(line.state()).isEqualTo(SubmissionState.QUEUED);
            keys.add(line.submissionKey());
        });
        assertThat(keys).containsExactly("z", "a");
        assertThat(views.of(client).fileStates(accepted.fileNo())).isEqualTo(Map.of(SubmissionState.QUEUED, 2L));
        Client stranger = bank.client("stranger", Client.Scope.READ);
        assertThat(views.of(stranger).fileStates(accepted.fileNo())).isEmpty();
        views.of(stranger).fileOutcomes(accepted.fileNo(), line -> {
            throw new AssertionError("a stranger sees " + line);
        });
    }

    @Test
    void aFileThatTakesLongerToWriteThanItsWindowIsOpenJoinsTheNextOneIfThereIsOne() {
        bank.setClock(TestBank.NOW.plusSeconds(3_590)); // Ten seconds before the first cut-off.
        bank.files.accept(client, manifest("small", "small", null), lines("small"));
        var large = new Manifest("large", Kind.TRANSFERS, null, content("large"), 100_000_000, null, null, null);
        bank.files.accept(client, large, lines("large"));
        bank.setClock(TestBank.NOW.plusSeconds(7_190));
        var ofItsDate =
                new Manifest("last", Kind.TRANSFERS, TestBank.DATE, content("last"), 100_000_000, null, null, null);
        bank.files.accept(client, ofItsDate, lines("last"));

        assertThat(bank.owner
                        .sql("SELECT window_no FROM submissions ORDER BY intake_no")
                        .query(Long.class)
                        .list())
                .containsExactly(bank.windows.get(0), bank.windows.get(1), bank.windows.get(1));
    }

    @Test
    void aFileForADateThatIsNotOpenIsNotAccepted() {
        var manifest =
                new Manifest("F-1", Kind.TRANSFERS, LocalDate.of(2020, 1, 1), content("one"), 1, null, null, null);

        assertThatThrownBy(() -> bank.files.accept(client, manifest, lines("one")))
                .isInstanceOf(IntakeQueue.NoOpenWindow.class)
                .hasMessageContaining("2020-01-01")
                .hasMessageContaining("2026-03-02");
        assertThat(bank.count("submission_files")).isZero();
    }

    @Test
    void aFileOfReferenceLinesCountsWhatWasThereBefore() {
        UUID account = UUID.randomUUID();
        UUID party = UUID.randomUUID();
        Line opened =
                TestBank.open(account, party, io.quittance.domain.account.AccountType.PERSONAL, null, KycLevel.L1);
        bank.accept(bank.operator, opened);

        Accepted accepted = bank.files.accept(
                bank.operator,
                new Manifest(null, Kind.ACCOUNTS, null, content("accounts"), 1, null, null, null),
                content(
                        good(2, opened),
                        good(
                                3,
                                TestBank.open(
                                        UUID.randomUUID(),
                                        party,
                                        io.quittance.domain.account.AccountType.AGENT,
                                        account,
                                        KycLevel.L1))));

        assertThat(accepted.repeated()).isEqualTo(1);
        assertThat(accepted.queued()).isEqualTo(1);
    }

    private void assertDuplicate(String fileId, String content, String requestKey, Accepted earlier) {
        assertThatThrownBy(() -> hand(client, fileId, content, requestKey))
                .isInstanceOfSatisfying(
                        DuplicateFile.class,
                        duplicate -> assertThat(duplicate.earlierFileNo()).isEqualTo(earlier.fileNo()));
    }

    private Accepted hand(Client by, String fileId, String content, String requestKey) {
        FileIntake files = bank.files;
        return files.accept(by, manifest(fileId, content, requestKey), lines(content));
    }

    private static Manifest manifest(String fileId, String content, String requestKey) {
        return new Manifest(fileId, Kind.TRANSFERS, null, content(content), 10, null, null, requestKey);
    }

    private Content lines(String content) {
        return content(good(2, TestBank.transfer("key of " + content, mine, theirs, 5)));
    }

    private static Content content(NumberedLine... lines) {
        return () -> new Lines() {
            private int next;

            @Override
            public List<NumberedLine> next(int max) {
                int from = next;
                next = Math.min(lines.length, from + max);
                return List.of(lines).subList(from, next);
            }

            @Override
            public void close() {}
        };
    }

    private List<RefusedLine> refusedLines(Client reader, long fileNo) {
        var lines = new ArrayList<RefusedLine>();
        bank.files.refusedLines(reader, fileNo, Long.MAX_VALUE, lines::add);
        return lines;
    }

    private static NumberedLine good(long lineNo, Line line) {
        return new NumberedLine(lineNo, "line " + lineNo, line, List.of());
    }

    private static Hash32 content(String text) {
        return CanonicalContent.digest(text.getBytes(StandardCharsets.UTF_8));
    }
}
