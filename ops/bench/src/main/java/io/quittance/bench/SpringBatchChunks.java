package io.quittance.bench;

import com.zaxxer.hikari.HikariDataSource;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.repository.support.ResourcelessJobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.database.ItemPreparedStatementSetter;
import org.springframework.batch.infrastructure.item.database.JdbcBatchItemWriter;
import org.springframework.batch.infrastructure.item.database.JdbcCursorItemReader;
import org.springframework.batch.infrastructure.item.database.builder.JdbcBatchItemWriterBuilder;
import org.springframework.batch.infrastructure.item.database.builder.JdbcCursorItemReaderBuilder;
import org.springframework.batch.infrastructure.item.support.CompositeItemWriter;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * Transfers as Spring Batch's own parts post them: a cursor reads the journal rows, batches of JDBC statements write the
 * transfers and move the balances, in chunks of one transaction each. Its job repository is in memory, which costs it nothing.
 */
final class SpringBatchChunks {

    /** More than this tells no more: a chunk costs the same whatever their number. */
    static final int MAX = 200_000;

    static final int CHUNK = 1_000;

    private SpringBatchChunks() {}

    private record Transfer(UUID from, UUID to, long amount) {}

    /**
     * @param transfers how many of the first ones
     * @return transfers a second
     */
    static double rate(String databaseUrl, PostedTransfers posted, int transfers) throws Exception {
        try (var pool = new HikariDataSource()) {
            // One statement for many inserts, as everyone sets it who loads through JDBC.
            pool.setJdbcUrl(databaseUrl + (databaseUrl.contains("?") ? "&" : "?") + "reWriteBatchedInserts=true");
            pool.setMaximumPoolSize(2);
            Step step = step(pool, posted, transfers);
            var jobs = new ResourcelessJobRepository();
            var parameters = new JobParameters();
            JobExecution job = jobs.createJobExecution(
                    jobs.createJobInstance("bench", parameters), parameters, new ExecutionContext());
            StepExecution execution = jobs.createStepExecution(step.getName(), job);
            long start = System.nanoTime();
            step.execute(execution);
            double seconds = (System.nanoTime() - start) / 1e9;
            if (execution.getStatus() != BatchStatus.COMPLETED) {
                throw new IllegalStateException("the chunks stopped: " + execution.getFailureExceptions());
            }
            return transfers / seconds;
        }
    }

    private static Step step(DataSource pool, PostedTransfers posted, int transfers) throws Exception {
        JdbcCursorItemReader<Transfer> reader = new JdbcCursorItemReaderBuilder<Transfer>()
                .name("journal")
                .dataSource(pool)
                .connectionAutoCommit(false)
                .fetchSize(CHUNK)
                .sql("""
                    SELECT from_account, to_account, amount FROM token_transactions
                    WHERE id >= %d AND id < %d ORDER BY id
                    """.formatted(posted.firstId(), posted.firstId() + transfers))
                .rowMapper((row, number) ->
                        new Transfer(row.getObject(1, UUID.class), row.getObject(2, UUID.class), row.getLong(3)))
                .build();
        JdbcBatchItemWriter<Transfer> journal = writer(
                pool,
                "INSERT INTO bench_transfers (from_account, to_account, amount) VALUES (?, ?, ?)",
                (transfer, row) -> {
                    row.setObject(1, transfer.from());
                    row.setObject(2, transfer.to());
                    row.setLong(3, transfer.amount());
                });
        JdbcBatchItemWriter<Transfer> debits =
                writer(pool, "UPDATE bench_accounts SET balance = balance - ? WHERE id = ?", (transfer, row) -> {
                    row.setLong(1, transfer.amount());
                    row.setObject(2, transfer.from());
                });
        JdbcBatchItemWriter<Transfer> credits =
                writer(pool, "UPDATE bench_accounts SET balance = balance + ? WHERE id = ?", (transfer, row) -> {
                    row.setLong(1, transfer.amount());
                    row.setObject(2, transfer.to());
                });
        return new StepBuilder("post", new ResourcelessJobRepository())
                .<Transfer, Transfer>chunk(CHUNK)
                .transactionManager(new JdbcTransactionManager(pool))
                .reader(reader)
                .writer(new CompositeItemWriter<Transfer>(List.of(journal, debits, credits)))
                .build();
    }

    private static JdbcBatchItemWriter<Transfer> writer(
            DataSource pool, String sql, ItemPreparedStatementSetter<Transfer> setter) {
        JdbcBatchItemWriter<Transfer> writer = new JdbcBatchItemWriterBuilder<Transfer>()
                .dataSource(pool)
                .sql(sql)
                .itemPreparedStatementSetter(setter)
                .build();
        writer.afterPropertiesSet();
        return writer;
    }
}
