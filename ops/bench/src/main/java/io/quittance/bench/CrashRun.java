package io.quittance.bench;

import static io.quittance.bench.QuittanceBench.say;

import io.quittance.app.FreshBank;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.intake.http.ApiKeys;
import io.quittance.jobs.BooksCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * One run: a bank that is struck again and again while clients hand in and cycles run, and its twin, which is not.
 *
 * <p>In each round the bank's clock passes a cut-off, the strike comes, what is dead is started again and what stands still
 * goes on; then the cycle has to come to its end, and it, and all that was acknowledged, is looked at. The step that was
 * struck is what the bank's own tables say while the program is dead or stands still, so nothing has moved on since.
 */
final class CrashRun {

    private static final int ACCOUNTS = 100;
    private static final int CLIENTS = 3;
    private static final int SUBMISSIONS_PER_STRIKE = 400;
    private static final int SUBMISSIONS_AT_LEAST = 4_000;
    private static final Duration UNTIL_SERVER_BACK = Duration.ofMillis(300);
    private static final Duration END_MOST = Duration.ofSeconds(10);
    private static final String BETWEEN = "between cycles";

    private static final String LAST = """
            SELECT c.cycle, s.step FROM settlement_cycles c LEFT JOIN cycle_steps s ON s.cycle = c.cycle
            WHERE c.cycle = (SELECT max(cycle) FROM settlement_cycles)
            """;
    /** In one statement: asked one after the other, a cycle could be closed between the two. */
    private static final String SETTLED = """
            SELECT EXISTS (SELECT FROM cycle_steps WHERE step = 'publishReport'
                    AND cycle = (SELECT max(cycle) FROM settlement_cycles))
                AND NOT EXISTS (SELECT FROM settlement_windows WHERE state = 'OPEN' AND cut_off <= bank_now())
            """;

    private static final String NOT_FINAL = """
            SELECT count(*) FROM settlement_cycles c WHERE NOT EXISTS (SELECT FROM reconciliation_checks r
                WHERE r.cycle = c.cycle) OR EXISTS (SELECT FROM reconciliation_checks r
                WHERE r.cycle = c.cycle AND r.verdict <> 'MATCHED')
            """;

    private final Path directory;
    private final int kills;
    private final long seed;

    private final Map<CrashPlan.Kind, Integer> struck = new EnumMap<>(CrashPlan.Kind.class);
    private final Map<String, Integer> killsInStep = new LinkedHashMap<>();
    private final CrashLosses losses = new CrashLosses();
    private final Map<Long, List<String>> different = new LinkedHashMap<>();
    private final List<Future<Void>> comparing = new ArrayList<>();
    private final List<Double> recoveries = new ArrayList<>();
    private final List<Duration> ends = new ArrayList<>();
    private long taken;

    CrashRun(Path directory, int kills, long seed) {
        this.directory = directory;
        this.kills = kills;
        this.seed = seed;
        Steps.NAMES.forEach(step -> killsInStep.put(step, 0));
        killsInStep.put(BETWEEN, 0);
    }

    /** Does it all. */
    Results run() throws SQLException, IOException, InterruptedException {
        double load = Machine.loadNow();
        long start = System.nanoTime();
        say("opening a bank and its twin in %s", directory);
        ExecutorService beside = Executors.newSingleThreadExecutor();
        try (CrashGround ground = CrashGround.open(directory)) {
            var atExit = new Thread(ground::close);
            Runtime.getRuntime().addShutdownHook(atExit);
            Opened opened = open(ground);
            Future<UndisturbedTwin> twin = beside.submit(() -> UndisturbedTwin.open(
                    directory.resolve("twin"), ground.bank().resolve("bank-secret"), BenchBank.NOW));
            ground.warmUp();
            ground.startProgram();
            try (UndisturbedTwin undisturbed = twin.get()) {
                var results = disturb(ground, undisturbed, beside, opened, load);
                results.row("seconds", (System.nanoTime() - start) / 1e9, "s");
                return results;
            } finally {
                Runtime.getRuntime().removeShutdownHook(atExit);
            }
        } catch (ExecutionException failed) {
            throw new IllegalStateException("the twin: " + failed.getCause(), failed.getCause());
        } finally {
            beside.shutdownNow();
        }
    }

    /** What the clients need. */
    private record Opened(
            Workload workload, List<CrashIntake.Sender> senders, CrashIntake.Sender keeper, String version) {}

    /** Opens the bank, with accounts that have money, tasks to complete, orders to cancel, and clients with keys. */
    private Opened open(CrashGround ground) throws SQLException {
        FreshBank fresh = FreshBank.open(ground.bank(), BenchBank.NOW, ground.databaseUrl(), ground.chain());
        try (BenchBank bank = BenchBank.on(fresh, ACCOUNTS)) {
            var workload = new AllKinds(bank.population(), bank.now(), seed, submissionsAtMost());
            bank.settlePopulation();
            bank.settleWhole(workload::prepare);
            bank.tell(workload.reference((int) submissionsAtMost()));
            ClientDirectory clients = bank.get(ClientDirectory.class);
            var senders = new ArrayList<CrashIntake.Sender>();
            for (int i = 1; i <= CLIENTS; i++) {
                senders.add(sender(clients, "client-" + i));
            }
            return new Opened(workload, senders, sender(clients, bank.client().name()), bank.setting("server_version"));
        }
    }

    private long submissionsAtMost() {
        return Math.max(SUBMISSIONS_AT_LEAST, (long) kills * SUBMISSIONS_PER_STRIKE);
    }

    private static CrashIntake.Sender sender(ClientDirectory clients, String name) {
        String key = ApiKeys.generate(new SecureRandom());
        clients.addKey(
                clients.register(name, EnumSet.allOf(io.quittance.domain.intake.Client.Scope.class)),
                ApiKeys.sha256(key));
        return new CrashIntake.Sender(name, key);
    }

    private Results disturb(
            CrashGround ground, UndisturbedTwin twin, ExecutorService beside, Opened opened, double load)
            throws SQLException, IOException, InterruptedException, ExecutionException {
        try (Connection connection = ground.connect()) {
            compareUpTo(connection, lastCycle(connection), twin, beside);
        }
        CrashIntake intake = new CrashIntake(
                ground.door(), opened.workload(), opened.senders(), opened.keeper(), submissionsAtMost(), seed);
        int notFinal;
        List<String> inState;
        long cycles;
        try (intake) {
            int number = 0;
            for (CrashPlan.Strike strike : CrashPlan.of(kills, seed)) {
                round(ground, strike, ++number, twin, beside, intake);
            }
            intake.close();
            ground.passCutOff();
            settle(ground, twin, beside, intake);
            for (Future<Void> one : comparing) {
                one.get();
            }
            try (Connection connection = ground.connect()) {
                losses.acknowledgedFromTheFirst(connection, intake.acknowledged());
                inState = twin.differencesInState(connection);
                notFinal = notFinal(connection);
                cycles = lastCycle(connection);
            }
            ends.add(ground.endProgram());
        }
        return results(ground, opened, intake, load, cycles, notFinal, inState);
    }

    private void round(
            CrashGround ground,
            CrashPlan.Strike strike,
            int number,
            UndisturbedTwin twin,
            ExecutorService beside,
            CrashIntake intake)
            throws SQLException, IOException, InterruptedException {
        ground.requireAlive();
        String step = strike(ground, strike);
        struck.merge(strike.kind(), 1, Integer::sum);
        if (strike.kind().kills()) {
            killsInStep.merge(step, 1, Integer::sum);
        }
        long start = System.nanoTime();
        if (strike.kind().endsApplication()) {
            ground.startProgram();
        }
        settle(ground, twin, beside, intake);
        double seconds = (System.nanoTime() - start) / 1e9;
        recoveries.add(seconds);
        say(
                "  %3d  %-22s %-18s %-26s whole again in %.2f s, %,d acknowledged",
                number,
                lower(strike.kind()),
                step,
                strike.point() == null ? "at random" : "at " + strike.point(),
                seconds,
                intake.acknowledgements());
    }

    private static String lower(CrashPlan.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** Strikes and answers the step that was under way. The program stands still, or is dead, when this asks for it. */
    private String strike(CrashGround ground, CrashPlan.Strike strike)
            throws SQLException, IOException, InterruptedException {
        ground.passCutOff();
        String point = strike.point();
        if (point != null) {
            ground.stopProgramAt(point);
        } else {
            CrashGround.pause(strike.delay());
            ground.stopProgram();
        }
        CrashPlan.Kind kind = strike.kind();
        if (kind == CrashPlan.Kind.BACKEND) {
            ground.killBackend(strike.gentle());
        }
        if (kind.killsServer()) {
            ground.killServer();
        }
        if (kind.killsApplication()) {
            ground.killProgram();
        }
        boolean wakeFirst = kind == CrashPlan.Kind.SERVER && point != null && strike.wakeFirst();
        if (wakeFirst) {
            ground.continueProgram(); // And finds nobody there.
            CrashGround.pause(UNTIL_SERVER_BACK);
        }
        if (kind.killsServer()) {
            ground.restartServer();
        }
        String step = point == null ? stepUnderWay(ground) : Steps.stepOf(point);
        if (point != null && !wakeFirst && !point.equals("cutOff")) { // Before a cut-off there is no cycle to look at.
            String inTables = stepUnderWay(ground);
            // A step is done again if its end was noted by us and not yet by the job; none is begun before its turn.
            if (Steps.NAMES.contains(inTables) && Steps.NAMES.indexOf(inTables) < Steps.NAMES.indexOf(step)) {
                throw new IllegalStateException("stopped at " + point + ", and the tables say " + inTables);
            }
        }
        if (kind == CrashPlan.Kind.FREEZE_APPLICATION) {
            CrashGround.pause(strike.freeze());
        }
        if (kind == CrashPlan.Kind.END_APPLICATION) {
            ends.add(ground.endProgram());
        } else if (!kind.killsApplication() && !wakeFirst) {
            ground.continueProgram();
        }
        if (kind == CrashPlan.Kind.FREEZE_SERVER) {
            ground.freezeServer(strike.freeze());
        }
        return step;
    }

    /** The first step of the last closed cycle that is not noted as done. */
    private static String stepUnderWay(CrashGround ground) throws SQLException {
        try (Connection connection = ground.connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery(LAST)) {
            Set<String> done = new HashSet<>();
            while (row.next()) {
                done.add(String.valueOf(row.getString(2)));
            }
            return Steps.NAMES.stream()
                    .filter(step -> !done.contains(step))
                    .findFirst()
                    .orElse(BETWEEN);
        }
    }

    /** Waits until nothing is due and the last cycle is through, then looks at what is new. */
    private void settle(CrashGround ground, UndisturbedTwin twin, ExecutorService beside, CrashIntake intake)
            throws SQLException, IOException {
        try (Connection connection = ground.connect()) {
            CrashGround.await("the cycle to come to its end", () -> {
                ground.requireAlive();
                try {
                    return isSettled(connection);
                } catch (SQLException failure) {
                    throw new IllegalStateException(failure);
                }
            });
            compareUpTo(connection, lastCycle(connection), twin, beside);
            losses.acknowledged(connection, intake.acknowledged());
        }
    }

    private static boolean isSettled(Connection connection) throws SQLException {
        return single(connection, SETTLED).equals("t");
    }

    private static long lastCycle(Connection connection) throws SQLException {
        return Long.parseLong(single(connection, "SELECT coalesce(max(cycle), 0) FROM settlement_cycles"));
    }

    private static String single(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private void compareUpTo(Connection connection, long last, UndisturbedTwin twin, ExecutorService beside)
            throws SQLException, IOException {
        while (taken < last) {
            taken++;
            losses.ofCycle(connection, taken);
            UndisturbedTwin.Taken cycle = UndisturbedTwin.take(connection, taken);
            comparing.add(beside.submit(() -> {
                List<String> found = twin.differences(cycle);
                if (!found.isEmpty()) {
                    different.put(cycle.cycle(), found);
                    say("cycle %d came out otherwise: %s", cycle.cycle(), found);
                }
                return null;
            }));
        }
    }

    /** How many cycles are not reconciled and final on the chain after a while. */
    private static int notFinal(Connection connection) {
        try {
            CrashGround.await("all cycles to be final on the chain", () -> {
                try {
                    return single(connection, NOT_FINAL).equals("0");
                } catch (SQLException failure) {
                    throw new IllegalStateException(failure);
                }
            });
            return 0;
        } catch (IllegalStateException inVain) {
            try {
                return Integer.parseInt(single(connection, NOT_FINAL));
            } catch (SQLException failure) {
                throw new IllegalStateException(failure);
            }
        }
    }

    private Results results(
            CrashGround ground,
            Opened opened,
            CrashIntake intake,
            double load,
            long cycles,
            int notFinal,
            List<String> inState) {
        var parameters = new LinkedHashMap<String, Object>();
        parameters.put("kills", kills);
        parameters.put("seed", seed);
        var results = new Results("crash", parameters, Machine.of(opened.version(), load));
        results.row(
                "kills",
                killsInStep.values().stream().mapToInt(Integer::intValue).sum(),
                "");
        for (CrashPlan.Kind kind : CrashPlan.Kind.values()) {
            results.row((kind.kills() ? "kills." : "") + lower(kind), struck.getOrDefault(kind, 0), "");
        }
        killsInStep.forEach((step, count) -> results.row("kills_in." + step.replace(' ', '_'), count, ""));
        results.row("cycles", cycles, "");
        results.row("acknowledged", intake.acknowledgements(), "");
        results.row("files", intake.files(), "");
        results.row("sent_again", intake.retries(), "");
        Collections.sort(recoveries);
        results.row("recovery_median", recoveries.get(recoveries.size() / 2), "s");
        results.row("recovery_max", recoveries.getLast(), "s");
        results.row("end_on_signal", Collections.max(ends).toMillis() / 1e3, "s");
        results.target("lost", Results.Wanted.AT_MOST, 0, losses.lost().size());
        results.target("doubled", Results.Wanted.AT_MOST, 0, losses.doubled().size());
        results.target("root_mismatches", Results.Wanted.AT_MOST, 0, different.size());
        checks(results, ground, intake, cycles, notFinal, inState);
        return results;
    }

    private void checks(
            Results results, CrashGround ground, CrashIntake intake, long cycles, int notFinal, List<String> inState) {
        check(results, "nothing acknowledged is lost", losses.lost(), intake.acknowledgements() + " acknowledged");
        check(results, "nothing is doubled", losses.doubled(), intake.acknowledgements() + " acknowledged");
        check(results, "the same key is answered the same", intake.remarks(), intake.retries() + " sent again");
        check(results, "each cycle is the undisturbed one", different.entrySet(), cycles + " cycles");
        check(results, "the books stand as undisturbed", inState, "balances, orders, tasks, limits, holds");
        var missed = Steps.NAMES.stream()
                .filter(step -> killsInStep.getOrDefault(step, 0) == 0)
                .toList();
        check(results, "kills landed in each step", missed, Steps.NAMES.size() + " steps");
        results.check("all cycles are reconciled and final", notFinal == 0, notFinal + " of " + cycles + " are not");
        Duration slowest = Collections.max(ends);
        results.check(
                "the program ends on a signal in time", slowest.compareTo(END_MOST) < 0, slowest.toMillis() + " ms");
        try (FreshBank bank = FreshBank.open(ground.bank(), BenchBank.NOW, ground.databaseUrl(), ground.chain())) {
            var identities =
                    new ArrayList<Identity>(bank.get(Reconciliation.class).proveBooks());
            identities.addAll(bank.get(BooksCheck.class).queue());
            identities.addAll(bank.get(BooksCheck.class).seals());
            List<String> wrong = identities.stream()
                    .filter(identity -> identity.verdict() != Identity.Verdict.MATCHED)
                    .map(Identity::toString)
                    .toList();
            check(results, "the books conserve, seals and queue hold", wrong, identities.size() + " identities");
        }
    }

    private static void check(Results results, String name, java.util.Collection<?> wrong, String detail) {
        results.check(name, wrong.isEmpty(), wrong.isEmpty() ? detail : wrong.toString());
    }
}
