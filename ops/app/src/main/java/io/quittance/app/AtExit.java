package io.quittance.app;

import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * What this process closes before it ends, also when a signal ends it: in the reverse order of opening, one after another,
 * where the hooks of the parts themselves would all run at once. Thread-safe.
 */
final class AtExit {

    private static final ConcurrentLinkedDeque<AutoCloseable> OPEN = new ConcurrentLinkedDeque<>();
    private static volatile boolean signalsAnswered;
    private static volatile boolean ending;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(AtExit::end, "at-exit"));
    }

    private AtExit() {}

    /** From here on an end that nobody asked for by {@link #exit} is an interruption, and so is the exit code. */
    static void answerSignals() {
        signalsAnswered = true;
    }

    /** Ends the process with this code. */
    static void exit(int code) {
        if (!ending) {
            signalsAnswered = false;
        }
        System.exit(code);
    }

    /** Whether the process is ending, so that what fails now fails because of that. */
    static boolean isEnding() {
        return ending;
    }

    static void opened(AutoCloseable part) {
        OPEN.push(part);
    }

    static void closed(AutoCloseable part) {
        OPEN.remove(part);
    }

    private static void end() {
        ending = true;
        for (AutoCloseable part : OPEN) {
            try {
                part.close();
            } catch (Exception ignored) {
                // The next part is to be closed all the same; what is left is made good by the next start.
            }
        }
        if (signalsAnswered) {
            Console.leaveBar();
            System.err.println("quittance: interrupted.");
            Runtime.getRuntime().halt(Trouble.INTERRUPTED);
        }
    }
}
