package io.quittance.jobs;

import io.quittance.domain.cycle.Lease;
import io.quittance.domain.cycle.Windows;
import io.quittance.domain.settlement.CycleStore;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.StepExecution;

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
    private final ReentrantLock running = new ReentrantLock();
    private volatile boolean ending;

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
    public Answer runDue(CycleProgress progress) {
        return underLease(progress, false);
    }

    /**
     * Cuts off now and runs that cycle. If one is unfinished or a window is due already, runs that first one instead.
     *
     * @throws CycleFailed if it stopped in a step
     */
    public Answer cutOffAndRun(CycleProgress progress) {
        return underLease(progress, true);
    }

    /**
     * Has the run under way, if there is one, stop before its next step, and none begin any more; for the end of the process.
     * The cycle is resumed where it stopped, by whoever runs next.
     *
     * @param patience how long to wait for that; a step that takes longer is left to be cut short
     * @return whether nothing runs any more
     */
    public boolean end(Duration patience) {
        ending = true;
        try {
            if (!running.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
        running.unlock();
        return true;
    }

    private Answer underLease(CycleProgress progress, boolean byHand) {
        running.lock();
        try {
            return runUnderLease(progress, byHand);
        } finally {
            running.unlock();
        }
    }

    private Answer runUnderLease(CycleProgress progress, boolean byHand) {
        if (ending) {
            return new Answer.NothingDue();
        }
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
            steps.begin(mine, new UntilEnd(progress));
            run(cycle, mine);
            return new Answer.Completed(cycle);
        }
    }

    private void run(long cycle, Lease.Held mine) {
        JobParameters parameters = new JobParametersBuilder()
                .addLong(SettlementCycleJob.CYCLE, cycle)
                .toJobParameters();
        try {
            JobExecution earlier = jobs.getLastJobExecution(SettlementCycleJob.JOB, parameters);
            if (earlier == null) {
                forgetInstance(parameters);
            } else if (earlier.getStatus() != BatchStatus.COMPLETED) {
                endForRestart(cycle, earlier);
            }
            JobExecution execution = operator.start(settlementCycle, parameters);
            if (execution.getStatus() != BatchStatus.COMPLETED) {
                Throwable cause = execution.getAllFailureExceptions().stream()
                        .findFirst()
                        .orElseGet(() -> new IllegalStateException("stopped: " + execution.getStatus()));
                throw stopped(cycle, mine, cause);
            }
        } catch (JobExecutionException refused) {
            throw new CycleFailed("cycle " + cycle + " could not be started: " + refused.getMessage(), refused);
        }
    }

    /** Passes on what it is told, and lets no step begin once the process is about to end. */
    private final class UntilEnd implements CycleProgress {

        private final CycleProgress onlooker;

        UntilEnd(CycleProgress onlooker) {
            this.onlooker = onlooker;
        }

        @Override
        public void stepStarts(long cycle, String step) {
            if (ending) {
                throw new IllegalStateException("told to end before " + step);
            }
            onlooker.stepStarts(cycle, step);
        }

        @Override
        public void stepDone(long cycle, String step, double seconds) {
            onlooker.stepDone(cycle, step, seconds);
        }

        @Override
        public void reached(String point) {
            onlooker.reached(point);
        }
    }

    /** A run that lost its lease fails in many ways, as its successor has moved on in every table; this is the one reason. */
    private static CycleFailed stopped(long cycle, Lease.Held mine, Throwable cause) {
        Throwable why = cause;
        try {
            mine.requireCurrent();
        } catch (CycleStore.LeaseLost lost) {
            why = lost;
        } catch (RuntimeException databaseGone) {
            LOG.debug("nobody can say who has the lease", databaseGone);
        }
        return new CycleFailed("cycle " + cycle + " stopped: " + why.getMessage(), why);
    }

    /** The repository notes the instance before its first execution; killed between the two, it refuses every later start. */
    private void forgetInstance(JobParameters parameters) {
        JobInstance instance = jobs.getJobInstance(SettlementCycleJob.JOB, parameters);
        if (instance != null) {
            jobs.deleteJobInstance(instance);
        }
    }

    /**
     * Lets an execution be followed by another one, whatever the repository believes of it: that it still runs, because its
     * process was killed, or that nobody knows, because the database went away under it. We hold the lease, so whoever ran it
     * is dead or fenced off, and what was done is in our own tables.
     */
    private void endForRestart(long cycle, JobExecution earlier) {
        LocalDateTime now = LocalDateTime.now();
        for (StepExecution step : earlier.getStepExecutions()) {
            if (isOpen(step.getStatus())) {
                step.setStatus(BatchStatus.FAILED);
                step.setExitStatus(ExitStatus.FAILED);
                step.setEndTime(now);
                jobs.update(step);
            }
        }
        if (isOpen(earlier.getStatus())) {
            LOG.warn("cycle={} resumes after its run died in execution {}", cycle, earlier.getId());
            earlier.setStatus(BatchStatus.FAILED);
            earlier.setExitStatus(ExitStatus.FAILED);
            earlier.setEndTime(now);
            jobs.update(earlier);
        }
    }

    private static boolean isOpen(BatchStatus status) {
        return status.isRunning() || status == BatchStatus.STOPPING || status == BatchStatus.UNKNOWN;
    }
}
