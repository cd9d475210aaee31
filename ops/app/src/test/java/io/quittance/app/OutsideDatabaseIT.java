package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve --db-url} on a server of somebody else's: what does not serve is refused in one sentence. */
class OutsideDatabaseIT {

    /** Nobody listens there; the database is looked at before the chain. */
    private static final String NO_CHAIN = "http://127.0.0.1:1";

    @TempDir
    private static Path root;

    private static EmbeddedPostgres primary;

    @TempDir
    private Path data;

    @BeforeAll
    static void startServer() throws IOException {
        primary = start(root.resolve("primary"), 0);
    }

    @AfterAll
    static void stopServer() throws IOException {
        primary.close();
    }

    private static EmbeddedPostgres start(Path directory, int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(directory)
                .setCleanDataDirectory(false)
                .setOverrideWorkingDirectory(root.resolve("binaries").toFile())
                .setPort(port)
                .start();
    }

    private static String url(EmbeddedPostgres server, String database, String user) {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + database + "?user=" + user;
    }

    private static void run(EmbeddedPostgres server, String database, String... statements) {
        try (Connection connection = DriverManager.getConnection(url(server, database, "postgres"));
                var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static boolean isTrue(EmbeddedPostgres server, String sql) {
        try (Connection connection = DriverManager.getConnection(url(server, "postgres", "postgres"));
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            return row.next() && row.getBoolean(1);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private void refused(String url, String words) {
        Program.Result result = Program.run(data, "serve", "--port", "0", "--chain-url", NO_CHAIN, "--db-url", url);

        assertThat(result.exit()).as(result.err()).isEqualTo(Trouble.MACHINE_LACKS);
        assertThat(result.complaints())
                .as(result.err())
                .singleElement()
                .asString()
                .contains(words);
    }

    @Test
    void aStandbyIsRefused() throws IOException {
        int port = primary.getPort();
        primary.close(); // So that the copy of its files is whole.
        Path copy = root.resolve("standby");
        copy(root.resolve("primary"), copy);
        Files.writeString(
                copy.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=127.0.0.1 port=" + port + " user=postgres'\n",
                StandardOpenOption.APPEND);
        Files.createFile(copy.resolve("standby.signal"));
        primary = start(root.resolve("primary"), port);

        try (EmbeddedPostgres standby = start(copy, 0)) {
            Program.until("the standby follows", () -> isTrue(primary, "SELECT count(*) > 0 FROM pg_stat_replication"));

            refused(url(standby, "postgres", "postgres"), "is a standby and takes no writes; name its primary");
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                if (path.endsWith("postmaster.pid")) {
                    continue;
                }
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void aUserWithoutRightsIsRefused() {
        run(primary, "postgres", "CREATE ROLE guest LOGIN", "CREATE DATABASE theirs_alone");

        refused(
                url(primary, "theirs_alone", "guest"),
                "the user guest may not create tables in it; let its administrator run ALTER DATABASE theirs_alone OWNER TO"
                        + " guest");
    }

    @Test
    void anOwnerWhoCannotMakeOurRolesIsRefused() {
        run(primary, "postgres", "CREATE ROLE landlord LOGIN", "CREATE DATABASE landlords OWNER landlord");

        refused(url(primary, "landlords", "landlord"), "the user landlord may not create roles");
    }

    @Test
    void aDatabaseOfSomethingElseIsRefused() {
        run(primary, "postgres", "CREATE DATABASE shop");
        run(primary, "shop", "CREATE TABLE articles (id int)");

        refused(url(primary, "shop", "postgres"), "the database shop holds tables of something else");
    }

    @Test
    void aReadOnlyDatabaseIsRefused() {
        run(
                primary,
                "postgres",
                "CREATE DATABASE archive",
                "ALTER DATABASE archive SET default_transaction_read_only = on");

        refused(url(primary, "archive", "postgres"), "the database is read-only for the user postgres");
    }

    @Test
    void aDatabaseThatIsNotThereIsRefused() {
        refused(
                url(primary, "nowhere", "postgres"),
                "The database cannot be reached: FATAL: database \"nowhere\" does not");
        refused(
                "jdbc:postgresql://127.0.0.1:1/any?user=postgres",
                "The database cannot be reached: Connection to 127.0.0.1:1");
    }

    @Test
    void whatIsNoAddressIsWrongUsage() {
        Program.Result result =
                Program.run(data, "serve", "--port", "0", "--chain-url", NO_CHAIN, "--db-url", "bank:x");

        assertThat(result.exit()).as(result.err()).isEqualTo(Trouble.WRONG_USAGE);
        assertThat(result.complaints())
                .singleElement()
                .asString()
                .contains("--db-url takes a JDBC address", "not \"bank:x\"");
    }
}
