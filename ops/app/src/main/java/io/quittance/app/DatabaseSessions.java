package io.quittance.app;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.quittance.sql.Migrations;

/**
 * Connections to the bank's database, each pool as one role. On the embedded server a session logs in as its role, so no
 * statement can make it more than that. On another server it does so where {@code QUITTANCE_DB_WRITER_URL} and {@code
 * QUITTANCE_DB_DOOR_URL} say how; else it logs in as the owner and takes the role on.
 */
final class DatabaseSessions {

    private static final String WRITER_URL = "QUITTANCE_DB_WRITER_URL";
    private static final String DOOR_URL = "QUITTANCE_DB_DOOR_URL";

    /** A process that stands still in a transaction holds what others wait for, such as its window at the cut-off. */
    private static final String END_WHAT_STANDS_STILL = "SET idle_in_transaction_session_timeout = '60s'";

    private DatabaseSessions() {}

    /** Settings of a pool of intake and cycles. */
    static HikariConfig writer(Premises premises) {
        return as(premises, Migrations.WRITER_ROLE, WRITER_URL);
    }

    /** Settings of a pool that participants read through. */
    static HikariConfig door(Premises premises) {
        return as(premises, Migrations.DOOR_ROLE, DOOR_URL);
    }

    private static HikariConfig as(Premises premises, String role, String variable) {
        var config = new HikariConfig();
        if (premises.embedded()) {
            config.setJdbcUrl(LocalPostgres.as(premises.databaseUrl(), role));
            config.setConnectionInitSql(END_WHAT_STANDS_STILL);
        } else {
            BankOpening.environment(variable)
                    .ifPresentOrElse(config::setJdbcUrl, () -> config.setJdbcUrl(premises.databaseUrl()));
        }
        return config;
    }

    /** Opens the pool; says in one sentence where it cannot. */
    static HikariDataSource open(HikariConfig config) {
        try {
            return new HikariDataSource(config);
        } catch (com.zaxxer.hikari.pool.HikariPool.PoolInitializationException refused) {
            Throwable cause = refused.getCause() == null ? refused : refused.getCause();
            throw Trouble.machineLacks("The database cannot be reached: " + Trouble.firstLine(cause));
        }
    }
}
