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

/**
 * The program, run from outside as a process of its own. It is the built jar, unpacked once per build so that its start can
 * be shortened by a class archive; nothing else differs from {@code java -jar}.
 */
final class Program {

    /** The root of the checkout that is tested. */
    static final Path CHECKOUT = checkout();

    /** How long any one command may take, on a machine that is busy. */
    static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final int KILLED = 128 + 9;
    private static final List<String> COMMAND = command();

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

    static Running start(Path dataDirectory, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(COMMAND);
        command.addAll(List.of(arguments));
        return start(command, dataDirectory, environment);
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
        return new DataDirectory(dataDirectory)
                .announced()
                .map(services -> services.getProperty("http"))
                .map(URI::create)
                .orElse(null);
    }

    static void signal(String name, long pid) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(pid))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
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
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static Path checkout() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isExecutable(folder.resolve("ops/quittance"))) {
                return folder;
            }
        }
        throw new IllegalStateException("not within a checkout");
    }

    private static List<String> command() {
        Path target = CHECKOUT.resolve("ops/app/target");
        Path jar = target.resolve("quittance-exec.jar");
        Path unpacked = target.resolve("it-program");
        try {
            Path mark = unpacked.resolve("quittance-exec.jar");
            if (!Files.exists(mark) || Files.getLastModifiedTime(mark).compareTo(Files.getLastModifiedTime(jar)) < 0) {
                Files.deleteIfExists(target.resolve("it-program.jsa"));
                Process process = new ProcessBuilder(
                                java(),
                                "-Djarmode=tools",
                                "-jar",
                                jar.toString(),
                                "extract",
                                "--force",
                                "--destination",
                                unpacked.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (process.waitFor() != 0) {
                    throw new IllegalStateException("the program cannot be unpacked; build it with mvn package");
                }
                Files.setLastModifiedTime(mark, java.nio.file.attribute.FileTime.from(java.time.Instant.now()));
            }
            return List.of(
                    java(),
                    "-Xmx512m",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-XX:+AutoCreateSharedArchive",
                    "-XX:SharedArchiveFile=" + target.resolve("it-program.jsa"),
                    "-Xlog:cds=off,cds+dynamic=off,aot=off",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-Dquittance.checkout=" + CHECKOUT,
                    "-jar",
                    mark.toString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
