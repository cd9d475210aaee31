package io.quittance.jobs;

import org.quartz.CronScheduleBuilder;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.JobExecutionException;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.quartz.QuartzJobBean;

/**
 * When cycles run by themselves. Quartz looks by a cron expression whether a window is due and runs what is, one after
 * another; which cycle and which date is the calendar's to say, never the trigger's. The chain is followed all the time.
 */
@Configuration(proxyBeanMethods = false)
public class CycleSchedule {

    private static final Logger LOG = LoggerFactory.getLogger(CycleSchedule.class);
    private static final long FOLLOW_EVERY_MS = 500;

    /** Runs what is due, oldest first. */
    @DisallowConcurrentExecution
    public static class RunDueCycles extends QuartzJobBean {

        @Autowired
        private CycleRunner runner;

        @Override
        protected void executeInternal(JobExecutionContext context) throws JobExecutionException {
            try {
                while (runner.runDue(CycleProgress.NONE) instanceof CycleRunner.Answer.Completed completed) {
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
                thread.join(5_000);
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
