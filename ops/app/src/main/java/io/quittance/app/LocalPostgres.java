package io.quittance.app;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL of our own, in the data directory, on a free loopback port. Durable: fsync and synchronous_commit are on,
 * although the library that brings the binaries would start it without.
 */
public final class LocalPostgres implements AutoCloseable {

    private static final String OWNER = "postgres";
    private static final Duration STOP = Duration.ofSeconds(20);

    private static final Pattern DOES_NOT_START = Pattern.compile("(?:FATAL:|error:) *(.*)");
    private static final Pattern CANNOT_GO_ON = Pattern.compile("(?:PANIC|FATAL|ERROR): *(could not .*)");

    /** What PostgreSQL asks for at once when its write-ahead log grows. */
    private static final long LOG_SEGMENT = 16 << 20;

    private static volatile @Nullable Path lastLog;

    private final EmbeddedPostgres server;
    private final Path directory;

    private LocalPostgres(EmbeddedPostgres server, Path directory) {
        this.server = server;
        this.directory = directory;
    }

    /**
     * Starts the server of the directory; makes its files the first time.
     *
     * @throws Trouble in one sentence if it does not come up
     */
    static LocalPostgres start(Path directory) {
        return start(directory, 0);
    }

    /**
     * The same on a given port, as after a crash under programs that go on and look for the server where it was.
     *
     * @param port on the loopback interface; 0 for a free one
     */
    public static LocalPostgres start(Path directory, int port) {
        Path log = directory.resolveSibling("postgres.log");
        lastLog = log;
        try {
            endLeftover(directory);
            Files.createDirectories(directory);
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setDataDirectory(directory)
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .setRegisterShutdownHook(false) // AtExit closes it, after those who use it.
                    .setOverrideWorkingDirectory(binaries().toFile())
                    .setServerConfig("fsync", "on") // After the -F that the embedding puts first.
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("max_connections", "100")
                    .setServerConfig("shared_buffers", "512MB")
                    .setServerConfig("wal_buffers", "64MB")
                    .setServerConfig("max_wal_size", "4GB")
                    .setServerConfig("min_wal_size", "1GB")
                    .setServerConfig("checkpoint_completion_target", "0.9")
                    .setServerConfig("work_mem", "64MB")
                    .setServerConfig("maintenance_work_mem", "256MB")
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setOutputRedirector(ProcessBuilder.Redirect.to(log.toFile()))
                    .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .setPGStartupWait(Duration.ofSeconds(60))
                    .start();
            var local = new LocalPostgres(server, directory);
            local.requireOwn();
            return local;
        } catch (IOException | IllegalStateException failure) {
            throw Trouble.machineLacks("The embedded PostgreSQL in " + directory + " did not start: "
                    + lastWords(log, DOES_NOT_START).orElse(Trouble.firstLine(failure))
                    + " (see postgres.log beside it).");
        }
    }

    /**
     * Why the server that this process started last could not go on; empty if that cannot be said. A client only sees that
     * it is gone, and on a full disk not even its log has the reason.
     */
    static Optional<String> lastComplaint() {
        Path log = lastLog;
        return log == null ? Optional.empty() : lastWords(log, CANNOT_GO_ON).or(() -> noSpace(log));
    }

    private static Optional<String> noSpace(Path log) {
        try {
            return Files.getFileStore(log).getUsableSpace() < LOG_SEGMENT
                    ? Optional.of("there is no space left for " + log.getParent())
                    : Optional.empty();
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }

    private static Optional<String> lastWords(Path log, Pattern complaint) {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.map(complaint::matcher)
                    .filter(Matcher::find)
                    .map(found -> found.group(1))
                    .reduce((earlier, later) -> later);
        } catch (IOException | UncheckedIOException noLog) {
            return Optional.empty();
        }
    }

    /** Each user has unpacked binaries of their own; a shared folder would belong to whoever came first. */
    private static Path binaries() throws IOException {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path base = cache != null && !cache.isBlank()
                ? Path.of(cache)
                : DataDirectory.userHome().resolve(".cache");
        return Files.createDirectories(base.resolve("quittance").resolve("postgres"));
    }

    /** A server that outlived its owner holds the directory; it is asked to stop. */
    private static void endLeftover(Path directory) {
        postmaster(directory).ifPresent(process -> {
            signal("INT", process); // Fast shutdown.
            if (!endsInTime(process)) {
                throw Trouble.machineLacks("A PostgreSQL (process " + process.pid() + ") still runs in " + directory
                        + " and does not stop; end it and try again.");
            }
        });
    }

    /** The library would take a foreign server on the same port for its own. */
    private void requireOwn() throws IOException {
        try (Connection connection = DriverManager.getConnection(url());
                var row = connection
                        .createStatement()
                        .executeQuery("SELECT current_setting('data_directory'), current_setting('fsync')")) {
            row.next();
            if (!"on".equals(row.getString(2))) {
                throw new IllegalStateException("it does not write through to the disk (fsync is off)");
            }
            Path theirs = Path.of(row.getString(1));
            if (!Files.isSameFile(theirs, directory)) {
                throw new IllegalStateException("port " + server.getPort() + " belongs to the server in " + theirs);
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(failure.getMessage(), failure);
        }
    }

    /** JDBC address, as the owner of the tables. */
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres?user=" + OWNER;
    }

    /** The address as another role of the server, which trusts its own machine. */
    static String as(String url, String role) {
        return url.replace("?user=" + OWNER, "?user=" + role);
    }

    /** Is done when the server's process is gone, for whatever reason. */
    CompletableFuture<?> ended() {
        return postmaster(directory)
                .<CompletableFuture<?>>map(ProcessHandle::onExit)
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    /** On the loopback interface. */
    public int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        Optional<ProcessHandle> process = postmaster(directory);
        try {
            server.close();
        } catch (IOException ignored) {
            // Its files are crash-safe.
        }
        // The library gives up waiting after a few seconds, which a busy machine may need.
        process.ifPresent(LocalPostgres::awaitEnd);
    }

    private static void awaitEnd(ProcessHandle process) {
        if (!endsInTime(process)) {
            signal("QUIT", process); // Immediate shutdown.
            endsInTime(process);
        }
    }

    private static boolean endsInTime(ProcessHandle process) {
        try {
            process.onExit().get(STOP.toSeconds(), TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | TimeoutException stays) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void signal(String name, ProcessHandle process) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .start()
                    .waitFor(STOP.toSeconds(), TimeUnit.SECONDS);
        } catch (IOException noSuchCommand) {
            process.destroy();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The server that runs in the directory, by the number that it noted down. */
    private static Optional<ProcessHandle> postmaster(Path directory) {
        try (Stream<String> lines = Files.lines(directory.resolve("postmaster.pid"))) {
            return lines.findFirst()
                    .map(String::strip)
                    .filter(first -> first.matches("\\d+"))
                    .flatMap(first -> ProcessHandle.of(Long.parseLong(first)))
                    .filter(process -> process.info().command().orElse("").endsWith("postgres"));
        } catch (IOException | UncheckedIOException none) {
            return Optional.empty();
        }
    }
}
