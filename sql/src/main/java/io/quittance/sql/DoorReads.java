package io.quittance.sql;

import io.quittance.domain.intake.Client;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Reads of the doors: each in one read-only transaction at REPEATABLE READ, so that all of an answer is of one instant, and
 * in the name of somebody. The database shows the rows that this one may see ({@code V0061__doors.sql}); the name ends with
 * the transaction, so the next user of the connection starts as nobody.
 */
final class DoorReads {

    private static final String ACT_AS = "SELECT set_config('quittance.client', :client, true)";
    private static final String THE_BANK = "bank";

    private final JdbcClient jdbc;
    private final TransactionTemplate snapshot;

    DoorReads(DoorDatabase doors) {
        this.jdbc = JdbcClient.create(doors.source());
        this.snapshot = new TransactionTemplate(new JdbcTransactionManager(doors.source()));
        snapshot.setReadOnly(true);
        snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    }

    JdbcClient jdbc() {
        return jdbc;
    }

    /** @param client null for the bank itself, which sees everything */
    <T> T as(@Nullable Client client, Supplier<T> read) {
        return Objects.requireNonNull(snapshot.execute(status -> {
            jdbc.sql(ACT_AS)
                    .param("client", client == null ? THE_BANK : Integer.toString(client.id()))
                    .query(String.class)
                    .single();
            return read.get();
        }));
    }
}
