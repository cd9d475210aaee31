package io.quittance.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings a database to the tables of this version. */
public final class Migrations {

    /** The role that intake and cycles run as; see {@code V0060__privileges.sql}. */
    public static final String WRITER_ROLE = "quittance_writer";

    /** The role that participants read through; see {@code V0061__doors.sql}. */
    public static final String DOOR_ROLE = "quittance_door";

    private static final int OLDEST_SERVER = 150_000;

    /** What the owner needs. Trusted extensions need CREATE on the database. */
    private static final String LOOK = """
            SELECT current_setting('server_version_num')::int, pg_is_in_recovery(),
                current_setting('transaction_read_only')::boolean,
                (to_regclass('public.flyway_schema_history') IS NULL OR to_regclass('public.bank') IS NULL)
                    AND EXISTS (SELECT FROM pg_class c
                                WHERE c.relnamespace = to_regnamespace('public') AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                                    AND c.relname <> 'flyway_schema_history'
                                    AND NOT EXISTS (SELECT FROM pg_depend d
                                        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')),
                coalesce(has_schema_privilege(to_regnamespace('public'), 'CREATE'), false),
                has_database_privilege(current_database(), 'CREATE'),
                current_user, current_database(),
                (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user),
                (SELECT count(*) FROM pg_roles WHERE rolname IN ('quittance_writer', 'quittance_door'))
            """;

    private Migrations() {}

    /**
     * Migrates; a second call changes nothing. Safe when several processes start at once.
     *
     * @param owner connections of the owner of the tables, who may create roles or is a member of ours
     * @throws UnsuitableDatabase if the server is older than PostgreSQL 15, a standby, or holds something else, or if the
     *     owner lacks a right
     */
    public static void migrate(DataSource owner) {
        objection(look(owner)).ifPresent(objection -> {
            throw new UnsuitableDatabase(objection);
        });
        try {
            Flyway.configure()
                    .dataSource(owner)
                    .locations("classpath:db/migration")
                    .defaultSchema("public")
                    .validateMigrationNaming(true)
                    .load()
                    .migrate();
        } catch (FlywayException failure) {
            throw refused(failure);
        }
        requireRoles(owner);
    }

    /**
     * What was found.
     *
     * @param foreign whether there are tables and none of them says that they are ours
     * @param roles how many of our two roles are there
     */
    record Found(
            int version,
            boolean standby,
            boolean readOnly,
            boolean foreign,
            boolean schemaOpen,
            boolean databaseOpen,
            String user,
            String database,
            boolean makesRoles,
            int roles) {}

    private static Found look(DataSource owner) {
        try (Connection connection = owner.getConnection();
                var statement = connection.createStatement();
                var answer = statement.executeQuery(LOOK)) {
            answer.next();
            return new Found(
                    answer.getInt(1),
                    answer.getBoolean(2),
                    answer.getBoolean(3),
                    answer.getBoolean(4),
                    answer.getBoolean(5),
                    answer.getBoolean(6),
                    answer.getString(7),
                    answer.getString(8),
                    answer.getBoolean(9),
                    answer.getInt(10));
        } catch (SQLException unreachable) {
            throw new UnsuitableDatabase("the database cannot be used: " + unreachable.getMessage());
        }
    }

    /** Why it will not do, in one sentence; the first reason of several. */
    static Optional<String> objection(Found found) {
        if (found.version() < OLDEST_SERVER) {
            return Optional.of(
                    "the server is PostgreSQL " + found.version() / 10_000 + "; version 15 or newer is needed");
        }
        if (found.standby()) {
            return Optional.of("the server is a standby and takes no writes; name its primary");
        }
        if (found.readOnly()) {
            return Optional.of("the database is read-only for the user " + found.user()
                    + " (default_transaction_read_only); name one that takes writes");
        }
        if (found.foreign()) {
            return Optional.of(
                    "the database " + found.database() + " holds tables of something else; name an empty database");
        }
        if (!found.schemaOpen() || !found.databaseOpen()) {
            return Optional.of("the user " + found.user() + " may not create tables in it; let its administrator run"
                    + " ALTER DATABASE " + found.database() + " OWNER TO " + found.user());
        }
        if (found.roles() < 2 && !found.makesRoles()) {
            return Optional.of("the user " + found.user() + " may not create roles, and " + WRITER_ROLE + " or "
                    + DOOR_ROLE + " is missing; let its administrator run ALTER ROLE " + found.user()
                    + " CREATEROLE");
        }
        return Optional.empty();
    }

    private static UnsuitableDatabase refused(FlywayException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && "42501".equals(sql.getSQLState())) {
                return new UnsuitableDatabase("its user lacks a right that the tables need (" + firstLine(sql) + ")");
            }
        }
        String what = firstLine(failure).startsWith("Validate failed")
                ? "its tables are of another version of this program"
                : "its tables cannot be made (" + firstLine(failure) + ")";
        return new UnsuitableDatabase(what, failure);
    }

    /** Another owner of the server may have made the roles; then ours must have been let in. */
    private static void requireRoles(DataSource owner) {
        try (Connection connection = owner.getConnection()) {
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                for (String role : List.of(WRITER_ROLE, DOOR_ROLE)) {
                    statement.execute("SET LOCAL ROLE " + role);
                    statement.execute("RESET ROLE");
                }
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException denied) {
            throw new UnsuitableDatabase("its user may not act as " + WRITER_ROLE + " and " + DOOR_ROLE
                    + "; let the administrator grant it both roles (" + firstLine(denied) + ")");
        }
    }

    private static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }

    /** The database cannot serve; {@code getMessage()} says why in one sentence. */
    public static final class UnsuitableDatabase extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnsuitableDatabase(String message) {
            super(message);
        }

        UnsuitableDatabase(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
