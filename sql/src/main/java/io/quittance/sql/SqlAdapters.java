package io.quittance.sql;

import io.quittance.domain.archive.JournalArchives;
import io.quittance.domain.commitment.CommitmentStore;
import io.quittance.domain.cycle.Bank;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.cycle.Lease;
import io.quittance.domain.cycle.Windows;
import io.quittance.domain.intake.Approvals;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.DecidedFiles;
import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.notification.MessageQueue;
import io.quittance.domain.notification.Webhooks;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.report.CycleFigures;
import io.quittance.domain.report.JournalExtract;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.seal.EntryDomain;
import io.quittance.domain.seal.ProofFile;
import io.quittance.domain.settlement.CycleStore;
import io.quittance.domain.settlement.EntryProofs;
import io.quittance.domain.settlement.SealStore;
import io.quittance.domain.settlement.Workers;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;

/** Hands out the JDBC classes behind the domain's ports. Needs a data source of the writer's role and the doors'. */
@Configuration(proxyBeanMethods = false)
public class SqlAdapters {

    /** The bank's record alone, for who opens a bank before the rest is there. */
    public static BankStore bank(DataSource application) {
        return new JdbcBank(application);
    }

    /** The windows alone, likewise. */
    public static Windows windows(DataSource application) {
        return new JdbcWindows(application, new JdbcBank(application));
    }

    /** The archives as the owner of the tables, who alone may change what is archived. */
    public static JournalArchives journalArchives(DataSource owner) {
        return new JdbcJournalArchives(owner);
    }

    @Bean
    JournalArchives archives(DataSource application) {
        return new JdbcJournalArchives(application);
    }

    @Bean
    BankStore bankStore(DataSource application) {
        return new JdbcBank(application);
    }

    @Bean
    Windows windows(DataSource application, BankStore bank) {
        return new JdbcWindows(application, bank);
    }

    @Bean
    Lease lease(DataSource application) {
        return new JdbcLease(application);
    }

    @Bean
    CycleStore cycleStore(DataSource application, Workers workers) {
        return new JdbcCycleStore(application, workers);
    }

    @Bean
    SealStore sealStore(DataSource application) {
        return new JdbcSealStore(application);
    }

    @Bean
    Reconciliation reconciliation(DataSource application) {
        return new JdbcReconciliation(application);
    }

    @Bean
    CommitmentStore commitmentStore(DataSource application, PlatformTransactionManager transactions) {
        return ChainStores.commitments(application, transactions);
    }

    @Bean
    IntakeQueue intakeQueue(DataSource application, Windows windows, BankSecret secret) {
        return new JdbcIntakeQueue(application, secret.textSalt(), windows::layOut);
    }

    @Bean
    FileIntake fileIntake(DataSource application, DoorDatabase doors, Windows windows, BankSecret secret) {
        return new JdbcFileIntake(application, doors, secret.textSalt(), windows::layOut);
    }

    @Bean
    ClientDirectory clientDirectory(DataSource application) {
        return new JdbcClientDirectory(application);
    }

    @Bean
    Approvals approvals(DataSource application) {
        return new JdbcApprovals(application);
    }

    @Bean
    Webhooks webhooks(DataSource application) {
        return new JdbcWebhooks(application);
    }

    @Bean
    DecidedFiles decidedFiles(DataSource application) {
        return new JdbcDecidedFiles(application);
    }

    @Bean
    MessageQueue messageQueue(DataSource application, PlatformTransactionManager transactions) {
        return new JdbcMessageQueue(application, transactions);
    }

    @Bean
    EntryProofs entryProofs(Bank bank, BankSecret secret, SealStore seals, Windows windows) {
        return new EntryProofs(new EntryDomain(bank.chainId(), bank.registry()), secret, seals, windows);
    }

    @Bean
    JdbcAccountRecords accountRecords(DataSource application) {
        return new JdbcAccountRecords(application);
    }

    @Bean
    JdbcBankViews bankViews(DoorDatabase doors, CommitmentStore commitments, EntryProofs proofs) {
        return new JdbcBankViews(
                doors,
                cycle -> commitments
                        .status(cycle)
                        .map(status -> new ChainStatusReader.ChainStatus(
                                status.state().name(), status.transaction(), status.gasUsed())),
                posting -> proofs.of(posting).map(ProofFile::write));
    }

    @Bean
    CycleFigures cycleFigures(DataSource application) {
        return new JdbcCycleFigures(application);
    }

    @Bean
    JournalExtract journalExtract(DataSource application) {
        return new JdbcJournalExtract(application);
    }
}
