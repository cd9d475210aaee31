package io.quittance.bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Transfers as a usual service posts them: one call of an SQL function each, one transaction each, from a few connections, so
 * that commits share their flush.
 */
final class RowAtATime {

    /** More than this tells no more: a row costs the same whatever their number. */
    static final int MAX = 50_000;

    static final int CONNECTIONS = 8;

    private RowAtATime() {}

    /**
     * @param transfers how many of the first ones; a tenth of them warms up and is not timed
     * @return transfers a second
     */
    static double rate(String databaseUrl, Population population, PostedTransfers posted, int transfers)
            throws SQLException {
        int warmUp = transfers / 10;
        var connections = new ArrayList<Connection>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                connections.add(DriverManager.getConnection(databaseUrl));
            }
            run(connections, population, posted, 0, warmUp);
            long start = System.nanoTime();
            run(connections, population, posted, warmUp, transfers);
            return (transfers - warmUp) / ((System.nanoTime() - start) / 1e9);
        } finally {
            for (Connection connection : connections) {
                connection.close();
            }
        }
    }

    private static void run(
            Iterable<Connection> connections, Population population, PostedTransfers posted, int from, int until)
            throws SQLException {
        var next = new AtomicInteger(from);
        try (var executor = Executors.newCachedThreadPool()) {
            var workers = new ArrayList<Future<Void>>();
            for (Connection connection : connections) {
                Callable<Void> worker = () -> {
                    post(connection, population, posted, next, until);
                    return null;
                };
                workers.add(executor.submit(worker));
            }
            for (Future<Void> worker : workers) {
                worker.get();
            }
        } catch (ExecutionException failure) {
            throw new SQLException("a transfer row by row failed: " + failure.getCause(), failure);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted", stop);
        }
    }

    private static void post(
            Connection connection, Population population, PostedTransfers posted, AtomicInteger next, int until)
            throws SQLException {
        try (PreparedStatement call = connection.prepareStatement("SELECT bench_transfer(?, ?, ?)")) {
            for (int i = next.getAndIncrement(); i < until; i = next.getAndIncrement()) {
                call.setObject(1, population.account(posted.from(i)));
                call.setObject(2, population.account(posted.to(i)));
                call.setLong(3, posted.amount(i));
                call.executeQuery().close();
            }
        }
    }
}
