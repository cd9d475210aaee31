package io.quittance.intake.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.DecidedFiles;
import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.report.ClientViews;
import io.quittance.intake.fake.FakeApprovals;
import io.quittance.intake.fake.FakeBankViews;
import io.quittance.intake.fake.FakeClientDirectory;
import io.quittance.intake.fake.FakeFileIntake;
import io.quittance.intake.fake.FakeIntakeQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.integration.autoconfigure.IntegrationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.scheduling.TaskScheduler;
import tools.jackson.databind.json.JsonMapper;

class InboxFlowTest {

    private static final UUID ACCOUNT = new UUID(1, 1);
    private static final UUID RECEIVER = new UUID(1, 2);
    private static final int FILES = 5;

    @TempDir
    Path root;

    private final FakeClientDirectory directory = new FakeClientDirectory();
    private final FakeFileIntake intake = new FakeFileIntake(new FakeIntakeQueue(directory, new FakeApprovals()));
    private final FailingFirst port = new FailingFirst(intake, new AtomicInteger());

    private final AtomicInteger cyclesSeen = new AtomicInteger();
    /** A cycle about the first file, once all lie in the archive; the first time it fails. Which file that is, is chance. */
    private final DecidedFiles decided = visitor -> {
        String[] archived = root.resolve("archive/acme").toFile().list();
        if (archived == null || archived.length < FILES || cyclesSeen.get() == 3) {
            return false;
        }
        if (cyclesSeen.incrementAndGet() == 1) {
            throw new IllegalStateException("the database is away");
        }
        for (int i = 0; i < FILES; i++) {
            visitor.accept(new DecidedFiles.DecidedFile(1, "acme", "f" + i + ".csv"));
        }
        return true;
    };

    private ApplicationContextRunner application() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(IntegrationAutoConfiguration.class))
                .withUserConfiguration(InboxFlow.class)
                .withBean(ClientDirectory.class, () -> directory)
                .withBean(ClientViews.class, FakeBankViews::new)
                .withBean(DecidedFiles.class, () -> decided)
                .withBean(FileDoor.class, () -> new FileDoor(port, FileLimits.DEFAULT))
                .withBean(JsonMapper.class, JsonMapper::new);
    }

    @Test
    void withoutAFolderThereIsNoFlow() {
        application()
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(Inbox.class)
                        .doesNotHaveBean("inboxToQueue"));
    }

    @Test
    void filesAreTakenOnceEachEvenIfTheBooksWereAwayAtFirst() throws IOException {
        directory.openAccount(ACCOUNT);
        directory.openAccount(RECEIVER);
        Client acme = directory.register("acme", Set.of(Client.Scope.SUBMIT));
        directory.grant(acme, ACCOUNT, ClientDirectory.Right.OWNER);
        Path folder = Files.createDirectories(root.resolve("inbox/acme"));
        for (int i = 0; i < FILES; i++) {
            String body = "submission_key,account_id,to_account,amount_utoken\nk" + i + "," + ACCOUNT + "," + RECEIVER
                    + ",1\n";
            Files.writeString(
                    folder.resolve("f" + i + ".csv"),
                    TestFiles.withControl(Kind.TRANSFERS, "F-" + i, "", body, 1, "1"));
        }

        application()
                .withPropertyValues(
                        "quittance.inbox.directory=" + root,
                        "quittance.inbox.quiet-time=0s",
                        "quittance.inbox.poll-interval=20ms")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean("taskScheduler")).isInstanceOf(TaskScheduler.class);
                    Instant deadline = Instant.now().plus(Duration.ofSeconds(15));
                    while (isAnythingLeft(folder) && Instant.now().isBefore(deadline)) {
                        Thread.sleep(10);
                    }
                    assertThat(isAnythingLeft(folder)).isFalse();
                    while (cyclesSeen.get() < 3 && Instant.now().isBefore(deadline)) {
                        Thread.sleep(10);
                    }
                });
        assertThat(cyclesSeen).hasValue(3);
        try (var out = Files.list(root.resolve("outbox/acme"))) {
            assertThat(out.map(path -> path.getFileName().toString()).filter(name -> name.endsWith(".1.results.csv")))
                    .hasSize(1);
        }

        assertThat(intake.size()).isEqualTo(FILES);
        assertThat(port.calls().get()).as("one failed, each of the others once").isEqualTo(FILES + 1);
        try (var archived = Files.list(root.resolve("archive/acme"))) {
            assertThat(archived).hasSize(FILES);
        }
    }

    private static boolean isAnythingLeft(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.findAny().isPresent();
        }
    }

    private record FailingFirst(FileIntake intake, AtomicInteger calls) implements FileIntake {
        @Override
        public Accepted accept(Client client, Manifest manifest, Content content) {
            if (calls.incrementAndGet() == 1) {
                throw new IllegalStateException("the database is away");
            }
            return intake.accept(client, manifest, content);
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
}
