package io.quittance.jobs;

import io.quittance.domain.seal.Hash32;
import io.quittance.domain.settlement.CycleSealer;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * What needs no more of a run than its transfers, on threads of its own: the journal is loaded while positions are netted
 * and kept, and the leaves are hashed while the cycle is published. Loading can use every processor and publication waits
 * for it, while publishing uses one: so hashing comes second. Nothing of it is visible before the publication. One run; used
 * by one thread.
 */
final class RunAhead {

    private final Future<Hash32> loading;
    private final Future<CycleSealer> sealing;

    private RunAhead(Future<Hash32> loading, Future<CycleSealer> sealing) {
        this.loading = loading;
        this.sealing = sealing;
    }

    /**
     * Begins.
     *
     * @param load fills the journal
     * @param slot hashes the transfers as the data root has them
     * @param seal hashes the leaves and the tree over them, once the journal is loaded
     */
    static RunAhead begin(long cycle, Runnable load, Callable<Hash32> slot, Callable<CycleSealer> seal) {
        var hashing = new FutureTask<>(slot);
        var loading = new FutureTask<>(() -> {
            load.run();
            return hashing.get();
        });
        var sealing = new FutureTask<>(seal);
        start("load-" + cycle, () -> {
            loading.run();
            if (loading.state() == Future.State.SUCCESS) {
                sealing.run();
            }
        });
        start("slot-" + cycle, hashing);
        return new RunAhead(loading, sealing);
    }

    private static void start(String name, Runnable work) {
        Thread.ofPlatform().daemon().name(name).start(work);
    }

    /** Waits until the journal is loaded; the hash of its transfers. Throws what the loading threw. */
    Hash32 loaded() {
        return result(loading);
    }

    /** Waits until all is hashed. Throws what the hashing threw. */
    CycleSealer sealer() {
        return result(sealing);
    }

    /** Lets go of it; returns when nothing of it writes any more. */
    void abandon() {
        sealing.cancel(true);
        try {
            loading.get();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException failed) {
            // Whoever waited for it was told; the next run clears what is there.
        }
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while waiting for the journal or its seal", stopped);
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("the journal could not be loaded or sealed", failure.getCause());
        }
    }
}
