package io.quittance.bench;

import io.quittance.app.LocalPostgres;
import io.quittance.app.ProgramProcess;
import io.quittance.contracts.LocalAnvil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The processes of a bank, each of which can be stopped and killed by itself: the program, which serves and runs a cycle
 * whenever a window is due, and a PostgreSQL and a chain that are not its children and so outlive it.
 *
 * <p>The bank's clock stands still until {@link #passCutOff} moves it to the next cut-off.
 */
final class CrashGround implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration BLOCK_TIME = Duration.ofMillis(500);
    private static final String HARNESS = "crash-harness";

    private final Path directory;
    private final Path checkout;
    private final LocalAnvil chain;
    private final int doorPort;
    private LocalPostgres postgres;
    private @Nullable Process program;

    private CrashGround(Path directory, Path checkout, LocalPostgres postgres, LocalAnvil chain, int doorPort) {
        this.directory = directory;
        this.checkout = checkout;
        this.postgres = postgres;
        this.chain = chain;
        this.doorPort = doorPort;
    }

    /** Starts database and chain in a directory that is empty. */
    static CrashGround open(Path directory) throws IOException {
        Path checkout = Path.of(System.getProperty("quittance.checkout", "")).toAbsolutePath();
        ProgramProcess.command(
                checkout, "serve"); // Unpacks it, or says that it is not built, before anything is started.
        Files.createDirectories(directory.resolve("bank"));
        LocalPostgres postgres = LocalPostgres.start(directory.resolve("postgres"), 0);
        try {
            LocalAnvil chain = LocalAnvil.start(
                    new LocalAnvil.Settings(checkout.resolve("contracts"), directory.resolve("chain"), 0, BLOCK_TIME));
            try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return new CrashGround(directory, checkout, postgres, chain, socket.getLocalPort());
            }
        } catch (IOException | RuntimeException failure) {
            postgres.close();
            throw failure;
        }
    }

    /** The bank's data directory. */
    Path bank() {
        return directory.resolve("bank");
    }

    String databaseUrl() {
        return postgres.url();
    }

    URI chain() {
        return chain.node();
    }

    URI door() {
        return URI.create("http://127.0.0.1:" + doorPort);
    }

    /** A connection as the owner of the tables; waits for a server that is about to come back. */
    Connection connect() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return DriverManager.getConnection(databaseUrl() + "&ApplicationName=" + HARNESS);
            } catch (SQLException notYet) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("the database does not come back", notYet);
                }
                nap();
            }
        }
    }

    /** Lets the program start and end once if its next starts will be quicker for that. */
    void warmUp() throws IOException, InterruptedException {
        if (!ProgramProcess.isArchived(checkout, "serve")) {
            startProgram();
            endProgram();
        }
    }

    /** Starts the program and waits until its doors are open. */
    void startProgram() throws IOException {
        Files.deleteIfExists(bank().resolve("services.properties"));
        var command = new ArrayList<>(ProgramProcess.command(checkout, "serve"));
        command.addAll(List.of("serve", "--port", String.valueOf(doorPort), "--cron", "* * * * * ?"));
        command.addAll(List.of("--data-dir", bank().toString()));
        command.addAll(List.of("--db-url", databaseUrl(), "--chain-url", chain().toString()));
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().put("QUITTANCE_STOP_AT", "@" + stopAt());
        Process started = builder.start();
        program = started;
        await("the program to open its doors", () -> {
            if (!started.isAlive()) {
                throw new IllegalStateException("the program ended at its start: " + lastWords());
            }
            return ProgramProcess.http(bank()).isPresent();
        });
    }

    private Path log() {
        return directory.resolve("program.log");
    }

    private Path stopAt() {
        return directory.resolve("stop-at");
    }

    private String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log());
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException none) {
            return "nothing";
        }
    }

    private Process running() {
        if (program == null) {
            throw new IllegalStateException("the program does not run");
        }
        return program;
    }

    /** Fails if the program ended by itself. */
    void requireAlive() {
        if (!running().isAlive()) {
            throw new IllegalStateException("the program ended by itself: " + lastWords());
        }
    }

    /** Has the program stop itself when it gets to a point of a cycle. */
    void stopProgramAt(String point) throws IOException {
        Files.writeString(stopAt(), point);
        await("the program to stop at " + point, () -> {
            requireAlive();
            return ProgramProcess.isStopped(running().pid());
        });
        Files.delete(stopAt());
    }

    void stopProgram() {
        ProgramProcess.signal("STOP", running().pid());
    }

    void continueProgram() {
        ProgramProcess.signal("CONT", running().pid());
    }

    void killProgram() {
        Process killed = running();
        killed.destroyForcibly();
        await("the killed program to be gone", () -> !killed.isAlive());
        program = null;
    }

    /** Asks the program, which may stand still, to end, and answers how long that took. */
    Duration endProgram() throws InterruptedException {
        long start = System.nanoTime();
        ProgramProcess.signal("TERM", running().pid());
        ProgramProcess.signal("CONT", running().pid());
        if (!running().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("the program does not end: " + lastWords());
        }
        program = null;
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /**
     * Ends the process behind one of the program's connections, one that is at work if there is any.
     *
     * @param gentle whether it is told to, as pg_terminate_backend does; else the server restarts all, as after any crash
     */
    void killBackend(boolean gentle) throws SQLException {
        try (Connection connection = connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery("""
                        SELECT pid FROM pg_stat_activity
                        WHERE backend_type = 'client backend' AND application_name <> '%s'
                        ORDER BY state = 'idle', query_start DESC LIMIT 1
                        """.formatted(HARNESS))) {
            if (!row.next()) {
                return;
            }
            long pid = row.getLong(1);
            ProgramProcess.signal(gentle ? "TERM" : "KILL", pid);
            if (gentle) {
                await("the backend to end", () -> !Files.exists(Path.of("/proc/" + pid)));
            } else {
                await("the server to end all backends, this one too", () -> !isValid(connection));
            }
        }
    }

    private static boolean isValid(Connection connection) {
        try {
            return connection.isValid(0);
        } catch (SQLException ended) {
            return false;
        }
    }

    /** Immediate shutdown: what is not in the log is lost. */
    void killServer() throws IOException {
        ProcessHandle postmaster = postmaster();
        ProgramProcess.signal("QUIT", postmaster.pid());
        try {
            postmaster.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException stays) {
            throw new IllegalStateException("the server does not end", stays);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Starts it again where it was. */
    void restartServer() {
        int port = postgres.port();
        postgres.close();
        postgres = LocalPostgres.start(directory.resolve("postgres"), port);
    }

    private ProcessHandle postmaster() throws IOException {
        String pid = Files.readAllLines(directory.resolve("postgres").resolve("postmaster.pid"))
                .getFirst()
                .strip();
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    /** Stops the server and all its backends for a while. */
    void freezeServer(Duration time) throws IOException {
        ProcessHandle postmaster = postmaster();
        var all = new ArrayList<ProcessHandle>(postmaster.children().toList());
        all.addFirst(postmaster);
        all.forEach(process -> ProgramProcess.signal("STOP", process.pid()));
        pause(time);
        all.reversed().forEach(process -> ProgramProcess.signal("CONT", process.pid()));
    }

    /** Moves the bank's clock to the next cut-off, so that its window is due. */
    void passCutOff() throws SQLException {
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.executeUpdate("""
                    UPDATE bank_clock SET fixed_at = (SELECT min(cut_off) FROM settlement_windows
                        WHERE state = 'OPEN' AND cut_off > bank_now())
                    """);
        }
    }

    /** What is looked for again and again. */
    interface Sought {
        boolean isSo();
    }

    static void await(String what, Sought sought) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!sought.isSo()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("waited in vain for " + what);
            }
            nap();
        }
    }

    static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private static void nap() {
        pause(Duration.ofMillis(5));
    }

    @Override
    public void close() {
        Process left = program;
        if (left != null) {
            left.destroyForcibly();
        }
        chain.close();
        postgres.close();
    }
}
