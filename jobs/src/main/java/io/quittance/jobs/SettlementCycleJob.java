package io.quittance.jobs;

import java.util.Objects;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.DefaultJobParametersValidator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.StepContribution;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttribute;

/**
 * One settlement cycle, from cut-off to report; read {@link #settlementCycle} top to bottom.
 *
 * <p>The job instance is the cycle: its number is the only identifying parameter, so a second start of a finished cycle is
 * refused, and a restart resumes at the first step not yet completed. The proof that a step's work is done is in our own
 * tables, in the transaction of its effect; the job repository only says where to resume, so each step may run again.
 *
 * <p>No step skips, none retries: what cannot settle was held or refused, as a value, in the screening.
 */
@Configuration(proxyBeanMethods = false)
class SettlementCycleJob {

    static final String JOB = "settlementCycle";
    static final String CYCLE = "cycle";

    @Bean
    Job settlementCycle(JobRepository jobs, PlatformTransactionManager transactions, CycleSteps steps) {
        var cycle = new StepsOfJob(jobs, transactions);
        return new JobBuilder(JOB, jobs)
                .validator(new DefaultJobParametersValidator(new String[] {CYCLE}, new String[0]))
                .start(cycle.step("cutOff", steps::cutOff))
                .next(cycle.step("screenSubmissions", steps::screenSubmissions))
                .next(cycle.step("matchOrders", steps::matchOrders))
                .next(cycle.step("netPositions", steps::netPositions))
                .next(cycle.step("postJournal", steps::postJournal))
                .next(cycle.step("sealCycle", steps::sealCycle))
                .next(cycle.step("commitOnChain", steps::commitOnChain))
                .next(cycle.step("reconcile", steps::reconcile))
                .next(cycle.step("publishReport", steps::publishReport))
                .build();
    }

    /** What a step does for a cycle; its own short transactions, by business key. */
    private interface Work {
        void run(long cycle);
    }

    private record StepsOfJob(JobRepository jobs, PlatformTransactionManager transactions) {

        Step step(String name, Work work) {
            return new StepBuilder(name, jobs)
                    .tasklet(
                            (contribution, chunk) -> {
                                work.run(cycleOf(contribution));
                                return RepeatStatus.FINISHED;
                            },
                            transactions)
                    .transactionAttribute(NO_TRANSACTION) // A step opens its own, and makes no outside call in one.
                    .build();
        }

        private static long cycleOf(StepContribution contribution) {
            return Objects.requireNonNull(contribution
                    .getStepExecution()
                    .getJobExecution()
                    .getJobParameters()
                    .getLong(CYCLE));
        }

        private static final TransactionAttribute NO_TRANSACTION =
                new DefaultTransactionAttribute(TransactionDefinition.PROPAGATION_NOT_SUPPORTED);
    }
}
