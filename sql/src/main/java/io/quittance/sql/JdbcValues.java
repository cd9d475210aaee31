package io.quittance.sql;

import io.quittance.domain.seal.Hash32;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.SqlParameterValue;
import org.springframework.jdbc.support.SqlArrayValue;

/** The domain's values as JDBC carries them, both ways. Instants are exact to the microsecond. */
final class JdbcValues {

    private JdbcValues() {}

    static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    /** A date that may be absent, with its type, so that the server need not guess what a null is. */
    static SqlParameterValue date(@Nullable LocalDate date) {
        return new SqlParameterValue(Types.DATE, date);
    }

    static SqlParameterValue timestamp(@Nullable Instant instant) {
        return new SqlParameterValue(Types.TIMESTAMP_WITH_TIMEZONE, instant == null ? null : utc(instant));
    }

    static SqlParameterValue bigint(@Nullable Long value) {
        return new SqlParameterValue(Types.BIGINT, value);
    }

    static SqlParameterValue text(@Nullable String value) {
        return new SqlParameterValue(Types.VARCHAR, value);
    }

    static SqlArrayValue texts(Collection<String> values) {
        return new SqlArrayValue("text", (Object[]) values.toArray(String[]::new));
    }

    static SqlArrayValue bigints(Collection<Long> values) {
        return new SqlArrayValue("int8", (Object[]) values.toArray(Long[]::new));
    }

    static SqlArrayValue hashes(Collection<? extends @Nullable Hash32> values) {
        return new SqlArrayValue("bytea", (Object[])
                values.stream().map(h -> h == null ? null : h.bytes()).toArray(byte[][]::new));
    }

    /**
     * An array of a type whose elements the server reads from text, such as {@code uuid}, {@code timestamptz} or
     * {@code date}; elements may be null.
     */
    static SqlArrayValue written(String type, Collection<? extends @Nullable Object> values) {
        return new SqlArrayValue(type, (Object[])
                values.stream().map(v -> v == null ? null : v.toString()).toArray(String[]::new));
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return required(instantOrNull(row, column), column);
    }

    static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    static LocalDate date(ResultSet row, String column) throws SQLException {
        return required(row.getObject(column, LocalDate.class), column);
    }

    static @Nullable LocalDate dateOrNull(ResultSet row, String column) throws SQLException {
        return row.getObject(column, LocalDate.class);
    }

    static UUID uuid(ResultSet row, String column) throws SQLException {
        return required(row.getObject(column, UUID.class), column);
    }

    static @Nullable UUID uuidOrNull(ResultSet row, String column) throws SQLException {
        return row.getObject(column, UUID.class);
    }

    static Hash32 hash(ResultSet row, String column) throws SQLException {
        return Hash32.of(required(row.getBytes(column), column));
    }

    static @Nullable Hash32 hashOrNull(ResultSet row, String column) throws SQLException {
        byte[] bytes = row.getBytes(column);
        return bytes == null ? null : Hash32.of(bytes);
    }

    static String text(ResultSet row, String column) throws SQLException {
        return required(row.getString(column), column);
    }

    static @Nullable Long longOrNull(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : Long.valueOf(value);
    }

    private static <T> T required(@Nullable T value, String column) {
        return Objects.requireNonNull(value, () -> "column " + column + " is null");
    }
}
