package io.quittance.app;

import io.quittance.contracts.ChainVerifier;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.report.BankViews;
import io.quittance.domain.report.BankViews.CycleView;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.MalformedProof;
import io.quittance.domain.seal.ProofFile;
import io.quittance.domain.seal.ProofFinding;
import io.quittance.intake.file.FileAnswer;
import io.quittance.intake.file.FileDoor;
import io.quittance.intake.file.FileLimits;
import io.quittance.jobs.ChainFollowing;
import io.quittance.jobs.CycleRunner;
import io.quittance.jobs.Replay;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Settles real days end to end, from files to a final header on chain, and checks everything.")
final class DemoCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(
            names = "--keep",
            description = "Leave the service up at the end, with its address printed; Ctrl-C ends it.")
    private boolean keep;

    @Option(
            names = "--port",
            defaultValue = "0",
            description = "Port of the HTTP door with --keep (default: a free one).")
    private int port;

    /** A check and what came of it. */
    record Check(String name, boolean passed, String detail) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        long start = System.nanoTime();
        Console console = common.console();
        if (keep) {
            HttpPort.require("127.0.0.1", port);
            System.setProperty("logging.level.io.quittance", "warn"); // What happens is told on the console.
        }
        Premises.Wanted wanted = common.wanted();
        Path demo = demoFolder();
        List<Path> days = days(demo);
        LocalDate first = LocalDate.parse(String.valueOf(days.getFirst().getFileName()));

        var directory = new DataDirectory(wanted.dataDirectory().resolve("demo"));
        directory.prepare();
        if (!directory.own()) {
            throw Trouble.machineLacks(
                    "Another demo runs in " + directory.root() + "; end it or choose another --data-dir.");
        }
        directory.empty();
        BankOpening.keepSecret(directory.secret(), BankOpening.DEMO_SECRET);
        console.line("Quittance demo: %d business days of real data, in %s", days.size(), directory.root());
        console.line("Starting PostgreSQL and the chain ...");
        Premises premises = Premises.openOwned(
                directory, new Premises.Wanted(directory.root(), wanted.databaseUrl(), wanted.chain(), 0));
        try (BankSession session = BankSession.open(premises, opening(directory, demo, first))) {
            console.line("  database  %s", premises.databaseUrl().replaceAll("\\?.*", ""));
            console.line(
                    "  chain     %d at %s, registry %s",
                    session.bank().chainId(), premises.chain(), session.bank().registry());
            List<CycleView> cycles = new ArrayList<>();
            for (Path day : days) {
                cycles.add(settle(session, day, console));
            }
            List<Check> checks = check(session, cycles, demo, console);
            boolean passed = checks.stream().allMatch(Check::passed);
            console.line("");
            for (Check check : checks) {
                console.line("%-6s %-44s %s", check.passed() ? "ok" : "FAILED", check.name(), check.detail());
            }
            console.line("");
            console.line("Reports lie in %s", directory.reports());
            console.line(
                    "%s in %.1f s.",
                    passed ? "All checks passed" : "NOT ALL CHECKS PASSED", (System.nanoTime() - start) / 1e9);
            if (common.json) {
                System.out.println(Json.of(json(cycles, checks, directory)));
            }
            if (keep) {
                stayUp(session, console);
            }
            return passed ? Trouble.DONE : Trouble.CHECK_FAILED;
        } catch (CycleRunner.CycleFailed failed) {
            throw Trouble.of(failed);
        }
    }

    private BankSession.Opening opening(DataDirectory directory, Path demo, LocalDate first) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("server.port", port);
        if (keep) {
            properties.put("quittance.inbox.directory", directory.files().toString());
        }
        properties.put(
                "quittance.schedule.cron", "0 0 0 1 1 ? 2099"); // The demo's clock stands still: nothing falls due.
        return new BankSession.Opening(
                BankFile.read(demo.resolve("bank.json")), first, morning(first), null, null, keep, properties);
    }

    private static Instant morning(LocalDate date) {
        return date.atTime(8, 0).toInstant(ZoneOffset.UTC);
    }

    private static Path demoFolder() {
        Path folder = Path.of(System.getProperty("quittance.checkout", "."), "ops", "demo");
        if (!Files.isDirectory(folder.resolve("days"))) {
            throw Trouble.machineLacks(
                    "The demo's data is not at " + folder.toAbsolutePath() + "; run ops/quittance from a checkout.");
        }
        return folder;
    }

    private static List<Path> days(Path demo) throws IOException {
        try (Stream<Path> paths = Files.list(demo.resolve("days"))) {
            return paths.filter(Files::isDirectory).sorted().toList();
        }
    }

    private static CycleView settle(BankSession session, Path day, Console console) throws IOException {
        LocalDate date = LocalDate.parse(String.valueOf(day.getFileName()));
        BankStore bank = session.get(BankStore.class);
        bank.setClock(morning(date));
        console.line("");
        console.line("Business date %s", date);
        var door = new FileDoor(session.get(FileIntake.class), FileLimits.DEFAULT);
        ClientDirectory clients = session.get(ClientDirectory.class);
        Client exchange = LocalClients.make(
                        clients,
                        "demo-exchange",
                        EnumSet.of(Client.Scope.SUBMIT, Client.Scope.READ, Client.Scope.OPERATE))
                .client();
        Client meter = LocalClients.make(clients, "demo-meter", EnumSet.of(Client.Scope.METER))
                .client();
        try (Stream<Path> files = Files.list(day)) {
            for (Path file : files.sorted().toList()) {
                boolean metering = String.valueOf(file.getFileName()).contains("metering");
                Client sender = metering ? meter : exchange;
                FileAnswer answer = SubmitCommand.handIn(door, sender, file, null, console);
                if (!(answer instanceof FileAnswer.Taken taken)) {
                    throw Trouble.checkFailed("The file " + file + " was refused: " + answer);
                }
                console.line(
                        "  %-28s %,7d lines taken%s",
                        file.getFileName(),
                        taken.file().queued() + taken.file().repeated(),
                        taken.file().refused() == 0
                                ? ""
                                : ", refused at the door: " + byReason(session, sender, taken));
            }
        }
        bank.setClock(session.bank().calendar().cutOffs(date).getLast());
        CycleRunner.Answer answer = session.get(CycleRunner.class).runDue(new ShownProgress(console));
        if (!(answer instanceof CycleRunner.Answer.Completed completed)) {
            throw Trouble.checkFailed("No cycle was due on " + date + ": " + answer);
        }
        BankViews views = session.get(BankViews.class);
        FinalOnChain.await(session.get(ChainFollowing.class), views, completed.cycle(), PATIENCE);
        CycleView cycle = views.cycle(completed.cycle()).orElseThrow();
        CycleTable.print(console, cycle);
        return cycle;
    }

    private static String byReason(BankSession session, Client sender, FileAnswer.Taken taken) {
        var counts = new TreeMap<String, Long>();
        session.get(FileIntake.class)
                .refusedLines(
                        sender,
                        taken.file().fileNo(),
                        Long.MAX_VALUE,
                        line -> counts.merge(line.errors().getFirst().reason().name(), 1L, Long::sum));
        return counts.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(java.util.stream.Collectors.joining(", "));
    }

    private static List<Check> check(BankSession session, List<CycleView> cycles, Path demo, Console console)
            throws IOException {
        console.line("");
        console.line("Checking ...");
        var checks = new ArrayList<Check>();
        var replayed = new ArrayList<Replay.Replayed>();
        session.get(Replay.class).run(replayed::add);
        checks.add(new Check(
                "roots recomputed from the queue",
                replayed.size() == cycles.size() && replayed.stream().allMatch(Replay.Replayed::equal),
                replayed.stream()
                        .filter(r -> !r.equal())
                        .map(r -> "cycle " + r.cycle() + ": " + r.why())
                        .findFirst()
                        .orElse(replayed.size() + " of " + cycles.size() + " equal")));

        ChainVerifier verifier =
                ChainVerifier.of(session.premises().chain(), session.bank().registry());
        long onChain = replayed.stream()
                .filter(r -> verifier.find(r.cycle())
                        .filter(found -> found.isFinal() && found.headerHash().equals(r.headerHash()))
                        .isPresent())
                .count();
        checks.add(new Check(
                "recomputed headers are final on chain", onChain == cycles.size(), onChain + " of " + cycles.size()));
        checks.add(proofs(session, cycles, verifier));

        List<Identity> books = session.get(Reconciliation.class).proveBooks();
        List<String> wrong = books.stream()
                .filter(identity -> identity.verdict() != Identity.Verdict.MATCHED)
                .map(Identity::toString)
                .toList();
        checks.add(new Check(
                "books conserve, balances are the journal",
                wrong.isEmpty(),
                wrong.isEmpty() ? books.size() + " identities" : wrong.toString()));
        List<String> breaks = new ArrayList<>();
        for (CycleView cycle : cycles) {
            if (!"RECONCILED".equals(cycle.verdict())) {
                breaks.add("cycle " + cycle.number() + " " + cycle.verdict());
            }
        }
        checks.add(new Check(
                "every cycle is reconciled",
                breaks.isEmpty(),
                breaks.isEmpty() ? cycles.size() + " cycles" : breaks.toString()));
        checks.add(expectedRoots(cycles, demo));
        return checks;
    }

    /** First, middle and last transfer of the demo, through the proof file and the contract. */
    private static Check proofs(BankSession session, List<CycleView> cycles, ChainVerifier verifier) {
        long transfers = cycles.stream().mapToLong(CycleView::transfers).sum();
        int proved = 0;
        String trouble = "";
        for (long seq : new long[] {1, (transfers + 1) / 2, transfers}) {
            try {
                ProofFile proof =
                        ProofFile.parse(session.get(BankViews.class).proof(seq).orElse(""));
                boolean holds = proof.verifyOffline() == ProofFinding.HOLDS
                        && verifier.find(proof.header().cycle())
                                .filter(found -> found.headerHash().equals(proof.headerHash()))
                                .isPresent();
                proved += holds ? 1 : 0;
                trouble = holds ? trouble : "; transfer " + seq + " not";
            } catch (MalformedProof malformed) {
                trouble = "; transfer " + seq + ": " + malformed.getMessage();
            }
        }
        return new Check("entries proved against the contract", proved == 3, proved + " of 3" + trouble);
    }

    /** The committed roots; without any they are only shown. */
    private static Check expectedRoots(List<CycleView> cycles, Path demo) throws IOException {
        Path file = demo.resolve("expected-roots.txt");
        var found = new TreeMap<String, String>();
        for (CycleView cycle : cycles) {
            found.put(String.valueOf(cycle.number()), String.valueOf(cycle.headerHash()));
        }
        var expected = new TreeMap<String, String>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    String[] part = line.split(" ", 2);
                    expected.put(part[0], Hash32.parse(part[1].strip()).toString());
                }
            }
        }
        return new Check(
                "headers are the expected ones",
                found.equals(expected),
                found.equals(expected) ? found.size() + " equal" : "found " + found + ", expected " + expected);
    }

    private static Map<String, Object> json(List<CycleView> cycles, List<Check> checks, DataDirectory directory) {
        var document = new LinkedHashMap<String, Object>();
        document.put("cycles", cycles.stream().map(CycleTable::asMap).toList());
        document.put("checks", checks);
        document.put("reports", directory.reports().toString());
        return document;
    }

    private static void stayUp(BankSession session, Console console) throws InterruptedException {
        URI http = URI.create("http://127.0.0.1:" + session.port());
        session.premises().announce(http);
        String key = LocalClients.operatorKey(
                session.get(ClientDirectory.class), session.premises().directory());
        console.line("");
        console.line("The service stays up at %s (Ctrl-C ends it).", http);
        if (key != null) {
            console.line("  operator's key, shown this once: %s", key);
        }
        for (String name : List.of("maker", "checker")) {
            String keyOf = LocalClients.make(
                            session.get(ClientDirectory.class),
                            "demo-" + name,
                            EnumSet.of(Client.Scope.OPERATE, Client.Scope.READ))
                    .key();
            if (keyOf != null) { // Null on a database that had a demo before.
                console.line("  key of demo-%s, for a reversal's two people: %s", name, keyOf);
            }
        }
        console.line(
                "  files put into %s are taken in",
                session.premises().directory().files().resolve("inbox").resolve(LocalClients.OPERATOR));
        new CountDownLatch(1).await();
    }
}
