package io.quittance.app;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line. Exit codes: 0 done, 1 a check failed, 2 wrong usage or input, 3 the machine lacks something, 4 interrupted. */
@Command(
        name = "quittance",
        mixinStandardHelpOptions = true,
        version = "quittance 0.1.0",
        description = "Clearing and settlement for an economy in which computing power is money.",
        footer = {
            "",
            "Exit codes: 0 done and all checks passed, 1 a check failed, 2 wrong usage or input,",
            "3 the machine lacks something, 4 interrupted."
        },
        subcommands = {
            DemoCommand.class,
            ServeCommand.class,
            SubmitCommand.class,
            AccountCommand.class,
            CycleCommand.class,
            ReportCommand.class,
            ExportCommand.class,
            ProveCommand.class,
            VerifyCommand.class,
            ReplayCommand.class,
            FsckCommand.class,
            ArchiveCommand.class,
            DoctorCommand.class,
        })
public final class Quittance implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(System.err);
        return Trouble.WRONG_USAGE;
    }

    public static void main(String[] arguments) {
        AtExit.answerSignals();
        AtExit.exit(run(new Quittance(), arguments));
    }

    /**
     * Runs a command line of the project and answers its exit code. What a person has to mend is told in one sentence on
     * standard error, as is what went wrong that should not.
     *
     * @param command an object with picocli's annotations
     */
    public static int run(Object command, String... arguments) {
        return new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((wrong, given) -> {
                    CommandLine line = wrong.getCommandLine();
                    System.err.println("quittance: " + Trouble.firstLine(wrong).replaceFirst("[.]$", "") + "; see '"
                            + line.getCommandSpec().qualifiedName() + " --help'.");
                    return Trouble.WRONG_USAGE;
                })
                .setExecutionExceptionHandler((failure, line, parse) -> {
                    if (AtExit.isEnding()) {
                        return Trouble.INTERRUPTED;
                    }
                    Optional<Trouble> trouble = Trouble.in(failure);
                    if (trouble.isPresent()) {
                        System.err.println("quittance: " + trouble.get().getMessage());
                        return trouble.get().exitCode();
                    }
                    System.err.println("quittance: something went wrong that should not: " + failure);
                    if (System.getenv("QUITTANCE_TRACE") != null) {
                        failure.printStackTrace();
                    } else {
                        System.err.println("quittance: set QUITTANCE_TRACE=1 to see where.");
                    }
                    return Trouble.CHECK_FAILED;
                })
                .execute(arguments);
    }
}
