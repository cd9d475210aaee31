package io.quittance.domain.settlement;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * How many threads share a cycle's work where it can be cut into ranges. What comes out must not depend on the number.
 * Immutable and thread-safe.
 *
 * @param count 1 or more
 */
public record Workers(int count) {

    /** More than this many connections and threads for one cycle help no machine that it was tried on. */
    private static final int MOST = 16;

    /** Works on one range; runs on some thread, while other ranges are worked on. */
    @FunctionalInterface
    public interface RangeTask {
        void run(int from, int to);
    }

    public Workers {
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException("workers must be from 1 to " + MOST + ", not " + count);
        }
    }

    /** One for each processor. */
    public static Workers ofMachine() {
        return new Workers(Math.min(MOST, Runtime.getRuntime().availableProcessors()));
    }

    /**
     * Cuts {@code 0..size} into as many ranges as there are workers and works on all at once. Returns when all have ended.
     *
     * @throws RuntimeException what the first range that failed threw; what others threw is suppressed in it
     */
    public void overRanges(String name, int size, RangeTask task) {
        int ranges = Math.clamp(size, 1, count);
        List<FutureTask<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < ranges; i++) {
            int from = cut(size, i, ranges);
            int to = cut(size, i + 1, ranges);
            tasks.add(new FutureTask<>(() -> task.run(from, to), null));
        }
        for (int i = 1; i < ranges; i++) {
            Thread.ofPlatform().daemon().name(name + "-" + (i + 1)).start(tasks.get(i));
        }
        tasks.getFirst().run();
        RuntimeException failed = null;
        for (FutureTask<Void> each : tasks) {
            RuntimeException failure = failureOf(each);
            if (failed == null) {
                failed = failure;
            } else if (failure != null) {
                failed.addSuppressed(failure);
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    private static int cut(int size, int range, int ranges) {
        return (int) ((long) size * range / ranges);
    }

    private static @Nullable RuntimeException failureOf(FutureTask<Void> task) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    task.get();
                    return null;
                } catch (InterruptedException stop) {
                    interrupted = true; // Who shares the arrays must have ended before they are used again.
                } catch (ExecutionException failure) {
                    return failure.getCause() instanceof RuntimeException cause
                            ? cause
                            : new IllegalStateException("a worker failed", failure.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
