package io.quittance.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.cycle.Lease;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** A bank on a server whose superuser does not lend itself: the owner makes the roles, or is let into them. */
class OwnerWithoutSuperuserIT {

    @TempDir
    private Path work;

    private EmbeddedPostgres server;
    private JdbcClient superuser;

    @BeforeEach
    void start() throws Exception {
        server = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(work.toFile())
                .start();
        superuser = JdbcClient.create(server.getPostgresDatabase());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private DataSource as(String user, String database) {
        var source = (PGSimpleDataSource) server.getDatabase(user, database);
        source.setUser(user);
        return source;
    }

    private void run(String... statements) {
        for (String sql : statements) {
            superuser.sql(sql).update();
        }
    }

    @Test
    void anOwnerWhoMayMakeRolesNeedsNoSuperuser() throws SQLException {
        run("CREATE ROLE landlord LOGIN CREATEROLE", "CREATE DATABASE bank OWNER landlord");

        Migrations.migrate(as("landlord", "bank"));
        Migrations.migrate(as("landlord", "bank"));

        requireThatRolesWork("landlord", "bank");
    }

    @Test
    void anOwnerWhoMayNotMakeThemIsLetIntoThoseThatAreThere() throws SQLException {
        run(
                "CREATE ROLE landlord LOGIN",
                "CREATE DATABASE bank OWNER landlord",
                "CREATE ROLE quittance_writer LOGIN",
                "CREATE ROLE quittance_door LOGIN");
        assertThatThrownBy(() -> Migrations.migrate(as("landlord", "bank")))
                .isInstanceOf(Migrations.UnsuitableDatabase.class)
                .hasMessageStartingWith("its user may not act as quittance_writer and quittance_door");

        run("GRANT quittance_writer, quittance_door TO landlord");

        Migrations.migrate(as("landlord", "bank"));
        requireThatRolesWork("landlord", "bank");
    }

    /** COPY as the writer, a door that reads nothing in nobody's name, and a successor that can end a frozen writer. */
    private void requireThatRolesWork(String owner, String database) throws SQLException {
        try (Connection connection = as(owner, database).getConnection()) {
            GuardedBooks.execute(connection, "SET ROLE quittance_writer");
            GuardedBooks.copy(connection, "clients (name, scopes)", java.util.List.of("acme\t{READ}"));
            GuardedBooks.execute(connection, "SET ROLE quittance_door");
            assertThat(GuardedBooks.one(connection, "SELECT count(*) FROM seen.account_balances"))
                    .isZero();
            assertThatThrownBy(() -> GuardedBooks.one(connection, "SELECT count(*) FROM clients"))
                    .hasMessageContaining("permission denied for table clients");
        }
        try (Connection frozen = as(owner, database).getConnection();
                Connection connection = as(owner, database).getConnection()) {
            GuardedBooks.execute(connection, "UPDATE cycle_lease SET beat_at = now() - interval '31 seconds'");
            GuardedBooks.execute(frozen, "SET ROLE quittance_writer");
            frozen.setAutoCommit(false);
            GuardedBooks.execute(frozen, "SELECT assert_lease(0)");
            GuardedBooks.execute(connection, "SET ROLE quittance_writer");
            var successors = new SingleConnectionDataSource(connection, true);

            try (Lease.Held lease = new JdbcLease(successors).take("successor").orElseThrow()) {
                assertThat(lease.token()).isEqualTo(1);
            }
            assertThatThrownBy(frozen::commit).isInstanceOf(SQLException.class);
        }
    }
}
