package io.quittance.app;

import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.intake.Approvals;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.ReversalAction;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.intake.SubmissionId;
import io.quittance.intake.file.FileAnswer;
import io.quittance.intake.file.FileDoor;
import io.quittance.intake.file.FileFormat;
import io.quittance.intake.file.FileLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A bank of nine accounts with two business dates of every kind of submission, some of them held or refused. Its clock
 * stands still and its secret is the published one, so the same files give the same headers.
 *
 * <p>Made once per JVM: {@link #beforeFirst} has the first date in the queue, {@link #beforeSecond} has it settled and the
 * second one in the queue, {@link #settled} has both settled. Tests take copies.
 */
final class SmallBank {

    static final LocalDate FIRST = LocalDate.of(2025, 4, 1);
    static final LocalDate SECOND = LocalDate.of(2025, 4, 2);

    static final UUID PROVIDER = uuid('1');
    static final UUID BUYER = uuid('2');
    static final UUID TRADER = uuid('3');
    static final UUID PUBLISHER = uuid('6');
    static final UUID AGENT = uuid('7');
    static final UUID HELPER = uuid('9');

    /**
     * What tests hold that run cycles in their own process: Spring Batch keeps the executions of a process in one map by their
     * numbers, and two banks give the same numbers.
     */
    static final String CYCLES_IN_PROCESS = "cycles in this process";

    private static final Path RESOURCES = Program.CHECKOUT.resolve("ops/app/src/test/resources/small-bank");
    private static final String CLIENT = "small-sender";

    private static Path home;
    private static Program.Result firstRun;
    private static Program.Result secondRun;

    static {
        System.setProperty("quittance.checkout", Program.CHECKOUT.toString());
        // The tests' own parts of the program look on from this JVM; their logs belong to nobody.
        System.setProperty("logging.level.root", "off");
    }

    private SmallBank() {}

    private static UUID uuid(char digit) {
        String eight = String.valueOf(digit).repeat(8);
        return UUID.fromString(eight + "-" + eight.substring(4) + "-4" + eight.substring(5) + "-8" + eight.substring(5)
                + "-" + eight + eight.substring(4));
    }

    /** A copy with the first date in the queue and its window due. */
    static Path beforeFirst(Path to) {
        return copy(made().resolve("first"), to);
    }

    /** A copy with the first date settled, the second one in the queue and its window due. */
    static Path beforeSecond(Path to) {
        return copy(made().resolve("second"), to);
    }

    /** A copy with both dates settled and final on the chain. */
    static Path settled(Path to) {
        return copy(made().resolve("settled"), to);
    }

    /** What {@code cycle --until-final --json} said of the first date when nothing disturbed it. */
    static Program.Result undisturbedFirst() {
        made();
        return firstRun;
    }

    /** The same of the second date. */
    static Program.Result undisturbedSecond() {
        made();
        return secondRun;
    }

    private static synchronized Path made() {
        if (home == null) {
            try {
                Path folder = Files.createTempDirectory("quittance-small-bank");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
                Path work = folder.resolve("work");
                Files.createDirectories(work);
                BankOpening.keepSecret(work.resolve("bank-secret"), BankOpening.DEMO_SECRET);
                takeIn(work, FIRST);
                copy(work, folder.resolve("first"));
                firstRun = cycle(work);
                takeIn(work, SECOND);
                copy(work, folder.resolve("second"));
                secondRun = cycle(work);
                Files.move(work, folder.resolve("settled"));
                home = folder;
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        return home;
    }

    private static Program.Result cycle(Path work) {
        Program.Result result = Program.run(work, "cycle", "--until-final", "--json");
        if (result.exit() != Trouble.DONE) {
            throw new AssertionError("the undisturbed cycle failed: " + result);
        }
        return result;
    }

    /** Opens the bank of a directory in this JVM. */
    static BankSession open(Path directory) {
        var opening = new BankSession.Opening(
                BankFile.read(RESOURCES.resolve("bank.json")),
                FIRST,
                FIRST.atTime(8, 0).toInstant(java.time.ZoneOffset.UTC),
                null,
                null,
                false,
                Map.of());
        return BankSession.open(Premises.open(new Premises.Wanted(directory, null, null, 0)), opening);
    }

    private static void takeIn(Path directory, LocalDate date) throws IOException {
        try (BankSession session = open(directory)) {
            BankStore bank = session.get(BankStore.class);
            bank.setClock(date.atTime(8, 0).toInstant(java.time.ZoneOffset.UTC));
            Client client = LocalClients.make(
                            session.get(ClientDirectory.class), CLIENT, EnumSet.allOf(Client.Scope.class))
                    .client();
            var door = new FileDoor(session.get(FileIntake.class), FileLimits.DEFAULT);
            try (Stream<Path> files = Files.list(RESOURCES.resolve(date.toString()))) {
                for (Path file : files.sorted().toList()) {
                    String name = file.getFileName().toString();
                    Kind kind =
                            Kind.named(name.replaceAll("^\\d+-|\\.csv$", "")).orElseThrow();
                    try (InputStream in = Files.newInputStream(file)) {
                        FileAnswer answer = door.handIn(client, FileFormat.CSV, kind, name, null, in);
                        if (!(answer instanceof FileAnswer.Taken taken)
                                || !taken.refused().isEmpty()) {
                            throw new AssertionError(file + ": " + answer);
                        }
                    }
                }
            }
            if (date.equals(SECOND)) {
                reverse(session, client, "tra-1");
            }
            bank.setClock(session.bank().calendar().cutOffs(date).getLast());
        }
    }

    private static void reverse(BankSession session, Client client, String key) {
        UUID reversed = SubmissionId.of(client.name(), key);
        Client checker = LocalClients.make(
                        session.get(ClientDirectory.class), "small-checker", EnumSet.of(Client.Scope.OPERATE))
                .client();
        Approvals approvals = session.get(Approvals.class);
        UUID approval = approvals
                .request(
                        client,
                        UUID.randomUUID().toString(),
                        ReversalAction.words(reversed, false),
                        ReversalAction.hash(reversed, false))
                .approval()
                .id();
        approvals.decide(checker, approval, true);
        var line = new Line.OfSubmission("rev-1", new Submission.Reversal(reversed, approval, false));
        session.get(IntakeQueue.class).accept(client, List.of(line), null);
    }

    /** Copies a data directory of which nobody has anything open. */
    static Path copy(Path from, Path to) {
        try {
            Process process = new ProcessBuilder("cp", "-a", from.toString(), to.toString())
                    .inheritIO()
                    .start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("cp " + from + " " + to);
            }
            return to;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Its parameters and days as a demo has them; the files come as rejects of themselves, which need no end line. */
    static void copyWithControlLines(Path demo) throws IOException {
        Path resources = Program.CHECKOUT.resolve("ops/app/src/test/resources/small-bank");
        Files.copy(resources.resolve("bank.json"), demo.resolve("bank.json"));
        for (LocalDate date : List.of(FIRST, SECOND)) {
            Path day = Files.createDirectories(demo.resolve("days").resolve(date.toString()));
            try (Stream<Path> files = Files.list(resources.resolve(date.toString()))) {
                for (Path file : files.toList()) {
                    String name = file.getFileName().toString();
                    String kind = name.substring(name.indexOf('-') + 1, name.indexOf('.'));
                    Files.writeString(
                            day.resolve(name),
                            "#quittance,1,%s,%s-%s.r1,%s%n%s"
                                    .formatted(kind, kind, date, date, Files.readString(file)));
                }
            }
        }
    }

    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException leftToTheSystem) {
            // It lies in the temporary directory.
        }
    }

    /** A database of a data directory that stands still, started for a moment, with a connection as its superuser. */
    static void inDatabase(Path directory, Sql work) {
        try (LocalPostgres server = LocalPostgres.start(new DataDirectory(directory).postgres());
                Connection connection = DriverManager.getConnection(server.url())) {
            work.with(connection);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Work on a connection. */
    interface Sql {
        void with(Connection connection) throws SQLException;
    }

    /** The rows of a query as text, columns separated by a bar. */
    static List<String> rows(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            var rows = new ArrayList<String>();
            while (row.next()) {
                var cells = new ArrayList<String>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    cells.add(String.valueOf(row.getString(i)));
                }
                rows.add(String.join("|", cells));
            }
            return rows;
        }
    }
}
