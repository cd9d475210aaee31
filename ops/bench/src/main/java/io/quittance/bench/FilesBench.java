package io.quittance.bench;

import static io.quittance.bench.QuittanceBench.say;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Submission;
import io.quittance.intake.file.FileAnswer;
import io.quittance.intake.file.FileDoor;
import io.quittance.intake.file.FileFormat;
import io.quittance.intake.file.FileLimits;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.springframework.util.unit.DataSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "files",
        mixinStandardHelpOptions = true,
        description = "How fast a file is taken in, beside COPY of the same rows into the same table.")
final class FilesBench implements Callable<Integer> {

    private static final int LINES_MIN = 100;
    private static final int LINES_MAX = 10_000_000;
    private static final int ROUNDS_MAX = 9;
    private static final int BUFFER = 1 << 16;
    private static final FileLimits LIMITS = new FileLimits(DataSize.ofKilobytes(64), DataSize.ofGigabytes(4));

    // The target of the design, section 9.
    private static final double COPY_RATIO = 0.6;

    private static final String COLUMNS = """
            SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = 'submissions'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'intake_no'
            """;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--lines", paramLabel = "N", required = true, description = "Transfers in the file.")
    private int lines;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "csv",
            description = "csv or ndjson (default: ${DEFAULT-VALUE}).")
    private String format = "csv";

    @Option(
            names = "--rounds",
            paramLabel = "R",
            defaultValue = "3",
            description = "How many such files are measured, each beside COPY of its own rows; shown is the one whose"
                    + " ratio is the median (default: ${DEFAULT-VALUE}).")
    private int rounds = 3;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "The same seed makes the same files (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--json", description = "Print JSON alone on standard output.")
    private boolean json;

    /** One file, and COPY of its rows. */
    private record Round(double seconds, double copySeconds, long bytes) {
        double ratio() {
            return copySeconds / seconds;
        }
    }

    @Override
    public Integer call() throws Exception {
        requireRange("--lines", lines, LINES_MIN, LINES_MAX);
        requireRange("--rounds", rounds, 1, ROUNDS_MAX);
        FileFormat wanted = FileFormat.ofName("x." + format)
                .orElseThrow(() -> new ParameterException(spec.commandLine(), "--format is csv or ndjson"));
        try (BenchDirectory directory = BenchDirectory.temporary()) {
            return measure(directory.path(), wanted).show(json);
        }
    }

    private void requireRange(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw new ParameterException(
                    spec.commandLine(),
                    String.format(Locale.ROOT, "%s must be from %d to %d, not %d", option, min, max, value));
        }
    }

    private Results measure(Path directory, FileFormat wanted) throws Exception {
        double load = Machine.loadNow();
        int accounts = Workload.Mix.TRANSFERS.accounts(lines);
        int warmUp = Math.max(1, lines / 10);
        say("opening %,d accounts", accounts);
        try (BenchBank bank = BenchBank.open(Files.createDirectory(directory.resolve("bank")), accounts)) {
            Workload workload =
                    Workload.Mix.TRANSFERS.over(bank.population(), bank.now(), seed, (long) lines * rounds + warmUp);
            bank.settlePopulation();
            Client sender = sender(bank, "sender");
            Client copier = sender(bank, "copier");
            var results = new Results("files", parameters(accounts), Machine.of(bank.setting("server_version"), load));
            say("warming up with %,d lines", warmUp);
            round(bank, workload, warmUp, wanted, directory, sender, copier, results, "warm-up");
            var measured = new ArrayList<Round>();
            resetPeaks();
            for (int i = 1; i <= rounds; i++) {
                Round round = round(bank, workload, lines, wanted, directory, sender, copier, results, "round " + i);
                say(
                        "  %,d lines in %.2f s, %,.0f/s; COPY of the same rows %.2f s; ratio %.3f",
                        lines, round.seconds(), lines / round.seconds(), round.copySeconds(), round.ratio());
                measured.add(round);
            }
            measured.sort(Comparator.comparingDouble(Round::ratio));
            Round shown = measured.get(measured.size() / 2);
            results.row("lines", lines, "");
            results.row("file", shown.bytes() / 1e6, "MB");
            results.row("taken_in", shown.seconds(), "s");
            results.row("lines_per_second", lines / shown.seconds(), "1/s");
            results.row("copy", shown.copySeconds(), "s");
            results.row("copy_per_second", lines / shown.copySeconds(), "1/s");
            results.row("rounds.lowest_ratio", measured.getFirst().ratio(), "");
            results.row("rounds.highest_ratio", measured.getLast().ratio(), "");
            results.row("heap_peak", peakOfHeap() / 1e6, "MB");
            results.target("copy_ratio", Results.Wanted.AT_LEAST, COPY_RATIO, shown.ratio());
            return results;
        }
    }

    private Map<String, Object> parameters(int accounts) {
        var parameters = new LinkedHashMap<String, Object>();
        parameters.put("lines", lines);
        parameters.put("format", format.toLowerCase(Locale.ROOT));
        parameters.put("accounts", accounts);
        parameters.put("seed", seed);
        return parameters;
    }

    /** A client as enterprises are: it owns the accounts, and operates nothing. */
    private static Client sender(BenchBank bank, String name) throws SQLException {
        Client client = bank.get(ClientDirectory.class).register(name, EnumSet.of(Client.Scope.SUBMIT));
        try (var statement = bank.owner().createStatement()) {
            statement.execute("INSERT INTO client_rights (client_id, account_id, access) SELECT " + client.id()
                    + ", account_id, 'OWNER' FROM token_accounts WHERE account_type <> 'system'");
        }
        return client;
    }

    private Round round(
            BenchBank bank,
            Workload workload,
            int count,
            FileFormat wanted,
            Path directory,
            Client sender,
            Client copier,
            Results results,
            String name)
            throws Exception {
        Path file = Files.createTempFile(directory, "transfers", wanted.suffix());
        try {
            write(file, wanted, workload, count, name);
            bank.settleDown();
            var door = new FileDoor(bank.get(FileIntake.class), LIMITS);
            long start = System.nanoTime();
            FileAnswer answer;
            try (InputStream in = Files.newInputStream(file)) {
                answer = door.handIn(sender, wanted, Kind.TRANSFERS, name, null, in);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            FileIntake.Accepted accepted = accepted(answer);
            long stored = count(bank, accepted.fileNo());
            results.check(
                    name + ": each line is in the queue once",
                    accepted.queued() == count && stored == count,
                    "%,d queued, %,d rows of %,d lines".formatted(accepted.queued(), stored, count));
            return new Round(seconds, copy(bank, accepted.fileNo(), copier, directory, count), Files.size(file));
        } finally {
            Files.delete(file);
        }
    }

    private static FileIntake.Accepted accepted(FileAnswer answer) {
        return switch (answer) {
            case FileAnswer.Taken taken -> taken.file();
            case FileAnswer.Refused refused ->
                throw new IllegalStateException("the file was refused: " + refused.errors());
        };
    }

    private static void write(Path file, FileFormat format, Workload workload, int count, String name)
            throws IOException, NoSuchAlgorithmException {
        MessageDigest body = MessageDigest.getInstance("SHA-256");
        var sum = new long[1];
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER)) {
            out.write(utf8("#quittance,1,transfers," + name.replace(' ', '-') + ",\n"));
            if (format == FileFormat.CSV) {
                write("submission_key,account_id,to_account,amount_utoken\n", out, body);
            }
            workload.cycle(count, line -> {
                var transfer = (Submission.Transfer) line.submission();
                sum[0] += transfer.amountUtoken();
                String written = format == FileFormat.CSV
                        ? "%s,%s,%s,%d\n"
                        : "{\"submission_key\":\"%s\",\"account_id\":\"%s\",\"to_account\":\"%s\",\"amount_utoken\":%d}\n";
                write(
                        written.formatted(
                                line.submissionKey(),
                                transfer.accountId(),
                                transfer.toAccount(),
                                transfer.amountUtoken()),
                        out,
                        body);
            });
            out.write(utf8("#end," + count + "," + sum[0] + "," + HexFormat.of().formatHex(body.digest()) + "\n"));
        }
    }

    private static void write(String text, OutputStream out, MessageDigest body) {
        byte[] bytes = utf8(text);
        body.update(bytes);
        try {
            out.write(bytes);
        } catch (IOException failure) {
            throw new IllegalStateException("the file cannot be written: " + failure.getMessage(), failure);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static long count(BenchBank bank, long fileNo) throws SQLException {
        try (var statement = bank.owner().createStatement();
                var found = statement.executeQuery("SELECT count(*) FROM submissions WHERE file_no = " + fileNo)) {
            found.next();
            return found.getLong(1);
        }
    }

    /** Seconds that binary COPY takes for the same rows of another client: same table, same indexes, same triggers. */
    private static double copy(BenchBank bank, long fileNo, Client copier, Path directory, int count)
            throws SQLException, IOException {
        String columns;
        try (var statement = bank.owner().createStatement();
                var found = statement.executeQuery(COLUMNS)) {
            found.next();
            columns = found.getString(1);
        }
        String ofCopier = List.of(columns.split(", ")).stream()
                .map(column -> switch (column) {
                    case "client_id" -> Integer.toString(copier.id());
                    case "submission_id" -> "gen_random_uuid()";
                    default -> column;
                })
                .collect(java.util.stream.Collectors.joining(", "));
        Path rows = Files.createTempFile(directory, "rows", ".copy");
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(rows), BUFFER)) {
                bank.owner()
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut(
                                "COPY (SELECT " + ofCopier + " FROM submissions WHERE file_no = " + fileNo
                                        + " ORDER BY intake_no) TO STDOUT (FORMAT binary)",
                                out);
            }
            bank.settleDown();
            try (Connection writer = bank.get(DataSource.class).getConnection();
                    InputStream in = new BufferedInputStream(Files.newInputStream(rows), BUFFER)) {
                long start = System.nanoTime();
                long copied = writer.unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("COPY submissions (" + columns + ") FROM STDIN (FORMAT binary)", in, BUFFER);
                double seconds = (System.nanoTime() - start) / 1e9;
                if (copied != count) {
                    throw new IllegalStateException("COPY took " + copied + " rows, not " + count);
                }
                return seconds;
            }
        } finally {
            Files.delete(rows);
        }
    }

    private static void resetPeaks() {
        System.gc();
        ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
    }

    /** The most that the heap's parts held; the sum, though each may have had its peak at another moment. */
    private static double peakOfHeap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
    }
}
