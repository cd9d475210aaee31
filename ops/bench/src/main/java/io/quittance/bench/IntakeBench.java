package io.quittance.bench;

import static io.quittance.bench.QuittanceBench.say;

import io.quittance.app.FreshBank;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.intake.http.ApiKeys;
import java.io.BufferedInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The HTTP doors of a bank that runs as a process of its own, under load: single submissions beside pgbench's one-row
 * commits on the same server, the latency at half of the rate that was reached, a cut-off in the middle of the full load,
 * and many in a request. At the end every line that was acknowledged has to be in the queue, once.
 */
@Command(
        name = "intake",
        mixinStandardHelpOptions = true,
        description = "Submissions by HTTP, each durable when answered, beside pgbench's one-row commits.")
final class IntakeBench implements Callable<Integer> {

    private static final int SECONDS_MIN = 2;
    private static final int SECONDS_MAX = 600;
    private static final int CLIENTS = 4;
    private static final int ACCOUNTS = 1_000;
    private static final int ARRAY_LINES = 5_000;
    private static final int NDJSON_LINES = 50_000;
    private static final int BULK_CONNECTIONS = 2;

    // The targets of the design, section 9.
    private static final int CONNECTIONS = 32;
    private static final double PGBENCH_RATIO = 1.2;
    private static final double P99_AT_HALF_LOAD_MS = 25;
    private static final double BULK_RATE = 100_000;
    private static final double CUT_OFF_MS = 100;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "15",
            description = "How long each of the loads lasts (default: ${DEFAULT-VALUE}).")
    private int seconds = 15;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "An empty directory in which the bank stays; else a temporary one.")
    private @Nullable Path dataDirectory;

    @Option(names = "--json", description = "Print JSON alone on standard output.")
    private boolean json;

    private long acknowledged;
    private long missing;

    @Override
    public Integer call() throws Exception {
        if (seconds < SECONDS_MIN || seconds > SECONDS_MAX) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--seconds must be from %d to %d, not %d".formatted(SECONDS_MIN, SECONDS_MAX, seconds));
        }
        try (BenchDirectory directory = BenchDirectory.of(dataDirectory, spec)) {
            Results results = measure(directory.path());
            return results.show(json);
        }
    }

    private record Opened(List<LoadGenerator.Sender> senders, String version) {}

    private Results measure(Path directory) throws Exception {
        double load = Machine.loadNow();
        Path checkout = Path.of(System.getProperty("quittance.checkout", "")).toAbsolutePath();
        say("opening a bank of %,d accounts in %s", ACCOUNTS, directory);
        try (CrashGround ground = CrashGround.open(directory)) {
            var atExit = new Thread(ground::close);
            Runtime.getRuntime().addShutdownHook(atExit);
            try (Connection owner = ground.connect()) {
                Opened opened = open(ground);
                ground.startProgram();
                var generator =
                        new LoadGenerator(checkout, ground.door(), opened.senders, directory.resolve("acknowledged"));
                var results = new Results("intake", parameters(), Machine.of(opened.version, load));
                measure(ground, owner, generator, directory, results);
                ground.requireAlive();
                return results;
            } finally {
                Runtime.getRuntime().removeShutdownHook(atExit);
            }
        }
    }

    private Map<String, Object> parameters() {
        var parameters = new LinkedHashMap<String, Object>();
        parameters.put("seconds", seconds);
        parameters.put("connections", CONNECTIONS);
        parameters.put("accounts", ACCOUNTS);
        parameters.put("clients", CLIENTS);
        return parameters;
    }

    /** Each client owns its part of the accounts, and no more. */
    private static Opened open(CrashGround ground) throws SQLException {
        FreshBank fresh = FreshBank.open(ground.bank(), BenchBank.NOW, ground.databaseUrl(), ground.chain());
        try (BenchBank bank = BenchBank.on(fresh, ACCOUNTS)) {
            bank.settlePopulation();
            ClientDirectory directory = bank.get(ClientDirectory.class);
            var senders = new ArrayList<LoadGenerator.Sender>();
            for (int i = 0; i < CLIENTS; i++) {
                String key = ApiKeys.generate(new SecureRandom());
                Client client = directory.register("client-" + i, EnumSet.of(Client.Scope.SUBMIT));
                directory.addKey(client, ApiKeys.sha256(key));
                var accounts = new ArrayList<UUID>();
                for (int account = i; account < ACCOUNTS; account += CLIENTS) {
                    UUID id = bank.population().account(account);
                    directory.grant(client, id, ClientDirectory.Right.OWNER);
                    accounts.add(id);
                }
                senders.add(new LoadGenerator.Sender(key, accounts));
            }
            return new Opened(senders, bank.setting("server_version"));
        }
    }

    private void measure(CrashGround ground, Connection owner, LoadGenerator generator, Path directory, Results results)
            throws Exception {
        boolean peer = OneRowCommits.isThere();
        say("warming up");
        run(owner, generator, directory, LoadGenerator.Load.ofSingles(CONNECTIONS, seconds, 0, "w-"));

        double before = peer ? commits(owner, ground, directory) : Double.NaN;
        say("single submissions over %d connections for %d s", CONNECTIONS, seconds);
        var singles = run(owner, generator, directory, LoadGenerator.Load.ofSingles(CONNECTIONS, seconds, 0, "s-"));
        row(results, "singles", singles);
        double after = peer ? commits(owner, ground, directory) : Double.NaN;

        say("a cut-off in the middle of the same");
        double cutOffMillis;
        long earlier = lastCycle(ground);
        try (var beside = Executors.newSingleThreadExecutor()) {
            Future<LoadGenerator.Outcome> under = beside.submit(() ->
                    run(owner, generator, directory, LoadGenerator.Load.ofSingles(CONNECTIONS, seconds, 0, "c-")));
            Thread.sleep(seconds * 500L);
            ground.passCutOff();
            row(results, "singles_with_cut_off", under.get());
            cutOffMillis = cutOffMillis(ground, earlier + 1);
        } catch (ExecutionException failed) {
            throw new IllegalStateException("the load with a cut-off: " + failed.getCause(), failed);
        }

        int half = Math.max(1, (int) (singles.rate() / 2));
        say("%,d single submissions a second, whatever the answers, for %d s", half, seconds);
        var calm = run(owner, generator, directory, LoadGenerator.Load.ofSingles(CONNECTIONS, seconds, half, "h-"));
        row(results, "half_load", calm);

        say(
                "arrays of %,d, then NDJSON of %,d lines, over %d connections",
                ARRAY_LINES, NDJSON_LINES, BULK_CONNECTIONS);
        var arrays = run(owner, generator, directory, bulk(ARRAY_LINES, false, "a-"));
        row(results, "arrays", arrays);
        var ndjson = run(owner, generator, directory, bulk(NDJSON_LINES, true, "n-"));
        row(results, "ndjson", ndjson);

        results.row("cut_off", cutOffMillis, "ms");
        results.check(
                "every acknowledged line is in the queue once",
                missing == 0,
                "%,d acknowledged, %,d missing".formatted(acknowledged, missing));
        if (peer) {
            double commits = (before + after) / 2;
            results.row("pgbench_before", before, "1/s");
            results.row("pgbench_after", after, "1/s");
            results.target("pgbench_ratio", Results.Wanted.AT_LEAST, PGBENCH_RATIO, singles.rate() / commits);
        } else {
            results.skip("pgbench", "pgbench is not on the path");
            results.skippedTarget("pgbench_ratio", Results.Wanted.AT_LEAST, PGBENCH_RATIO, "pgbench is not there");
        }
        results.target("p99_at_half_load", Results.Wanted.BELOW, P99_AT_HALF_LOAD_MS, calm.p99());
        results.target("bulk_rate", Results.Wanted.AT_LEAST, BULK_RATE, ndjson.rate());
        results.target("cut_off_ms", Results.Wanted.BELOW, CUT_OFF_MS, cutOffMillis);
    }

    private LoadGenerator.Load bulk(int lines, boolean ndjson, String prefix) {
        return new LoadGenerator.Load(BULK_CONNECTIONS, seconds, 0, lines, ndjson, prefix);
    }

    private double commits(Connection owner, CrashGround ground, Path directory) throws Exception {
        say("pgbench's one-row commits with %d clients", CONNECTIONS);
        return OneRowCommits.rate(owner, ground.databaseUrl(), directory, CONNECTIONS, Math.max(2, seconds / 2));
    }

    private static void row(Results results, String name, LoadGenerator.Outcome outcome) {
        results.row(name + ".per_second", outcome.rate(), "1/s");
        results.row(name + ".p50", outcome.p50(), "ms");
        results.row(name + ".p99", outcome.p99(), "ms");
        results.row(name + ".p99_9", outcome.p999(), "ms");
        results.row(name + ".max", outcome.max(), "ms");
        results.check(
                name.replace('_', ' ') + ": nothing was turned away",
                outcome.notTaken().isEmpty(),
                outcome.notTaken().isEmpty() ? "%,d taken".formatted(outcome.taken()) : outcome.notTaken());
    }

    private LoadGenerator.Outcome run(
            Connection owner, LoadGenerator generator, Path directory, LoadGenerator.Load load) throws Exception {
        LoadGenerator.Outcome outcome = generator.run(load);
        try (var statement = owner.createStatement();
                InputStream keys = new BufferedInputStream(Files.newInputStream(directory.resolve("acknowledged")))) {
            statement.execute("CREATE TEMPORARY TABLE taken (submission_key text)");
            owner.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY taken FROM STDIN", keys);
            try (var row = statement.executeQuery("""
                    SELECT count(*), count(*) FILTER (WHERE times IS DISTINCT FROM 1)
                    FROM taken LEFT JOIN (SELECT submission_key, count(*) AS times FROM submissions GROUP BY 1) queue
                        USING (submission_key)
                    """)) {
                row.next();
                acknowledged += row.getLong(1);
                missing += row.getLong(2);
            }
            statement.execute("DROP TABLE taken");
        }
        return outcome;
    }

    private static long lastCycle(CrashGround ground) throws SQLException {
        try (Connection owner = ground.connect();
                var statement = owner.createStatement();
                var row = statement.executeQuery("SELECT coalesce(max(cycle), 0) FROM settlement_cycles")) {
            row.next();
            return row.getLong(1);
        }
    }

    /** How long the cut-off of a cycle took, which is about to come. */
    private static double cutOffMillis(CrashGround ground, long cycle) throws SQLException, InterruptedException {
        try (Connection owner = ground.connect();
                var query = owner.prepareStatement(
                        "SELECT 1000 * seconds FROM cycle_steps WHERE cycle = ? AND step = 'cutOff'")) {
            query.setLong(1, cycle);
            for (int i = 0; i < 600; i++) {
                try (var row = query.executeQuery()) {
                    if (row.next()) {
                        return row.getDouble(1);
                    }
                }
                Thread.sleep(100);
            }
        }
        throw new IllegalStateException("cycle " + cycle + " did not cut off");
    }
}
