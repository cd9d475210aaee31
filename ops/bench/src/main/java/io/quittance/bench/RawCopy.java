package io.quittance.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * The yardstick: the journal rows of a cycle, byte for byte as binary COPY gives them, copied into a bare table of the same
 * server: same columns, no key, no index, no check, no trigger. As durable as the journal: logged, and committed with
 * fsync.
 *
 * @param seconds the median of the runs, commit included
 * @param rows in each run
 * @param bytes in each run
 */
record RawCopy(double seconds, long rows, long bytes) {

    private static final int RUNS = 3;
    private static final int BUFFER = 1 << 16;

    private static final String ROWS = """
            COPY (SELECT id, cycle, position, asset, from_account, to_account, amount, transaction_type, leg, intake_no,
                    task_id, created_at
                FROM token_transactions WHERE cycle = %d ORDER BY id) TO STDOUT (FORMAT binary)
            """;
    /** Takes over the columns' types and nothing else. In a transaction of its own: else COPY could go without log. */
    private static final String BARE = """
            CREATE TABLE bench_bare AS
            SELECT id, cycle, position, asset, from_account, to_account, amount, transaction_type, leg, intake_no, task_id,
                created_at
            FROM token_transactions WITH NO DATA
            """;

    private static final String COPY = "COPY bench_bare FROM STDIN (FORMAT binary)";

    double rowsPerSecond() {
        return rows / seconds;
    }

    /**
     * @param owner a connection as the owner of the tables, in auto-commit
     * @param scratch a directory for the rows on their way
     */
    static RawCopy of(Connection owner, long cycle, Path scratch) throws SQLException, IOException {
        CopyManager copies = owner.unwrap(PGConnection.class).getCopyAPI();
        Path file = Files.createTempFile(scratch, "journal", ".copy");
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER)) {
                copies.copyOut(ROWS.formatted(cycle), out);
            }
            var seconds = new double[RUNS];
            long rows = 0;
            for (int run = 0; run < RUNS; run++) {
                try (var statement = owner.createStatement()) {
                    statement.execute(BARE);
                    statement.execute("CHECKPOINT");
                    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
                        long start = System.nanoTime();
                        rows = copies.copyIn(COPY, in, BUFFER);
                        seconds[run] = (System.nanoTime() - start) / 1e9;
                    }
                    statement.execute("DROP TABLE bench_bare");
                }
            }
            Arrays.sort(seconds);
            return new RawCopy(seconds[RUNS / 2], rows, Files.size(file));
        } finally {
            Files.delete(file);
        }
    }
}
