package io.quittance.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Kills a bank again and again while it works, and looks each time whether anything was lost, doubled, or came out otherwise. */
@Command(
        name = "crash",
        mixinStandardHelpOptions = true,
        description = "Kills the program, database backends and the database at random while a bank works, and compares"
                + " each cycle with a bank that nothing disturbed.")
final class CrashBench implements Callable<Integer> {

    private static final int KILLS_MAX = 10_000;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--kills",
            paramLabel = "N",
            defaultValue = "200",
            description = "How many times something is killed (default: ${DEFAULT-VALUE}).")
    private int kills = 200;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "The same seed strikes the same things in the same order (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the banks go, and stay; must be empty (default: a temporary directory).")
    private @Nullable Path dataDirectory;

    @Option(names = "--json", description = "Print JSON alone on standard output.")
    private boolean json;

    @Override
    public Integer call() throws SQLException, IOException, InterruptedException {
        if (kills < Steps.NAMES.size() || kills > KILLS_MAX) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--kills must be from %d, one for each step, to %d, not %d"
                            .formatted(Steps.NAMES.size(), KILLS_MAX, kills));
        }
        try (BenchDirectory directory = BenchDirectory.of(dataDirectory, spec)) {
            Results results = new CrashRun(directory.path(), kills, seed).run();
            return results.show(json);
        }
    }
}
