package io.quittance.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Where a benchmark's bank goes: a directory that is named, which stays, or a temporary one, which does not. */
final class BenchDirectory implements AutoCloseable {

    private final Path path;
    private final boolean temporary;

    private BenchDirectory(Path path, boolean temporary) {
        this.path = path;
        this.temporary = temporary;
    }

    /**
     * @param named null for a temporary one
     * @throws ParameterException if it has something in it
     */
    static BenchDirectory of(@Nullable Path named, CommandSpec spec) throws IOException {
        if (named == null) {
            return temporary();
        }
        if (!isEmptyOrMissing(named)) {
            throw new ParameterException(
                    spec.commandLine(), "--data-dir must be an empty directory: " + named + " is not");
        }
        return new BenchDirectory(named, false);
    }

    static BenchDirectory temporary() throws IOException {
        return new BenchDirectory(Files.createTempDirectory("quittance-bench"), true);
    }

    Path path() {
        return path;
    }

    private static boolean isEmptyOrMissing(Path path) throws IOException {
        if (!Files.exists(path)) {
            return true;
        }
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (var entries = Files.list(path)) {
            return entries.findAny().isEmpty();
        }
    }

    @Override
    public void close() throws IOException {
        if (temporary) {
            try (var paths = Files.walk(path)) {
                for (Path each : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }
}
