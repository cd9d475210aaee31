package io.quittance.sql;

import io.quittance.sql.JdbcCycleInput.SnapshotReads;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a query, read by a thread of its own from the moment that this is made, until so many wait that memory would
 * suffer. So the server works while the program does something else, and both while rows are judged. One thread takes them;
 * close it, or the reader stays.
 */
final class ReadAhead implements BinaryRows.Messages {

    private static final int ROWS_PER_BATCH = 1_024;
    /** About a quarter of a million rows wait at most: some 50 MiB. */
    private static final int BATCHES = 256;

    private static final int LOOK_UP_MILLIS = 50;

    private final BlockingQueue<byte[][]> batches = new ArrayBlockingQueue<>(BATCHES);
    private final Thread reader;
    private volatile boolean closed;
    /** Set before the reader ends. */
    private volatile @Nullable RuntimeException failure;

    private byte[][] batch = new byte[0][];
    private int next;

    ReadAhead(SnapshotReads reads, String what, String select) {
        reader = Thread.ofPlatform().daemon().name("read-ahead").start(() -> {
            try {
                reads.read(what, connection -> {
                    try (BinaryRows.Messages messages = BinaryRows.messages(connection, select)) {
                        fill(messages);
                    }
                });
            } catch (RuntimeException e) {
                failure = e;
            }
        });
    }

    private void fill(BinaryRows.Messages messages) throws SQLException {
        var filling = new byte[ROWS_PER_BATCH][];
        int count = 0;
        for (byte[] message = messages.next(); message != null && !closed; message = messages.next()) {
            filling[count++] = message;
            if (count == ROWS_PER_BATCH) {
                hand(filling);
                filling = new byte[ROWS_PER_BATCH][];
                count = 0;
            }
        }
        if (count > 0) {
            hand(Arrays.copyOf(filling, count));
        }
    }

    private void hand(byte[][] filled) {
        try {
            while (!closed && !batches.offer(filled, LOOK_UP_MILLIS, TimeUnit.MILLISECONDS)) {
                Thread.onSpinWait(); // Until there is room, or nobody wants it.
            }
        } catch (InterruptedException stop) {
            closed = true;
        }
    }

    @Override
    public byte @Nullable [] next() {
        if (next == batch.length && !nextBatch()) {
            return null;
        }
        return batch[next++];
    }

    private boolean nextBatch() {
        try {
            while (true) {
                // Asked first: what was handed over before the reader ended is in the queue then.
                boolean ended = !reader.isAlive();
                byte[][] filled = ended ? batches.poll() : batches.poll(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS);
                if (filled != null) {
                    batch = filled;
                    next = 0;
                    return true;
                }
                if (ended) {
                    RuntimeException failed = failure;
                    if (failed != null) {
                        throw failed;
                    }
                    return false;
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
