package io.quittance.bench;

import static io.quittance.bench.QuittanceBench.say;

import io.quittance.domain.reconciliation.Identity;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * How fast a cycle settles, from a filled queue to its seal, beside the raw COPY of the same journal rows into a bare table
 * of the same server.
 *
 * <p>Three cycles run, of a tenth, a tenth, and the whole: the first lets the virtual machine warm up, the second is what the
 * growth is measured against, the third is the one that counts. More of the same size follow if a history is asked for.
 */
@Command(
        name = "cycle",
        mixinStandardHelpOptions = true,
        description = "How fast a cycle settles, from a filled queue to its seal, beside raw COPY of the same rows.")
final class CycleBench implements Callable<Integer> {

    private static final int SUBMISSIONS_MIN = 100;
    private static final int SUBMISSIONS_MAX = 20_000_000;
    private static final int ACCOUNTS_MIN = 100;
    private static final int ACCOUNTS_MAX = 10_000_000;

    /** From this size on fixed costs no longer hide how a cycle grows. */
    private static final int GROWTH_FROM = 1_000_000;

    private static final int HEAP_AT = 10_000_000;

    // The targets of the design, section 9.
    private static final double SETTLE_RATE = 250_000;
    /** Raw COPY of the machine for which the absolute rate was set, in rows a second: others are scaled by theirs. */
    private static final double SETTLE_RATE_AT_COPY = 1_300_000;

    private static final double COPY_RATIO = 0.20;
    private static final double GROWTH = 11;
    private static final double HEAP_MIB = 2_048;
    private static final double HISTORY = 1.1;
    private static final double STATEMENT_MS = 50;

    private static final int CYCLES = 3;
    private static final int CYCLES_MAX = 100;
    private static final int CYCLES_ONE_ABOVE = 1_000_000;

    private static final int HISTORY_MAX = 1_000_000_000;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--transfers",
            paramLabel = "N",
            required = true,
            description = "Submissions of the cycle that is measured: transfers, or of all kinds with --mix all.")
    private int submissions;

    @Option(
            names = "--accounts",
            paramLabel = "A",
            description =
                    "Accounts that trade (default: as many as submissions, at most 100000; 1000000 with --mix wide).")
    private @Nullable Integer accounts;

    @Option(
            names = "--mix",
            defaultValue = "transfers",
            description = "What is handed in: transfers, all, hot, wide or zipf (default: ${DEFAULT-VALUE}).")
    private Workload.Mix mix = Workload.Mix.TRANSFERS;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "The same seed makes the same submissions (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
            names = "--cycles",
            paramLabel = "C",
            description = "How many such cycles are measured, each beside a raw COPY of its own rows; shown is the one"
                    + " whose ratio is the median (default: 3; 1 above 1000000 submissions).")
    private @Nullable Integer cycles;

    @Option(
            names = "--history",
            paramLabel = "N",
            description = "After the cycle, settle more of its size until N transfers lie behind, then measure again.")
    private @Nullable Integer history;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the bank goes, and stays; must be empty (default: a temporary directory).")
    private @Nullable Path dataDirectory;

    @Option(names = "--json", description = "Print JSON alone on standard output.")
    private boolean json;

    @Override
    public Integer call() throws SQLException, IOException {
        int traders = accounts != null ? accounts : mix.accounts(submissions);
        requireWithin("--transfers", submissions, SUBMISSIONS_MIN, SUBMISSIONS_MAX);
        requireWithin("--accounts", traders, ACCOUNTS_MIN, ACCOUNTS_MAX);
        requireWithin("--cycles", cycles(), 1, CYCLES_MAX);
        if (history != null) {
            requireWithin("--history", history, submissions, HISTORY_MAX);
        }
        try (BenchDirectory directory = BenchDirectory.of(dataDirectory, spec)) {
            Results results = measure(directory.path(), traders);
            return results.show(json);
        }
    }

    private void requireWithin(String option, int value, int low, int high) {
        if (value < low || value > high) {
            throw new ParameterException(
                    spec.commandLine(),
                    String.format(Locale.ROOT, "%s must be from %d to %d, not %d", option, low, high, value));
        }
    }

    private Results measure(Path directory, int traders) throws SQLException, IOException {
        double load = Machine.loadNow();
        int tenth = submissions / 10;
        say("opening a bank in %s", directory);
        try (BenchBank bank = BenchBank.open(directory, traders)) {
            Workload workload = mix.over(bank.population(), bank.now(), seed, total());
            say("opening %,d accounts and paying them", traders);
            bank.settlePopulation();
            bank.settleWhole(workload::prepare);
            say("warming up with %,d submissions", tenth);
            CycleRun warmUp = settle(bank, workload, tenth).run();
            say("measuring %,d submissions, for the growth", tenth);
            CycleRun small = settle(bank, workload, tenth).run();
            say("measuring %,d submissions, and a raw COPY of the same journal rows into a bare table", submissions);
            var measured = new ArrayList<Measured>();
            for (int i = 0; i < cycles(); i++) {
                Filled big = settle(bank, workload, submissions);
                var beside =
                        new Measured(big, RawCopy.of(bank.owner(), big.run().cycle(), directory));
                say("  raw COPY: %,.0f rows/s, ratio %.3f", beside.raw().rowsPerSecond(), beside.ratio());
                measured.add(beside);
            }
            List<CycleRun> runs =
                    measured.stream().map(each -> each.filled().run()).toList();
            History behind = history == null ? null : lengthen(bank, workload, runs, history);
            say("reading statements");
            StatementReads statements = StatementReads.of(bank, seed);
            say("proving the books");
            return results(bank, load, traders, List.of(warmUp, small), measured, behind, statements);
        }
    }

    private int cycles() {
        return cycles != null ? cycles : submissions > CYCLES_ONE_ABOVE ? 1 : CYCLES;
    }

    /** A cycle and the raw COPY of its rows right after it, so that both had the same machine. */
    private record Measured(Filled filled, RawCopy raw) {

        double ratio() {
            return filled.run().transfersPerSecond() / raw.rowsPerSecond();
        }

        /** The lower of the two in the middle of an even number. */
        static Measured median(List<Measured> all) {
            List<Measured> sorted = all.stream()
                    .sorted(Comparator.comparingDouble(Measured::ratio))
                    .toList();
            return sorted.get((sorted.size() - 1) / 2);
        }
    }

    /** Submissions of all cycles together, at most; with all kinds some bring no transfer, so more of them are needed. */
    private long total() {
        long behind = history == null ? 0 : history * (mix.settlesWhole() ? 1L : 2L) + submissions * (cycles() + 1L);
        return (long) submissions * cycles() + 2L * (submissions / 10) + behind;
    }

    /**
     * What cycles of the same size cost before and after a history.
     *
     * @param behind transfers settled before the first of {@code after}
     */
    private record History(List<CycleRun> before, long behind, List<CycleRun> after) {

        double ratio() {
            return median(after) / median(before);
        }

        static double median(List<CycleRun> runs) {
            double[] seconds =
                    runs.stream().mapToDouble(CycleRun::queuedToSealed).sorted().toArray();
            return seconds[seconds.length / 2];
        }
    }

    private History lengthen(BenchBank bank, Workload workload, List<CycleRun> before, int history)
            throws SQLException {
        say("settling until %,d transfers lie behind", history);
        long behind = bank.settledTransfers();
        while (behind < history) {
            behind += settle(bank, workload, submissions).run().counts().transfers();
        }
        var after = new ArrayList<CycleRun>();
        for (int i = 0; i < cycles(); i++) {
            after.add(settle(bank, workload, submissions).run());
        }
        return new History(before, behind, after);
    }

    /** A cycle, how long the queue took to fill before it, and the machine's load right after it. */
    private record Filled(CycleRun run, double fillSeconds, double loadAfter) {}

    private static Filled settle(BenchBank bank, Workload workload, int submissions) throws SQLException {
        bank.tell(workload.reference(submissions));
        long start = System.nanoTime();
        long queued = bank.fill(sink -> workload.cycle(submissions, sink));
        double fillSeconds = (System.nanoTime() - start) / 1e9;
        bank.settleDown();
        CycleRun run = bank.run();
        if (queued != submissions) {
            throw new IllegalStateException("the workload made " + queued + " submissions, not " + submissions);
        }
        say(
                "  cycle %d: %,d transfers in %.2f s, %,.0f/s",
                run.cycle(), run.counts().transfers(), run.queuedToSealed(), run.transfersPerSecond());
        return new Filled(run, fillSeconds, Machine.loadNow());
    }

    private Results results(
            BenchBank bank,
            double load,
            int traders,
            List<CycleRun> before,
            List<Measured> all,
            @Nullable History behind,
            StatementReads statements)
            throws SQLException {
        var results = new Results("cycle", parameters(traders), Machine.of(bank.setting("server_version"), load));
        Measured median = Measured.median(all);
        Filled measured = median.filled();
        CycleRun big = measured.run();
        RawCopy raw = median.raw();
        CycleRun small = before.getLast();
        results.row("submissions", big.counts().received(), "");
        results.row("transfers", big.counts().transfers(), "");
        results.row("refused", big.counts().refused(), "");
        results.row("accounts", traders, "");
        results.row("queued_to_sealed", big.queuedToSealed(), "s");
        results.row("submissions_per_second", big.submissionsPerSecond(), "1/s");
        results.row("transfers_per_second", big.transfersPerSecond(), "1/s");
        big.secondsPerStep().forEach((step, seconds) -> {
            results.row("step." + step, seconds, "s");
            cpu(results, "step." + step, Objects.requireNonNull(big.cpuPerStep().get(step)));
        });
        results.row("step.between", big.between(), "s");
        cpu(results, "queued_to_sealed", big.cpu());
        results.row("raw_copy", raw.seconds(), "s");
        results.row("raw_copy_bytes", raw.bytes(), "B");
        results.row("raw_copy_rows_per_second", raw.rowsPerSecond(), "1/s");
        results.row("settle_to_raw_copy", median.ratio(), "");
        results.row("cycles", all.size(), "");
        DoubleSummaryStatistics ratios =
                all.stream().mapToDouble(Measured::ratio).summaryStatistics();
        results.row("cycles.lowest_ratio", ratios.getMin(), "");
        results.row("cycles.highest_ratio", ratios.getMax(), "");
        results.row("tenth.submissions", small.counts().received(), "");
        results.row("tenth.transfers", small.counts().transfers(), "");
        results.row("tenth.queued_to_sealed", small.queuedToSealed(), "s");
        if (behind != null) {
            results.row("history.transfers_behind", behind.behind(), "");
            results.row("history.cycles_on_each_side", behind.after().size(), "");
            results.row("history.median_before", History.median(behind.before()), "s");
            results.row("history.median_after", History.median(behind.after()), "s");
        }
        results.row("statement.median", StatementReads.percentile(statements.ofAny(), 0.5), "ms");
        results.row("statement.p99", StatementReads.percentile(statements.ofAny(), 0.99), "ms");
        results.row("statement.busiest_entries", statements.busiestEntries(), "");
        results.row("statement.busiest_median", StatementReads.percentile(statements.ofBusiest(), 0.5), "ms");
        results.row("statement.busiest_p99", StatementReads.percentile(statements.ofBusiest(), 0.99), "ms");
        results.row("garbage_collection", big.gcSeconds(), "s");
        results.row("heap_peak", big.heapPeakBytes() / (double) (1 << 20), "MiB");
        results.row("queue_fill", measured.fillSeconds(), "s");
        results.row("load_after_cycle", measured.loadAfter(), "");
        targets(results, big, small, raw, behind, statements);
        checks(results, bank, before, all, behind);
        return results;
    }

    /** Whose the processors' time was: without it nobody knows where to look next. */
    private static void cpu(Results results, String name, CpuClock.Used used) {
        if (!Double.isNaN(used.postgres())) {
            results.row(name + ".cpu_postgres", used.postgres(), "s");
            results.row(name + ".cpu_jvm", used.jvm(), "s");
            results.row(name + ".postgres_share", used.postgresShare(), "");
        }
    }

    private Map<String, Object> parameters(int traders) {
        var parameters = new LinkedHashMap<String, Object>();
        parameters.put("transfers", submissions);
        parameters.put("accounts", traders);
        parameters.put("mix", mix.name().toLowerCase(Locale.ROOT));
        parameters.put("cycles", cycles());
        parameters.put("seed", seed);
        if (history != null) {
            parameters.put("history", history);
        }
        return parameters;
    }

    private void targets(
            Results results,
            CycleRun big,
            CycleRun small,
            RawCopy raw,
            @Nullable History behind,
            StatementReads statements) {
        results.target(
                "settle_rate",
                Results.Wanted.AT_LEAST,
                SETTLE_RATE * raw.rowsPerSecond() / SETTLE_RATE_AT_COPY,
                big.transfersPerSecond());
        results.target(
                "copy_ratio", Results.Wanted.AT_LEAST, COPY_RATIO, big.transfersPerSecond() / raw.rowsPerSecond());
        if (submissions >= GROWTH_FROM) {
            results.target("growth", Results.Wanted.AT_MOST, GROWTH, big.queuedToSealed() / small.queuedToSealed());
        } else {
            results.skippedTarget(
                    "growth",
                    Results.Wanted.AT_MOST,
                    GROWTH,
                    "fixed costs hide the growth below %,d submissions".formatted(GROWTH_FROM));
        }
        if (submissions >= HEAP_AT) {
            results.target("heap", Results.Wanted.BELOW, HEAP_MIB, big.heapPeakBytes() / (double) (1 << 20));
        } else {
            results.skippedTarget(
                    "heap", Results.Wanted.BELOW, HEAP_MIB, "is about %,d submissions".formatted(HEAP_AT));
        }
        if (behind != null) {
            results.target("history_independence", Results.Wanted.AT_MOST, HISTORY, behind.ratio());
        } else {
            results.skippedTarget(
                    "history_independence",
                    Results.Wanted.AT_MOST,
                    HISTORY,
                    "the bank of this run is fresh; --history 10000000 puts transfers behind it");
        }
        results.target("statement", Results.Wanted.BELOW, STATEMENT_MS, statements.slowest());
        if (Double.isNaN(big.cpu().postgres())) {
            results.skip("cpu", "the server's processes cannot be seen from here");
        }
    }

    private void checks(
            Results results, BenchBank bank, List<CycleRun> before, List<Measured> all, @Nullable History behind) {
        CycleRun big = Measured.median(all).filled().run();
        var runs = new ArrayList<>(before);
        all.forEach(each -> runs.add(each.filled().run()));
        if (behind != null) {
            runs.addAll(behind.after());
        }
        results.check(
                "each submission is counted once",
                runs.stream().allMatch(run -> run.counts().balance())
                        && big.counts().received() == submissions,
                big.counts().toString());
        if (mix.settlesWhole()) {
            results.check(
                    "each transfer settled",
                    runs.stream()
                            .allMatch(run ->
                                    run.counts().transfers() == run.counts().received()),
                    "%,d of %,d"
                            .formatted(big.counts().transfers(), big.counts().received()));
        }
        results.check(
                "raw COPY took the same rows",
                all.stream()
                        .allMatch(each -> each.raw().rows()
                                == each.filled().run().counts().transfers()),
                "%,d rows".formatted(Measured.median(all).raw().rows()));
        List<Identity> breaks =
                runs.stream().flatMap(run -> bank.breaks(run.cycle()).stream()).toList();
        results.check(
                "the cycles reconcile",
                breaks.isEmpty(),
                breaks.isEmpty() ? runs.size() + " cycles" : breaks.toString());
        List<Identity> books = bank.proveBooks();
        List<Identity> wrong = books.stream()
                .filter(identity -> identity.verdict() != Identity.Verdict.MATCHED)
                .toList();
        results.check(
                "the books are equal",
                wrong.isEmpty(),
                wrong.isEmpty() ? books.size() + " identities" : wrong.toString());
    }
}
