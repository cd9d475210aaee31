package io.quittance.bench;

import static io.quittance.bench.QuittanceBench.say;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The same transfers, posted in several ways on one machine: raw COPY into a bare table, ours, an SQL function row by row,
 * Spring Batch's own reader and writers, and TigerBeetle where there is one.
 */
@Command(
        name = "ledger",
        mixinStandardHelpOptions = true,
        description = "The same transfers by raw COPY, by our posting, row at a time, by Spring Batch, by TigerBeetle.")
final class LedgerBench implements Callable<Integer> {

    private static final int TRANSFERS_MIN = 100;
    private static final int TRANSFERS_MAX = 10_000_000;

    // The target of the design, section 9.
    private static final double ROW_AT_A_TIME_RATIO = 40;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--transfers", paramLabel = "N", required = true, description = "Transfers to post.")
    private int transfers;

    @Option(
            names = "--tigerbeetle",
            paramLabel = "ADDRESS",
            description = "HOST:PORT, or a port of this machine, of a TigerBeetle cluster 0 to measure as well.")
    private @Nullable String tigerBeetle;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "The same seed makes the same transfers (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--json", description = "Print JSON alone on standard output.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (transfers < TRANSFERS_MIN || transfers > TRANSFERS_MAX) {
            throw new ParameterException(
                    spec.commandLine(),
                    String.format(
                            Locale.ROOT,
                            "--transfers must be from %d to %d, not %d",
                            TRANSFERS_MIN,
                            TRANSFERS_MAX,
                            transfers));
        }
        try (BenchDirectory directory = BenchDirectory.temporary()) {
            Results results = measure(directory.path());
            return results.show(json);
        }
    }

    private Results measure(Path directory) throws Exception {
        double load = Machine.loadNow();
        int accounts = Workload.Mix.TRANSFERS.accounts(transfers);
        int warmUp = Math.max(1, transfers / 10);
        say("opening %,d accounts and paying them", accounts);
        try (BenchBank bank = BenchBank.open(directory, accounts)) {
            Workload workload =
                    Workload.Mix.TRANSFERS.over(bank.population(), bank.now(), seed, (long) transfers + warmUp);
            bank.settlePopulation();
            say("warming up with %,d transfers", warmUp);
            bank.settleWhole(sink -> workload.cycle(warmUp, sink));
            say("settling %,d transfers", transfers);
            bank.fill(sink -> workload.cycle(transfers, sink));
            bank.settleDown();
            CycleRun ours = bank.run();
            var results = new Results("ledger", parameters(accounts), Machine.of(bank.setting("server_version"), load));
            results.row("transfers", ours.counts().transfers(), "");
            results.row("accounts", accounts, "");
            results.check(
                    "each transfer settled",
                    ours.counts().transfers() == transfers,
                    "%,d of %,d".formatted(ours.counts().transfers(), transfers));
            RawCopy raw = raw(bank, ours, directory, results);
            results.row("posting", ours.posting(), "s");
            double posting = ours.counts().transfers() / ours.posting();
            results.row("posting_per_second", posting, "1/s");
            results.row("posting_to_raw_copy", posting / raw.rowsPerSecond(), "");
            results.row("queued_to_sealed", ours.queuedToSealed(), "s");
            double settled = ours.transfersPerSecond();
            results.row("settled_per_second", settled, "1/s");

            PostedTransfers posted = PostedTransfers.of(
                    bank.owner(),
                    ours.cycle(),
                    tigerBeetle != null ? transfers : Math.min(transfers, SpringBatchChunks.MAX));
            double rowAtATime = rowAtATime("row_at_a_time", ServiceTables::withEntries, bank, posted, results);
            compare(results, "row_at_a_time", posting, settled, rowAtATime);
            compare(
                    results,
                    "row_at_a_time_bare",
                    posting,
                    settled,
                    rowAtATime("row_at_a_time_bare", ServiceTables::bare, bank, posted, results));
            compare(results, "spring_batch", posting, settled, springBatch(bank, posted, results));
            tigerBeetle(accounts, posted, results)
                    .ifPresent(rate -> compare(results, "tigerbeetle", posting, settled, rate));
            // The function checks the funds, too, so it is held against all of queued → sealed.
            results.target("row_at_a_time_ratio", Results.Wanted.AT_LEAST, ROW_AT_A_TIME_RATIO, settled / rowAtATime);
            return results;
        }
    }

    private Map<String, Object> parameters(int accounts) {
        var parameters = new LinkedHashMap<String, Object>();
        parameters.put("transfers", transfers);
        parameters.put("accounts", accounts);
        parameters.put("seed", seed);
        return parameters;
    }

    private static void compare(Results results, String peer, double posting, double settled, double rate) {
        results.row(peer + "_per_second", rate, "1/s");
        results.row("posting_to_" + peer, posting / rate, "");
        results.row("settled_to_" + peer, settled / rate, "");
    }

    private static RawCopy raw(BenchBank bank, CycleRun ours, Path directory, Results results)
            throws SQLException, IOException {
        say("copying the same journal rows into a bare table");
        RawCopy raw = RawCopy.of(bank.owner(), ours.cycle(), directory);
        results.row("raw_copy", raw.seconds(), "s");
        results.row("raw_copy_per_second", raw.rowsPerSecond(), "1/s");
        results.check(
                "raw COPY took the same rows",
                raw.rows() == ours.counts().transfers(),
                "%,d rows".formatted(raw.rows()));
        return raw;
    }

    private interface Laid {
        ServiceTables out(Connection owner, Population population) throws SQLException;
    }

    private static double rowAtATime(
            String name, Laid tablesOf, BenchBank bank, PostedTransfers posted, Results results) throws SQLException {
        int count = Math.min(posted.count(), RowAtATime.MAX);
        String words = name.replace('_', ' ');
        say("posting %,d of them %s over %d connections", count, words, RowAtATime.CONNECTIONS);
        try (ServiceTables tables = tablesOf.out(bank.owner(), bank.population())) {
            results.row(name + ".transfers", count, "");
            double rate = RowAtATime.rate(bank.databaseUrl(), bank.population(), posted, count);
            check(results, words, tables, bank.population(), posted, count);
            return rate;
        }
    }

    private static double springBatch(BenchBank bank, PostedTransfers posted, Results results) throws Exception {
        int count = Math.min(posted.count(), SpringBatchChunks.MAX);
        say("posting %,d of them by Spring Batch in chunks of %,d", count, SpringBatchChunks.CHUNK);
        try (ServiceTables tables = ServiceTables.bare(bank.owner(), bank.population())) {
            results.row("spring_batch.transfers", count, "");
            double rate = SpringBatchChunks.rate(bank.databaseUrl(), posted, count);
            check(results, "Spring Batch", tables, bank.population(), posted, count);
            return rate;
        }
    }

    private static void check(
            Results results,
            String peer,
            ServiceTables tables,
            Population population,
            PostedTransfers posted,
            int count)
            throws SQLException {
        long rows = tables.transfers();
        boolean same = Arrays.equals(
                tables.balances(), posted.balances(population.accounts(), Population.START_UTOKEN, count));
        results.check(
                peer + " moved the same balances",
                rows == count && same,
                "%,d transfers, balances %s".formatted(rows, same ? "equal" : "differ"));
    }

    private OptionalDouble tigerBeetle(int accounts, PostedTransfers posted, Results results) {
        if (tigerBeetle == null) {
            results.skip("tigerbeetle", "no --tigerbeetle ADDRESS was given");
            return OptionalDouble.empty();
        }
        if (!TigerBeetle.answers(tigerBeetle)) {
            results.skip("tigerbeetle", "nobody listens at " + tigerBeetle);
            return OptionalDouble.empty();
        }
        say("posting them on TigerBeetle at %s", tigerBeetle);
        return OptionalDouble.of(TigerBeetle.rate(tigerBeetle, accounts, Population.START_UTOKEN, posted));
    }
}
