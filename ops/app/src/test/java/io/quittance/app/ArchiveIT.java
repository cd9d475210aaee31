package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.quittance.domain.archive.JournalArchives;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.cycle.Windows;
import io.quittance.domain.intake.Approvals;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.ReversalAction;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.intake.SubmissionId;
import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.report.BankViews;
import io.quittance.domain.report.BankViews.StatementRange;
import io.quittance.domain.report.BankViews.StatementView;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.settlement.SealStore;
import io.quittance.jobs.BooksCheck;
import io.quittance.jobs.ChainFollowing;
import io.quittance.jobs.CycleProgress;
import io.quittance.jobs.CycleRunner;
import io.quittance.jobs.JournalArchiving;
import io.quittance.jobs.Replay;
import io.quittance.sql.SqlAdapters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** A month leaves the journal of a bank that runs, everything goes on, and it comes back; in the order of its life. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ResourceLock(SmallBank.CYCLES_IN_PROCESS)
class ArchiveIT {

    private static final YearMonth APRIL = YearMonth.of(2025, 4);
    private static final StatementRange OF_APRIL =
            new StatementRange(null, null, LocalDate.of(2025, 4, 1), LocalDate.of(2025, 4, 30));
    private static final String ROWS =
            "SELECT count(*), md5(string_agg(t::text, '/' ORDER BY id)) FROM token_transactions t";

    private Path data;
    private Path file;
    private BankSession session;
    private HikariDataSource owner;
    private BankViews views;
    private Client sender;
    private Client checker;
    private List<String> before;
    private StatementView whole;
    private StatementView ofApril;
    private long lastOfApril;

    @BeforeAll
    void twoMonths(@TempDir Path folder) throws SQLException {
        data = SmallBank.settled(folder.resolve("data"));
        file = data.resolve("archive").resolve("journal-2025-04.zip");
        session = SmallBank.open(data);
        owner = new HikariDataSource();
        owner.setJdbcUrl(session.premises().databaseUrl());
        owner.setMaximumPoolSize(2);
        views = session.get(BankViews.class);
        ClientDirectory clients = session.get(ClientDirectory.class);
        sender = LocalClients.make(clients, "small-sender", EnumSet.allOf(Client.Scope.class))
                .client();
        checker = LocalClients.make(clients, "small-checker", EnumSet.of(Client.Scope.OPERATE))
                .client();
        setClock("2025-05-05T08:00:00Z"); // Windows that were laid out until then run empty.
        runDue();
        send("may-1", new Submission.Transfer(SmallBank.PROVIDER, SmallBank.TRADER, 1_000, null, null));
        setClock("2025-05-05T17:00:00Z");
        long last = runDue();
        settle(last);
        before = rows(ROWS);
        whole = statement(StatementRange.ALL);
        ofApril = statement(OF_APRIL);
        lastOfApril = Long.parseLong(rows("SELECT max(id) FROM token_transactions WHERE created_at < '2025-05-01Z'")
                .getFirst());
        assertThat(lastOfApril).isPositive().isLessThan(whole.lines().getFirst().seq());
    }

    @AfterAll
    void close() {
        owner.close();
        session.close();
    }

    @Test
    @Order(1)
    void aMonthThatIsNotOverStays() {
        assertThatThrownBy(() -> archives().archivable(YearMonth.of(2025, 5)))
                .isInstanceOf(JournalArchives.NotNow.class)
                .hasMessageContaining("the next month to archive is 2025-04");
        Program.Result result = Program.run(data, "archive", "--before", "2025-04");
        assertThat(result.exit()).as(result.err()).isEqualTo(Trouble.DONE);
        assertThat(result.out()).contains("No month before 2025-04 is in the journal.");
    }

    @Test
    @Order(2)
    void aMonthWithACycleThatIsNotReconciledStays() throws SQLException {
        asSuperuser(
                "UPDATE reconciliation_checks SET verdict = 'PENDING' WHERE cycle = 2 AND check_name = 'seal = chain'");

        Program.Result result = Program.run(data, "archive", "--before", "2025-05");

        assertThat(result.exit()).as(result.err()).isEqualTo(Trouble.CHECK_FAILED);
        assertThat(result.complaints()).singleElement().asString().contains("cycle 2 is not reconciled");
        assertThat(file).doesNotExist();
        asSuperuser(
                "UPDATE reconciliation_checks SET verdict = 'MATCHED' WHERE cycle = 2 AND check_name = 'seal = chain'");
    }

    @Test
    @Order(3)
    void whateverDiesInTheMiddleTheJournalIsWhole() throws SQLException {
        for (String point : List.of("archive.half", "archive.written", "archive.checked", "archive.named")) {
            Program.Result killed =
                    Program.run(data, Map.of("QUITTANCE_KILL_AT", point), "archive", "--before", "2025-05");

            assertThat(killed.killed()).as(point + killed.err()).isTrue();
            assertThat(rows(ROWS)).as(point).isEqualTo(before);
            assertThat(rows("SELECT count(*) FROM journal_archives")).containsExactly("0");
        }
        requireProved();
    }

    @Test
    @Order(4)
    void aMonthLeavesBesideALiveServiceAndTheBooksStayProved() throws SQLException {
        Program.Result killed =
                Program.run(data, Map.of("QUITTANCE_KILL_AT", "archive.detached"), "archive", "--before", "2025-05");

        assertThat(killed.killed()).as(killed.err()).isTrue(); // Too late to undo anything.
        assertThat(rows("SELECT min(id) FROM token_transactions")).containsExactly(String.valueOf(lastOfApril + 1));
        assertThat(rows("SELECT to_regclass('token_transactions_2025_04') IS NULL"))
                .containsExactly("t");
        requireProved();
        assertThat(session.get(BooksCheck.class).seals())
                .allMatch(identity -> identity.verdict() == Identity.Verdict.MATCHED)
                .anyMatch(identity -> identity.detail().contains("archived in journal-2025-04.zip"));
        assertThat(session.get(BooksCheck.class).queue())
                .allMatch(identity -> identity.verdict() == Identity.Verdict.MATCHED);
        assertThat(rows("SELECT check_name FROM settlement_cycles c, reconcile_cycle(c.cycle) WHERE expected <> found"))
                .isEmpty();
        requireReplayed();
        Program.Result list = Program.run(data, "archive");
        assertThat(list.out()).contains("2025-04  cycles 1 to ", "journal-2025-04.zip", "1 months are archived.");
    }

    @Test
    @Order(5)
    void fsckProvesTheFileAgainstTheSealsOfItsCycles() {
        Program.Result result = Program.run(data, "fsck", "--archive", file.toString());

        assertThat(result.exit()).as(result.out()).isEqualTo(Trouble.DONE);
        assertThat(result.out())
                .contains(
                        "archive journal-2025-04.zip is the one recorded",
                        "entry root of archived cycle 1",
                        "entry root of archived cycle 2",
                        "balances behind the archives are what was archived",
                        "The books are in order.");
    }

    @Test
    @Order(6)
    void statementsSayWhatIsArchivedAndKeepTheirBalances() {
        StatementView now = statement(StatementRange.ALL);
        assertThat(now.opening()).isEqualTo(whole.opening());
        assertThat(now.closing()).isEqualTo(whole.closing());
        assertThat(now.lines()).isEqualTo(whole.lines().subList(0, now.lines().size()));
        assertThat(now.lines()).isNotEmpty().allMatch(line -> line.seq() > lastOfApril);
        assertThat(now.archived()).isNotNull();
        assertThat(now.archived().toSeq()).isEqualTo(lastOfApril);
        assertThat(now.archived().files()).containsExactly("journal-2025-04.zip");
        assertThat(now.archived().moved()).isEqualTo(ofApril.closing() - ofApril.opening());

        StatementView april = statement(OF_APRIL);
        assertThat(april.opening()).isEqualTo(ofApril.opening());
        assertThat(april.closing()).isEqualTo(ofApril.closing());
        assertThat(april.lines()).isEmpty();

        // The second business date, wholly archived: both ends are still known.
        var second = new StatementRange(null, null, SmallBank.SECOND, SmallBank.SECOND);
        assertThat(statement(second).closing()).isEqualTo(ofApril.closing());
        assertThat(statement(second).archived()).isNotNull();

        // A range that begins in the middle of an archived cycle takes in all of it.
        StatementView middle = statement(new StatementRange(3L, null, null, null));
        assertThat(middle.opening() + middle.archived().moved() + moved(middle)).isEqualTo(middle.closing());
        assertThat(middle.closing()).isEqualTo(whole.closing());

        StatementView may = statement(new StatementRange(lastOfApril + 1, null, null, null));
        assertThat(may.archived()).isNull();
        assertThat(may.opening()).isEqualTo(ofApril.closing());
    }

    private static long moved(StatementView statement) {
        return statement.lines().stream()
                .mapToLong(line -> line.credit() ? line.amount() : -line.amount())
                .sum();
    }

    @Test
    @Order(7)
    void whoAsksForAnArchivedTransferIsToldWhereItIs() {
        assertThat(views.posting(1)).isEmpty();
        assertThat(views.archiveOf(1)).contains("journal-2025-04.zip");
        assertThat(views.archiveOf(lastOfApril + 1)).isEmpty();
        BankViews.SubmissionView settled =
                views.submission(SubmissionId.of("small-sender", "tra-2")).orElseThrow();
        assertThat(settled.state()).isEqualTo(BankViews.SubmissionState.SETTLED);
        assertThat(settled.postings()).isEmpty();
        assertThat(settled.archive()).isEqualTo("journal-2025-04.zip");

        Program.Result prove = Program.run(data, "prove", "1");
        assertThat(prove.exit()).isEqualTo(Trouble.WRONG_USAGE);
        assertThat(prove.complaints())
                .singleElement()
                .asString()
                .contains("Transfer 1 is archived in journal-2025-04.zip");
        Program.Result export = Program.run(data, "export", "--from", "2025-04-02", "--to", "2025-05-05");
        assertThat(export.exit()).isEqualTo(Trouble.WRONG_USAGE);
        assertThat(export.complaints()).singleElement().asString().contains("archived in journal-2025-04.zip");
        assertThat(Program.run(data, "export", "--from", "2025-05-01", "--to", "2025-05-05")
                        .exit())
                .isEqualTo(Trouble.DONE);
    }

    @Test
    @Order(8)
    void aReversalOfWhatIsArchivedIsRefusedAndAReplayRefusesItToo() throws SQLException {
        UUID archived = SubmissionId.of("small-sender", "tra-2");
        reverse(archived, "rev-archived");
        reverse(SubmissionId.of("small-sender", "may-1"), "rev-may");
        setClock("2025-05-06T17:00:00Z");
        settle(runDue());

        assertThat(state("rev-archived").reason()).isEqualTo(Reason.ARCHIVED);
        assertThat(state("rev-may").state()).isEqualTo(BankViews.SubmissionState.SETTLED);
        requireProved();
        requireReplayed();
    }

    @Test
    @Order(9)
    void noByteOfTheFileIsFree() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Path altered = Files.createDirectories(data.resolve("altered")).resolve(file.getFileName());
        for (int at = 0; at < bytes.length; at += Math.max(1, bytes.length / 97)) {
            byte[] other = bytes.clone();
            other[at] ^= 1;
            Files.write(altered, other);

            assertThat(session.get(JournalArchiving.class).check(altered))
                    .as("byte " + at)
                    .anyMatch(identity -> identity.verdict() == Identity.Verdict.BREAK);
        }
        Files.write(altered, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        Program.Result fsck = Program.run(data, "fsck", "--archive", altered.toString());
        assertThat(fsck.exit()).isEqualTo(Trouble.CHECK_FAILED);
        Program.Result restore = Program.run(data, "archive", "--restore", altered.toString());
        assertThat(restore.exit()).as(restore.err()).isEqualTo(Trouble.CHECK_FAILED);
        assertThat(restore.complaints()).singleElement().asString().contains("not what left the journal");
        assertThat(views.archiveOf(1)).isPresent();
    }

    /** Who can write to the database and to the file cannot make the seals agree. */
    @Test
    @Order(10)
    void rowsThatWereForgedWithAllTheirDigestsDoNotGiveTheSealedRoot() throws Exception {
        String genuine = digest(Files.readAllBytes(file));
        byte[] forged = forge(Files.readAllBytes(file));
        Path altered = Files.createDirectories(data.resolve("forged")).resolve(file.getFileName());
        Files.write(altered, forged);
        asSuperuser("UPDATE journal_archives SET file_sha256 = '\\x" + digest(forged) + "'");
        try {
            assertThat(session.get(JournalArchiving.class).check(altered))
                    .filteredOn(identity -> identity.verdict() == Identity.Verdict.BREAK)
                    .singleElement()
                    .satisfies(identity -> assertThat(identity.name()).isEqualTo("data root of archived cycle 1"));
        } finally {
            asSuperuser("UPDATE journal_archives SET file_sha256 = '\\x" + genuine + "'");
        }
    }

    /** Changes a transfer, and in the manifest the digest over it. */
    private static byte[] forge(byte[] archive) throws Exception {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (var zip = new ZipInputStream(new java.io.ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                entries.put(entry.getName(), zip.readAllBytes());
            }
        }
        String transfers = new String(entries.get("transfers.csv"), StandardCharsets.UTF_8);
        String[] lines = transfers.split("\n", -1);
        String[] fields = lines[1].split(",", -1);
        fields[8] = String.valueOf(Integer.parseInt(fields[8]) + 1); // The leg: no sum changes.
        lines[1] = String.join(",", fields);
        byte[] other = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
        String manifest = new String(entries.get("manifest.txt"), StandardCharsets.UTF_8)
                .replace(digest(entries.get("transfers.csv")), digest(other));
        entries.put("transfers.csv", other);
        entries.put("manifest.txt", manifest.getBytes(StandardCharsets.UTF_8));
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        return out.toByteArray();
    }

    private static String digest(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    @Order(11)
    void aChangedBaseIsFound() throws SQLException {
        String change = "UPDATE journal_base SET posted = posted %s 1 WHERE account_id = '" + SmallBank.BUYER + "'";
        asSuperuser(change.formatted("+"));
        try {
            assertThat(session.get(Reconciliation.class).proveBooks())
                    .filteredOn(identity -> identity.verdict() == Identity.Verdict.BREAK)
                    .extracting(Identity::name)
                    .contains(
                            "balances behind the archives are what was archived",
                            "accounts whose balance is not their journal");
        } finally {
            asSuperuser(change.formatted("-"));
        }
    }

    @Test
    @Order(12)
    void onlyTheOwnerArchivesAndNobodyRewritesWhatIsArchived() throws SQLException {
        String writer = LocalPostgres.as(session.premises().databaseUrl(), "quittance_writer");
        String door = LocalPostgres.as(session.premises().databaseUrl(), "quittance_door");
        List<String> attempts = List.of(
                "SELECT archive_month('2025-05-01', 'x', 1, sha256(''), 0, 0, sha256(''))",
                "SELECT open_restore('2025-04-01')",
                "SELECT restore_month('2025-04-01')",
                "SELECT move_base(1, 2, 1)",
                "SELECT archivable_month('2025-05-01')",
                "INSERT INTO journal_base VALUES (0, gen_random_uuid(), 1)",
                "UPDATE journal_base SET posted = 0",
                "DELETE FROM archived_originals",
                "UPDATE journal_archives SET restored_from = 9, restored_at = now()",
                "DELETE FROM journal_archives",
                "ALTER TABLE token_transactions DETACH PARTITION token_transactions_2025_05");
        for (String attempt : attempts) {
            assertThat(stateOf(writer, attempt)).as("writer: " + attempt).isEqualTo("42501");
            assertThat(stateOf(door, attempt)).as("door: " + attempt).isEqualTo("42501");
        }
        String superuser = session.premises().databaseUrl();
        assertThat(stateOf(superuser, "DELETE FROM journal_archives")).isEqualTo("42501");
        assertThat(stateOf(superuser, "UPDATE journal_archives SET base_digest = sha256('')"))
                .isEqualTo("42501");
        assertThat(stateOf(superuser, "SELECT archive_month('2025-05-01', 'x', 1, sha256(''), 0, 0, sha256(''))"))
                .as("a month that is not over")
                .isEqualTo("QT006");
    }

    @Test
    @Order(13)
    void theMonthComesBackAsItLeftAndLeavesAgainInTheSameBytes() throws Exception {
        String left = digest(Files.readAllBytes(file));
        Program.Result killed = Program.run(
                data, Map.of("QUITTANCE_KILL_AT", "restore.loaded"), "archive", "--restore", file.toString());
        assertThat(killed.killed()).as(killed.err()).isTrue();
        assertThat(views.archiveOf(1)).isPresent();

        Program.Result result = Program.run(data, "archive", "--restore", file.toString());

        assertThat(result.exit()).as(result.err()).isEqualTo(Trouble.DONE);
        assertThat(rows(
                        "SELECT count(*), md5(string_agg(t::text, '/' ORDER BY id)) FROM token_transactions t WHERE id <= "
                                + whole.lines().getFirst().seq()))
                .isEqualTo(before);
        assertThat(rows("SELECT count(*) FROM journal_base")).containsExactly("0");
        StatementView now =
                statement(new StatementRange(null, whole.lines().getFirst().seq(), null, null));
        assertThat(now.lines()).isEqualTo(whole.lines());
        assertThat(now.archived()).isNull();
        requireProved();
        requireReplayed();

        Files.move(file, file.resolveSibling("kept.zip"));
        assertThat(archiving().archive(APRIL, file.getParent(), point -> {}).lastSeq())
                .isEqualTo(lastOfApril);
        assertThat(digest(Files.readAllBytes(file))).isEqualTo(left);
        requireProved();
        requireReplayed();
    }

    @Test
    @Order(14)
    void nothingLeavesWhileACycleIsUnderWay() throws SQLException {
        setClock("2025-06-02T08:00:00Z");
        settle(runDue());
        setClock("2025-06-02T17:00:00Z");
        settle(runDue());
        setClock("2025-06-03T17:00:00Z");
        Windows windows = session.get(Windows.class);
        long next = windows.lastClosed() + 1;
        windows.close(next, 1, 1);

        assertThatThrownBy(() -> archiving().archive(YearMonth.of(2025, 5), file.getParent(), point -> {}))
                .isInstanceOf(JournalArchives.NotNow.class)
                .hasMessageContaining("cycle " + next + " is under way");
        requireProved();
        settle(runDue());
    }

    private JournalArchives archives() {
        return SqlAdapters.journalArchives(owner);
    }

    private JournalArchiving archiving() {
        return new JournalArchiving(
                archives(),
                session.get(Windows.class),
                session.get(SealStore.class),
                session.get(BankStore.class),
                session.get(BankSecret.class));
    }

    private StatementView statement(StatementRange range) {
        return views.statement(SmallBank.TRADER, "UTOKEN", range, true, null, 1_000)
                .orElseThrow();
    }

    private BankViews.SubmissionView state(String key) {
        return views.submission(SubmissionId.of("small-sender", key)).orElseThrow();
    }

    private void send(String key, Submission submission) {
        session.get(IntakeQueue.class).accept(sender, List.of(new Line.OfSubmission(key, submission)), null);
    }

    private void reverse(UUID reversed, String key) {
        Approvals approvals = session.get(Approvals.class);
        UUID approval = approvals
                .request(
                        sender,
                        UUID.randomUUID().toString(),
                        ReversalAction.words(reversed, false),
                        ReversalAction.hash(reversed, false))
                .approval()
                .id();
        approvals.decide(checker, approval, true);
        send(key, new Submission.Reversal(reversed, approval, false));
    }

    private void setClock(String instant) {
        session.get(BankStore.class).setClock(Instant.parse(instant));
    }

    /** Runs all cycles that are due; answers the last. */
    private long runDue() {
        long last = 0;
        while (session.get(CycleRunner.class).runDue(CycleProgress.NONE)
                instanceof CycleRunner.Answer.Completed completed) {
            last = completed.cycle();
        }
        return last;
    }

    private void settle(long cycle) {
        FinalOnChain.await(session.get(ChainFollowing.class), views, cycle, Program.PATIENCE);
    }

    private void requireProved() {
        assertThat(session.get(Reconciliation.class).proveBooks())
                .allMatch(identity -> identity.verdict() == Identity.Verdict.MATCHED);
    }

    private void requireReplayed() {
        var replayed = new ArrayList<Replay.Replayed>();
        session.get(Replay.class).run(replayed::add);
        assertThat(replayed).isNotEmpty().allMatch(Replay.Replayed::equal);
    }

    private List<String> rows(String query) throws SQLException {
        try (Connection connection = owner.getConnection()) {
            return SmallBank.rows(connection, query);
        }
    }

    private void asSuperuser(String change) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(session.premises().databaseUrl());
                var statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            assertThat(statement.executeUpdate(change)).isPositive();
        }
    }

    private static String stateOf(String url, String attempt) {
        try (Connection connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute(attempt);
            return "00000";
        } catch (SQLException refused) {
            return refused.getSQLState();
        }
    }
}
