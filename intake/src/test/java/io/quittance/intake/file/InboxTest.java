package io.quittance.intake.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.ClientPolicy;
import io.quittance.domain.intake.DecidedFiles.DecidedFile;
import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.report.BankViews.LineOutcome;
import io.quittance.domain.report.BankViews.SubmissionState;
import io.quittance.intake.fake.FakeApprovals;
import io.quittance.intake.fake.FakeBankViews;
import io.quittance.intake.fake.FakeClientDirectory;
import io.quittance.intake.fake.FakeFileIntake;
import io.quittance.intake.fake.FakeIntakeQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class InboxTest {

    private static final Instant NOW = Instant.parse("2026-03-02T12:00:00Z");
    private static final UUID ACCOUNT = new UUID(1, 1);
    private static final UUID RECEIVER = new UUID(1, 2);
    private static final String COLUMNS = "submission_key,account_id,to_account,amount_utoken\n";
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path root;

    private final FakeClientDirectory directory = new FakeClientDirectory();
    private final FakeIntakeQueue queue = new FakeIntakeQueue(directory, new FakeApprovals());
    private final FakeBankViews views = new FakeBankViews();
    private final FakeFileIntake intake = new FakeFileIntake(queue);
    private Inbox inbox;

    @BeforeEach
    void aClientWithAnAccount() throws IOException {
        directory.openAccount(ACCOUNT);
        directory.openAccount(RECEIVER);
        Client acme = directory.register("acme", Set.of(Client.Scope.SUBMIT));
        directory.grant(acme, ACCOUNT, ClientDirectory.Right.OWNER);
        directory.setPolicy(acme, new ClientPolicy(50, ClientPolicy.ControlLines.OPTIONAL, null), acme);
        inbox = inbox(intake);
    }

    @Test
    void aFileIsTakenAnsweredAndKeptAsItWas() throws IOException {
        String content = file("F-1", row("k1", "5") + row("k2", "-5"), 2, "0");
        Path file = put("acme", "day.csv", content);

        inbox.take(file);

        JsonNode result = result("acme", "day");
        assertThat(result.path("status").asString()).isEqualTo("accepted");
        assertThat(result.path("queued").asInt()).isEqualTo(1);
        assertThat(result.path("refusals").get(0).path("line").asInt()).isEqualTo(4);
        assertThat(Files.readString(root.resolve("outbox/acme/day.rejects.csv")))
                .startsWith("#quittance,1,transfers,F-1.r1,\n")
                .contains(row("k2", "-5").strip() + ",4,");
        assertThat(Files.readString(root.resolve("archive/acme/1-day.csv"))).isEqualTo(content);
        assertThat(everythingUnder("inbox")).isEmpty();
        assertThat(everythingUnder("refused")).isEmpty();
    }

    @Test
    void aRefusedFileGoesBackWithItsReasonAndItsBytes() throws IOException {
        String whole = file("F-1", row("k1", "5"), 1, "5");
        String cut = whole.substring(0, whole.length() - 10);

        inbox.take(put("acme", "day.csv", cut));
        inbox.take(put("acme", "day.csv", cut));

        assertThat(result("acme", "day").path("status").asString()).isEqualTo("refused");
        assertThat(result("acme", "day").path("errors").get(0).path("code").asString())
                .isEqualTo("FILE_TRUNCATED");
        assertThat(everythingUnder("refused"))
                .containsExactlyInAnyOrder(
                        "acme/day.csv", "acme/day.csv.result.json", "acme/day-2.csv", "acme/day-2.csv.result.json");
        assertThat(Files.readString(root.resolve("refused/acme/day.csv"))).isEqualTo(cut);
        assertThat(queue.size()).isZero();
    }

    @Test
    void aFileWithMoreWrongLinesThanAgreedGoesBackWithEachOfThemInTheClientsLanguage() throws IOException {
        Client acme = directory.named("acme").orElseThrow();
        directory.setPolicy(acme, new ClientPolicy(49, ClientPolicy.ControlLines.OPTIONAL, "zh"), acme);

        inbox.take(put("acme", "day.csv", file("F-1", row("k1", "5") + row("k2", "-5"), 2, "0")));

        JsonNode errors = result("acme", "day").path("errors");
        assertThat(errors.get(0).path("code").asString()).isEqualTo("FILE_TOO_MANY_REFUSED");
        assertThat(errors.get(0).path("detail").asString()).startsWith("文件中有错的行");
        assertThat(errors.get(1).path("line").asInt()).isEqualTo(4);
        assertThat(everythingUnder("refused")).hasSize(2);
        assertThat(intake.size()).isZero();
    }

    @Test
    void whereTheLinesOfAFileStandIsWrittenBesideItsAnswerAndOfNoOtherFile() throws IOException {
        inbox.take(put("acme", "day.csv", file("F-1", row("k1", "5"), 1, "5")));
        Client acme = directory.named("acme").orElseThrow();
        directory.setPolicy(acme, new ClientPolicy(50, ClientPolicy.ControlLines.OPTIONAL, "zh"), acme);
        UUID id = new UUID(3, 3);
        views.outcomes.add(new LineOutcome("k1", id, SubmissionState.HELD, 4L, Reason.FUNDS, Map.of(), null));

        inbox.writeResults(new DecidedFile(1, "acme", "day.csv"));
        inbox.writeResults(new DecidedFile(2, "acme", "day.csv"));
        inbox.writeResults(new DecidedFile(1, "acme", "../../etc/passwd"));
        inbox.writeResults(new DecidedFile(1, "acme", "a\0b"));

        assertThat(everythingUnder("outbox"))
                .containsExactlyInAnyOrder("acme/day.result.json", "acme/day.1.results.csv");
        assertThat(Files.readString(root.resolve("outbox/acme/day.1.results.csv")))
                .contains("k1," + id + ",held,4,FUNDS,账户可用余额不足。,not_needed,,");

        views.outcomes.clear();
        views.outcomes.add(new LineOutcome("k1", id, SubmissionState.SETTLED, 5L, null, Map.of(), null));
        inbox.writeResults(new DecidedFile(1, "acme", "day.csv"));

        assertThat(Files.readString(root.resolve("outbox/acme/day.1.results.csv")))
                .contains(",settled,5,");
    }

    /** Stops the process, as it were, after the file is durable and before anything is written or moved. */
    @Test
    void aFileSeenAgainAfterACrashIsDoneAndNotAnError() throws IOException {
        Path file = put("acme", "day.csv", file("F-1", row("k1", "5") + row("k2", "-5"), 2, "0"));
        Inbox crashing = inbox(new CrashingAfterAccept(intake));

        assertThatThrownBy(() -> crashing.take(file)).isInstanceOf(IllegalStateException.class);
        assertThat(file).exists();
        assertThat(intake.size()).isEqualTo(1);
        inbox.take(file);

        assertThat(intake.size()).isEqualTo(1);
        assertThat(queue.size()).isEqualTo(1);
        assertThat(result("acme", "day").path("status").asString()).isEqualTo("accepted_before");
        assertThat(result("acme", "day").path("file_no").asInt()).isEqualTo(1);
        assertThat(root.resolve("outbox/acme/day.rejects.csv")).exists();
        assertThat(everythingUnder("archive")).containsExactly("acme/1-day.csv");
        assertThat(everythingUnder("refused")).isEmpty();
    }

    @Test
    void anotherFileUnderTheSameIdIsADuplicateAndAnotherOfTheSameNameIsNot() throws IOException {
        inbox.take(put("acme", "day.csv", file("F-1", row("k1", "5") + row("k2", "-1"), 2, "4")));
        inbox.take(put("acme", "day.csv", file("F-1", row("k3", "6"), 1, "6")));

        assertThat(result("acme", "day").path("errors").get(0).path("code").asString())
                .isEqualTo("FILE_DUPLICATE");
        assertThat(result("acme", "day").path("file_no").asInt()).isEqualTo(1);

        inbox.take(put("acme", "day.csv", file("F-2", row("k4", "7"), 1, "7")));

        assertThat(result("acme", "day").path("status").asString()).isEqualTo("accepted");
        assertThat(root.resolve("outbox/acme/day.rejects.csv"))
                .as("rejects of the former file of this name")
                .doesNotExist();
        assertThat(everythingUnder("archive")).containsExactlyInAnyOrder("acme/1-day.csv", "acme/2-day.csv");
    }

    @Test
    void aFileDroppedAgainIsArchivedBesideTheFirst() throws IOException {
        String content = file("F-1", row("k1", "5"), 1, "5");

        inbox.take(put("acme", "day.csv", content));
        inbox.take(put("acme", "day.csv", content));

        assertThat(everythingUnder("archive")).containsExactlyInAnyOrder("acme/1-day.csv", "acme/1-day-2.csv");
    }

    @Test
    void aFolderOfNobodyIsRefused() throws IOException {
        inbox.take(put("stranger", "day.csv", file("F-1", row("k1", "5"), 1, "5")));

        assertThat(result("stranger", "day").path("errors").get(0).path("code").asString())
                .isEqualTo("NOT_PERMITTED");
        assertThat(intake.size()).isZero();
    }

    @Test
    void aFileThatAnotherProcessTookIsLeftToIt() throws IOException {
        Path file = put("acme", "day.csv", file("F-1", row("k1", "5"), 1, "5"));
        Files.delete(file);

        inbox.take(file);

        assertThat(everythingUnder("outbox")).isEmpty();
    }

    @Test
    void aFileIsReadyWhenItWasLeftAloneOrIsMarked() throws IOException {
        Path file = put("acme", "day.ndjson", "x");
        Files.setLastModifiedTime(file, FileTime.from(NOW.minusSeconds(9)));
        assertThat(inbox.isReady(file)).isFalse();

        Files.setLastModifiedTime(file, FileTime.from(NOW.minusSeconds(10)));
        assertThat(inbox.isReady(file)).isTrue();

        Files.setLastModifiedTime(file, FileTime.from(NOW));
        Path marker = Files.createFile(file.resolveSibling("day.ndjson.done"));
        assertThat(inbox.isReady(file)).isTrue();
        assertThat(inbox.isReady(marker)).isFalse();

        inbox.take(file);
        assertThat(everythingUnder("inbox")).as("the marker goes with its file").isEmpty();
    }

    @Test
    void aFileBesideTheClientsFoldersIsSentBackWithWhereItBelongs() throws IOException {
        Path stray = Files.writeString(root.resolve("inbox/day.csv"), "x");
        Files.setLastModifiedTime(stray, FileTime.from(NOW.minus(Duration.ofDays(1))));
        assertThat(inbox.isReady(stray)).isTrue();

        inbox.take(stray);

        assertThat(everythingUnder("inbox")).isEmpty();
        assertThat(Files.readString(root.resolve("refused/day.csv"))).isEqualTo("x");
        assertThat(Files.readString(root.resolve("outbox/day.result.json")))
                .contains("NOT_PERMITTED", "put it into the folder of its client: inbox/CLIENT/day.csv");
    }

    @Test
    void whatIsNoFileOfAClientIsNotTouched() throws IOException {
        Path deep = put("acme/deeper", "day.csv", "x");
        Path hidden = put("acme", ".day.csv", "x");
        Path other = put("acme", "day.txt", "x");
        Path half = put("acme", "day.csv.part", "x");
        Path outside = Files.writeString(root.resolve("secret.csv"), "x");
        Files.setLastModifiedTime(outside, FileTime.from(NOW.minus(Duration.ofDays(1))));
        Path link = Files.createSymbolicLink(root.resolve("inbox/acme/link.csv"), outside);

        for (Path path : List.of(deep, hidden, other, half, link)) {
            if (!Files.isSymbolicLink(path)) {
                Files.setLastModifiedTime(path, FileTime.from(NOW.minus(Duration.ofDays(1))));
            }
            assertThat(inbox.isReady(path)).as("%s", path).isFalse();
        }
    }

    private record CrashingAfterAccept(FileIntake intake) implements FileIntake {
        @Override
        public Accepted accept(Client client, Manifest manifest, Content content) {
            intake.accept(client, manifest, content);
            throw new IllegalStateException("the process ends here");
        }

        @Override
        public boolean actsForEnterprise(Client client) {
            return intake.actsForEnterprise(client);
        }

        @Override
        public Optional<Accepted> find(Client client, long fileNo) {
            return intake.find(client, fileNo);
        }

        @Override
        public void refusedLines(Client client, long fileNo, long max, Consumer<RefusedLine> visitor) {
            intake.refusedLines(client, fileNo, max, visitor);
        }
    }

    private Inbox inbox(FileIntake port) throws IOException {
        var settings = new InboxSettings(root, Duration.ofSeconds(10), Duration.ofSeconds(1));
        return new Inbox(
                settings, InstantSource.fixed(NOW), directory, new FileDoor(port, FileLimits.DEFAULT), views, JSON);
    }

    private Path put(String client, String name, String content) throws IOException {
        Path folder = Files.createDirectories(root.resolve("inbox").resolve(client));
        return Files.writeString(folder.resolve(name), content);
    }

    private JsonNode result(String client, String stem) throws IOException {
        return JSON.readTree(Files.readString(root.resolve("outbox/" + client + "/" + stem + ".result.json")));
    }

    private List<String> everythingUnder(String folder) throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve(folder))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> root.resolve(folder).relativize(file).toString())
                    .toList();
        }
    }

    private static String row(String key, String amount) {
        return key + "," + ACCOUNT + "," + RECEIVER + "," + amount + "\n";
    }

    private static String file(String id, String rows, int count, String sum) {
        return TestFiles.withControl(Kind.TRANSFERS, id, "", COLUMNS + rows, count, sum);
    }
}
