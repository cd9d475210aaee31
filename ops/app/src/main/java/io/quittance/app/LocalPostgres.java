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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL of our own, in the data directory, on a free loopback port. Durable: fsync and synchronous_commit are on,
 * although the library that brings the binaries would start it without.
 */
final class LocalPostgres implements AutoCloseable {

    private static final String OWNER = "postgres";
    private static final Duration STOP = Duration.ofSeconds(20);

    private final EmbeddedPostgres server;

    private LocalPostgres(EmbeddedPostgres server) {
        this.server = server;
    }

    /**
     * Starts the server of the directory; makes its files the first time.
     *
     * @throws Trouble in one sentence if it does not come up
     */
    static LocalPostgres start(Path directory) {
        try {
            endLeftover(directory);
            Files.createDirectories(directory);
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setDataDirectory(directory)
                    .setCleanDataDirectory(false)
                    .setRegisterShutdownHook(false) // AtExit closes it, after those who use it.
                    .setOverrideWorkingDirectory(binaries().toFile())
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("max_connections", "100")
                    .setServerConfig("shared_buffers", "512MB")
                    .setServerConfig("wal_buffers", "64MB")
                    .setServerConfig("max_wal_size", "4GB")
                    .setServerConfig("checkpoint_completion_target", "0.9")
                    .setServerConfig("work_mem", "64MB")
                    .setServerConfig("maintenance_work_mem", "256MB")
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setOutputRedirector(ProcessBuilder.Redirect.to(
                            directory.resolveSibling("postgres.log").toFile()))
                    .setErrorRedirector(ProcessBuilder.Redirect.appendTo(
                            directory.resolveSibling("postgres.log").toFile()))
                    .setPGStartupWait(Duration.ofSeconds(60))
                    .start();
            var local = new LocalPostgres(server);
            local.requireOwn(directory);
            return local;
        } catch (IOException | IllegalStateException failure) {
            throw Trouble.machineLacks("The embedded PostgreSQL in " + directory + " did not start: "
                    + lastWords(directory, failure) + " (see postgres.log beside it).");
        }
    }

    /** What the server or its maker complained about last; where they said nothing, the failure itself. */
    private static String lastWords(Path directory, Exception failure) {
        try (Stream<String> lines = Files.lines(directory.resolveSibling("postgres.log"))) {
            return lines.filter(line -> line.contains("FATAL:") || line.contains("error:"))
                    .reduce((earlier, later) -> later)
                    .orElse(Trouble.firstLine(failure));
        } catch (IOException | UncheckedIOException noLog) {
            return Trouble.firstLine(failure);
        }
    }

    /** Each user has unpacked binaries of their own; a shared folder would belong to whoever came first. */
    private static Path binaries() throws IOException {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path base =
                cache != null && !cache.isBlank() ? Path.of(cache) : Path.of(System.getProperty("user.home"), ".cache");
        return Files.createDirectories(base.resolve("quittance").resolve("postgres"));
    }

    /** A server that outlived its owner holds the directory; it is asked to stop. */
    private static void endLeftover(Path directory) throws IOException {
        Path file = directory.resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return;
        }
        List<String> lines = Files.readAllLines(file);
        if (lines.isEmpty() || !lines.getFirst().strip().matches("\\d+")) {
            return;
        }
        ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                .filter(process -> process.info().command().orElse("").endsWith("postgres"))
                .ifPresent(process -> {
                    try {
                        // SIGINT: PostgreSQL's fast shutdown.
                        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                                .start()
                                .waitFor(STOP.toSeconds(), TimeUnit.SECONDS);
                        process.onExit().get(STOP.toSeconds(), TimeUnit.SECONDS);
                    } catch (IOException
                            | java.util.concurrent.ExecutionException
                            | java.util.concurrent.TimeoutException stays) {
                        throw Trouble.machineLacks("A PostgreSQL (process " + process.pid() + ") still runs in "
                                + directory + " and does not stop; end it and try again.");
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    /** The library would take a foreign server on the same port for its own. */
    private void requireOwn(Path directory) throws IOException {
        try (Connection connection = DriverManager.getConnection(url());
                var row = connection.createStatement().executeQuery("SELECT current_setting('data_directory')")) {
            row.next();
            Path theirs = Path.of(row.getString(1));
            if (!Files.isSameFile(theirs, directory)) {
                throw new IllegalStateException("port " + server.getPort() + " belongs to the server in " + theirs);
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(failure.getMessage(), failure);
        }
    }

    /** JDBC address, as the owner of the tables. */
    String url() {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres?user=" + OWNER;
    }

    /** The address as another role of the server, which trusts its own machine. */
    static String as(String url, String role) {
        return url.replace("?user=" + OWNER, "?user=" + role);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException ignored) {
            // Its files are crash-safe; the next start ends what is left.
        }
    }
}
