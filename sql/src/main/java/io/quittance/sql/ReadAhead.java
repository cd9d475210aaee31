package io.quittance.sql;

import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Queued;
import io.quittance.sql.JdbcCycleInput.SnapshotReads;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Submissions of a window, read by a thread of its own from the moment that this is made, until so many wait that memory
 * would suffer. So the server works and rows become submissions while the program does something else, and while others are
 * judged. One thread takes them, once; close it, or the reader stays.
 */
final class ReadAhead implements AutoCloseable {

    private static final int PER_BATCH = 1_024;
    /** About a quarter of a million wait at most: some 60 MiB. */
    private static final int BATCHES = 256;

    private static final int LOOK_UP_MILLIS = 50;

    private final BlockingQueue<Queued[]> batches = new ArrayBlockingQueue<>(BATCHES);
    private final Thread reader;
    private volatile boolean closed;
    /** Set before the reader ends. */
    private volatile @Nullable RuntimeException failure;

    ReadAhead(SnapshotReads reads, long windowNo, Set<Kind> kinds) {
        reader = Thread.ofPlatform().daemon().name("read-ahead").start(() -> {
            try {
                var filling = new Filling();
                reads.read(
                        "read the queue", connection -> new QueueReader(connection).ofWindow(windowNo, kinds, filling));
                filling.hand();
            } catch (RuntimeException e) {
                failure = e;
            }
        });
    }

    /** Collects a batch and hands it over. */
    private final class Filling implements Consumer<Queued> {

        private Queued[] batch = new Queued[PER_BATCH];
        private int count;

        @Override
        public void accept(Queued item) {
            batch[count++] = item;
            if (count == PER_BATCH) {
                hand();
            }
        }

        void hand() {
            Queued[] filled = count == PER_BATCH ? batch : Arrays.copyOf(batch, count);
            try {
                while (!batches.offer(filled, LOOK_UP_MILLIS, TimeUnit.MILLISECONDS)) {
                    if (closed) {
                        throw new CancellationException("nobody wants the rest");
                    }
                }
            } catch (InterruptedException stop) {
                throw new IllegalStateException("stopped while reading the queue", stop);
            }
            batch = new Queued[PER_BATCH];
            count = 0;
        }
    }

    /** Hands over all of them in intake order. Throws what the reader threw. */
    void each(Consumer<Queued> visitor) {
        for (Queued[] batch = next(); batch != null; batch = next()) {
            for (Queued item : batch) {
                visitor.accept(item);
            }
        }
    }

    private Queued @Nullable [] next() {
        try {
            while (true) {
                // Asked first: what was handed over before the reader ended is in the queue then.
                boolean ended = !reader.isAlive();
                Queued[] filled = ended ? batches.poll() : batches.poll(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS);
                if (filled != null) {
                    return filled;
                }
                if (ended) {
                    RuntimeException failed = failure;
                    if (failed != null) {
                        throw failed;
                    }
                    return null;
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while reading the queue", stop);
        }
    }

    /** Returns when the reader has let go of its connection. */
    @Override
    public void close() {
        closed = true;
        batches.clear();
        try {
            reader.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
