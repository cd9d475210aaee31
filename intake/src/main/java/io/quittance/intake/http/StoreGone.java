package io.quittance.intake.http;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.TransactionSystemException;

/**
 * A database that cannot be reached, goes away, or has no room. Whether it kept anything of the request or not, the same
 * request can be sent again. It is told in one line of the log, since every request meets it.
 */
final class StoreGone {

    private static final Logger log = LoggerFactory.getLogger(StoreGone.class);

    private StoreGone() {}

    static boolean isIn(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = next(cause)) {
            if (cause instanceof SQLException refused && isGone(refused)) {
                log.warn("the database cannot be written to: {}", refused.getMessage());
                return true;
            }
        }
        return false;
    }

    /** A rollback that failed as well hides what failed before it. */
    private static @Nullable Throwable next(Throwable failure) {
        return failure instanceof TransactionSystemException both && both.getApplicationException() != null
                ? both.getApplicationException()
                : failure.getCause();
    }

    /** Class 08: no connection; 57P01 to 57P05: the server ends or starts; class 53: no disk, memory or connection left. */
    private static boolean isGone(SQLException refused) {
        String state = refused.getSQLState();
        return refused instanceof SQLTransientConnectionException
                || state != null && (state.startsWith("08") || state.startsWith("57P0") || state.startsWith("53"));
    }
}
