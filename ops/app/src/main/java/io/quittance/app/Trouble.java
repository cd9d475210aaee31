package io.quittance.app;

/** Something that a person has to mend. The message is one clear sentence; the exit code says of what kind it is. */
final class Trouble extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Exit codes of all commands. */
    static final int DONE = 0;

    static final int CHECK_FAILED = 1;
    static final int WRONG_USAGE = 2;
    static final int MACHINE_LACKS = 3;
    static final int INTERRUPTED = 4;

    private final int exitCode;

    private Trouble(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    static Trouble wrongUsage(String message) {
        return new Trouble(WRONG_USAGE, message);
    }

    static Trouble machineLacks(String message) {
        return new Trouble(MACHINE_LACKS, message);
    }

    static Trouble checkFailed(String message) {
        return new Trouble(CHECK_FAILED, message);
    }

    int exitCode() {
        return exitCode;
    }
}
