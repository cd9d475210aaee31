package io.quittance.bench;

import io.quittance.domain.settlement.CycleCounts;
import io.quittance.jobs.CycleProgress;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One cycle as it was measured.
 *
 * @param cpuPerStep what the step cost the processors, for the same steps
 * @param secondsPerStep in the order in which they ran
 * @param cpu what queued → sealed cost the processors
 * @param queuedToSealed wall-clock seconds from the start of the screening to the end of the sealing, what lies between the
 *     steps included
 * @param gcSeconds that the collector stopped or used meanwhile
 * @param heapPeakBytes the most that the heap was seen to hold meanwhile, garbage included; looked at every 10 ms
 */
record CycleRun(
        long cycle,
        CycleCounts counts,
        Map<String, Double> secondsPerStep,
        Map<String, CpuClock.Used> cpuPerStep,
        CpuClock.Used cpu,
        double queuedToSealed,
        double gcSeconds,
        long heapPeakBytes) {

    /** The steps of queued → sealed. */
    static final List<String> QUEUED_TO_SEALED =
            List.of("screenSubmissions", "matchOrders", "netPositions", "postJournal", "sealCycle");

    /** The steps of queued → sealed that follow once it is decided what settles. */
    private static final List<String> POSTING = List.of("netPositions", "postJournal", "sealCycle");

    double transfersPerSecond() {
        return counts.transfers() / queuedToSealed;
    }

    double submissionsPerSecond() {
        return counts.received() / queuedToSealed;
    }

    /** Seconds of queued → sealed that belong to no step. */
    double between() {
        return queuedToSealed - sum(QUEUED_TO_SEALED);
    }

    /** Seconds of the posting alone. */
    double posting() {
        return sum(POSTING);
    }

    private double sum(List<String> steps) {
        return steps.stream()
                .mapToDouble(step -> secondsPerStep.getOrDefault(step, 0.0))
                .sum();
    }

    /** Looks on while a cycle runs, on the thread that runs it. One use. */
    static final class Watch implements CycleProgress {

        private final CpuClock clock;
        private final Map<String, Double> seconds = new LinkedHashMap<>();
        private final Map<String, CpuClock.Used> cpu = new LinkedHashMap<>();
        private CpuClock.Used cpuAtStart;
        private CpuClock.Used cpuAtStep;
        private CpuClock.Used cpuAtSeal;
        private long started;
        private long sealed;
        private long gcBefore;
        private long gcAfter;
        private @Nullable HeapPeak heap;
        private long heapPeak;

        Watch(CpuClock clock) {
            this.clock = clock;
            CpuClock.Used now = clock.get();
            this.cpuAtStart = now;
            this.cpuAtStep = now;
            this.cpuAtSeal = now;
        }

        @Override
        public void stepStarts(long cycle, String step) {
            cpuAtStep = clock.get();
            if (step.equals(QUEUED_TO_SEALED.getFirst())) {
                heap = new HeapPeak();
                gcBefore = gcMillis();
                cpuAtStart = cpuAtStep;
                started = System.nanoTime();
            }
        }

        @Override
        public void stepDone(long cycle, String step, double stepSeconds) {
            long now = System.nanoTime();
            CpuClock.Used cpuNow = clock.get();
            seconds.put(step, stepSeconds);
            cpu.put(step, cpuNow.since(cpuAtStep));
            if (step.equals(QUEUED_TO_SEALED.getLast())) {
                sealed = now;
                cpuAtSeal = cpuNow;
                gcAfter = gcMillis();
                heapPeak =
                        Objects.requireNonNull(heap, "the first step was seen").end();
            }
        }

        CycleRun run(long cycle, CycleCounts counts) {
            return new CycleRun(
                    cycle,
                    counts,
                    seconds,
                    cpu,
                    cpuAtSeal.since(cpuAtStart),
                    (sealed - started) / 1e9,
                    (gcAfter - gcBefore) / 1e3,
                    heapPeak);
        }

        private static long gcMillis() {
            return ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                    .sum();
        }
    }

    /** Looks at the heap on a thread of its own. */
    private static final class HeapPeak {

        private static final int EVERY_MILLIS = 10;

        private final Thread looking;
        private volatile long bytes;

        HeapPeak() {
            MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
            looking = Thread.ofPlatform().daemon().name("heap-peak").start(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    bytes = Math.max(bytes, memory.getHeapMemoryUsage().getUsed());
                    LockSupport.parkNanos(EVERY_MILLIS * 1_000_000L);
                }
            });
        }

        long end() {
            looking.interrupt();
            return bytes;
        }
    }
}
