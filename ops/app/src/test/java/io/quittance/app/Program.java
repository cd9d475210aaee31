package io.quittance.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.json.JsonMapper;

/**
 * The program, run from outside as a process of its own. It is the built jar, unpacked once per build so that its start can
 * be shortened by an archive of what a start needs; nothing else differs from {@code java -jar}.
 */
final class Program {

    /** The root of the checkout that is tested. */
    static final Path CHECKOUT = checkout();

    /** How long any one command may take, on a machine that is busy. */
    static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final int KILLED = 128 + 9;
    private static final boolean AHEAD_OF_TIME = Runtime.version().feature() >= 25;
    private static final Path TARGET = CHECKOUT.resolve("ops/app/target");

    /** A checkout whose demo is the small bank's two dates, with the headers that they must have. */
    static final Path SMALL_CHECKOUT = TARGET.resolve("it-checkout");

    private static final Path SMALL_ROOTS = SMALL_CHECKOUT.resolve("ops/demo/expected-roots.txt");
    private static final Path PROGRAM = TARGET.resolve("it-program").resolve("quittance-exec.jar");
    private static final Path ARCHIVE = TARGET.resolve("it-program.archive");

    static {
        unpack();
    }

    private Program() {}

    /** What a command answered. */
    record Result(int exit, String out, String err) {

        /** The one sentence of a command that could not do its work. */
        List<String> complaints() {
            return err.lines().filter(line -> line.startsWith("quittance: ")).toList();
        }

        boolean killed() {
            return exit == KILLED;
        }
    }

    /** A command under way. Closing it kills what is left of it. */
    record Running(Process process, Path out, Path err) implements AutoCloseable {

        long pid() {
            return process.pid();
        }

        String outSoFar() {
            return read(out);
        }

        /** Waits for the end. */
        Result result() {
            try {
                if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError("still running after " + PATIENCE + ": " + read(out) + read(err));
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(interrupted);
            }
            return new Result(process.exitValue(), read(out), read(err));
        }

        /** Sends a signal by its name, such as {@code TERM}. */
        void signal(String name) {
            Program.signal(name, pid());
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    /** Runs a command on a data directory to its end. */
    static Result run(Path dataDirectory, Map<String, String> environment, String... arguments) {
        try (Running running = start(dataDirectory, environment, arguments)) {
            return running.result();
        }
    }

    static Result run(Path dataDirectory, String... arguments) {
        return run(dataDirectory, Map.of(), arguments);
    }

    /** The same behind a command that changes the surroundings, such as {@code setpriv}. */
    static Result run(List<String> prefix, Path dataDirectory, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(in(CHECKOUT));
        command.addAll(List.of(arguments));
        try (Running running = start(command, dataDirectory, Map.of())) {
            return running.result();
        }
    }

    static Running start(Path dataDirectory, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(in(CHECKOUT));
        command.addAll(List.of(arguments));
        return start(command, dataDirectory, environment);
    }

    /** Starts the demo of the small bank. */
    static Running startSmallDemo(Path dataDirectory, String... options) {
        List<String> command = new ArrayList<>(in(SMALL_CHECKOUT));
        command.add("demo");
        command.addAll(List.of(options));
        return start(command, dataDirectory, Map.of());
    }

    /** Starts any command with the data directory in QUITTANCE_HOME; a variable with an empty value is taken away. */
    static Running start(List<String> command, Path dataDirectory, Map<String, String> environment) {
        try {
            Path out = Files.createTempFile("quittance-out", ".txt");
            Path err = Files.createTempFile("quittance-err", ".txt");
            out.toFile().deleteOnExit();
            err.toFile().deleteOnExit();
            var builder = new ProcessBuilder(command)
                    .directory(CHECKOUT.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().put("QUITTANCE_HOME", dataDirectory.toString());
            environment.forEach((name, value) -> {
                if (value.isEmpty()) {
                    builder.environment().remove(name);
                } else {
                    builder.environment().put(name, value);
                }
            });
            return new Running(builder.start(), out, err);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Starts {@code serve} on a free port and waits until its doors are open. */
    static Running serve(Path dataDirectory, String... more) {
        List<String> arguments = new ArrayList<>(List.of("serve", "--port", "0"));
        arguments.addAll(List.of(more));
        Running running = start(dataDirectory, Map.of(), arguments.toArray(String[]::new));
        until("the service is up", () -> {
            if (!running.process().isAlive()) {
                throw new AssertionError("the service ended: " + read(running.out()) + read(running.err()));
            }
            return http(dataDirectory) != null;
        });
        return running;
    }

    /** Where the running service of the directory listens; null while it does not. */
    static URI http(Path dataDirectory) {
        return ProgramProcess.http(dataDirectory).orElse(null);
    }

    static void signal(String name, long pid) {
        ProgramProcess.signal(name, pid);
    }

    /** Looks again and again until it is so. */
    static void until(String what, BooleanSupplier so) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!so.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            try {
                Thread.sleep(25);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(interrupted);
            }
        }
    }

    /** The process numbers that a data directory's database and chain noted down and that are alive. */
    static List<Long> servicesAlive(Path dataDirectory) {
        var directory = new DataDirectory(dataDirectory);
        var alive = new ArrayList<Long>();
        for (Path file : List.of(
                directory.postgres().resolve("postmaster.pid"),
                directory.chain().resolve("anvil.pid"))) {
            String first = Files.exists(file) ? read(file).lines().findFirst().orElse("") : "";
            if (first.strip().matches("\\d+")) {
                ProcessHandle.of(Long.parseLong(first.strip()))
                        .filter(ProcessHandle::isAlive)
                        .ifPresent(process -> alive.add(process.pid()));
            }
        }
        return alive;
    }

    static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static String java() {
        return ProgramProcess.java();
    }

    private static Path checkout() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isExecutable(folder.resolve("ops/quittance"))) {
                return folder;
            }
        }
        throw new IllegalStateException("not within a checkout");
    }

    private static void unpack() {
        Path jar = TARGET.resolve("quittance-exec.jar");
        try {
            if (Files.exists(SMALL_ROOTS)
                    && Files.getLastModifiedTime(SMALL_ROOTS).compareTo(Files.getLastModifiedTime(jar)) >= 0) {
                return;
            }
            SmallBank.delete(SMALL_CHECKOUT);
            Files.deleteIfExists(ARCHIVE);
            SmallBank.delete(PROGRAM.getParent());
            finish(new ProcessBuilder(
                    java(),
                    "-Djarmode=tools",
                    "-jar",
                    jar.toString(),
                    "extract",
                    "--destination",
                    PROGRAM.getParent().toString()));
            rehearse();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static List<String> in(Path checkout) {
        return command(checkout, AHEAD_OF_TIME ? "-XX:AOTCache=" + ARCHIVE : "-XX:SharedArchiveFile=" + ARCHIVE);
    }

    private static List<String> command(Path checkout, String archive) {
        var command = new ArrayList<>(List.of(
                java(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                archive,
                "-Xlog:disable",
                "--enable-native-access=ALL-UNNAMED",
                "-Dquittance.checkout=" + checkout));
        if (Runtime.version().feature() >= 24) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of("-jar", PROGRAM.toString()));
        return command;
    }

    /** A demo of the small bank, from which the archive learns what a start needs, and the bank's headers are noted down. */
    private static void rehearse() throws IOException {
        Path checkout = SMALL_CHECKOUT;
        Files.createDirectories(checkout.resolve("ops/demo"));
        Files.createSymbolicLink(checkout.resolve("contracts"), CHECKOUT.resolve("contracts"));
        SmallBank.copyWithControlLines(checkout.resolve("ops/demo"));
        Path data = Files.createTempDirectory("quittance-rehearsal");
        var command = new ArrayList<>(
                command(checkout, (AHEAD_OF_TIME ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + ARCHIVE));
        command.addAll(List.of("demo", "--json"));
        Result result;
        try (Running running = start(command, data, Map.of())) {
            result = running.result();
        }
        SmallBank.delete(data);
        // Around it the JVM says what it does about the archive.
        String json =
                result.out().substring(result.out().indexOf('{'), result.out().lastIndexOf('}') + 1);
        var roots = new StringBuilder();
        for (var cycle : JsonMapper.shared().readTree(json).get("cycles")) {
            roots.append(cycle.get("number").asLong())
                    .append(' ')
                    .append(cycle.get("headerHash").asString())
                    .append('\n');
        }
        Files.writeString(SMALL_ROOTS, roots);
    }

    private static void finish(ProcessBuilder command) throws IOException {
        try {
            if (command.redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    != 0) {
                throw new IllegalStateException("the program cannot be unpacked; build it with mvn package");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
