package io.quittance.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs the same work on several threads at once. */
final class AtOnce {

    /** As many as the application's pool has connections. */
    static final int SESSIONS = 8;

    private static final long PATIENCE_MS = 60_000;

    interface Work<T> {
        T run(int number) throws Exception;
    }

    private AtOnce() {}

    /** Starts all threads together; how they meet is chance. */
    static <T> List<T> run(int threads, Work<T> work) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            var start = new CyclicBarrier(threads);
            List<Future<T>> answers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int number = i;
                answers.add(pool.submit(() -> {
                    start.await();
                    return work.run(number);
                }));
            }
            return results(answers);
        }
    }

    /**
     * Holds a lock until all {@link #SESSIONS} workers wait for it or for one another, then lets go: each has seen the
     * state before any other's work, every time.
     */
    static <T> List<T> releasedFrom(TestBank bank, String lock, Work<T> work) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(SESSIONS);
                Connection holder = bank.database.owner().getConnection();
                Statement statement = holder.createStatement()) {
            openConnections(bank);
            holder.setAutoCommit(false);
            List<Future<T>> answers = new ArrayList<>();
            try {
                statement.execute(lock);
                for (int i = 0; i < SESSIONS; i++) {
                    int number = i;
                    answers.add(pool.submit(() -> work.run(number)));
                }
                awaitWaiting(bank, answers, SESSIONS);
            } finally {
                holder.rollback();
            }
            return results(answers);
        }
    }

    /** One after the other: a pool of which many ask at once while it is empty may let one of them wait for ever. */
    private static void openConnections(TestBank bank) throws SQLException {
        var open = new ArrayList<Connection>();
        try {
            while (open.size() < SESSIONS) {
                open.add(bank.database.application().getConnection());
            }
        } finally {
            for (Connection connection : open) {
                connection.close();
            }
        }
    }

    /** Returns when so many sessions wait for a lock. */
    static void awaitWaiting(TestBank bank, List<? extends Future<?>> answers, int waiting) throws Exception {
        long deadline = System.currentTimeMillis() + PATIENCE_MS;
        while (bank.owner
                        .sql("SELECT count(*) FROM pg_stat_activity "
                                + "WHERE datname = current_database() AND wait_event_type = 'Lock'")
                        .query(Long.class)
                        .single()
                < waiting) {
            for (Future<?> answer : answers) {
                if (answer.isDone()) {
                    throw new AssertionError("a worker did not wait and got " + answer.get());
                }
            }
            if (System.currentTimeMillis() > deadline) {
                throw new AssertionError("the workers do not wait for the lock: " + sessions(bank));
            }
            Thread.sleep(5);
        }
    }

    private static List<String> sessions(TestBank bank) {
        return bank.owner
                .sql("SELECT concat_ws(' ', state, wait_event_type, wait_event, query) FROM pg_stat_activity "
                        + "WHERE datname = current_database()")
                .query(String.class)
                .list();
    }

    private static <T> List<T> results(List<Future<T>> answers) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> answer : answers) {
            results.add(answer.get());
        }
        return results;
    }
}
