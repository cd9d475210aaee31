package io.quittance.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.amount.Asset;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.report.BankViews;
import io.quittance.domain.report.BankViews.CycleView;
import io.quittance.domain.report.BankViews.NettingView;
import io.quittance.domain.report.BankViews.RoundView;
import io.quittance.domain.report.BankViews.SubmissionState;
import io.quittance.domain.report.CycleFigures;
import io.quittance.domain.report.TrialBalance;
import io.quittance.domain.report.TrialBalance.Line;
import io.quittance.domain.seal.Hash32;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FileCycleReportsTest {

    private static final List<String> FILES = List.of(
            "summary.json",
            "summary.csv",
            "trial-balance.csv",
            "positions.csv",
            "refusals.csv",
            "rounds.csv",
            "reconciliation.csv");
    private static final Hash32 ROOT = Hash32.parse("11".repeat(32));
    private static final Hash32 HEADER = Hash32.parse("22".repeat(32));
    private static final Hash32 CHAIN_TRANSACTION = Hash32.parse("33".repeat(32));
    private static final UUID ANNA = new UUID(1, 1);

    @TempDir
    Path temporary;

    private Path reports;
    private final Bank bank = new Bank();

    @BeforeEach
    void place() {
        reports = temporary.resolve("state").resolve("reports");
    }

    private void write(long cycle) {
        new FileCycleReports(reports, bank.views(), bank, bank.reconciliation()).write(cycle);
    }

    private String read(String file) throws IOException {
        return Files.readString(reports.resolve("cycle-000001").resolve(file));
    }

    private static Map<String, String> contents(Path directory) throws IOException {
        var contents = new TreeMap<String, String>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                contents.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return contents;
    }

    private TreeSet<String> names() throws IOException {
        try (Stream<Path> files = Files.list(reports)) {
            return new TreeSet<>(
                    files.map(file -> file.getFileName().toString()).toList());
        }
    }

    @Test
    void theSummaryIsTheCycleInTheWordsOfTheApi() throws IOException {
        write(1);

        assertThat(read("summary.json")).isEqualTo("""
                {
                  "number" : 1,
                  "business_date" : "2026-03-02",
                  "cut_off" : "2026-03-02T09:00:00Z",
                  "state" : "SEALED",
                  "submissions" : 9,
                  "settled" : 4,
                  "refused" : 2,
                  "held" : 1,
                  "cancelled" : 0,
                  "expired" : 1,
                  "resting" : 1,
                  "transfers" : 5,
                  "submissions_by_kind" : {
                    "orders" : 4,
                    "transfers" : 5
                  },
                  "refused_by_reason" : {
                    "FUNDS" : 1,
                    "KYC" : 1
                  },
                  "held_by_reason" : {
                    "LIMIT" : 1
                  },
                  "rounds" : [
                    {
                      "compute_class" : "GPU-A100",
                      "price_utoken_per_lot" : null,
                      "volume_lots" : "0",
                      "demand_lots" : "0",
                      "supply_lots" : "3",
                      "decided_by" : "NO_CROSS",
                      "orders_in" : 1,
                      "orders_filled" : 0,
                      "reference_before_utoken_per_lot" : "1000",
                      "reference_after_utoken_per_lot" : "1000"
                    },
                    {
                      "compute_class" : "GPU-H100",
                      "price_utoken_per_lot" : "9007199254740993",
                      "volume_lots" : "5",
                      "demand_lots" : "6",
                      "supply_lots" : "7",
                      "decided_by" : "MAX_VOLUME",
                      "orders_in" : 4,
                      "orders_filled" : 3,
                      "reference_before_utoken_per_lot" : "2000",
                      "reference_after_utoken_per_lot" : "9007199254740993"
                    }
                  ],
                  "netting" : [
                    {
                      "asset" : "GPU-H100",
                      "gross" : "0",
                      "net" : "0",
                      "netting_ratio" : 0.0
                    },
                    {
                      "asset" : "UTOKEN",
                      "gross" : "18446744073709551614",
                      "net" : "7",
                      "netting_ratio" : 0.75
                    }
                  ],
                  "root" : "0x1111111111111111111111111111111111111111111111111111111111111111",
                  "header_hash" : "0x2222222222222222222222222222222222222222222222222222222222222222",
                  "chain_state" : "SENT",
                  "chain_transaction" : null,
                  "gas_used" : null,
                  "seconds_per_step" : {
                    "cutOff" : 1.0E-4,
                    "postJournal" : 1.5
                  },
                  "verdict" : "PENDING"
                }
                """);
    }

    @Test
    void allThatTheViewKnowsIsInTheSummary() throws IOException {
        write(1);

        JsonNode json = JsonMapper.shared().readTree(read("summary.json"));
        assertSaysAllOf(json, CycleView.class);
        json.get("rounds").forEach(round -> assertThat(round.properties()).hasSize(components(RoundView.class)));
        json.get("netting").forEach(asset -> assertSaysAllOf(asset, NettingView.class));
    }

    private static int components(Class<?> view) {
        return view.getRecordComponents().length;
    }

    private static void assertSaysAllOf(JsonNode json, Class<?> view) {
        assertThat(json.properties())
                .extracting(Map.Entry::getKey)
                .containsExactlyElementsOf(Stream.of(view.getRecordComponents())
                        .map(component ->
                                component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
                        .toList());
    }

    @Test
    void theSummaryForSpreadsheetsSaysTheSameByName() throws IOException {
        write(1);

        assertThat(read("summary.csv")).isEqualTo("""
                name,value
                number,1
                business_date,2026-03-02
                cut_off,2026-03-02T09:00:00Z
                state,SEALED
                submissions,9
                settled,4
                refused,2
                held,1
                cancelled,0
                expired,1
                resting,1
                transfers,5
                submissions_by_kind.orders,4
                submissions_by_kind.transfers,5
                refused_by_reason.FUNDS,1
                refused_by_reason.KYC,1
                held_by_reason.LIMIT,1
                rounds.GPU-A100.compute_class,GPU-A100
                rounds.GPU-A100.price_utoken_per_lot,
                rounds.GPU-A100.volume_lots,0
                rounds.GPU-A100.demand_lots,0
                rounds.GPU-A100.supply_lots,3
                rounds.GPU-A100.decided_by,NO_CROSS
                rounds.GPU-A100.orders_in,1
                rounds.GPU-A100.orders_filled,0
                rounds.GPU-A100.reference_before_utoken_per_lot,1000
                rounds.GPU-A100.reference_after_utoken_per_lot,1000
                rounds.GPU-H100.compute_class,GPU-H100
                rounds.GPU-H100.price_utoken_per_lot,9007199254740993
                rounds.GPU-H100.volume_lots,5
                rounds.GPU-H100.demand_lots,6
                rounds.GPU-H100.supply_lots,7
                rounds.GPU-H100.decided_by,MAX_VOLUME
                rounds.GPU-H100.orders_in,4
                rounds.GPU-H100.orders_filled,3
                rounds.GPU-H100.reference_before_utoken_per_lot,2000
                rounds.GPU-H100.reference_after_utoken_per_lot,9007199254740993
                netting.GPU-H100.asset,GPU-H100
                netting.GPU-H100.gross,0
                netting.GPU-H100.net,0
                netting.GPU-H100.netting_ratio,0.0
                netting.UTOKEN.asset,UTOKEN
                netting.UTOKEN.gross,18446744073709551614
                netting.UTOKEN.net,7
                netting.UTOKEN.netting_ratio,0.75
                root,0x1111111111111111111111111111111111111111111111111111111111111111
                header_hash,0x2222222222222222222222222222222222222222222222222222222222222222
                chain_state,SENT
                chain_transaction,
                gas_used,
                seconds_per_step.cutOff,0.00010
                seconds_per_step.postJournal,1.5
                verdict,PENDING
                """);
    }

    @Test
    void everyTableNamesItsUnitsAndShowsItsRows() throws IOException {
        write(1);

        assertThat(read("trial-balance.csv")).isEqualTo("""
                asset,unit,account_class,opening,debits,credits,closing
                UTOKEN,utoken,customers,0,1,18446744073709551615,18446744073709551614
                UTOKEN,utoken,issuance,0,18446744073709551615,1,-18446744073709551614
                GPU-H100,gpu_ms,customers,50,0,0,50
                GPU-H100,gpu_ms,source.GPU-H100,-50,0,0,-50
                """);
        assertThat(read("positions.csv")).isEqualTo("""
                asset,unit,account_id,account_class,opening,debits,credits,net,closing
                UTOKEN,utoken,00000000-0000-0001-0000-000000000001,customers,10,7,2,-5,5
                GPU-H100,gpu_ms,00000000-0000-0001-0000-000000000001,customers,0,0,9,9,9
                """);
        assertThat(read("rounds.csv")).isEqualTo("""
                compute_class,price_utoken_per_lot,volume_lots,demand_lots,supply_lots,decided_by,orders_in,orders_filled,\
                reference_before_utoken_per_lot,reference_after_utoken_per_lot
                GPU-A100,,0,0,3,NO_CROSS,1,0,1000,1000
                GPU-H100,9007199254740993,5,6,7,MAX_VOLUME,4,3,2000,9007199254740993
                """);
        assertThat(read("reconciliation.csv")).isEqualTo("""
                identity,asset,expected,found,verdict,detail
                debits = credits,GPU-H100,0,0,MATCHED,
                debits = credits,UTOKEN,8,-8,BREAK,
                seal = chain,,0x22,,PENDING,SENT
                """);
    }

    @Test
    void textOfOthersIsQuotedAndCannotBecomeAFormula() throws IOException {
        write(1);

        assertThat(read("refusals.csv")).isEqualTo("""
                submission_id,client,submission_key,kind,state,reason,sentence,retry,detail,hold_until
                00000000-0000-0007-0000-000000000001,acme,"'=HYPERLINK(""http://x"",1)",transfers,REJECTED,FUNDS,\
                The account does not have this much available.,WITH_NEW_KEY,needed=7 available=3,
                00000000-0000-0007-0000-000000000002,"'@home, ltd",k-2,transfers,HELD,LIMIT,\
                The party's daily limit does not leave this much.,NOT_NEEDED,,2026-03-05
                00000000-0000-0007-0000-000000000003,acme,"two
                lines",orders,CANCELLED,,,,,
                """);
    }

    @Test
    void anEmptyCycleStillHasAFullReport() throws IOException {
        bank.empty();

        write(1);

        assertThat(contents(reports.resolve("cycle-000001")).keySet())
                .containsExactlyInAnyOrderElementsOf(Stream.concat(FILES.stream(), Stream.of("manifest.json"))
                        .toList());
        assertThat(read("trial-balance.csv").lines()).hasSize(1 + 11 + 5);
        for (String file : List.of("positions.csv", "refusals.csv", "rounds.csv", "reconciliation.csv")) {
            assertThat(read(file).lines()).as(file).hasSize(1);
        }
        assertThat(read("summary.json")).contains("\"submissions\" : 0", "\"verdict\" : null");
    }

    @Test
    void theManifestFitsEveryFileAndNamesThemAll() throws Exception {
        write(1);

        JsonNode manifest = JsonMapper.shared().readTree(read("manifest.json"));
        assertThat(manifest.get("cycle").asLong()).isEqualTo(1);
        var names = new ArrayList<String>();
        for (JsonNode file : manifest.get("files")) {
            String name = file.get("name").asString();
            byte[] bytes = Files.readAllBytes(reports.resolve("cycle-000001").resolve(name));
            assertThat(file.get("size_bytes").asLong()).isEqualTo(bytes.length);
            assertThat(file.get("sha256").asString())
                    .isEqualTo(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
            names.add(name);
        }
        assertThat(names).containsExactlyElementsOf(FILES);
    }

    @Test
    void theSameCycleAgainGivesTheSameBytesWhateverTheReportTook() throws IOException {
        write(1);
        Map<String, String> first = contents(reports.resolve("cycle-000001"));
        bank.shuffle();
        bank.secondsPerStep.put("publishReport", 12.5);

        write(1);

        assertThat(contents(reports.resolve("cycle-000001"))).isEqualTo(first);
    }

    @Test
    void whatTheChainSaysLaterReplacesTheOldReportAndChangesNothingElse() throws IOException {
        write(1);
        Map<String, String> first = contents(reports.resolve("cycle-000001"));
        bank.becomeFinal();

        write(1);

        Map<String, String> second = contents(reports.resolve("cycle-000001"));
        assertThat(second.get("summary.json"))
                .isEqualTo(first.get("summary.json")
                        .replace("\"SENT\"", "\"FINAL\"")
                        .replace(
                                "\"chain_transaction\" : null", "\"chain_transaction\" : \"" + CHAIN_TRANSACTION + "\"")
                        .replace("\"gas_used\" : null", "\"gas_used\" : 61000")
                        .replace("\"PENDING\"", "\"RECONCILED\""));
        assertThat(second.get("reconciliation.csv"))
                .isEqualTo(first.get("reconciliation.csv")
                        .replace("seal = chain,,0x22,,PENDING,SENT", "seal = chain,,0x22,0x22,MATCHED,block 7"));
        for (String file : List.of("trial-balance.csv", "positions.csv", "refusals.csv", "rounds.csv")) {
            assertThat(second.get(file)).as(file).isEqualTo(first.get(file));
        }
        assertThat(second.get("manifest.json")).isNotEqualTo(first.get("manifest.json"));
        assertThat(names()).containsExactly(".lock", "cycle-000001");
    }

    @Test
    void aFileThatIsNoLongerPartOfTheReportGoesWithTheOldOne() throws IOException {
        write(1);
        Files.writeString(reports.resolve("cycle-000001").resolve("stale.csv"), "old");

        write(1);

        assertThat(reports.resolve("cycle-000001").resolve("stale.csv")).doesNotExist();
    }

    @Test
    void aTrialBalanceThatDoesNotTieIsNeverReported() throws IOException {
        write(1);
        Map<String, String> before = contents(reports.resolve("cycle-000001"));
        bank.balance = new TrialBalance(List.of(line("UTOKEN", "customers", 0, 0, 5, 5)));

        assertThatThrownBy(() -> write(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the trial balance of cycle 1 does not tie: UTOKEN: debits are 0, credits are 5;"
                        + " UTOKEN: closings sum to 5, not 0");
        assertThat(contents(reports.resolve("cycle-000001"))).isEqualTo(before);
    }

    @Test
    void aReportThatFailsHalfWayLeavesTheOldOneAndNoTrace() throws IOException {
        write(1);
        Map<String, String> before = contents(reports.resolve("cycle-000001"));
        bank.refusalsFailure = new IllegalStateException("the connection is gone");

        assertThatThrownBy(() -> write(1)).isSameAs(bank.refusalsFailure);

        assertThat(contents(reports.resolve("cycle-000001"))).isEqualTo(before);
        assertThat(names()).containsExactly(".lock", "cycle-000001");
    }

    @Test
    void whatAKilledProgramLeftHalfWrittenIsRemoved() throws IOException {
        Path half = Files.createDirectories(reports.resolve(".cycle-000001.new"));
        Files.writeString(half.resolve("summary.json"), "{");
        Path other = Files.createDirectories(reports.resolve(".cycle-000002.new"));
        Files.writeString(other.resolve("positions.csv"), "asset");

        write(1);

        assertThat(names()).containsExactly(".lock", "cycle-000001");
        assertThat(read("summary.json")).startsWith("{\n  \"number\" : 1");
    }

    @Test
    void aReportThatSteppedAsideForOneThatNeverCameIsPutBack() throws IOException {
        Path aside = Files.createDirectories(reports.resolve(".cycle-000007.old"));
        Files.writeString(aside.resolve("summary.json"), "seven");

        write(1);

        assertThat(names()).containsExactly(".lock", "cycle-000001", "cycle-000007");
        assertThat(reports.resolve("cycle-000007").resolve("summary.json")).hasContent("seven");
    }

    @Test
    void aReportThatWasReplacedIsNotPutBack() throws IOException {
        write(1);
        Map<String, String> current = contents(reports.resolve("cycle-000001"));
        Path aside = Files.createDirectories(reports.resolve(".cycle-000001.old"));
        Files.writeString(aside.resolve("summary.json"), "old");
        bank.number = 2;

        write(2);

        assertThat(names()).containsExactly(".lock", "cycle-000001", "cycle-000002");
        assertThat(contents(reports.resolve("cycle-000001"))).isEqualTo(current);
    }

    @Test
    void writersAtTheSameTimeDoNotDisturbEachOther() throws Exception {
        var shared = new FileCycleReports(reports, bank.views(), bank, bank.reconciliation());
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Void>> writers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                writers.add(() -> {
                    shared.write(1);
                    return null;
                });
            }
            for (var done : threads.invokeAll(writers)) {
                done.get();
            }
        }

        assertThat(names()).containsExactly(".lock", "cycle-000001");
        theManifestFitsEveryFileAndNamesThemAll();
    }

    @Test
    void whatIsNotPublishedHasNoReport() {
        assertThatThrownBy(() -> write(2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cycle 2 is not published");
        assertThat(reports).doesNotExist();
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamedTogetherWithTheCycle() throws IOException {
        Files.createDirectories(reports.getParent());
        Files.writeString(reports, "a file");

        assertThatThrownBy(() -> write(1))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("the report of cycle 1 cannot be written")
                .hasStackTraceContaining(reports.toString());
    }

    private static Line line(String asset, String accountClass, long opening, long debits, long credits, long closing) {
        return new Line(
                asset,
                accountClass,
                BigInteger.valueOf(opening),
                BigInteger.valueOf(debits),
                BigInteger.valueOf(credits),
                BigInteger.valueOf(closing));
    }

    /** One cycle of a bank, in memory. */
    private static final class Bank implements CycleFigures {

        /** More than 64 bits hold. */
        private static final BigInteger LARGE = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

        private static final BigInteger LARGE_LESS = LARGE.subtract(BigInteger.ONE);

        long number = 1;
        TrialBalance balance = new TrialBalance(List.of(
                new Line("UTOKEN", "customers", BigInteger.ZERO, BigInteger.ONE, LARGE, LARGE_LESS),
                new Line("UTOKEN", "issuance", BigInteger.ZERO, LARGE, BigInteger.ONE, LARGE_LESS.negate()),
                line("GPU-H100", "customers", 50, 0, 0, 50),
                line("GPU-H100", "source.GPU-H100", -50, 0, 0, -50)));
        RuntimeException refusalsFailure;
        final Map<String, Double> secondsPerStep = new HashMap<>(Map.of("postJournal", 1.5, "cutOff", 0.0001));
        private List<Position> positions = List.of(
                new Position(ANNA, "customers", "UTOKEN", 10, 7, 2, 5),
                new Position(ANNA, "customers", "GPU-H100", 0, 0, 9, 9));
        private List<Refusal> refusals = List.of(
                new Refusal(
                        new UUID(7, 1),
                        "acme",
                        "=HYPERLINK(\"http://x\",1)",
                        Kind.TRANSFERS,
                        SubmissionState.REJECTED,
                        Reason.FUNDS,
                        "needed=7 available=3",
                        null),
                new Refusal(
                        new UUID(7, 2),
                        "@home, ltd",
                        "k-2",
                        Kind.TRANSFERS,
                        SubmissionState.HELD,
                        Reason.LIMIT,
                        "",
                        LocalDate.of(2026, 3, 5)),
                new Refusal(
                        new UUID(7, 3), "acme", "two\nlines", Kind.ORDERS, SubmissionState.CANCELLED, null, "", null));
        private List<Identity> identities = List.of(
                new Identity(Reconciliation.ON_CHAIN, "", "0x22", "", Identity.Verdict.PENDING, "SENT"),
                Identity.of("debits = credits", "UTOKEN", "8", "-8"),
                Identity.of("debits = credits", "GPU-H100", "0", "0"));
        private List<RoundView> rounds = List.of(
                new RoundView("GPU-H100", 9007199254740993L, 5, 6, 7, "MAX_VOLUME", 4, 3, 2000, 9007199254740993L),
                new RoundView("GPU-A100", null, 0, 0, 3, "NO_CROSS", 1, 0, 1000, 1000));
        private List<NettingView> netting = List.of(
                new NettingView("UTOKEN", LARGE_LESS, BigInteger.valueOf(7), 0.75),
                new NettingView("GPU-H100", BigInteger.ZERO, BigInteger.ZERO, 0));
        private boolean empty;
        private boolean onChain;

        void empty() {
            empty = true;
            balance = TrialBalance.of(List.of(Asset.UTOKEN, new Asset(1, "GPU-H100")), List.of());
            positions = List.of();
            refusals = List.of();
            identities = List.of();
            rounds = List.of();
            netting = List.of();
            secondsPerStep.clear();
        }

        void becomeFinal() {
            onChain = true;
            identities = new ArrayList<>(identities);
            identities.set(
                    0, new Identity(Reconciliation.ON_CHAIN, "", "0x22", "0x22", Identity.Verdict.MATCHED, "block 7"));
        }

        /** The same, handed out in another order where order means nothing. */
        void shuffle() {
            identities = identities.reversed();
            rounds = rounds.reversed();
            netting = netting.reversed();
        }

        private static Map<String, Long> inThisOrder(String first, long value, String second, long other) {
            Map<String, Long> map = new LinkedHashMap<>();
            map.put(first, value);
            map.put(second, other);
            return map;
        }

        private CycleView view() {
            return new CycleView(
                    number,
                    LocalDate.of(2026, 3, 2),
                    Instant.parse("2026-03-02T09:00:00Z"),
                    "SEALED",
                    empty ? 0 : 9,
                    empty ? 0 : 4,
                    empty ? 0 : 2,
                    empty ? 0 : 1,
                    0,
                    empty ? 0 : 1,
                    empty ? 0 : 1,
                    empty ? 0 : 5,
                    empty ? Map.of() : inThisOrder("transfers", 5, "orders", 4),
                    empty ? Map.of() : inThisOrder("KYC", 1, "FUNDS", 1),
                    empty ? Map.of() : Map.of("LIMIT", 1L),
                    rounds,
                    netting,
                    ROOT,
                    HEADER,
                    onChain ? "FINAL" : "SENT",
                    onChain ? CHAIN_TRANSACTION : null,
                    onChain ? Long.valueOf(61_000) : null,
                    secondsPerStep,
                    empty ? null : onChain ? "RECONCILED" : "PENDING");
        }

        @Override
        public TrialBalance trialBalance(long cycle) {
            requirePublished(cycle);
            return balance;
        }

        @Override
        public void positions(long cycle, Consumer<Position> sink) {
            requirePublished(cycle);
            positions.forEach(sink);
        }

        @Override
        public void refusals(long cycle, Consumer<Refusal> sink) {
            requirePublished(cycle);
            refusals.forEach(sink);
            if (refusalsFailure != null) {
                throw refusalsFailure;
            }
        }

        private void requirePublished(long cycle) {
            if (cycle != number) {
                throw new IllegalArgumentException("cycle " + cycle + " is not published");
            }
        }

        BankViews views() {
            return new BankViews() {
                @Override
                public Optional<CycleView> cycle(long asked) {
                    return asked == number ? Optional.of(view()) : Optional.empty();
                }

                @Override
                public Optional<SubmissionView> submission(UUID submissionId) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public Optional<AccountView> account(UUID accountId) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public Optional<StatementView> statement(
                        UUID accountId,
                        String asset,
                        StatementRange range,
                        boolean newestFirst,
                        Long after,
                        int limit) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public List<TaskView> tasks(String status, String capability, String after, int limit) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public List<CycleView> cycles(Long before, int limit) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public Optional<String> archiveOf(long seq) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public Optional<Posting> posting(long seq) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public Optional<String> proof(long seq) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void fileOutcomes(long fileNo, java.util.function.Consumer<LineOutcome> visitor) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public Map<SubmissionState, Long> fileStates(long fileNo) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public List<HoldView> holds(UUID accountId, UUID after, int limit) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public List<AuditEntry> auditLog(Long before, int limit) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public List<LocalDate> openDates() {
                    throw new UnsupportedOperationException();
                }
            };
        }

        Reconciliation reconciliation() {
            return new Reconciliation() {
                @Override
                public List<Identity> kept(long cycle) {
                    return identities;
                }

                @Override
                public List<Identity> reconcile(long cycle, Identity onChain) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void completeOnChain(long cycle, Identity onChain) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public List<Identity> proveBooks() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public List<Identity> provePositions(long cycle) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public List<Long> pendingOnChain() {
                    throw new UnsupportedOperationException();
                }
            };
        }
    }
}
