package io.quittance.jobs;

import java.time.Duration;
import org.quartz.CronScheduleBuilder;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.JobExecutionException;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.scheduling.quartz.QuartzJobBean;
import org.springframework.transaction.TransactionException;

/**
 * When cycles run by themselves. Quartz looks by a cron expression whether a window is due and runs what is, one after
 * another; which cycle and which date is the calendar's to say, never the trigger's. The chain is followed all the time.
 */
@Configuration(proxyBeanMethods = false)
public class CycleSchedule {

    private static final Logger LOG = LoggerFactory.getLogger(CycleSchedule.class);
    private static final long FOLLOW_EVERY_MS = 500;
    private static final long PASS_PATIENCE_MS = 2_000;
    /** A signal ends the process within ten seconds, and others want to end in order too. */
    private static final Duration STEP_PATIENCE = Duration.ofSeconds(3);

    /**
     * Runs what is due, oldest first. That one process at a time does so is the lease's to say: were it Quartz's, the job of a
     * process that was killed would stay blocked until its absence is noticed, some ten seconds later.
     */
    public static class RunDueCycles extends QuartzJobBean {

        @Autowired
        private CycleRunner runner;

        @Autowired
        private ObjectProvider<CycleProgress> onlooker;

        @Override
        protected void executeInternal(JobExecutionContext context) throws JobExecutionException {
            try {
                CycleProgress progress = onlooker.getIfAvailable(() -> CycleProgress.NONE);
                while (runner.runDue(progress) instanceof CycleRunner.Answer.Completed completed) {
                    LOG.info("cycle={} completed", completed.cycle());
                }
            } catch (RuntimeException failed) {
                LOG.error("a cycle stopped; the next look resumes it", failed);
                throw new JobExecutionException(failed);
            }
        }
    }

    @Bean
    JobDetail runDueCycles() {
        return JobBuilder.newJob(RunDueCycles.class)
                .withIdentity("runDueCycles")
                .storeDurably()
                .build();
    }

    /** A look that was missed is made up for once, at once. */
    @Bean
    Trigger lookForDueWindows(JobDetail runDueCycles, @Value("${quittance.schedule.cron}") String cron) {
        return TriggerBuilder.newTrigger()
                .forJob(runDueCycles)
                .withIdentity("lookForDueWindows")
                .withSchedule(CronScheduleBuilder.cronSchedule(cron).withMisfireHandlingInstructionFireAndProceed())
                .build();
    }

    @Bean
    SmartLifecycle chainFollower(ChainFollowing following) {
        return new Follower(following);
    }

    /** Before anything else ends, so that a run can come to the end of its step with all that it needs. */
    @Bean
    SmartLifecycle endOfRuns(CycleRunner runner) {
        return new EndOfRuns(runner);
    }

    private static final class EndOfRuns implements SmartLifecycle {

        private final CycleRunner runner;
        private volatile boolean running;

        EndOfRuns(CycleRunner runner) {
            this.runner = runner;
        }

        @Override
        public void start() {
            running = true;
        }

        @Override
        public void stop() {
            running = false;
            if (!runner.end(STEP_PATIENCE)) {
                LOG.warn("the step under way is cut short; the next run resumes it");
            }
        }

        @Override
        public boolean isRunning() {
            return running;
        }
    }

    private static final class Follower implements SmartLifecycle {

        private final ChainFollowing following;
        private volatile boolean running;
        private volatile Thread thread = new Thread();

        Follower(ChainFollowing following) {
            this.following = following;
        }

        @Override
        public void start() {
            running = true;
            thread = Thread.ofPlatform().name("chain-follower").daemon().start(this::follow);
        }

        private void follow() {
            while (running) {
                try {
                    following.pass();
                } catch (DataAccessResourceFailureException | TransactionException gone) {
                    LOG.warn("a pass of the chain follower found no database; the next one tries again");
                } catch (RuntimeException failed) {
                    LOG.error("a pass of the chain follower failed; the next one tries again", failed);
                }
                try {
                    Thread.sleep(FOLLOW_EVERY_MS); // The chain's pace, not a condition that is waited for.
                } catch (InterruptedException stopped) {
                    return;
                }
            }
        }

        @Override
        public void stop() {
            running = false;
            thread.interrupt();
            try {
                thread.join(PASS_PATIENCE_MS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public boolean isRunning() {
            return running;
        }
    }
}
