package io.quittance.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Kills or stops this very process, as {@code kill -KILL} and {@code kill -STOP} do, at named points of a cycle: the
 * environment variables {@code QUITTANCE_KILL_AT} and {@code QUITTANCE_STOP_AT}, such as {@code postJournal.loaded}. Each may
 * name a file instead, after an {@code @}, which is looked into at every point. For tests of recovery; without the variables
 * it does nothing. What was stopped goes on after {@code kill -CONT}.
 */
record CrashPoint(String killAt, String stopAt) {

    /** Ends when this process stands still, so that it gets no further than the point: a signal takes effect a little later. */
    private static final String SIGNAL_AND_SEE = """
            kill $0 $1
            while [ "$0" = -STOP ] && read -r pid name state rest < /proc/$1/stat && [ "$state" != T ]; do :; done
            """;

    static CrashPoint fromEnvironment() {
        return new CrashPoint(
                BankOpening.environment("QUITTANCE_KILL_AT").orElse(""),
                BankOpening.environment("QUITTANCE_STOP_AT").orElse(""));
    }

    void reached(String here) {
        if (names(killAt, here)) {
            signal("-KILL", here);
        }
        if (names(stopAt, here)) {
            signal("-STOP", here);
        }
    }

    private static boolean names(String setting, String here) {
        if (!setting.startsWith("@")) {
            return here.equals(setting);
        }
        try {
            return here.equals(Files.readString(Path.of(setting.substring(1))).strip());
        } catch (IOException notNow) {
            return false;
        }
    }

    private static void signal(String signal, String here) {
        try {
            new ProcessBuilder(List.of(
                            "sh",
                            "-c",
                            SIGNAL_AND_SEE,
                            signal,
                            String.valueOf(ProcessHandle.current().pid())))
                    .start()
                    .waitFor(10, TimeUnit.SECONDS);
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException("could not signal this process at " + here, failure);
        }
    }
}
