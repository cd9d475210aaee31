package io.quittance.sql;

import static io.quittance.sql.JdbcValues.text;

import io.quittance.domain.intake.DecidedFiles;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * {@link DecidedFiles} by table file_progress. No transaction is open while files are written: a long one takes minutes. So
 * two processes may be at the same cycle, and write the same.
 */
final class JdbcDecidedFiles implements DecidedFiles {

    private static final String NEXT = """
            SELECT p.told_cycle + 1 FROM file_progress p, books_head h WHERE p.told_cycle < h.last_cycle
            """;

    private static final String FILES = """
            SELECT f.file_no, c.name, f.original_name
            FROM (
                SELECT g.file_no FROM settlement_cycles y JOIN submission_files g ON g.window_no = y.window_no
                WHERE y.cycle = :cycle
                UNION
                SELECT s.file_no FROM submission_outcomes o JOIN submissions s ON s.intake_no = o.intake_no
                WHERE o.cycle = :cycle) decided
            JOIN submission_files f ON f.file_no = decided.file_no
            JOIN clients c ON c.client_id = f.client_id
            WHERE f.request_key IS NULL AND f.original_name IS NOT NULL
            ORDER BY f.file_no
            """;
    private static final String DONE = "UPDATE file_progress SET told_cycle = :cycle WHERE told_cycle = :cycle - 1";

    private final JdbcClient jdbc;

    JdbcDecidedFiles(DataSource application) {
        this.jdbc = JdbcClient.create(application);
    }

    @Override
    public boolean next(Consumer<DecidedFile> visitor) {
        Optional<Long> cycle = jdbc.sql(NEXT).query(Long.class).optional();
        cycle.ifPresent(number -> {
            jdbc.sql(FILES)
                    .param("cycle", number)
                    .query((row, n) ->
                            new DecidedFile(row.getLong("file_no"), text(row, "name"), text(row, "original_name")))
                    .list()
                    .forEach(visitor);
            jdbc.sql(DONE).param("cycle", number).update();
        });
        return cycle.isPresent();
    }
}
