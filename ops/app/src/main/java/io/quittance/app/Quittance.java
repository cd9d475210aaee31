package io.quittance.app;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. Exit codes: 0 done, 1 a check failed, 2 wrong usage or input, 3 the machine lacks something, 4 interrupted. */
@Command(
        name = "quittance",
        mixinStandardHelpOptions = true,
        version = "quittance 0.1.0",
        description = "Clearing and settlement for an economy in which computing power is money.",
        footer = {
            "",
            "'ops/quittance bench' measures the bank; see 'ops/quittance bench --help'.",
            "",
            "Exit codes: 0 done and all checks passed, 1 a check failed,",
            "2 wrong usage or input, 3 the machine lacks something, 4 interrupted."
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

    /** Picocli's two ways to say so. */
    private static final Pattern NO_VALUE =
            Pattern.compile("cannot convert ('.*') to (?:class )?(?:[a-z]+[.])*(\\w+)$|('.*') is not an? (\\w+)$");

    private static final Map<String, String> VALUES = Map.of(
            "UUID", "an id of the form 8-4-4-4-12 hexadecimal digits",
            "int", "a whole number",
            "long", "a whole number",
            "double", "a number",
            "LocalDate", "a date such as 2026-03-02",
            "YearMonth", "a month such as 2026-03",
            "URI", "an address");

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

    /** A value that is none, without the names that its type has inside the program. */
    private static String words(ParameterException wrong) {
        String words =
                Trouble.firstLine(wrong).replaceFirst(" \\(java[.].*\\)$", "").replaceFirst("[.]$", "");
        Matcher value = NO_VALUE.matcher(words);
        if (!value.find()) {
            return words;
        }
        String type = value.group(1) != null ? value.group(2) : value.group(4);
        String given = value.group(1) != null ? value.group(1) : value.group(3);
        return words.substring(0, value.start()) + given + " is not " + VALUES.getOrDefault(type, "a value that fits");
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
                    System.err.println("quittance: " + words(wrong) + "; see '"
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
