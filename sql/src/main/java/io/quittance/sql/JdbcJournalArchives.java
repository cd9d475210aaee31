package io.quittance.sql;

import io.quittance.domain.archive.ArchivedMonth;
import io.quittance.domain.archive.JournalArchives;
import io.quittance.domain.archive.JournalMonth;
import io.quittance.domain.seal.Hash32;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.simple.JdbcClient;

/** {@link JournalArchives} by the functions of the owner; lines by COPY. */
final class JdbcJournalArchives implements JournalArchives {

    private static final String ARCHIVED = """
            SELECT month, first_cycle, last_cycle, first_seq, last_seq, last_date, file_name, file_sha256, base_digest
            FROM journal_archives WHERE restored_from IS NULL ORDER BY month
            """;
    private static final String OLDEST = """
            SELECT date_trunc('month', y.cut_off AT TIME ZONE 'UTC')::date
            FROM settlement_cycles y, books_head h
            WHERE y.cycle = coalesce((newest_archive()).last_cycle, 0) + 1 AND y.cycle <= h.last_cycle
            """;
    private static final String ARCHIVABLE =
            "SELECT first_cycle, last_cycle, first_seq, last_seq FROM archivable_month(?)";
    private static final String TRANSFERS =
            "SELECT " + TRANSFER_COLUMNS + " FROM token_transactions WHERE id BETWEEN %d AND %d ORDER BY id";
    private static final String BALANCES = """
            SELECT u.asset, u.account_id, sum(u.amount)
            FROM (SELECT t.asset, t.from_account AS account_id, -t.amount AS amount
                  FROM token_transactions t WHERE t.id BETWEEN %1$d AND %2$d
                  UNION ALL
                  SELECT t.asset, t.to_account, t.amount FROM token_transactions t WHERE t.id BETWEEN %1$d AND %2$d
                  UNION ALL
                  SELECT b.asset, b.account_id, b.posted FROM journal_base b) u
            GROUP BY u.asset, u.account_id HAVING sum(u.amount) <> 0
            ORDER BY u.asset, u.account_id
            """;
    private static final String ARCHIVE = "SELECT archive_month(?, ?, ?, ?, ?, ?, ?)";
    private static final String OPEN_RESTORE = "SELECT open_restore(?)";
    private static final String RESTORE = "SELECT restore_month(?)";

    /** Refused by our own functions; no lock within the time allowed; somebody else was first. */
    private static final Set<String> NOT_NOW = Set.of("QT006", "55P03", "40P01");

    private static final String IN_ITS_FORM =
            "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'; SET LOCAL work_mem = '192MB'";
    /** Detaching waits for who reads the journal, and everybody else waits behind it: not for long. */
    private static final String NOT_FOR_LONG = "SET LOCAL lock_timeout = '10s'";

    private final DataSource source;

    /** @param source of any reader; of the owner for what changes the journal */
    JdbcJournalArchives(DataSource source) {
        this.source = source;
    }

    private interface Work<T> {
        T run(Connection connection) throws SQLException, IOException;
    }

    private <T> T within(String what, Work<T> work) {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            try {
                execute(connection, IN_ITS_FORM);
                T result = work.run(connection);
                connection.commit();
                return result;
            } catch (SQLException | IOException | RuntimeException failure) {
                connection.rollback();
                throw failure;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException failure) {
            if (NOT_NOW.contains(String.valueOf(failure.getSQLState()))) {
                throw new NotNow(why(failure), failure);
            }
            throw new IllegalStateException("cannot " + what, failure);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String why(SQLException failure) {
        if (!"QT006".equals(failure.getSQLState())) {
            return "the journal is being read or written; try again";
        }
        return String.valueOf(failure.getMessage())
                .lines()
                .findFirst()
                .orElse("")
                .replaceFirst("^ERROR: ", "");
    }

    @Override
    public List<ArchivedMonth> archived() {
        return JdbcClient.create(source)
                .sql(ARCHIVED)
                .query((row, n) -> new ArchivedMonth(
                        YearMonth.from(JdbcValues.date(row, "month")),
                        row.getLong("first_cycle"),
                        row.getLong("last_cycle"),
                        row.getLong("first_seq"),
                        row.getLong("last_seq"),
                        JdbcValues.date(row, "last_date"),
                        JdbcValues.text(row, "file_name"),
                        Hash32.of(row.getBytes("file_sha256")),
                        Hash32.of(row.getBytes("base_digest"))))
                .list();
    }

    @Override
    public Optional<YearMonth> oldest() {
        return JdbcClient.create(source)
                .sql(OLDEST)
                .query(LocalDate.class)
                .optional()
                .map(YearMonth::from);
    }

    @Override
    public JournalMonth archivable(YearMonth month) {
        return within("look at a month", connection -> {
            try (var query = connection.prepareStatement(ARCHIVABLE)) {
                query.setObject(1, month.atDay(1));
                try (var row = query.executeQuery()) {
                    row.next();
                    return new JournalMonth(month, row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
                }
            }
        });
    }

    @Override
    public void transfers(JournalMonth month, Lines lines) {
        copyOut(TRANSFERS.formatted(month.firstSeq(), month.lastSeq()), lines);
    }

    @Override
    public void balances(JournalMonth month, Lines lines) {
        copyOut(BALANCES.formatted(month.firstSeq(), month.lastSeq()), lines);
    }

    private void copyOut(String select, Lines lines) {
        within("copy a month", connection -> {
            var copy = connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut("COPY (" + select + ") TO STDOUT (FORMAT csv)");
            for (byte[] row = copy.readFromCopy(); row != null; row = copy.readFromCopy()) {
                lines.line(Arrays.copyOf(row, row.length - 1)); // Without the line feed.
            }
            return true;
        });
    }

    @Override
    public void detach(
            JournalMonth month,
            String file,
            long bytes,
            Hash32 sha256,
            long transfers,
            BigInteger amounts,
            Hash32 baseDigest) {
        within("detach a month", connection -> {
            execute(connection, NOT_FOR_LONG);
            try (var call = connection.prepareStatement(ARCHIVE)) {
                call.setObject(1, month.month().atDay(1));
                call.setString(2, file);
                call.setLong(3, bytes);
                call.setBytes(4, sha256.bytes());
                call.setLong(5, transfers);
                call.setBigDecimal(6, new BigDecimal(amounts));
                call.setBytes(7, baseDigest.bytes());
                call.execute();
            }
            return true;
        });
    }

    @Override
    public void restore(YearMonth month, InputStream transfers, BooleanSupplier isWhole) {
        within("restore a month", connection -> {
            execute(connection, NOT_FOR_LONG);
            String table = call(connection, OPEN_RESTORE, month);
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY " + table + " (" + TRANSFER_COLUMNS + ") FROM STDIN (FORMAT csv, HEADER)", transfers);
            if (!isWhole.getAsBoolean()) {
                throw new IOException("the file changed while it was read");
            }
            call(connection, RESTORE, month);
            return true;
        });
    }

    private static String call(Connection connection, String function, YearMonth month) throws SQLException {
        try (var call = connection.prepareStatement(function)) {
            call.setObject(1, month.atDay(1));
            try (var row = call.executeQuery()) {
                row.next();
                return String.valueOf(row.getString(1));
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
