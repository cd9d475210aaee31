package io.quittance.contracts;

import io.quittance.domain.commitment.ChainUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A development chain of our own: an anvil process on the loopback interface, with short epochs and a fixed block time,
 * so that blocks are final within seconds. Its state is in the given directory and survives {@link #close}; when killed,
 * it loses what came after its last save, about a second.
 *
 * <p>The process ends with this one, however this one ends: it hangs on a pipe. Should it survive all the same, the next
 * start in the directory ends it first.
 */
public final class LocalAnvil implements AutoCloseable {

    /** Names the binary when it is not among the npm packages. */
    public static final String BINARY_VARIABLE = "QUITTANCE_ANVIL";

    private static final Duration START = Duration.ofSeconds(30);
    private static final Duration STOP = Duration.ofSeconds(15);

    /**
     * Runs anvil as a child, notes its number, and ends it when standard input does, which is when the Java process ends
     * or lets go. Anvil saves its state on TERM. When anvil ends by itself, the shell does too.
     */
    private static final String WATCH = """
            pidfile=$1; shift
            exec 3<&0
            "$@" 3<&- </dev/null & anvil=$!
            echo "$anvil" >"$pidfile"
            ( read -r _; kill -TERM "$anvil" ) <&3 & watcher=$!
            wait "$anvil"; code=$?
            kill "$watcher" 2>/dev/null
            rm -f "$pidfile"
            exit "$code"
            """;

    private final Process process;
    private final URI node;
    private final Thread atExit;

    private LocalAnvil(Process process, URI node) {
        this.process = process;
        this.node = node;
        this.atExit = new Thread(this::stop, "anvil-stop");
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * How to run it.
     *
     * @param contracts the folder {@code contracts} of the project, where npm puts the binary; null if the variable
     *     {@value #BINARY_VARIABLE} names it
     * @param directory where state, log and process number are kept; created if missing; one chain per directory
     * @param port on the loopback interface; 0 for a free one
     * @param blockTime time between blocks; whole milliseconds
     */
    public record Settings(@Nullable Path contracts, Path directory, int port, Duration blockTime) {

        public Settings {
            if (port < 0 || port > 65_535 || blockTime.toMillis() < 1) {
                throw new IllegalArgumentException("port must be 0..65535 and the block time at least a millisecond");
            }
        }
    }

    /**
     * Starts the chain of the directory and waits until it answers. A state file that anvil cannot read is put aside under
     * the name {@code chain.json.damaged}, and the chain starts empty.
     *
     * @throws IllegalStateException if the binary is missing, the port taken, or anvil does not come up; the message says
     *     which, in one sentence
     */
    public static LocalAnvil start(Settings settings) {
        Path binary = binary(settings.contracts());
        try {
            Path directory = Files.createDirectories(settings.directory().toAbsolutePath());
            endLeftover(directory);
            int port = settings.port() == 0 ? freePort() : requireFree(settings.port());
            Path state = directory.resolve("chain.json");
            Optional<LocalAnvil> anvil = launch(binary, directory, port, settings.blockTime());
            if (anvil.isEmpty() && Files.exists(state)) {
                Files.move(state, directory.resolve("chain.json.damaged"), StandardCopyOption.REPLACE_EXISTING);
                anvil = launch(binary, directory, port, settings.blockTime());
            }
            return anvil.orElseThrow(() -> new IllegalStateException("anvil did not come up on port " + port
                    + "; its last words are in " + directory.resolve("anvil.log")));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Address of the chain's JSON-RPC. */
    public URI node() {
        return node;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Saves the state and ends the process. A second call does nothing. */
    @Override
    public void close() {
        stop();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException alreadyShuttingDown) {
            // The hook does the same.
        }
    }

    private void stop() {
        try {
            process.getOutputStream().close();
        } catch (IOException alreadyClosed) {
            // Then the pipe is closed, which is what this is for.
        }
        awaitEnd(process.toHandle());
    }

    private static Optional<LocalAnvil> launch(Path binary, Path directory, int port, Duration blockTime)
            throws IOException {
        String seconds = String.format(Locale.ROOT, "%d.%03d", blockTime.toSeconds(), blockTime.toMillisPart());
        List<String> command = List.of(
                "/bin/sh",
                "-c",
                WATCH,
                "anvil-watch",
                directory.resolve("anvil.pid").toString(),
                binary.toString(),
                "--host",
                "127.0.0.1",
                "--port",
                String.valueOf(port),
                "--chain-id",
                String.valueOf(Signers.DEVELOPMENT_CHAIN),
                "--block-time",
                seconds,
                "--slots-in-an-epoch",
                "1",
                "--state",
                directory.resolve("chain.json").toString(),
                "--state-interval",
                "1");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("anvil.log").toFile())
                .start();
        URI node = URI.create("http://127.0.0.1:" + port);
        LocalAnvil anvil = new LocalAnvil(process, node);
        JsonRpc rpc = new JsonRpc(node, Duration.ofSeconds(2));
        long deadline = System.nanoTime() + START.toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            try {
                rpc.ask("eth_blockNumber");
                return Optional.of(anvil);
            } catch (ChainUnavailableException notYet) {
                sleep(50);
            }
        }
        anvil.close();
        return Optional.empty();
    }

    private static Path binary(@Nullable Path contracts) {
        String named = System.getenv(BINARY_VARIABLE);
        if (named != null && !named.isBlank()) {
            return requireExecutable(Path.of(named), "the variable " + BINARY_VARIABLE + " names");
        }
        if (contracts == null) {
            throw new IllegalStateException("anvil was not found: set " + BINARY_VARIABLE + " to its path");
        }
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
        String machine = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        Path packaged = contracts.resolve("node_modules/@foundry-rs/anvil-" + system + "-" + machine + "/bin/anvil");
        return requireExecutable(
                packaged.toAbsolutePath(),
                "run contracts/scripts/tools install, or set " + BINARY_VARIABLE + " to its path; npm puts it to");
    }

    private static Path requireExecutable(Path binary, String where) {
        if (!Files.isExecutable(binary)) {
            throw new IllegalStateException("anvil was not found: " + where + " " + binary);
        }
        return binary.toAbsolutePath();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Asked first, because a foreign node on the port would answer in anvil's place. */
    private static int requireFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException taken) {
            throw new IllegalStateException(
                    "port " + port + " for the local chain is taken: " + taken.getMessage(), taken);
        }
    }

    /** Ends what an earlier start in this directory left behind, after making sure that it is ours. */
    private static void endLeftover(Path directory) throws IOException {
        Path pidFile = directory.resolve("anvil.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        String content = Files.readString(pidFile).strip();
        Optional<ProcessHandle> leftover =
                content.matches("[0-9]{1,18}") ? ProcessHandle.of(Long.parseLong(content)) : Optional.empty();
        leftover.filter(handle -> isOurs(handle, directory)).ifPresent(handle -> {
            handle.destroy();
            awaitEnd(handle);
        });
        Files.deleteIfExists(pidFile);
    }

    /** The number may have gone to another process since: the arguments must name this directory's state file. */
    private static boolean isOurs(ProcessHandle handle, Path directory) {
        String[] arguments = handle.info().arguments().orElse(new String[0]);
        return List.of(arguments).contains(directory.resolve("chain.json").toString());
    }

    private static void awaitEnd(ProcessHandle handle) {
        try {
            handle.onExit().get(STOP.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            endForcibly(handle);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException tooLong) {
            endForcibly(handle);
        }
    }

    private static void endForcibly(ProcessHandle handle) {
        handle.descendants().forEach(ProcessHandle::destroyForcibly);
        handle.destroyForcibly();
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the local chain started", interrupted);
        }
    }
}
