package io.quittance.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A real PostgreSQL for tests, one server per JVM: the one named by {@code -Dquittance.test.db-url}, else a container where
 * an engine and the image are there, else the embedded server. Each {@link #create} is a migrated database of its own.
 */
public final class TestDatabase implements AutoCloseable {

    private static final String IMAGE = "postgres:18";
    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final String name;
    private final HikariDataSource owner;
    private final HikariDataSource application;
    private final HikariDataSource doors;

    private TestDatabase(String name) {
        this.name = name;
        this.owner = pool(Server.url(name));
        this.application = pool(Server.urlFor(name, Migrations.WRITER_ROLE));
        this.doors = pool(Server.urlFor(name, Migrations.DOOR_ROLE));
    }

    /** A fresh database with all migrations applied, copied from a template. */
    public static TestDatabase create() {
        Server.ensureTemplate();
        String name = "t" + ProcessHandle.current().pid() + "_" + COUNTER.incrementAndGet();
        Server.execute("CREATE DATABASE " + name + " TEMPLATE " + Server.template());
        return new TestDatabase(name);
    }

    /** A fresh database with nothing in it. */
    public static TestDatabase createEmpty() {
        String name = "t" + ProcessHandle.current().pid() + "_" + COUNTER.incrementAndGet();
        Server.execute("CREATE DATABASE " + name);
        return new TestDatabase(name);
    }

    /** Connections as the owner of the tables. */
    public DataSource owner() {
        return owner;
    }

    /** Connections that came in as the role of intake and cycles, and have no other to go back to. */
    public DataSource application() {
        return application;
    }

    /** Connections that came in as the role that participants read through. */
    public DoorDatabase doors() {
        return new DoorDatabase(doors);
    }

    /** A connection of its own that came in as this role. */
    public Connection connect(String role) throws SQLException {
        return DriverManager.getConnection(Server.urlFor(name, role));
    }

    public String url() {
        return Server.url(name);
    }

    @Override
    public void close() {
        owner.close();
        application.close();
        doors.close();
        Server.execute("DROP DATABASE " + name + " WITH (FORCE)");
    }

    private static HikariDataSource pool(String url) {
        var config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(8);
        config.setMinimumIdle(0);
        config.setInitializationFailTimeout(-1); // The role may not be there yet.
        return new HikariDataSource(config);
    }

    private static final class Server {
        private static final String BASE = start();
        /** Where the server asks for one; the embedded server does not. */
        private static final String PASSWORD = "of-a-test";

        private static boolean templateMade;

        /** The server's URL with {@code %s} in the place of the database's name. */
        private static String start() {
            String given = System.getProperty("quittance.test.db-url", "");
            if (!given.isEmpty()) {
                int slash = given.indexOf('/', "jdbc:postgresql://".length());
                int query = given.indexOf('?');
                return given.substring(0, slash + 1) + "%s" + (query < 0 ? "" : given.substring(query));
            }
            if (containerPossible()) {
                var container = new PostgreSQLContainer(DockerImageName.parse(IMAGE));
                container.start();
                Runtime.getRuntime().addShutdownHook(new Thread(container::stop));
                return "jdbc:postgresql://" + container.getHost() + ":" + container.getMappedPort(5432) + "/%s?user="
                        + container.getUsername() + "&password=" + container.getPassword();
            }
            try {
                Path work = Files.createTempDirectory("quittance-pg");
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setOverrideWorkingDirectory(work.toFile())
                        .setServerConfig("max_connections", "200")
                        .start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    try {
                        server.close();
                    } catch (IOException ignored) {
                        // The JVM ends anyway; the server's own clean-up removes what is left.
                    }
                }));
                return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/%s?user=postgres";
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        private static boolean containerPossible() {
            if (!Files.exists(Path.of("/var/run/docker.sock")) && System.getenv("DOCKER_HOST") == null) {
                return false;
            }
            try {
                if (!DockerClientFactory.instance().isDockerAvailable()) {
                    return false;
                }
                DockerClientFactory.lazyClient().inspectImageCmd(IMAGE).exec();
                return true;
            } catch (RuntimeException noEngineOrImage) {
                return false;
            }
        }

        static String url(String database) {
            return BASE.formatted(database);
        }

        /** The same, for a session of another user than the URL's: what stands in a URL outranks what is given beside it. */
        static String urlFor(String database, String role) {
            String others = BASE.replaceAll("([?&])(user|password)=[^&]*", "$1").formatted(database);
            return others + (others.contains("?") ? "&" : "?") + "user=" + role + "&password=" + PASSWORD;
        }

        static String template() {
            return "quittance_template_" + ProcessHandle.current().pid();
        }

        static synchronized void ensureTemplate() {
            if (!templateMade) {
                execute("CREATE DATABASE " + template());
                try (HikariDataSource owner = pool(url(template()))) {
                    Migrations.migrate(owner);
                }
                execute("ALTER ROLE " + Migrations.WRITER_ROLE + " PASSWORD '" + PASSWORD + "'");
                execute("ALTER ROLE " + Migrations.DOOR_ROLE + " PASSWORD '" + PASSWORD + "'");
                templateMade = true;
            }
        }

        static void execute(String sql) {
            try (Connection connection = DriverManager.getConnection(url("postgres"));
                    var statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException failure) {
                throw new IllegalStateException(sql, failure);
            }
        }
    }
}
