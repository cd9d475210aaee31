package io.quittance.app;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.quittance.contracts.ChainAdapters;
import io.quittance.contracts.ChainSettings;
import io.quittance.domain.archive.JournalArchives;
import io.quittance.domain.commitment.CommitFollower;
import io.quittance.domain.commitment.CommitmentStore;
import io.quittance.domain.commitment.CycleRegistry;
import io.quittance.domain.commitment.FollowSettings;
import io.quittance.domain.cycle.Bank;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.cycle.Windows;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.report.BankViews;
import io.quittance.domain.report.CycleFigures;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.settlement.CycleStore;
import io.quittance.domain.settlement.SealStore;
import io.quittance.jobs.BooksCheck;
import io.quittance.jobs.CycleJobs;
import io.quittance.jobs.CycleReports;
import io.quittance.jobs.FileCycleReports;
import io.quittance.jobs.JournalArchiving;
import io.quittance.jobs.Replay;
import io.quittance.sql.DoorDatabase;
import io.quittance.sql.SqlAdapters;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/** A bank's books, jobs and chain: what every command that works on them needs. Doors and schedule come on top. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({SqlAdapters.class, CycleJobs.class})
class BankConfiguration {

    /** A database that gives no connection for this long is down; a cycle asks several times before it gives up. */
    private static final Duration DATABASE_PATIENCE = Duration.ofSeconds(5);

    /** Passes come every half second; after a kill the next process waits this long before it may follow. */
    private static final Duration FOLLOW_LEASE = Duration.ofSeconds(5);

    @Bean(destroyMethod = "close")
    HikariDataSource dataSource(Premises premises) {
        HikariConfig config = DatabaseSessions.writer(premises);
        config.setMaximumPoolSize(24);
        config.setConnectionTimeout(DATABASE_PATIENCE.toMillis());
        config.setPoolName("quittance");
        return DatabaseSessions.open(config);
    }

    /** No candidate where somebody asks for a data source: what reads as a participant says so. */
    @Bean(defaultCandidate = false, destroyMethod = "close")
    HikariDataSource doorDataSource(Premises premises) {
        HikariConfig config = DatabaseSessions.door(premises);
        config.setMaximumPoolSize(12);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(DATABASE_PATIENCE.toMillis());
        config.setPoolName("doors");
        return DatabaseSessions.open(config);
    }

    @Bean
    DoorDatabase doorDatabase(@Qualifier("doorDataSource") HikariDataSource doors) {
        return new DoorDatabase(doors);
    }

    @Bean
    PlatformTransactionManager transactionManager(DataSource dataSource) {
        return new JdbcTransactionManager(dataSource);
    }

    @Bean
    CycleRegistry cycleRegistry(Premises premises, Bank bank, BankSession.Committer committer) {
        var settings = new ChainSettings(premises.chain(), bank.chainId(), bank.registry(), 0, Duration.ofSeconds(10));
        return committer.signer() == null
                ? ChainAdapters.developmentRegistry(settings)
                : ChainAdapters.registry(settings, committer.signer());
    }

    @Bean
    FollowSettings followSettings() {
        var standard =
                FollowSettings.standard(ManagementFactory.getRuntimeMXBean().getName());
        return new FollowSettings(
                standard.owner(),
                FOLLOW_LEASE,
                standard.bumpAfterBlocks(),
                standard.feeCeiling(),
                standard.fallbackDepth());
    }

    @Bean
    CommitFollower commitFollower(CommitmentStore commitments, CycleRegistry registry, FollowSettings settings) {
        return new CommitFollower(commitments, registry, settings);
    }

    @Bean
    FollowRight followRight(CommitmentStore commitments, CycleRegistry registry, FollowSettings settings) {
        return new FollowRight(commitments, registry, settings);
    }

    @Bean
    CycleReports cycleReports(Premises premises, BankViews views, CycleFigures figures, Reconciliation reconciliation) {
        return new FileCycleReports(premises.directory().reports(), views, figures, reconciliation);
    }

    @Bean
    Replay replay(Windows windows, CycleStore cycles, SealStore seals, BankStore banks, BankSecret secret) {
        return new Replay(windows, cycles, seals, banks, secret);
    }

    @Bean
    BooksCheck booksCheck(
            Windows windows,
            CycleStore cycles,
            SealStore seals,
            BankStore banks,
            BankSecret secret,
            JournalArchives archives,
            Reconciliation reconciliation) {
        return new BooksCheck(windows, cycles, seals, banks, secret, archives, reconciliation);
    }

    /** As a reader: to check files. */
    @Bean
    JournalArchiving journalArchiving(
            JournalArchives archives, Windows windows, SealStore seals, BankStore banks, BankSecret secret) {
        return new JournalArchiving(archives, windows, seals, banks, secret);
    }
}
