package io.quittance.jobs;

import io.quittance.domain.cycle.Lease;
import io.quittance.domain.cycle.Windows;
import io.quittance.domain.settlement.CycleStore;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;

/**
 * Runs cycles, strictly one after another, under the lease: resumes one that a crash or a stop left unfinished, then takes
 * up the next due window. Several processes may ask at once; one runs, the others are told so.
 */
public final class CycleRunner {

    private static final Logger LOG = LoggerFactory.getLogger(CycleRunner.class);
    private static final String LAST_STEP = "publishReport";

    private final Lease lease;
    private final Windows windows;
    private final CycleStore cycles;
    private final CycleSteps steps;
    private final Job settlementCycle;
    private final JobOperator operator;
    private final JobRepository jobs;
    private final String owner;

    CycleRunner(
            Lease lease,
            Windows windows,
            CycleStore cycles,
            CycleSteps steps,
            Job settlementCycle,
            JobOperator operator,
            JobRepository jobs,
            String owner) {
        this.lease = lease;
        this.windows = windows;
        this.cycles = cycles;
        this.steps = steps;
        this.settlementCycle = settlementCycle;
        this.operator = operator;
        this.jobs = jobs;
        this.owner = owner;
    }

    /** What came of asking for a cycle. */
    public sealed interface Answer {

        /** The cycle is through all its steps. */
        record Completed(long cycle) implements Answer {}

        /** Nothing is unfinished and no window is due. */
        record NothingDue() implements Answer {}

        /** Another process runs the cycles. */
        record RunElsewhere() implements Answer {}
    }

    /** A cycle stopped in a step; the next run resumes it there. {@code getCause()} is why. */
    public static final class CycleFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CycleFailed(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Runs one cycle if one is unfinished or due.
     *
     * @throws CycleFailed if it stopped in a step
     */
    public synchronized Answer runDue(CycleProgress progress) {
        return underLease(progress, false);
    }

    /**
     * Cuts off now and runs that cycle. If one is unfinished or a window is due already, runs that first one instead.
     *
     * @throws CycleFailed if it stopped in a step
     */
    public synchronized Answer cutOffAndRun(CycleProgress progress) {
        return underLease(progress, true);
    }

    private Answer underLease(CycleProgress progress, boolean byHand) {
        Optional<Lease.Held> held = lease.take(owner);
        if (held.isEmpty()) {
            return new Answer.RunElsewhere();
        }
        try (Lease.Held mine = held.get()) {
            long last = windows.lastClosed();
            long cycle;
            if (last > 0 && !cycles.isStepDone(last, LAST_STEP)) {
                cycle = last;
            } else {
                if (byHand) {
                    windows.cutOffNow();
                }
                if (windows.due().isEmpty()) {
                    return new Answer.NothingDue();
                }
                cycle = last + 1;
            }
            steps.begin(mine.token(), progress);
            run(cycle);
            return new Answer.Completed(cycle);
        }
    }

    private void run(long cycle) {
        JobParameters parameters = new JobParametersBuilder()
                .addLong(SettlementCycleJob.CYCLE, cycle)
                .toJobParameters();
        try {
            JobExecution earlier = jobs.getLastJobExecution(SettlementCycleJob.JOB, parameters);
            if (earlier != null && earlier.isRunning()) {
                // We hold the lease, so whoever ran this is dead or fenced off.
                LOG.warn("cycle={} resumes after its run died in execution {}", cycle, earlier.getId());
                operator.recover(earlier);
            }
            JobExecution execution = operator.start(settlementCycle, parameters);
            if (execution.getStatus() != BatchStatus.COMPLETED) {
                Throwable cause = execution.getAllFailureExceptions().stream()
                        .findFirst()
                        .orElseGet(() -> new IllegalStateException("stopped: " + execution.getStatus()));
                throw new CycleFailed("cycle " + cycle + " stopped: " + cause.getMessage(), cause);
            }
        } catch (JobExecutionException refused) {
            throw new CycleFailed("cycle " + cycle + " could not be started: " + refused.getMessage(), refused);
        }
    }
}
