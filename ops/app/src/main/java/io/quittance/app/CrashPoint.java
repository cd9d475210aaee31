package io.quittance.app;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Kills this very process, as {@code kill -9} does, at the named point of a cycle: the environment variable {@code
 * QUITTANCE_KILL_AT}, such as {@code postJournal.loaded}. For tests of recovery; without the variable it does nothing.
 */
record CrashPoint(String point) {

    static CrashPoint fromEnvironment() {
        return new CrashPoint(BankOpening.environment("QUITTANCE_KILL_AT").orElse(""));
    }

    void reached(String here) {
        if (!here.equals(point)) {
            return;
        }
        try {
            new ProcessBuilder(
                            "kill",
                            "-KILL",
                            String.valueOf(ProcessHandle.current().pid()))
                    .start()
                    .waitFor(10, TimeUnit.SECONDS);
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException("could not kill this process at " + here, failure);
        }
    }
}
