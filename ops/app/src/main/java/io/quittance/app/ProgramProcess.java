package io.quittance.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The program seen from outside, as a process that can be started, stopped and killed; for those who test that. It is the
 * built jar, unpacked once per build so that its start can be shortened by a class archive; nothing else differs from
 * {@code java -jar}.
 */
public final class ProgramProcess {

    private ProgramProcess() {}

    /**
     * What starts it; arguments follow. Unpacks it if this build is not unpacked yet.
     *
     * @param checkout that it was built in
     * @param use names the class archive, made by the first run that ends by itself: what is not in it starts slowly
     * @throws IllegalStateException if it was not built
     */
    public static List<String> command(Path checkout, String use) {
        Path target = checkout.resolve("ops/app/target");
        Path folder = target.resolve("unpacked");
        Path mark = folder.resolve("quittance-exec.jar");
        Path archive = target.resolve("unpacked-" + use + ".jsa");
        unpack(target.resolve("quittance-exec.jar"), folder, mark);
        var command = new ArrayList<>(List.of(
                java(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:+AutoCreateSharedArchive",
                "-XX:SharedArchiveFile=" + archive,
                "-Xlog:disable",
                "--enable-native-access=ALL-UNNAMED",
                "-Dquittance.checkout=" + checkout));
        if (Runtime.version().feature() >= 24) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of("-jar", mark.toString()));
        return command;
    }

    /** Whether the class archive is there, and of this build. */
    public static boolean isArchived(Path checkout, String use) {
        Path target = checkout.resolve("ops/app/target");
        try {
            return Files.getLastModifiedTime(target.resolve("unpacked-" + use + ".jsa"))
                            .compareTo(Files.getLastModifiedTime(target.resolve("quittance-exec.jar")))
                    > 0;
        } catch (IOException missing) {
            return false;
        }
    }

    private static void unpack(Path jar, Path folder, Path mark) {
        try {
            if (!Files.exists(jar)) {
                throw new IllegalStateException("the program is not built: there is no " + jar);
            }
            if (Files.exists(mark) && Files.getLastModifiedTime(mark).compareTo(Files.getLastModifiedTime(jar)) >= 0) {
                return;
            }
            Process process = new ProcessBuilder(
                            java(),
                            "-Djarmode=tools",
                            "-jar",
                            jar.toString(),
                            "extract",
                            "--force",
                            "--destination",
                            folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("the program cannot be unpacked: " + jar);
            }
            Files.setLastModifiedTime(mark, FileTime.from(Instant.now()));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** The virtual machine that runs this. */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Where the running service of a data directory listens; empty while it does not. */
    public static Optional<URI> http(Path dataDirectory) {
        return new DataDirectory(dataDirectory)
                .announced()
                .map(services -> services.getProperty("http"))
                .map(URI::create);
    }

    /** Sends a signal by its name, such as {@code TERM}; nothing happens where there is no such process. */
    public static void signal(String name, long pid) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(pid))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Whether a process stands still after a signal STOP. */
    public static boolean isStopped(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).startsWith("T");
        } catch (IOException gone) {
            return false;
        }
    }
}
