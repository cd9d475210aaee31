package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.report.BankViews;
import io.quittance.jobs.CycleProgress;
import io.quittance.jobs.CycleRunner;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import tools.jackson.databind.json.JsonMapper;

/** Whatever a crash leaves in Spring Batch's tables, the cycle runs: they say where to resume, never whether. */
@ResourceLock(SmallBank.CYCLES_IN_PROCESS)
class LeftByBatchIT {

    private static final String JOB = "settlementCycle";
    private static final JobParameters SECOND =
            new JobParametersBuilder().addLong("cycle", 2L).toJobParameters();

    @TempDir
    Path folder;

    @Test
    void anInstanceWithoutAnExecutionIsStarted() {
        runsAfter((jobs, instance) -> {});
    }

    @Test
    void anExecutionOfWhichNobodyKnowsHowItEndedIsFollowedByAnother() {
        runsAfter((jobs, instance) -> leave(jobs, instance, BatchStatus.UNKNOWN));
    }

    @Test
    void anExecutionThatSeemsToRunIsFollowedByAnother() {
        runsAfter((jobs, instance) -> leave(jobs, instance, BatchStatus.STARTED));
    }

    @Test
    void anExecutionThatSeemsToStopIsFollowedByAnother() {
        runsAfter((jobs, instance) -> leave(jobs, instance, BatchStatus.STOPPING));
    }

    private static void leave(JobRepository jobs, JobInstance instance, BatchStatus status) {
        JobExecution execution = jobs.createJobExecution(instance, SECOND, new ExecutionContext());
        StepExecution step = jobs.createStepExecution("cutOff", execution);
        step.setStatus(status);
        jobs.update(step);
        execution.setStatus(status);
        jobs.update(execution);
    }

    private void runsAfter(BiConsumer<JobRepository, JobInstance> crash) {
        Path data = SmallBank.beforeSecond(folder.resolve("data"));
        try (BankSession session = SmallBank.open(data)) {
            var jobs = session.get(JobRepository.class);
            crash.accept(jobs, jobs.createJobInstance(JOB, SECOND));

            assertThat(session.get(CycleRunner.class).cutOffAndRun(CycleProgress.NONE))
                    .isEqualTo(new CycleRunner.Answer.Completed(2));
            assertThat(session.get(BankViews.class).cycle(2).orElseThrow().headerHash())
                    .hasToString(JsonMapper.shared()
                            .readTree(SmallBank.undisturbedSecond().out())
                            .get("headerHash")
                            .asString());
        }
    }
}
