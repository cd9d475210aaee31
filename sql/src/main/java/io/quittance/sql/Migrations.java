package io.quittance.sql;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Brings a database to the tables of this version. */
public final class Migrations {

    /** The role that doors and cycles run as; see {@code V0001__roles_and_bank.sql}. */
    public static final String APPLICATION_ROLE = "quittance_app";

    private static final int OLDEST_SERVER = 150_000;

    private Migrations() {}

    /**
     * Migrates; a second call changes nothing. Safe when several processes start at once.
     *
     * @param owner connections of the owner of the tables, who may create roles
     * @throws UnsuitableDatabase if the server is older than PostgreSQL 15, a standby, or holds something else
     */
    public static void migrate(DataSource owner) {
        refuseUnsuitable(owner);
        Flyway.configure()
                .dataSource(owner)
                .locations("classpath:db/migration")
                .validateMigrationNaming(true)
                .load()
                .migrate();
    }

    private static void refuseUnsuitable(DataSource owner) {
        try (Connection connection = owner.getConnection();
                var statement = connection.createStatement();
                var answer = statement.executeQuery("""
                        SELECT current_setting('server_version_num')::int, pg_is_in_recovery(),
                            to_regclass('flyway_schema_history') IS NULL
                                AND EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')
                        """)) {
            answer.next();
            if (answer.getInt(1) < OLDEST_SERVER) {
                throw new UnsuitableDatabase(
                        "the server is PostgreSQL " + answer.getInt(1) / 10_000 + "; version 15 or newer is needed");
            }
            if (answer.getBoolean(2)) {
                throw new UnsuitableDatabase("the server is a standby and takes no writes; name its primary");
            }
            if (answer.getBoolean(3)) {
                throw new UnsuitableDatabase("the database holds tables of something else; name an empty database");
            }
        } catch (SQLException unreachable) {
            throw new UnsuitableDatabase("the database cannot be used: " + unreachable.getMessage());
        }
    }

    /** The database cannot serve; {@code getMessage()} says why in one sentence. */
    public static final class UnsuitableDatabase extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnsuitableDatabase(String message) {
            super(message);
        }
    }
}
