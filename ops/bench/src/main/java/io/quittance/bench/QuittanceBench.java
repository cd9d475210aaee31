package io.quittance.bench;

import io.quittance.app.Quittance;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line behind {@code ops/quittance bench}; its exit codes are the program's. */
@Command(
        name = "quittance bench",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "NAME",
        description = "Measures the bank against its targets, one benchmark at a time.",
        commandListHeading = "%nBenchmarks:%n",
        footer = {
            "",
            "Exit codes: 0 done and all checks passed, 1 a check failed, 2 wrong usage, 3 the machine lacks something.",
            "Missing a speed target is not a failed check."
        },
        subcommands = {CycleBench.class, LedgerBench.class, CrashBench.class, IntakeBench.class, FilesBench.class})
public final class QuittanceBench implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** Without a name: lists the benchmarks. */
    @Override
    public Integer call() {
        spec.commandLine().usage(System.out);
        return 0;
    }

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs one benchmark and answers the exit code. */
    static int run(String... arguments) {
        return Quittance.run(new QuittanceBench(), arguments);
    }

    /** Says on standard error what comes next. */
    static void say(String format, Object... arguments) {
        System.err.println("bench: " + String.format(Locale.ROOT, format, arguments));
    }
}
