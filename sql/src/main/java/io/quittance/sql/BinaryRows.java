package io.quittance.sql;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Reads rows by {@code COPY (SELECT ...) TO STDOUT (FORMAT binary)}, the fastest way out of a table. Takes part in the
 * connection's transaction. {@link #next()} goes to a row; columns are asked by their place in the select list, from 0.
 *
 * <p>Format: PostgreSQL documentation, COPY, "Binary Format". Not thread-safe; close it, or the connection stays busy.
 */
final class BinaryRows implements AutoCloseable {

    /** Signature, flags, and the length of an extension that is not there. */
    private static final int HEADER = 11 + 4 + 4;

    private static final long POSTGRES_EPOCH_MICROS = 946_684_800_000_000L;
    private static final long POSTGRES_EPOCH_DAY = LocalDate.of(2000, 1, 1).toEpochDay();
    private static final byte[] NOTHING = new byte[0];

    private final CopyOut copy;
    private byte[] row = NOTHING;
    private int[] starts = new int[16];
    private int[] lengths = new int[16];
    private boolean begun;
    private boolean ended;

    /** @param select the query, without parameters */
    BinaryRows(Connection connection, String select) throws SQLException {
        copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY (" + select + ") TO STDOUT (FORMAT binary)");
    }

    /** Goes to the next row; false after the last. */
    boolean next() throws SQLException {
        byte[] message = copy.readFromCopy(true);
        if (message == null) {
            ended = true;
            return false;
        }
        row = message;
        int at = begun ? 0 : HEADER;
        begun = true;
        if (at == message.length) {
            return next();
        }
        int columns = (short) ((message[at] & 0xFF) << 8 | message[at + 1] & 0xFF);
        at += 2;
        if (columns < 0) {
            return next(); // The trailer; the end of the copy follows.
        }
        if (columns > starts.length) {
            starts = Arrays.copyOf(starts, columns);
            lengths = Arrays.copyOf(lengths, columns);
        }
        for (int column = 0; column < columns; column++) {
            int length = int32(message, at);
            at += 4;
            starts[column] = at;
            lengths[column] = length;
            at += Math.max(0, length);
        }
        return true;
    }

    boolean isNull(int column) {
        return lengths[column] < 0;
    }

    long int8(int column) {
        return int64(row, starts[column]);
    }

    @Nullable
    Long int8OrNull(int column) {
        return isNull(column) ? null : int8(column);
    }

    int int4(int column) {
        return int32(row, starts[column]);
    }

    int int2(int column) {
        return (short) ((row[starts[column]] & 0xFF) << 8 | row[starts[column] + 1] & 0xFF);
    }

    boolean bool(int column) {
        return row[starts[column]] != 0;
    }

    long uuidHigh(int column) {
        return int64(row, starts[column]);
    }

    long uuidLow(int column) {
        return int64(row, starts[column] + 8);
    }

    UUID uuid(int column) {
        return new UUID(uuidHigh(column), uuidLow(column));
    }

    @Nullable
    UUID uuidOrNull(int column) {
        return isNull(column) ? null : uuid(column);
    }

    String text(int column) {
        return new String(row, starts[column], lengths[column], StandardCharsets.UTF_8);
    }

    @Nullable
    String textOrNull(int column) {
        return isNull(column) ? null : text(column);
    }

    byte[] bytes(int column) {
        return Arrays.copyOfRange(row, starts[column], starts[column] + lengths[column]);
    }

    Instant instant(int column) {
        long micros = int8(column) + POSTGRES_EPOCH_MICROS;
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000), Math.floorMod(micros, 1_000_000) * 1_000L);
    }

    @Nullable
    Instant instantOrNull(int column) {
        return isNull(column) ? null : instant(column);
    }

    LocalDate date(int column) {
        return LocalDate.ofEpochDay(int4(column) + POSTGRES_EPOCH_DAY);
    }

    @Nullable
    LocalDate dateOrNull(int column) {
        return isNull(column) ? null : date(column);
    }

    @Override
    public void close() throws SQLException {
        if (!ended && copy.isActive()) {
            copy.cancelCopy();
        }
    }

    private static int int32(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 24
                | (bytes[at + 1] & 0xFF) << 16
                | (bytes[at + 2] & 0xFF) << 8
                | bytes[at + 3] & 0xFF;
    }

    private static long int64(byte[] bytes, int at) {
        return (long) int32(bytes, at) << 32 | int32(bytes, at + 4) & 0xFFFFFFFFL;
    }
}
