package io.quittance.sql;

import io.quittance.domain.cycle.Lease;
import io.quittance.domain.settlement.CycleStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * {@link Lease} in the table cycle_lease, by functions of its owner. Who holds it has a session's advisory lock on its
 * token, which the database frees the moment the connection is gone; so a dead owner is known at once. One that is frozen
 * keeps its connections, with all that it has locked, and is known by its heartbeat; they are ended. Either way the successor's token is larger, and {@code assert_lease}
 * refuses the old one.
 */
final class JdbcLease implements Lease {

    private static final int LEASE_LOCKS = 7005;
    /** What {@code assert_lease} raises. */
    static final String TAKEN_OVER = "QT001";

    private static final Duration BEAT = Duration.ofSeconds(5);

    private static final String END_FROZEN_RUN = "SELECT pg_terminate_backend(pid, 5000) FROM frozen_sessions() pid";
    private static final String TAKE = "SELECT take_lease(?)";
    private static final String BEAT_NOW = "SELECT beat_lease(?)";
    private static final String UNLOCK = "SELECT pg_advisory_unlock(?, ?)";
    private static final String ASSERT_LEASE = "SELECT assert_lease(:token)";

    private final DataSource application;

    JdbcLease(DataSource application) {
        this.application = application;
    }

    @Override
    public Optional<Held> take(String owner) {
        try {
            Connection connection = application.getConnection();
            boolean taken = false;
            try {
                endFrozenRun(connection);
                Optional<Held> held = take(application, connection, owner);
                taken = held.isPresent();
                return held;
            } finally {
                if (!taken) {
                    connection.close();
                }
            }
        } catch (SQLException failure) {
            throw new DataAccessResourceFailureException("the lease of the cycles cannot be asked for", failure);
        }
    }

    /** As whoever logged in, who may end sessions of their own; the role that a session took on may not. */
    private static void endFrozenRun(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("SET LOCAL ROLE NONE");
            statement.execute(END_FROZEN_RUN);
            connection.commit();
        } catch (SQLException failure) {
            connection.rollback();
            throw failure;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static Optional<Held> take(DataSource application, Connection connection, String owner)
            throws SQLException {
        try (var statement = connection.prepareStatement(TAKE)) {
            statement.setString(1, owner);
            try (var row = statement.executeQuery()) {
                row.next();
                long token = row.getLong(1);
                return row.wasNull()
                        ? Optional.empty()
                        : Optional.of(new HeldLease(connection, JdbcClient.create(application), token));
            }
        }
    }

    /**
     * Refuses a token that is not the lease's; in a transaction, keeps it so to its end.
     *
     * @throws CycleStore.LeaseLost if the lease was taken over
     */
    static void requireCurrent(JdbcClient jdbc, long token) {
        try {
            jdbc.sql(ASSERT_LEASE).param("token", token).query((row, n) -> "").single();
        } catch (DataAccessException refused) {
            throw named(refused);
        }
    }

    /** A refusal in the domain's words, if the reason is that the lease was taken over. */
    static RuntimeException named(DataAccessException refused) {
        return refused.getCause() instanceof SQLException lost && TAKEN_OVER.equals(lost.getSQLState())
                ? new CycleStore.LeaseLost(String.valueOf(lost.getMessage()), lost)
                : refused;
    }

    private static final class HeldLease implements Held {

        private final Connection connection;
        private final JdbcClient jdbc;
        private final long token;
        private final ScheduledExecutorService heart = Executors.newSingleThreadScheduledExecutor(run -> {
            Thread thread = new Thread(run, "cycle-lease");
            thread.setDaemon(true);
            return thread;
        });

        HeldLease(Connection connection, JdbcClient jdbc, long token) {
            this.connection = connection;
            this.jdbc = jdbc;
            this.token = token;
            heart.scheduleWithFixedDelay(this::beat, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public long token() {
            return token;
        }

        /** On the thread's own transaction, if it is in one; never on the lease's connection, which belongs to the beat. */
        @Override
        public void requireCurrent() {
            JdbcLease.requireCurrent(jdbc, token);
        }

        /** A beat that fails needs no answer here: without it another owner takes over, and our writes are refused. */
        private void beat() {
            synchronized (connection) {
                try (var statement = connection.prepareStatement(BEAT_NOW)) {
                    statement.setLong(1, token);
                    statement.execute();
                } catch (SQLException lost) {
                    heart.shutdown();
                }
            }
        }

        @Override
        public void close() {
            heart.shutdownNow();
            synchronized (connection) {
                try (connection;
                        var unlock = connection.prepareStatement(UNLOCK)) {
                    unlock.setInt(1, LEASE_LOCKS);
                    unlock.setInt(2, (int) token);
                    unlock.execute();
                } catch (SQLException gone) {
                    // The database frees the lock with the connection.
                }
            }
        }
    }
}
