package io.quittance.bench;

import io.quittance.app.FreshBank;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.settlement.CycleCounts;
import io.quittance.domain.settlement.CycleStore;
import io.quittance.jobs.CycleRunner;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/** A fresh bank with a population in it, to run cycles on. Everything but the filling of the queue goes its real way. */
final class BenchBank implements AutoCloseable {

    /** Where its clock stands: before the first cut-off of its first date, so that no empty window is due. */
    static final Instant NOW = Instant.parse("2026-01-05T00:30:00Z");

    private final FreshBank bank;
    private final Client client;
    private final Population population;
    private final Connection owner;
    private final CpuClock clock;

    private BenchBank(FreshBank bank, Client client, Population population, Connection owner) throws SQLException {
        this.bank = bank;
        this.client = client;
        this.population = population;
        this.owner = owner;
        this.clock = new CpuClock(owner.unwrap(PGConnection.class).getBackendPID());
    }

    /**
     * @param directory of the bank; empty or missing
     * @param accounts that trade
     */
    static BenchBank open(Path directory, int accounts) throws SQLException {
        return on(FreshBank.open(directory, NOW), accounts);
    }

    /** The same on a bank that is open already; it is closed with this one. */
    static BenchBank on(FreshBank bank, int accounts) throws SQLException {
        try {
            Client client = bank.get(ClientDirectory.class).register("bench", EnumSet.allOf(Client.Scope.class));
            var population = new Population(accounts, bank.get(BankStore.class).parameters(), NOW);
            return new BenchBank(bank, client, population, DriverManager.getConnection(bank.databaseUrl()));
        } catch (SQLException | RuntimeException failure) {
            bank.close();
            throw failure;
        }
    }

    /** Who hands in what {@link #fill} brings. */
    Client client() {
        return client;
    }

    /** A part of the application. */
    <T> T get(Class<T> part) {
        return bank.get(part);
    }

    Population population() {
        return population;
    }

    Instant now() {
        return NOW;
    }

    /** As the owner of the tables, in auto-commit. */
    Connection owner() {
        return owner;
    }

    /** JDBC address of the server, as the owner of the tables. */
    String databaseUrl() {
        return bank.databaseUrl();
    }

    /** Opens the accounts and settles the two cycles that bring them their money. */
    void settlePopulation() throws SQLException {
        population.open(bank.get(IntakeQueue.class), client);
        settleWhole(sink -> population.deposits().forEach(sink));
        settleWhole(population::payOut);
    }

    /** Settles what later cycles build on: nothing of it may be refused. */
    void settleWhole(SubmissionLoad.Source source) throws SQLException {
        long queued = fill(source);
        if (queued == 0) {
            return;
        }
        CycleCounts counts = run().counts();
        if (counts.settled() + counts.resting() != queued) {
            throw new IllegalStateException("of " + queued + " submissions not all settled: " + counts);
        }
    }

    /** Hands in what is not a submission. */
    void tell(List<ReferenceLine> lines) {
        Population.tell(bank.get(IntakeQueue.class), client, lines);
    }

    /** Fills the queue by COPY; answers how many came in. */
    long fill(SubmissionLoad.Source source) throws SQLException {
        return SubmissionLoad.load(bank.get(DataSource.class), client, source);
    }

    /**
     * Brings the server to rest, so that a measurement does not pay for the filling of the queue: statistics and hint bits
     * are there, which autovacuum would see to in the hour in which a real queue fills, and the log is checkpointed.
     */
    void settleDown() throws SQLException {
        try (var statement = owner.createStatement()) {
            statement.execute("VACUUM (ANALYZE)");
            statement.execute("CHECKPOINT");
        }
    }

    /** Cuts off and runs the cycle through the application's job. */
    CycleRun run() {
        var watch = new CycleRun.Watch(clock);
        CycleRunner.Answer answer = bank.get(CycleRunner.class).cutOffAndRun(watch);
        if (!(answer instanceof CycleRunner.Answer.Completed completed)) {
            throw new IllegalStateException("the cycle did not run: " + answer);
        }
        return watch.run(
                completed.cycle(),
                bank.get(CycleStore.class).counts(completed.cycle()).orElseThrow());
    }

    /** Transfers of all cycles so far. */
    long settledTransfers() throws SQLException {
        try (var query = owner.createStatement();
                var row = query.executeQuery("SELECT last_seq FROM books_head")) {
            row.next();
            return row.getLong(1);
        }
    }

    /** What the cycle's own reconciliation found wrong. */
    List<Identity> breaks(long cycle) {
        return bank.get(Reconciliation.class).kept(cycle).stream()
                .filter(identity -> identity.verdict() == Identity.Verdict.BREAK)
                .toList();
    }

    /** The whole books. */
    List<Identity> proveBooks() {
        return bank.get(Reconciliation.class).proveBooks();
    }

    /** A setting of the server. */
    String setting(String name) throws SQLException {
        try (var query = owner.prepareStatement("SELECT current_setting(?)")) {
            query.setString(1, name);
            try (var row = query.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        try (bank) {
            owner.close();
        }
    }
}
