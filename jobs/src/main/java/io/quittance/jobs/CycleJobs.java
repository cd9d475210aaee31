package io.quittance.jobs;

import io.quittance.domain.commitment.CommitFollower;
import io.quittance.domain.commitment.CommitmentStore;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.cycle.Lease;
import io.quittance.domain.cycle.Windows;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.settlement.CycleStore;
import io.quittance.domain.settlement.SealStore;
import io.quittance.domain.settlement.Workers;
import java.lang.management.ManagementFactory;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Puts the cycle's job together from the ports that the application provides. */
@Configuration(proxyBeanMethods = false)
@Import(SettlementCycleJob.class)
public class CycleJobs {

    @Bean
    Workers workers(@Value("${quittance.workers:0}") int count) {
        return count == 0 ? Workers.ofMachine() : new Workers(count);
    }

    @Bean
    CycleSteps cycleSteps(
            Windows windows,
            CycleStore cycles,
            SealStore seals,
            BankStore banks,
            BankSecret secret,
            CommitmentStore commitments,
            CommitFollower follower,
            Reconciliation reconciliation,
            CycleReports reports,
            Workers workers) {
        return new CycleSteps(
                windows,
                cycles,
                seals,
                banks,
                secret,
                commitments,
                follower,
                new ChainIdentity(commitments),
                reconciliation,
                reports,
                workers);
    }

    @Bean
    CycleRunner cycleRunner(
            Lease lease,
            Windows windows,
            CycleStore cycles,
            CycleSteps steps,
            Job settlementCycle,
            JobOperator operator,
            JobRepository jobs) {
        return new CycleRunner(
                lease,
                windows,
                cycles,
                steps,
                settlementCycle,
                operator,
                jobs,
                ManagementFactory.getRuntimeMXBean().getName());
    }

    @Bean
    ChainFollowing chainFollowing(
            CommitFollower follower,
            Reconciliation reconciliation,
            SealStore seals,
            CommitmentStore commitments,
            CycleReports reports) {
        return new ChainFollowing(follower, reconciliation, seals, new ChainIdentity(commitments), reports);
    }
}
