package io.quittance.sql;

import io.quittance.domain.intake.FileIntake.Content;
import io.quittance.domain.intake.FileIntake.NumberedLine;
import io.quittance.domain.intake.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a file, read by a thread of its own a few batches ahead, so that one core reads while the other, and the
 * database, write. One thread takes them, once; close it, or the reader stays.
 */
final class LinesAhead implements AutoCloseable {

    private static final int BATCHES = 3;
    private static final int LOOK_UP_MILLIS = 50;

    /** The end of the file is an empty batch. */
    private final BlockingQueue<Batch> batches = new ArrayBlockingQueue<>(BATCHES);

    private final Thread reader;
    private volatile boolean closed;
    /** Set before the reader ends. */
    private volatile @Nullable Throwable failure;

    /**
     * Some lines of the file.
     *
     * @param prepared those of them that have the right form
     */
    record Batch(List<NumberedLine> lines, QueueWriter.Prepared prepared) {}

    /** @param prepare what is done with each batch's lines of the right form on the reading thread */
    LinesAhead(Content content, int linesPerBatch, Function<List<Line>, QueueWriter.Prepared> prepare) {
        reader = Thread.ofPlatform().daemon().name("lines-ahead").start(() -> {
            try (var lines = content.open()) {
                boolean more = true;
                while (more) {
                    List<NumberedLine> read = lines.next(linesPerBatch);
                    more = hand(new Batch(read, prepare.apply(wellFormed(read)))) && !read.isEmpty();
                }
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        });
    }

    private static List<Line> wellFormed(List<NumberedLine> lines) {
        List<Line> wellFormed = new ArrayList<>(lines.size());
        for (NumberedLine line : lines) {
            if (line.line() != null) {
                wellFormed.add(line.line());
            }
        }
        return wellFormed;
    }

    /** Whether it was taken over; not if nobody wants the rest. */
    private boolean hand(Batch batch) {
        try {
            while (!batches.offer(batch, LOOK_UP_MILLIS, TimeUnit.MILLISECONDS)) {
                if (closed) {
                    return false;
                }
            }
            return !closed;
        } catch (InterruptedException stop) {
            throw new IllegalStateException("stopped while reading a file", stop);
        }
    }

    /** The next lines; none at the end of the file. Throws what reading it threw. */
    Batch next() {
        try {
            while (true) {
                // Asked first: what was handed over before the reader ended is in the queue then.
                boolean ended = !reader.isAlive();
                Batch batch = ended ? batches.poll() : batches.poll(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS);
                if (batch != null) {
                    return batch;
                }
                if (ended) {
                    throw thrown();
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while taking a file in", stop);
        }
    }

    private RuntimeException thrown() {
        Throwable thrown = failure;
        if (thrown instanceof Error error) {
            throw error;
        }
        return thrown instanceof RuntimeException runtime
                ? runtime
                : new IllegalStateException("the file's end was taken before");
    }

    /** Returns when the reader has let go of the file. */
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
