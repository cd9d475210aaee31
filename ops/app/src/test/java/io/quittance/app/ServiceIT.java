package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.contracts.ChainVerifier;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.report.BankViews;
import io.quittance.domain.seal.MalformedProof;
import io.quittance.domain.seal.ProofFile;
import io.quittance.domain.seal.ProofFinding;
import io.quittance.jobs.BooksCheck;
import io.quittance.jobs.ChainFollowing;
import io.quittance.jobs.CycleProgress;
import io.quittance.jobs.CycleRunner;
import io.quittance.jobs.Replay;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The service as a whole, through its HTTP door: from an account's opening to a proof on chain and a reversal. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ResourceLock(SmallBank.CYCLES_IN_PROCESS)
class ServiceIT {

    private static final LocalDate DATE = LocalDate.parse("2026-03-02");
    private static final UUID PROVIDER = UUID.fromString("00000000-0000-4000-8000-000000000001");
    private static final UUID BUYER = UUID.fromString("00000000-0000-4000-8000-000000000002");

    private final HttpClient http = HttpClient.newHttpClient();
    private final JsonMapper json = new JsonMapper();

    private BankSession session;
    private URI base;
    private String operator;
    private String checker;
    private String meter;
    private String transfer;

    @BeforeAll
    void open(@TempDir Path data) {
        Premises premises = Premises.open(new Premises.Wanted(data, null, null, 0));
        session = BankSession.open(
                premises,
                new BankSession.Opening(
                        BankFile.read(null),
                        DATE,
                        Instant.parse("2026-03-02T08:30:00Z"),
                        null,
                        null,
                        true,
                        Map.of("server.port", 0, "quittance.schedule.cron", "0 0 0 1 1 ? 2099")));
        base = URI.create("http://127.0.0.1:" + session.port());
        ClientDirectory clients = session.get(ClientDirectory.class);
        operator = String.valueOf(LocalClients.operatorKey(clients, premises.directory()));
        checker = String.valueOf(LocalClients.make(clients, "checker", EnumSet.of(Client.Scope.OPERATE))
                .key());
        meter = String.valueOf(LocalClients.make(clients, "meter", EnumSet.of(Client.Scope.METER))
                .key());
    }

    @AfterAll
    void close() {
        session.close();
    }

    @AfterEach
    void theBooksConserve() {
        assertThat(session.get(Reconciliation.class).proveBooks())
                .allMatch(identity -> identity.verdict() == Identity.Verdict.MATCHED);
    }

    @Test
    @Order(1)
    void aMintWithItsEvidenceBecomesTokensAtTheNextCycle() throws Exception {
        post(operator, "accounts", "a1", account(PROVIDER, "L2"), 202);
        post(operator, "accounts", "a2", account(BUYER, "L2"), 202);
        post(operator, "compute_resources", "r1", """
                {"resource_id":"node-1","account_id":"%s","compute_class":"GPU-H100","gpu_count":8}""".formatted(PROVIDER), 202);
        String interval = "\"metered_from\":\"2026-03-02T00:00:00Z\",\"metered_to\":\"2026-03-02T04:00:00Z\"";
        post(meter, "metering", "m1", "{\"resource_id\":\"node-1\"," + interval + ",\"gpu_ms\":\"115200000\"}", 202);
        JsonNode deposit = post(
                operator,
                "compute_deposits",
                "d1",
                "{\"account_id\":\"%s\",\"resource_id\":\"node-1\",\"gpu_ms\":\"115200000\",\"mode\":\"mint\",%s}"
                        .formatted(PROVIDER, interval),
                202);

        runCycle();

        JsonNode state =
                get(operator, "/v1/submissions/" + deposit.path("submission_id").asString(), 200);
        assertThat(state.path("state").asString()).isEqualTo("settled");
        // 32 GPU-hours at 2 Token each.
        assertThat(available(PROVIDER)).isEqualTo("64000000");
    }

    @Test
    @Order(2)
    void aTransferSettlesAndIsProvedAgainstTheChain() throws Exception {
        JsonNode queued = post(
                operator,
                "transfers",
                "t1",
                "{\"account_id\":\"%s\",\"to_account\":\"%s\",\"amount_utoken\":\"5000000\",\"memo\":\"rent\"}"
                        .formatted(PROVIDER, BUYER),
                202);
        transfer = queued.path("submission_id").asString();

        long cycle = runCycle();
        FinalOnChain.await(
                session.get(ChainFollowing.class), session.get(BankViews.class), cycle, Duration.ofSeconds(60));

        JsonNode state = get(operator, "/v1/submissions/" + transfer, 200);
        long seq = state.path("postings").get(0).path("seq").asLong();
        ProofFile proof = ProofFile.parse(getText(operator, "/v1/transactions/" + seq + "/proof", 200));
        assertThat(proof.verifyOffline()).isEqualTo(ProofFinding.HOLDS);
        assertThat(available(PROVIDER)).isEqualTo("59000000");
        assertThat(available(BUYER)).isEqualTo("5000000");
    }

    @Test
    @Order(3)
    void theSameKeyAnswersTheSameAndMovesNothingTwice() throws Exception {
        String body = "{\"account_id\":\"%s\",\"to_account\":\"%s\",\"amount_utoken\":\"5000000\",\"memo\":\"rent\"}"
                .formatted(PROVIDER, BUYER);

        JsonNode again = post(operator, "transfers", "t1", body, 202);
        post(operator, "transfers", "t1", body.replace("5000000", "6000000"), 422);
        runCycle();

        assertThat(again.path("submission_id").asString()).isEqualTo(transfer);
        assertThat(available(BUYER)).isEqualTo("5000000");
    }

    @Test
    @Order(4)
    void aReversalNeedsASecondPersonAndHappensOnce() throws Exception {
        JsonNode approval = json.readTree(send(
                        operator,
                        "POST",
                        "/v1/approvals",
                        "ap1",
                        "{\"action\":\"reversal\",\"reversed_submission\":\"" + transfer
                                + "\",\"take_from_suspense\":false}")
                .body());
        String id = approval.path("id").asString(approval.path("approval_id").asString());
        String reversal = "{\"reversed_submission\":\"" + transfer + "\",\"approval_id\":\"" + id
                + "\",\"take_from_suspense\":false}";

        assertThat(send(operator, "POST", "/v1/approvals/" + id + "/decision", "x", "{\"approved\":true}")
                        .statusCode())
                .as("the maker approves its own request")
                .isBetween(400, 499);
        assertThat(send(operator, "POST", "/v1/reversals", "rev0", reversal).statusCode())
                .as("not approved yet")
                .isBetween(400, 499);
        assertThat(send(checker, "POST", "/v1/approvals/" + id + "/decision", "y", "{\"approved\":true}")
                        .statusCode())
                .isEqualTo(200);
        post(operator, "reversals", "rev1", reversal, 202);
        runCycle();
        assertThat(available(BUYER)).isEqualTo("0");
        assertThat(available(PROVIDER)).isEqualTo("64000000");
        assertThat(send(operator, "POST", "/v1/reversals", "rev2", reversal).statusCode())
                .as("the approval is used up")
                .isBetween(400, 499);
    }

    @Test
    @Order(5)
    void aClientThatIsGeneratedFromTheDescriptionGoesFromAKeyToAProof(@TempDir Path folder) throws Exception {
        assertThat(get(operator, "/openapi.json", 200).path("openapi").asString())
                .startsWith("3.1");
        Path sources = Path.of(System.getProperty("quittance.checkout"), "ops/app/src/test/typescript");
        for (String file : List.of("package.json", "package-lock.json", "tsconfig.json", "guide.ts")) {
            Files.copy(sources.resolve(file), folder.resolve(file));
        }
        run(folder, "npm", "ci", "--no-audit", "--no-fund");
        run(folder, "npx", "openapi-typescript", base.resolve("/openapi.json").toString(), "-o", "api.d.ts");
        run(folder, "npx", "tsc");
        String[] guide = {
            "node",
            "out/guide.js",
            base.toString(),
            operator,
            PROVIDER.toString(),
            BUYER.toString(),
            "before",
            "kept.json"
        };

        run(folder, guide);
        runCycle();
        guide[6] = "after";
        run(folder, guide);
    }

    private static void run(Path folder, String... command) throws IOException, InterruptedException {
        Path out = folder.resolve("output");
        int exit = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start()
                .waitFor();
        assertThat(exit).as(() -> read(out)).isZero();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    @Test
    @Order(6)
    void anotherImplementationAcceptsAProofAndRefusesItWithAnyPartChanged(@TempDir Path folder) throws Exception {
        String proof = getText(operator, "/v1/transactions/1/proof", 200);

        assertThat(javaScript(folder, proof)).as("the genuine proof").isZero();
        for (int at : new int[] {proof.length() / 3, proof.length() / 2, proof.length() - 40}) {
            assertThat(javaScript(folder, withOneDigitChanged(proof, at)))
                    .as("changed at " + at)
                    .isNotZero();
        }
    }

    @Test
    @Order(7)
    void aProofHoldsAgainstTheChainAndNoneOfItsBytesIsFree() throws Exception {
        String proof = getText(operator, "/v1/transactions/2/proof", 200);
        ProofFile genuine = ProofFile.parse(proof);
        var chain = ChainVerifier.of(session.premises().chain(), session.bank().registry());

        assertThat(chain.find(genuine.header().cycle()).orElseThrow().headerHash())
                .isEqualTo(genuine.headerHash());
        for (int at = 0; at < proof.length(); at++) {
            assertThat(holds(withOneDigitChanged(proof, at), genuine))
                    .as("byte " + at)
                    .isFalse();
        }
    }

    /** Whether a file holds and is under the header that the chain has. */
    private static boolean holds(String proof, ProofFile genuine) {
        try {
            ProofFile changed = ProofFile.parse(proof);
            return changed.verifyOffline() == ProofFinding.HOLDS
                    && changed.domain().equals(genuine.domain())
                    && changed.headerHash().equals(genuine.headerHash());
        } catch (MalformedProof malformed) {
            return false;
        }
    }

    private static String withOneDigitChanged(String text, int at) {
        char other = text.charAt(at) == '1' ? '2' : '1';
        return text.substring(0, at) + other + text.substring(at + 1);
    }

    private static int javaScript(Path folder, String proof) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("proof.json"), proof);
        Path script = Path.of(System.getProperty("quittance.checkout"), "contracts", "vectors", "verify-proof.mjs");
        return new ProcessBuilder("node", script.toString(), file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    @Order(8)
    void aMintWithoutEvidenceAndASecondOneOfTheSameHourMoveNothing() throws Exception {
        String before = available(PROVIDER);
        post(operator, "compute_deposits", "d2", deposit("2026-03-02T00:00:00Z", "2026-03-02T04:00:00Z"), 202);
        post(operator, "compute_deposits", "d3", deposit("2026-03-02T04:00:00Z", "2026-03-02T05:00:00Z"), 202);

        runCycle();

        assertThat(available(PROVIDER)).isEqualTo(before);
    }

    @Test
    @Order(9)
    void aCompletionByTheAgentAndATransferByAStrangerMoveNothing() throws Exception {
        ClientDirectory clients = session.get(ClientDirectory.class);
        LocalClients.Made stranger =
                LocalClients.make(clients, "stranger", EnumSet.of(Client.Scope.SUBMIT, Client.Scope.READ));
        clients.grant(stranger.client(), BUYER, ClientDirectory.Right.OWNER);
        String key = String.valueOf(stranger.key());
        post(
                operator,
                "task_publications",
                "p1",
                "{\"account_id\":\"%s\",\"task_id\":\"task-1\",\"reward_utoken\":\"1000000\"}".formatted(PROVIDER),
                202);
        runCycle();
        String provider = available(PROVIDER);
        String buyer = available(BUYER);

        JsonNode completion = post(
                key,
                "task_completions",
                "c1",
                "{\"account_id\":\"%s\",\"task_id\":\"task-1\",\"agent_account\":\"%s\"}".formatted(BUYER, BUYER),
                202);
        post(
                key,
                "transfers",
                "theft",
                "{\"account_id\":\"%s\",\"to_account\":\"%s\",\"amount_utoken\":\"1\"}".formatted(PROVIDER, BUYER),
                404);
        runCycle();

        JsonNode state =
                get(key, "/v1/submissions/" + completion.path("submission_id").asString(), 200);
        assertThat(state.path("state").asString()).isEqualTo("rejected");
        assertThat(available(PROVIDER)).isEqualTo(provider);
        assertThat(available(BUYER)).isEqualTo(buyer);
    }

    @Test
    @Order(10)
    void aQueuedAmountThatWasChangedByHandIsNamedByReplayAndFsck() throws Exception {
        try (Connection owner = DriverManager.getConnection(session.premises().databaseUrl());
                var statement = owner.createStatement()) {
            statement.execute("SET session_replication_role = replica"); // As only a superuser can.
            statement.execute("UPDATE submissions SET amount_utoken = amount_utoken + 1 WHERE submission_id = '"
                    + transfer + "'");
        }
        var replayed = new ArrayList<Replay.Replayed>();

        session.get(Replay.class).run(replayed::add);
        List<Identity> queue = session.get(BooksCheck.class).queue();

        assertThat(replayed.get(0).equal()).isTrue();
        assertThat(replayed.get(1).equal()).isFalse();
        assertThat(replayed.get(1).why().getFirst()).contains(transfer, "is not what was received");
        assertThat(queue)
                .filteredOn(identity -> identity.verdict() == Identity.Verdict.BREAK)
                .singleElement()
                .satisfies(identity -> assertThat(identity.detail()).contains("cycle 2", transfer));
    }

    @Test
    @Order(11)
    void aChangedRowOfEachKindOfResultIsNamedByFsckWithSeals() throws Exception {
        assertThat(broken()).as("before anything is changed").isEmpty();
        changed(
                "UPDATE net_positions SET closing = closing + 1 WHERE cycle = 2 AND asset = 0 AND credits > 0",
                "UPDATE net_positions SET closing = closing - 1 WHERE cycle = 2 AND asset = 0 AND credits > 0",
                "positions of cycle 2 are what was sealed");
        changed(
                "UPDATE submission_outcomes SET detail = detail || '!'",
                "UPDATE submission_outcomes SET detail = left(detail, -1)",
                "outcomes of cycle ");
        changed(
                "UPDATE matching_rounds SET demand_lots = demand_lots + 1 WHERE cycle = 2",
                "UPDATE matching_rounds SET demand_lots = demand_lots - 1 WHERE cycle = 2",
                "prices of cycle 2 are what was sealed");
        changed(
                "UPDATE token_transactions SET leg = leg + 1 WHERE cycle = 2",
                "UPDATE token_transactions SET leg = leg - 1 WHERE cycle = 2",
                "transfers of cycle 2 are what was sealed");
        assertThat(broken()).as("after everything was put back").isEmpty();
    }

    private void changed(String change, String back, String name) throws Exception {
        assertThat(asSuperuser(change)).as(change).isPositive();
        assertThat(broken()).as(change).anyMatch(broken -> broken.startsWith(name));
        asSuperuser(back);
    }

    private int asSuperuser(String update) throws Exception {
        try (Connection owner = DriverManager.getConnection(session.premises().databaseUrl());
                var statement = owner.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            return statement.executeUpdate(update);
        }
    }

    private List<String> broken() {
        return session.get(BooksCheck.class).seals().stream()
                .filter(identity -> identity.verdict() == Identity.Verdict.BREAK)
                .map(Identity::name)
                .toList();
    }

    private static String deposit(String from, String to) {
        return "{\"account_id\":\"%s\",\"resource_id\":\"node-1\",\"gpu_ms\":\"3600000\",\"mode\":\"mint\","
                        .formatted(PROVIDER)
                + "\"metered_from\":\"" + from + "\",\"metered_to\":\"" + to + "\"}";
    }

    private static String account(UUID id, String level) {
        return "{\"account_id\":\"%s\",\"party_id\":\"%s\",\"account_type\":\"personal\",\"kyc_level\":\"%s\"}"
                .formatted(id, id, level);
    }

    private long runCycle() {
        BankStore bank = session.get(BankStore.class);
        bank.setClock(bank.now().plusSeconds(3_600));
        CycleRunner.Answer answer = session.get(CycleRunner.class).runDue(CycleProgress.NONE);
        assertThat(answer).isInstanceOf(CycleRunner.Answer.Completed.class);
        return ((CycleRunner.Answer.Completed) answer).cycle();
    }

    private String available(UUID account) throws IOException, InterruptedException {
        for (JsonNode balance : get(operator, "/v1/accounts/" + account, 200).path("balances")) {
            if (balance.path("asset").asString().equals("UTOKEN")) {
                return balance.path("available").asString();
            }
        }
        return "0";
    }

    private JsonNode post(String key, String kind, String idempotencyKey, String body, int expected)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = send(key, "POST", "/v1/" + kind, idempotencyKey, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(expected);
        return json.readTree(answer.body());
    }

    private JsonNode get(String key, String path, int expected) throws IOException, InterruptedException {
        return json.readTree(getText(key, path, expected));
    }

    private String getText(String key, String path, int expected) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .header("Authorization", "Bearer " + key)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(expected);
        return answer.body();
    }

    private HttpResponse<String> send(String key, String method, String path, String idempotencyKey, String body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .header("Authorization", "Bearer " + key)
                        .header("Idempotency-Key", idempotencyKey)
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
