package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** On a machine that lacks something, commands say so in one sentence with exit code 3, and leave nothing running. */
@Execution(ExecutionMode.CONCURRENT)
class BadMachineIT {

    @TempDir
    Path folder;

    // Without tools: the launcher itself, on a path that has all but them.

    @Test
    void withoutAJdkOfVersion21TheLauncherSaysSo() throws IOException {
        var environment = Map.of(
                "JAVA_HOME", "",
                "QUITTANCE_JDKS", Files.createDirectory(folder.resolve("jdks")).toString(),
                "PATH", pathOf("bash", "env", "readlink", "dirname", "sed").toString());

        requireLacking(launch(Program.CHECKOUT, environment), "no JDK of version 21 or newer was found; install one");
    }

    @Test
    void anOlderJavaIsNotTaken() throws IOException {
        Path path = pathOf("bash", "env", "readlink", "dirname", "sed");
        Path java = Files.writeString(path.resolve("java"), """
                #!/bin/sh
                echo '    java.specification.version = 17' >&2
                """);
        assertThat(java.toFile().setExecutable(true)).isTrue();
        var environment = Map.of(
                "JAVA_HOME", "",
                "QUITTANCE_JDKS", Files.createDirectory(folder.resolve("jdks")).toString(),
                "PATH", path.toString());

        requireLacking(launch(Program.CHECKOUT, environment), "no JDK of version 21 or newer was found; install one");
    }

    @ParameterizedTest
    @CsvSource({
        "mvn,  Maven (mvn) was not found; install it",
        "npm,  npm was not found; install Node.js 20 or newer with npm",
        "node, node was not found; install Node.js 20 or newer with npm"
    })
    void anUnbuiltCheckoutNeedsWhatBuildsIt(String missing, String sentence) throws IOException {
        Path checkout = Files.createDirectories(folder.resolve("checkout"));
        Files.createDirectories(checkout.resolve("ops"));
        Path launcher = Files.copy(Program.CHECKOUT.resolve("ops/quittance"), checkout.resolve("ops/quittance"));
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
        Path path = pathOf("bash", "env", "readlink", "dirname", "sed", "find", "mkdir", "tail");
        for (String tool : List.of("mvn", "npm", "node")) {
            if (!tool.equals(missing)) {
                Files.createSymbolicLink(path.resolve(tool), Path.of("/bin/false"));
            }
        }
        var environment =
                Map.of("JAVA_HOME", System.getProperty("java.home"), "PATH", path.toString(), "QUITTANCE_ANVIL", "");

        requireLacking(launch(checkout, environment), sentence);
    }

    @Test
    void withoutTheChainsProgramNothingStaysUp() {
        Program.Result result = Program.run(
                folder, Map.of("QUITTANCE_ANVIL", folder.resolve("anvil").toString()), "demo");

        requireLacking(result, "anvil was not found: the variable QUITTANCE_ANVIL names " + folder.resolve("anvil"));
        assertThat(Program.servicesAlive(folder.resolve("demo"))).isEmpty();
    }

    // Ports and addresses that belong to somebody else.

    @ParameterizedTest
    @ValueSource(strings = {"serve", "demo --keep"})
    void aBusyPortIsSaidBeforeAnythingStarts(String command) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var arguments = new ArrayList<>(List.of(command.split(" ")));
            arguments.addAll(List.of("--port", String.valueOf(taken.getLocalPort())));

            Program.Result result = Program.run(folder, arguments.toArray(String[]::new));

            requireLacking(
                    result,
                    "Port " + taken.getLocalPort() + " at 127.0.0.1 cannot be had",
                    "choose another one with --port");
            assertThat(folder.toFile().list()).isEmpty();
        }
    }

    @Test
    void aPortWhereNoDatabaseListensIsNotADatabase() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }

        requireLacking(
                Program.run(folder, "demo", "--db-url", "jdbc:postgresql://127.0.0.1:" + port + "/bank"),
                "The database cannot be reached: Connection to 127.0.0.1:" + port + " refused");
    }

    /** It takes connections and says nothing, as a program that waits for its client to begin. */
    @Test
    void aSilentServerIsNotADatabase() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            requireLacking(
                    Program.run(
                            folder,
                            "demo",
                            "--db-url",
                            "jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/bank"),
                    "The database cannot be reached: ");
        }
    }

    @Test
    void anotherProgramsPortIsNotAChain() throws IOException {
        try (Answering other = new Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")) {
            requireLacking(
                    Program.run(folder, "demo", "--chain-url", "http://127.0.0.1:" + other.port()),
                    "The chain gives no usable answer: ");
        }
        assertThat(Program.servicesAlive(folder.resolve("demo"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "--db-url, bank, --db-url takes a JDBC address",
        "--db-url, jdbc:mysql://localhost/bank, --db-url takes a JDBC address",
        "--chain-url, localhost, --chain-url takes an address such as http",
        "--chain-url, ws://localhost:1, --chain-url takes an address such as http",
    })
    void anAddressOfTheWrongKindIsWrongUsage(String option, String address, String sentence) {
        Program.Result result = Program.run(folder, "demo", option, address);

        requireOneSentence(result, Trouble.WRONG_USAGE, sentence);
        assertThat(folder.toFile().list()).isEmpty();
    }

    // The data directory.

    /** From too small for anything to too small for the demo's data. */
    static Stream<Full> fullDisks() {
        var ways = new ArrayList<>(List.of(
                new Full(Way.FILE_SIZE, 8, "data directory"), new Full(Way.FILE_SIZE, 8_000, "could not write")));
        if (Full.canMount()) {
            ways.add(new Full(Way.SMALL_DISK, 16, "No space left on device"));
            ways.add(new Full(Way.SMALL_DISK, 30_000, "No space left on device"));
            ways.add(new Full(Way.SMALL_DISK, 64_000, "space left"));
        }
        return ways.stream();
    }

    @ParameterizedTest
    @MethodSource("fullDisks")
    void aFullDataDirectoryIsSaid(Full full) {
        Program.Result result = full.run(folder, "demo");

        requireLacking(result, full.sentence());
        assertThat(Program.servicesAlive(folder.resolve("demo"))).isEmpty();
        assertThat(processesOf(folder)).isEmpty();
    }

    @Test
    void withoutOtherWordTheDataGoesWhereHomeSays() throws IOException {
        Path file = Files.writeString(folder.resolve("home"), "");
        var environment =
                Map.of("HOME", file.toString(), "QUITTANCE_HOME", "", "XDG_STATE_HOME", "", "XDG_CACHE_HOME", "");
        requireLacking(
                Program.run(folder, environment, "demo"),
                "The data directory " + file.resolve(Path.of(".local", "state", "quittance", "demo")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "serve --port 0"})
    void aReadOnlyDataDirectoryIsSaid(String command) {
        Path data = folder.resolve("data");
        assertThat(data.toFile().mkdir() && data.toFile().setWritable(false)).isTrue();
        // Permissions do not bind the superuser; without this right they do.
        var prefix = System.getProperty("user.name").equals("root")
                ? List.of("setpriv", "--bounding-set", "-dac_override", "--inh-caps", "-dac_override", "--")
                : List.<String>of();

        requireLacking(
                Program.run(prefix, data, command.split(" ")),
                "The data directory " + data,
                "cannot be written to; choose another one with --data-dir or QUITTANCE_HOME.");
    }

    @Test
    void aFileInPlaceOfTheDataDirectoryIsSaid() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        requireLacking(Program.run(file, "demo"), "The data directory " + file, "cannot be used");
        requireLacking(Program.run(file, "serve", "--port", "0"), "cannot be used (a file is in its place)");
    }

    @Test
    void aDataDirectoryInUseIsSaid() {
        Path data = folder.resolve("data");
        try (Program.Running service = Program.serve(data)) {
            requireLacking(Program.run(data, "serve", "--port", "0"), "A service of " + data + " runs already.");

            service.signal("TERM");
            assertThat(service.result().exit()).isEqualTo(Trouble.INTERRUPTED);
        }
        assertThat(processesOf(data)).isEmpty();
    }

    /** A disk, or a limit that acts like one, with so many KiB. */
    record Full(Way way, int kibibytes, String sentence) {

        Program.Result run(Path folder, String command) {
            String script = switch (way) {
                case FILE_SIZE -> "ulimit -f " + kibibytes + "; exec \"$@\"";
                case SMALL_DISK -> "mount -t tmpfs -o size=%dk none '%s' && exec \"$@\"".formatted(kibibytes, folder);
            };
            var prefix = new ArrayList<String>(way == Way.SMALL_DISK ? MOUNTING : List.of());
            prefix.addAll(List.of("bash", "-c", script, "full"));
            return Program.run(prefix, folder, command);
        }

        private static final List<String> MOUNTING = List.of("unshare", "--user", "--map-root-user", "--mount");

        static boolean canMount() {
            var probe = new ArrayList<>(MOUNTING);
            probe.addAll(List.of("mount", "-t", "tmpfs", "none", "/mnt"));
            try {
                return new ProcessBuilder(probe)
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0;
            } catch (IOException none) {
                return false;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    /** Every user may limit the size of files; not every machine lets users mount. */
    enum Way {
        FILE_SIZE,
        SMALL_DISK
    }

    /** Something that listens and gives everyone the same answer. */
    private static final class Answering implements AutoCloseable {

        private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

        Answering(String answer) throws IOException {
            Thread.ofVirtual().start(() -> {
                while (!door.isClosed()) {
                    try (var caller = door.accept()) {
                        caller.getInputStream().read();
                        caller.getOutputStream().write(answer.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                    } catch (IOException ended) {
                        // The next caller, or the end.
                    }
                }
            });
        }

        int port() {
            return door.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            door.close();
        }
    }

    private Program.Result launch(Path checkout, Map<String, String> environment) {
        List<String> command = List.of(checkout.resolve("ops/quittance").toString(), "demo");
        try (Program.Running running = Program.start(command, folder, environment)) {
            return running.result();
        }
    }

    /** A folder that has these tools and nothing else. */
    private Path pathOf(String... tools) throws IOException {
        Path path = Files.createDirectory(folder.resolve("path"));
        for (String tool : tools) {
            Path found = Arrays.stream(System.getenv("PATH").split(":"))
                    .map(place -> Path.of(place, tool))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + tool));
            Files.createSymbolicLink(path.resolve(tool), found);
        }
        return path;
    }

    /** Processes that name the folder in their arguments. */
    private static List<String> processesOf(Path folder) {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(process -> process.getFileName().toString().matches("\\d+"))
                    .filter(process -> !process.endsWith(
                            String.valueOf(ProcessHandle.current().pid())))
                    .map(process -> {
                        try {
                            return Files.readString(process.resolve("cmdline")).replace('\0', ' ');
                        } catch (IOException ended) {
                            return "";
                        }
                    })
                    .filter(arguments -> arguments.contains(folder.toString()))
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void requireLacking(Program.Result result, String... words) {
        requireOneSentence(result, Trouble.MACHINE_LACKS, words);
    }

    /** The exit code, and one line on standard error that has these words; no trace of where in the code it happened. */
    private static void requireOneSentence(Program.Result result, int exit, String... words) {
        assertThat(result.exit()).as(result.toString()).isEqualTo(exit);
        assertThat(result.err().lines().filter(line -> !line.startsWith("quittance: building")))
                .singleElement()
                .asString()
                .startsWith("quittance: ")
                .contains(words);
        assertThat(result.out()).doesNotContain("Exception", "\tat ");
    }
}
