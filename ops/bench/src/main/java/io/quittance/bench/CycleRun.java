package io.quittance.bench;

import io.quittance.domain.settlement.CycleCounts;
import io.quittance.jobs.CycleProgress;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One cycle as it was measured.
 *
 * @param secondsPerStep in the order in which they ran
 * @param queuedToSealed wall-clock seconds from the start of the screening to the end of the sealing, what lies between the
 *     steps included
 * @param gcSeconds that the collector stopped or used meanwhile
 * @param heapPeakBytes the most that the heap held meanwhile, garbage included
 */
record CycleRun(
        long cycle,
        CycleCounts counts,
        Map<String, Double> secondsPerStep,
        double queuedToSealed,
        double gcSeconds,
        long heapPeakBytes) {

    /** The steps of queued → sealed. */
    static final List<String> QUEUED_TO_SEALED =
            List.of("screenSubmissions", "matchOrders", "netPositions", "postJournal", "sealCycle");

    double transfersPerSecond() {
        return counts.transfers() / queuedToSealed;
    }

    double submissionsPerSecond() {
        return counts.received() / queuedToSealed;
    }

    /** Seconds of queued → sealed that belong to no step. */
    double between() {
        return queuedToSealed
                - QUEUED_TO_SEALED.stream()
                        .mapToDouble(step -> secondsPerStep.getOrDefault(step, 0.0))
                        .sum();
    }

    /** Looks on while a cycle runs, on the thread that runs it. One use. */
    static final class Watch implements CycleProgress {

        private final Map<String, Double> seconds = new LinkedHashMap<>();
        private long started;
        private long sealed;
        private long gcBefore;
        private long gcAfter;
        private long heapPeak;

        @Override
        public void stepStarts(long cycle, String step) {
            if (step.equals(QUEUED_TO_SEALED.getFirst())) {
                heapPools().forEach(MemoryPoolMXBean::resetPeakUsage);
                gcBefore = gcMillis();
                started = System.nanoTime();
            }
        }

        @Override
        public void stepDone(long cycle, String step, double stepSeconds) {
            seconds.put(step, stepSeconds);
            if (step.equals(QUEUED_TO_SEALED.getLast())) {
                sealed = System.nanoTime();
                gcAfter = gcMillis();
                // Pools peak at different moments, so this is an upper bound of what they held together.
                heapPeak = heapPools().stream()
                        .mapToLong(pool -> pool.getPeakUsage().getUsed())
                        .sum();
            }
        }

        CycleRun run(long cycle, CycleCounts counts) {
            return new CycleRun(cycle, counts, seconds, (sealed - started) / 1e9, (gcAfter - gcBefore) / 1e3, heapPeak);
        }

        private static List<MemoryPoolMXBean> heapPools() {
            return ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> pool.getType() == MemoryType.HEAP)
                    .toList();
        }

        private static long gcMillis() {
            return ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                    .sum();
        }
    }
}
