package io.quittance.sql;

import io.quittance.domain.cycle.Lease;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * {@link Lease} in the table cycle_lease. The owner holds a session's advisory lock on its token, which the database frees
 * the moment the owner's connection is gone; so a dead owner is known at once. One that is frozen keeps its connection and
 * is known by its heartbeat. Either way the successor's token is larger, and {@code assert_lease} refuses the old one.
 */
final class JdbcLease implements Lease {

    private static final int LEASE_LOCKS = 7005;
    private static final Duration BEAT = Duration.ofSeconds(5);
    private static final Duration FROZEN_AFTER = Duration.ofSeconds(30);

    private static final String CURRENT =
            "SELECT token, beat_at < clock_timestamp() - make_interval(secs => ?) FROM cycle_lease";
    private static final String TRY_LOCK = "SELECT pg_try_advisory_lock(?, ?)";
    private static final String UNLOCK = "SELECT pg_advisory_unlock(?, ?)";
    private static final String SUCCEED =
            "UPDATE cycle_lease SET owner = ?, token = token + 1, beat_at = clock_timestamp() WHERE token = ?";
    private static final String BEAT_NOW = "UPDATE cycle_lease SET beat_at = clock_timestamp() WHERE token = ?";

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
                connection.setAutoCommit(true);
                Optional<Held> held = take(connection, owner);
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

    private static Optional<Held> take(Connection connection, String owner) throws SQLException {
        long token;
        boolean frozen;
        try (var statement = connection.prepareStatement(CURRENT)) {
            statement.setDouble(1, FROZEN_AFTER.toSeconds());
            try (var row = statement.executeQuery()) {
                row.next();
                token = row.getLong(1);
                frozen = row.getBoolean(2);
            }
        }
        boolean dead = lock(connection, TRY_LOCK, token);
        if (dead) {
            lock(connection, UNLOCK, token);
        }
        if (!dead && !frozen) {
            return Optional.empty();
        }
        if (!lock(connection, TRY_LOCK, token + 1)) {
            return Optional.empty(); // Another one succeeds at this moment.
        }
        try (var statement = connection.prepareStatement(SUCCEED)) {
            statement.setString(1, owner);
            statement.setLong(2, token);
            if (statement.executeUpdate() != 1) {
                lock(connection, UNLOCK, token + 1);
                return Optional.empty();
            }
        }
        return Optional.of(new HeldLease(connection, token + 1));
    }

    private static boolean lock(Connection connection, String statement, long token) throws SQLException {
        try (var call = connection.prepareStatement(statement)) {
            call.setInt(1, LEASE_LOCKS);
            call.setInt(2, (int) token);
            try (var row = call.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private static final class HeldLease implements Held {

        private final Connection connection;
        private final long token;
        private final ScheduledExecutorService heart = Executors.newSingleThreadScheduledExecutor(run -> {
            Thread thread = new Thread(run, "cycle-lease");
            thread.setDaemon(true);
            return thread;
        });

        HeldLease(Connection connection, long token) {
            this.connection = connection;
            this.token = token;
            heart.scheduleWithFixedDelay(this::beat, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public long token() {
            return token;
        }

        /** A beat that fails needs no answer here: without it another owner takes over, and our writes are refused. */
        private void beat() {
            synchronized (connection) {
                try (var statement = connection.prepareStatement(BEAT_NOW)) {
                    statement.setLong(1, token);
                    statement.executeUpdate();
                } catch (SQLException lost) {
                    heart.shutdown();
                }
            }
        }

        @Override
        public void close() {
            heart.shutdownNow();
            synchronized (connection) {
                try (connection) {
                    lock(connection, UNLOCK, token);
                } catch (SQLException gone) {
                    // The database frees the lock with the connection.
                }
            }
        }
    }
}
