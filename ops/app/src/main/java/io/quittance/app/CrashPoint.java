package io.quittance.app;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Kills or stops this very process, as {@code kill -KILL} and {@code kill -STOP} do, at the named point of a cycle: the
 * environment variables {@code QUITTANCE_KILL_AT} and {@code QUITTANCE_STOP_AT}, such as {@code postJournal.loaded}. For
 * tests of recovery; without the variables it does nothing. What was stopped goes on after {@code kill -CONT}.
 */
record CrashPoint(String killAt, String stopAt) {

    static CrashPoint fromEnvironment() {
        return new CrashPoint(
                BankOpening.environment("QUITTANCE_KILL_AT").orElse(""),
                BankOpening.environment("QUITTANCE_STOP_AT").orElse(""));
    }

    void reached(String here) {
        if (here.equals(killAt)) {
            signal("-KILL", here);
        }
        if (here.equals(stopAt)) {
            signal("-STOP", here);
        }
    }

    private static void signal(String signal, String here) {
        try {
            new ProcessBuilder(
                            "kill",
                            signal,
                            String.valueOf(ProcessHandle.current().pid()))
                    .start()
                    .waitFor(10, TimeUnit.SECONDS);
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException("could not signal this process at " + here, failure);
        }
    }
}
