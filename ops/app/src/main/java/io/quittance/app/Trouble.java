package io.quittance.app;

import io.quittance.domain.commitment.ChainUnavailableException;
import io.quittance.jobs.CycleRunner;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import org.springframework.transaction.TransactionSystemException;

/** Something that a person has to mend. The message is one clear sentence; the exit code says of what kind it is. */
final class Trouble extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Exit codes of all commands. */
    static final int DONE = 0;

    static final int CHECK_FAILED = 1;
    static final int WRONG_USAGE = 2;
    static final int MACHINE_LACKS = 3;
    static final int INTERRUPTED = 4;

    private static final String DISK_FULL = "53100";

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

    /**
     * The trouble behind a failure: the one that is in it, or a database or a chain that is not there.
     *
     * @return empty if it is neither, which makes it a bug
     */
    static Optional<Trouble> in(Throwable failure) {
        Trouble gone = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Trouble trouble) {
                return Optional.of(trouble);
            }
            // A connection that breaks cannot be rolled back either, and that failure hides the first one.
            if (cause instanceof TransactionSystemException rollback && rollback.getApplicationException() != null) {
                Optional<Trouble> first = in(rollback.getApplicationException());
                if (first.isPresent()) {
                    return first;
                }
            }
            if (cause instanceof ChainUnavailableException unavailable) {
                return Optional.of(machineLacks("The chain gives no usable answer: " + firstLine(unavailable) + "."));
            }
            if (cause instanceof SQLException refused && DISK_FULL.equals(refused.getSQLState())) {
                return Optional.of(machineLacks("The database has no room left (" + firstLine(refused)
                        + "); nothing is lost: make room, and the next run resumes what was under way."));
            }
            // Nothing but a broken connection keeps a transaction from being rolled back, and that hides why it was to
            // be.
            if (cause instanceof SQLException refused && isGone(refused)
                    || cause instanceof TransactionSystemException && cause.getCause() instanceof SQLException) {
                gone = machineLacks("The database went away ("
                        + LocalPostgres.lastComplaint().orElse(firstLine(cause))
                        + "); what was under way is resumed by the next run.");
            }
        }
        return Optional.ofNullable(gone);
    }

    /** Why a cycle did not end: what it lacked, else what it found. */
    static Trouble of(CycleRunner.CycleFailed failed) {
        return in(failed).orElseGet(() -> checkFailed("The " + firstLine(failed) + " (run it again to resume)"));
    }

    /** No connection to be had, class 08; a server that shuts down or crashes, 57P01 to 57P03; one that is full, class 53. */
    private static boolean isGone(SQLException refused) {
        String state = refused.getSQLState();
        return refused instanceof SQLTransientConnectionException
                || state != null && (state.startsWith("08") || state.startsWith("57P0") || state.startsWith("53"));
    }

    /** What people read of an exception: its first line. */
    static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse(failure.toString());
    }

    int exitCode() {
        return exitCode;
    }
}
