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
import org.postgresql.copy.CopyIn;

/**
 * Writes rows by {@code COPY ... FROM STDIN (FORMAT binary)}, the fastest way into a table. Takes part in the connection's
 * transaction. A row is {@link #row} and then one call per column, in the order of the statement's columns.
 *
 * <p>Format: PostgreSQL documentation, COPY, "Binary Format". Not thread-safe; close it, or nothing was copied.
 */
final class BinaryCopy implements AutoCloseable {

    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};
    private static final long POSTGRES_EPOCH_SECOND =
            Instant.parse("2000-01-01T00:00:00Z").getEpochSecond();
    private static final long POSTGRES_EPOCH_DAY = LocalDate.of(2000, 1, 1).toEpochDay();
    private static final int FLUSH_AT = 1 << 16;
    /** The type integer, in the server's catalog. */
    private static final int INT4 = 23;

    private static final int INT8 = 20;

    private final CopyIn copy;
    private byte[] buffer = new byte[FLUSH_AT * 2];
    private int length;
    private boolean ended;

    /** @param statement {@code COPY table (columns) FROM STDIN (FORMAT binary)} */
    BinaryCopy(Connection connection, String statement) throws SQLException {
        copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(statement);
        System.arraycopy(SIGNATURE, 0, buffer, 0, SIGNATURE.length);
        length = SIGNATURE.length;
        int32(0);
        int32(0);
    }

    BinaryCopy row(int columns) throws SQLException {
        if (length > FLUSH_AT) {
            flush();
        }
        room(2);
        buffer[length++] = (byte) (columns >>> 8);
        buffer[length++] = (byte) columns;
        return this;
    }

    BinaryCopy ofLong(long value) {
        room(12);
        int32(8);
        int64(value);
        return this;
    }

    BinaryCopy ofLong(@Nullable Long value) {
        return value == null ? ofNull() : ofLong(value.longValue());
    }

    BinaryCopy ofInt(int value) {
        room(8);
        int32(4);
        int32(value);
        return this;
    }

    BinaryCopy ofShort(int value) {
        room(6);
        int32(2);
        buffer[length++] = (byte) (value >>> 8);
        buffer[length++] = (byte) value;
        return this;
    }

    BinaryCopy ofBoolean(boolean value) {
        room(5);
        int32(1);
        buffer[length++] = (byte) (value ? 1 : 0);
        return this;
    }

    BinaryCopy ofUuid(@Nullable UUID value) {
        if (value == null) {
            return ofNull();
        }
        room(20);
        int32(16);
        int64(value.getMostSignificantBits());
        int64(value.getLeastSignificantBits());
        return this;
    }

    /** A UUID as its two halves. */
    BinaryCopy ofUuid(long high, long low) {
        room(20);
        int32(16);
        int64(high);
        int64(low);
        return this;
    }

    /** Begins an array of {@code integer}; its elements follow, each by {@link #ofInt}. */
    BinaryCopy ofInts(int count) throws SQLException {
        return ofArray(INT4, Integer.BYTES, count);
    }

    /** Begins an array of {@code bigint}; its elements follow, each by {@link #ofLong}. */
    BinaryCopy ofLongs(int count) throws SQLException {
        return ofArray(INT8, Long.BYTES, count);
    }

    private BinaryCopy ofArray(int type, int width, int count) throws SQLException {
        if (length > FLUSH_AT) {
            flush();
        }
        room(24);
        boolean empty = count == 0;
        int32(empty ? 12 : 20 + (4 + width) * count);
        int32(empty ? 0 : 1);
        int32(0);
        int32(type);
        if (!empty) {
            int32(count);
            int32(1);
        }
        return this;
    }

    BinaryCopy ofText(@Nullable String value) {
        return value == null ? ofNull() : ofBytes(value.getBytes(StandardCharsets.UTF_8));
    }

    BinaryCopy ofBytes(byte[] value) {
        room(4 + value.length);
        int32(value.length);
        System.arraycopy(value, 0, buffer, length, value.length);
        length += value.length;
        return this;
    }

    /** To the microsecond. */
    BinaryCopy ofInstant(@Nullable Instant value) {
        return value == null
                ? ofNull()
                : ofLong((value.getEpochSecond() - POSTGRES_EPOCH_SECOND) * 1_000_000 + value.getNano() / 1_000);
    }

    BinaryCopy ofDate(@Nullable LocalDate value) {
        return value == null ? ofNull() : ofInt((int) (value.toEpochDay() - POSTGRES_EPOCH_DAY));
    }

    BinaryCopy ofNull() {
        room(4);
        int32(-1);
        return this;
    }

    /** Sends what is left and ends the copy. */
    long end() throws SQLException {
        room(2);
        buffer[length++] = (byte) 0xFF;
        buffer[length++] = (byte) 0xFF;
        flush();
        ended = true;
        return copy.endCopy();
    }

    @Override
    public void close() throws SQLException {
        if (!ended && copy.isActive()) {
            copy.cancelCopy();
        }
    }

    private void flush() throws SQLException {
        copy.writeToCopy(buffer, 0, length);
        length = 0;
    }

    private void room(int more) {
        if (length + more > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
        }
    }

    private void int32(int value) {
        buffer[length++] = (byte) (value >>> 24);
        buffer[length++] = (byte) (value >>> 16);
        buffer[length++] = (byte) (value >>> 8);
        buffer[length++] = (byte) value;
    }

    private void int64(long value) {
        int32((int) (value >>> 32));
        int32((int) value);
    }
}
