package io.quittance.app;

import java.io.PrintStream;
import java.util.Locale;

/**
 * What people read while a command works: standard output, or standard error where standard output is kept for JSON. A bar
 * where a person looks on, plain lines in a pipe.
 */
final class Console {

    private static final int BAR = 32;

    private final PrintStream out;
    private final boolean someoneLooksOn;
    /** Of whichever console drew it: there is one terminal. */
    private static volatile boolean barOpen;

    Console(boolean json) {
        this.out = json ? System.err : System.out;
        this.someoneLooksOn = !json && System.getProperty("quittance.terminal") != null && !dumb();
    }

    private static boolean dumb() {
        String term = System.getenv("TERM");
        return term == null || term.equals("dumb");
    }

    void line(String text) {
        endBar();
        out.println(text);
        out.flush();
    }

    void line(String format, Object... arguments) {
        line(String.format(Locale.ROOT, format, arguments));
    }

    /** Shows how far something is; in a pipe only its end. */
    void progress(String what, long done, long of) {
        if (someoneLooksOn) {
            int filled = of == 0 ? BAR : (int) (done * BAR / of);
            out.print("\r  [" + "#".repeat(filled) + ".".repeat(BAR - filled) + "] " + what + "\033[K");
            out.flush();
            barOpen = true;
            if (done >= of) {
                endBar();
            }
        }
    }

    /** Leaves a bar as it stands and goes to the next line, so that what ends the process is said on a line of its own. */
    static void leaveBar() {
        if (barOpen) {
            barOpen = false;
            System.out.println();
        }
    }

    /** Ends a bar by wiping it. */
    void endBar() {
        if (barOpen) {
            out.print("\r\033[K");
            out.flush();
            barOpen = false;
        }
    }
}
