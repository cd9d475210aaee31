package io.quittance.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.intake.Reason;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Bad input at the doors of a running service: each gets its answer, line by line, nothing of it is half done, and the
 * service stays up.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {

    private static final String PAYER = "00000000-0000-4000-8000-000000000001";
    private static final String PAYEE = "00000000-0000-4000-8000-000000000002";
    private static final String NOBODY = "00000000-0000-4000-8000-000000000009";

    /** A good line of each kind; empty values are absent. */
    private static final Map<String, Map<String, String>> GOOD = Map.of(
            "transfers",
            line("account_id", PAYER, "to_account", PAYEE, "amount_utoken", "5", "memo", "", "hold_until", ""),
            "orders",
            line(
                    "account_id",
                    PAYER,
                    "compute_class",
                    "GPU-T4",
                    "side",
                    "BUY",
                    "order_type",
                    "LIMIT",
                    "lots",
                    "3",
                    "limit_utoken_per_lot",
                    "81000",
                    "time_in_force",
                    "GTC",
                    "good_through",
                    ""),
            "compute_deposits",
            line(
                    "account_id",
                    PAYER,
                    "resource_id",
                    "node-1",
                    "gpu_ms",
                    "3600000",
                    "mode",
                    "mint",
                    "metered_from",
                    "2026-01-05T08:00:00Z",
                    "metered_to",
                    "2026-01-05T09:00:00Z"),
            "task_publications",
            line("account_id", PAYER, "task_id", "task-1", "reward_utoken", "7", "due_at", ""),
            "spends",
            line("account_id", PAYER, "service", "house", "used_at", "2026-01-05T08:00:00Z", "amount_utoken", "5"));

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final JsonMapper json = new JsonMapper();

    private Path data;
    private Program.Running service;
    private URI base;
    private String key;
    private int keys;

    @BeforeAll
    void serve(@TempDir Path folder) throws Exception {
        data = folder.resolve("data");
        // Its one cut-off a day leaves all lines of this test in one window, unless it runs across that hour.
        service = Program.serve(
                data, "--bank", Program.CHECKOUT.resolve("ops/demo/bank.json").toString());
        base = Program.http(data);
        key = service.outSoFar()
                .lines()
                .filter(line -> line.contains("shown this once: "))
                .map(line -> line.substring(line.indexOf(": ") + 2))
                .findFirst()
                .orElseThrow();
        // Files of two lines are mostly wrong where something is. A further key is not one that is trusted for a
        // second.
        require(200, post("clients/operator/policy", "{\"max_refused_percent\":100}"));
        key = require(200, post("clients", """
                        {"name":"operator","scopes":["submit","read","meter","operate","administer","finance","audit"]}""")).path("api_key").asString();
        for (String account : List.of(PAYER, PAYEE)) {
            require(202, post("accounts", """
                    {"account_id":"%s","party_id":"%s","account_type":"enterprise","kyc_level":"L2"}""".formatted(account, account)));
        }
        require(202, post("compute_resources", """
                {"resource_id":"node-1","account_id":"%s","compute_class":"GPU-T4","gpu_count":8}""".formatted(PAYER)));
        require(202, post("services", "{\"service\":\"house\"}"));
    }

    @AfterEach
    void theServiceIsUp() throws Exception {
        assertThat(service.process().isAlive()).as(service.outSoFar()).isTrue();
        assertThat(get("/health").statusCode()).isEqualTo(200);
    }

    /** What was taken settles or is refused in a cycle, the books are in order, and nobody saw where in the code it hurt. */
    @AfterAll
    void theBooksAreInOrder() {
        try (Program.Running running = service) {
            Program.Result cycle = Program.run(data, "cycle", "--json");
            assertThat(cycle.exit()).as(cycle.err()).isZero();
            Program.Result fsck = Program.run(data, "fsck", "--seals");
            assertThat(fsck.exit()).as(fsck.out() + fsck.err()).isZero();
            running.signal("TERM");
            Program.Result ended = running.result();
            assertThat(ended.exit()).isEqualTo(Trouble.INTERRUPTED);
            assertThat(ended.err()).doesNotContain("\tat ", "error_id");
        }
    }

    /**
     * One value of a good line is replaced; by HTTP it is sent alone and within an array, then in a file, always between
     * good lines, of which none is lost.
     */
    @ParameterizedTest
    @CsvSource({
        "transfers, amount_utoken, -1, AMOUNT_NOT_POSITIVE",
        "transfers, amount_utoken, 0, AMOUNT_NOT_POSITIVE",
        "transfers, amount_utoken, 1.5, MALFORMED_VALUE",
        "transfers, amount_utoken, 1e3, MALFORMED_VALUE",
        "transfers, amount_utoken, 9223372036854775808, AMOUNT_OUT_OF_RANGE",
        "transfers, amount_utoken, 99999999999999999999999999999999, AMOUNT_OUT_OF_RANGE",
        "transfers, amount_utoken, five, MALFORMED_VALUE",
        "transfers, amount_utoken, '', MISSING_VALUE",
        "transfers, account_id, 1234, MALFORMED_VALUE",
        "transfers, account_id, 00000000-0000-4000-8000-00000000000g, MALFORMED_VALUE",
        "transfers, account_id, " + NOBODY + ", UNKNOWN_ACCOUNT",
        "transfers, to_account, " + NOBODY + ", UNKNOWN_ACCOUNT",
        "transfers, hold_until, 2026-02-30, MALFORMED_VALUE",
        "transfers, hold_until, 02.03.2026, MALFORMED_VALUE",
        "orders, compute_class, GPU-NONE, UNKNOWN_CLASS",
        "orders, account_id, " + NOBODY + ", UNKNOWN_ACCOUNT",
        "orders, side, HOLD, MALFORMED_VALUE",
        "orders, lots, 0, AMOUNT_NOT_POSITIVE",
        "orders, lots, 2.0, MALFORMED_VALUE",
        "orders, limit_utoken_per_lot, -81000, AMOUNT_NOT_POSITIVE",
        "orders, limit_utoken_per_lot, 9223372036854775808, AMOUNT_OUT_OF_RANGE",
        "compute_deposits, gpu_ms, 0, AMOUNT_NOT_POSITIVE",
        "compute_deposits, gpu_ms, 3.6E6, MALFORMED_VALUE",
        "compute_deposits, resource_id, node-9, UNKNOWN_RESOURCE",
        "compute_deposits, metered_from, 2026-01-05 08:00, MALFORMED_VALUE",
        "compute_deposits, metered_to, 2026-13-05T09:00:00Z, MALFORMED_VALUE",
        "task_publications, reward_utoken, -7, AMOUNT_NOT_POSITIVE",
        "task_publications, due_at, tomorrow, MALFORMED_VALUE",
        "spends, service, nobody, UNKNOWN_SERVICE",
        "spends, used_at, 2026-01-05T25:00:00Z, MALFORMED_VALUE",
    })
    void aBadValueIsNamedAndItsNeighboursAreTaken(String kind, String field, String value, Reason reason)
            throws Exception {
        var bad = new LinkedHashMap<>(GOOD.get(kind));
        bad.put(field, value);
        long before = queued();

        // Whose account it is, if it is anybody's, is not told.
        boolean strangers = reason == Reason.UNKNOWN_ACCOUNT && field.equals("account_id");
        JsonNode alone = require(strangers ? 404 : 422, post(kind, object(null, bad)));
        requireNamed(alone.path("errors").get(0), field, reason);
        assertThat(alone.path("code").asString()).isEqualTo(reason.name());
        assertThat(alone.path("title").asString()).isEqualTo(reason.sentence());
        assertThat(queued()).isEqualTo(before);

        JsonNode array = require(
                202,
                post(
                        kind,
                        "[" + object(fresh(), good(kind)) + "," + object(fresh(), bad) + ","
                                + object(fresh(), good(kind)) + "]"));
        assertThat(array.path("taken").asInt()).isEqualTo(2);
        assertThat(array.path("refused").asInt()).isEqualTo(1);
        assertThat(array.path("lines").get(1).path("status").asString()).isEqualTo("refused");
        requireNamed(array.path("lines").get(1).path("errors").get(0), field, reason);
        assertThat(queued()).isEqualTo(before + 2);

        JsonNode file = require(202, file(kind, csv(kind, List.of(good(kind), bad, good(kind)))));
        assertThat(file.path("queued").asInt()).isEqualTo(2);
        assertThat(file.path("refusals")).hasSize(1);
        JsonNode refusal = file.path("refusals").get(0);
        assertThat(refusal.path("line").asInt()).isEqualTo(3);
        requireNamed(refusal.path("errors").get(0), field, reason);
        assertThat(refusal.path("errors").get(0).path("detail").asString()).startsWith(reason.sentence());
        assertThat(queued()).isEqualTo(before + 4);
    }

    @Test
    void anUnknownColumnIsNamed() throws Exception {
        long before = queued();
        var bad = new LinkedHashMap<>(GOOD.get("transfers"));
        bad.put("colour", "red");

        JsonNode line = require(422, post("transfers", object(null, bad)));
        requireNamed(line.path("errors").get(0), "colour", Reason.UNKNOWN_FIELD);
        JsonNode file = require(422, file("transfers", csv("transfers", List.of(bad))));
        assertThat(file.path("code").asString()).isEqualTo("FILE_HEADER_MALFORMED");
        assertThat(file.path("detail").asString()).contains("\"colour\"", "amount_utoken");
        assertThat(queued()).isEqualTo(before);
    }

    @Test
    void anUnknownKindIsNamed() throws Exception {
        String lines = csv("transfers", List.of(good("transfers")));

        assertThat(code(404, post("wishes", "{}"))).isEqualTo("NOT_FOUND");
        assertThat(code(400, file("wishes", lines))).isEqualTo("BAD_PARAMETER");
        assertThat(code(422, send("/v1/files", "text/csv", "#quittance,1,wishes,W-1,\n" + lines)))
                .isEqualTo("FILE_KIND_UNKNOWN");
        assertThat(code(422, send("/v1/files", "text/csv", lines))).isEqualTo("FILE_KIND_UNKNOWN");
    }

    @Test
    void carriageReturnsAndAMissingLastLineEndAreFine() throws Exception {
        String lines = csv("transfers", List.of(good("transfers"), good("transfers")));
        String others = csv("transfers", List.of(good("transfers"), good("transfers")));

        assertThat(require(202, file("transfers", lines.replace("\n", "\r\n")))
                        .path("queued")
                        .asInt())
                .isEqualTo(2);
        assertThat(require(202, file("transfers", others.substring(0, others.length() - 1)))
                        .path("queued")
                        .asInt())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n\r\n"})
    void anEmptyFileIsSaidToBeEmpty(String content) throws Exception {
        JsonNode answer = require(422, file("transfers", content));

        assertThat(answer.path("code").asString()).isEqualTo("FILE_EMPTY");
        assertThat(answer.path("title").asString()).isEqualTo(Reason.FILE_EMPTY.sentence());
    }

    /** At every byte: unless all values of a line are there, nothing of the file is. */
    @Test
    void aFileThatIsCutOffInItsLastLineIsRefusedWhole() throws Exception {
        long before = queued();
        String lines = csv("transfers", List.of(good("transfers"), good("transfers")));
        int lastLine = lines.lastIndexOf('\n', lines.length() - 2) + 1;
        int lastComma = lines.lastIndexOf(',');

        for (int cut = lastLine + 1; cut <= lastComma; cut += 7) {
            JsonNode answer = require(422, file("transfers", lines.substring(0, cut)));

            assertThat(answer.path("code").asString()).as("cut at " + cut).isEqualTo("FILE_TRUNCATED");
            assertThat(answer.path("errors").get(0).path("line").asInt()).isEqualTo(3);
        }
        assertThat(queued()).isEqualTo(before);
    }

    @Test
    void aFileThatLostItsEndLineIsRefusedWhole() throws Exception {
        long before = queued();

        JsonNode answer = require(
                422,
                send(
                        "/v1/files",
                        "text/csv",
                        "#quittance,1,transfers,CUT-1,\n" + csv("transfers", List.of(good("transfers")))));

        assertThat(answer.path("code").asString()).isEqualTo("FILE_TRUNCATED");
        assertThat(queued()).isEqualTo(before);
    }

    @Test
    void aKeyCountsOnceWithinAFile() throws Exception {
        long before = queued();
        String one = fresh() + "," + PAYER + "," + PAYEE + ",5\n";
        String other = one.replace(",5\n", ",6\n");

        JsonNode file = require(
                202, file("transfers", "submission_key,account_id,to_account,amount_utoken\n" + one + one + other));

        assertThat(file.path("queued").asInt()).isEqualTo(1);
        assertThat(file.path("repeated").asInt()).isEqualTo(1);
        assertThat(file.path("refusals")).hasSize(1);
        assertThat(file.path("refusals").get(0).path("line").asInt()).isEqualTo(4);
        requireNamed(file.path("refusals").get(0).path("errors").get(0), "submission_key", Reason.KEY_CONFLICT);
        assertThat(queued()).isEqualTo(before + 1);
    }

    @Test
    void aKeyCountsOnceOverTwoFilesAndBothDoors() throws Exception {
        String header = "submission_key,account_id,to_account,amount_utoken\n";
        String name = fresh();
        String one = name + "," + PAYER + "," + PAYEE + ",5\n";
        require(202, file("transfers", header + one));
        long before = queued();

        JsonNode same = require(202, file("transfers", header + one + fresh() + "," + PAYER + "," + PAYEE + ",5\n"));
        JsonNode other = require(202, file("transfers", header + one.replace(",5\n", ",6\n")));
        HttpResponse<String> sameByHttp = post("transfers", object(null, GOOD.get("transfers")), name);
        var changed = new LinkedHashMap<>(GOOD.get("transfers"));
        changed.put("amount_utoken", "6");
        HttpResponse<String> otherByHttp = post("transfers", object(null, changed), name);

        assertThat(same.path("repeated").asInt()).isEqualTo(1);
        assertThat(same.path("queued").asInt()).isEqualTo(1);
        requireNamed(other.path("refusals").get(0).path("errors").get(0), "submission_key", Reason.KEY_CONFLICT);
        require(202, sameByHttp);
        assertThat(sameByHttp.headers().firstValue("Idempotency-Replayed")).contains("true");
        assertThat(code(422, otherByHttp)).isEqualTo("KEY_CONFLICT");
        assertThat(queued()).isEqualTo(before + 1);
    }

    @Test
    void theCommandLineNamesEachLine(@TempDir Path folder) throws IOException {
        var bad = new LinkedHashMap<>(GOOD.get("transfers"));
        bad.put("amount_utoken", "1.5");
        Path file = Files.writeString(folder.resolve("bad.csv"), csv("transfers", List.of(good("transfers"), bad)));
        Path empty = Files.writeString(folder.resolve("empty.csv"), "");

        Program.Result result = Program.run(data, "submit", "--kind", "transfers", file.toString(), empty.toString());

        assertThat(result.exit()).isEqualTo(Trouble.WRONG_USAGE);
        assertThat(result.out())
                .contains(
                        "1 queued, 0 repeated, 1 refused",
                        "line 3: amount_utoken MALFORMED_VALUE: " + Reason.MALFORMED_VALUE.sentence(),
                        "empty.csv: refused, nothing of it counts",
                        "FILE_EMPTY: " + Reason.FILE_EMPTY.sentence());
        assertThat(result.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/zero", "folder", "not-there", "binary"})
    void whatIsNoProofIsSaidToBeNone(String name, @TempDir Path folder) throws IOException {
        Files.createDirectory(folder.resolve("folder"));
        Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, 0});

        Program.Result result = Program.run(data, "verify", folder.resolve(name).toString());

        assertThat(result.exit()).as(result.out() + result.err()).isIn(Trouble.CHECK_FAILED, Trouble.WRONG_USAGE);
        assertThat((result.out() + result.err()).lines()).singleElement();
    }

    @Test
    void anExportReplacesNoDirectoryAndLeavesNothingHalfDone(@TempDir Path folder) throws IOException {
        Path directory = Files.createDirectory(folder.resolve("directory"));
        String[] export = {"export", "--from", "2026-01-05", "--to", "2026-01-05", "--out"};

        for (String out : List.of(directory.toString(), "/", folder + "/missing/file")) {
            Program.Result result = Program.run(
                    data, Stream.concat(Arrays.stream(export), Stream.of(out)).toArray(String[]::new));
            assertThat(result.exit()).as(result.err()).isEqualTo(Trouble.WRONG_USAGE);
            assertThat(result.err().lines()).singleElement();
        }
        try (Stream<Path> left = Files.walk(folder)) {
            assertThat(left).containsExactlyInAnyOrder(folder, directory);
        }
    }

    // Hostile requests.

    static List<String> bodiesThatAreNoLine() {
        return List.of(
                "",
                "{",
                "null",
                "5",
                "\"text\"",
                "[]",
                "{}{}",
                "{\"amount_utoken\":1,\"amount_utoken\":2}",
                "[".repeat(100_000),
                "{\"a\":".repeat(2_000) + "1" + "}".repeat(2_000),
                "{\"amount_utoken\":" + "9".repeat(2_000) + "}",
                "{\"memo\":\"" + "a".repeat(100_000) + "\"}",
                "\uFEFF{}");
    }

    @ParameterizedTest
    @MethodSource("bodiesThatAreNoLine")
    void aBodyThatCannotBeReadIsRefusedInASentence(String body) throws Exception {
        JsonNode answer = require(400, post("transfers", body));

        assertThat(answer.path("code").asString()).isEqualTo("UNREADABLE_BODY");
        assertThat(answer.path("detail").asString())
                .isNotBlank()
                .doesNotContain("Exception", "REDACTED", "jackson", "StreamRead");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "multipart/form-data; boundary=x", "text/csv", "nothing"})
    void anotherMediaTypeIsNotTaken(String type) throws Exception {
        assertThat(code(415, send("/v1/transfers", type, object(null, GOOD.get("transfers")))))
                .isEqualTo("UNSUPPORTED_MEDIA_TYPE");
    }

    @Test
    void moreThanABodyMayHoldIsTooLarge() throws Exception {
        String announced = raw(
                "POST /v1/transfers HTTP/1.1",
                "Content-Type: application/json\r\nIdempotency-Key: big\r\nContent-Length: " + (9 << 20)
                        + "\r\nExpect: 100-continue\r\n",
                "");
        String tooMany = "[" + String.join(",", Collections.nCopies(10_001, "{}")) + "]";

        assertThat(announced).contains("HTTP/1.1 413", "BODY_TOO_LARGE");
        assertThat(code(400, post("transfers", tooMany))).isEqualTo("UNREADABLE_BODY");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                                   | IDEMPOTENCY_KEY_MISSING",
                "Idempotency-Key:                                     | IDEMPOTENCY_KEY_MISSING",
                "Idempotency-Key: one~Idempotency-Key: two            | IDEMPOTENCY_KEY_MALFORMED",
                "Idempotency-Key: a\u0001b                            | BAD_REQUEST",
                "Idempotency-Key: ok~Content-Encoding: gzip           | UNSUPPORTED_MEDIA_TYPE",
                "Idempotency-Key: ok~Content-Length: 5                | BAD_REQUEST",
                "Idempotency-Key: ok~Transfer-Encoding: chunked       | BAD_REQUEST",
            })
    void aMuddledHeaderIsRefused(String headers, String code) throws Exception {
        long before = queued();
        String body = object(null, GOOD.get("transfers"));

        String answer = raw(
                "POST /v1/transfers HTTP/1.1",
                "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n"
                        + (headers.isEmpty() ? "" : headers.replace("~", "\r\n") + "\r\n"),
                body);

        assertThat(answer).startsWith("HTTP/1.1 4").contains("\"code\":\"" + code + "\"");
        assertThat(queued()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GARBAGE",
                "GET /health HTTP/9.9",
                "GET /v1/../etc/passwd HTTP/1.1",
                "GET /v1/%2e%2e/health HTTP/1.1",
                "GET /v1/..%2f..%2fetc/passwd HTTP/1.1",
                "GET /v1/accounts/%00 HTTP/1.1",
                "GET /v1\\accounts HTTP/1.1",
                "GET /v1/accounts/" + PAYER + ";x=1 HTTP/1.1",
                "GET /v1/cycles/99999999999999999999 HTTP/1.1",
                "GET /v1/cycles/1e3 HTTP/1.1",
                "GET /v1/submissions/x HTTP/1.1",
                "GET /v1/tasks?limit=-1 HTTP/1.1",
                "GET /actuator/env HTTP/1.1",
                "GET /swagger-ui.html HTTP/1.1",
                "DELETE /v1/accounts/" + PAYER + " HTTP/1.1",
                "TRACE /health HTTP/1.1",
            })
    void anAddressOrMethodThatIsNotThereIsTheSendersFault(String requestLine) throws Exception {
        assertThat(raw(requestLine, "", ""))
                .startsWith("HTTP/1.1 4")
                .contains("application/problem+json", "\"code\":")
                .doesNotContain("Exception", "root:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer", "Bearer qk_nobody", "Basic YTpi", "KEYx", "KEY~Authorization: Bearer qk_x"})
    void withoutAGoodKeyNobodyIsLetIn(String authorization) throws Exception {
        String header = authorization.isEmpty()
                ? ""
                : "Authorization: "
                        + authorization.replace("KEY", "Bearer " + key).replace("~", "\r\n") + "\r\n";

        String answer = talk("GET /v1/cycles HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + header + "\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 401")
                .contains("UNAUTHENTICATED")
                .doesNotContain(key);
    }

    /** More senders than a pool of threads would have, each of which stops after the first byte of its body. */
    @Test
    void slowSendersKeepNobodyElseWaiting() throws Exception {
        long before = queued();
        var slow = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 300; i++) {
                Socket socket = new Socket(base.getHost(), base.getPort());
                slow.add(socket);
                socket.getOutputStream()
                        .write(("POST /v1/transfers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                                        + "\r\nContent-Type: application/json\r\nIdempotency-Key: slow" + i
                                        + "\r\nContent-Length: 100\r\n\r\n{")
                                .getBytes(US_ASCII));
            }

            require(202, post("transfers", object(null, GOOD.get("transfers"))));
            assertThat(queued()).isEqualTo(before + 1);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    // How to ask.

    private HttpResponse<String> post(String kind, String body) throws Exception {
        return post(kind, body, fresh());
    }

    private HttpResponse<String> post(String kind, String body, String submissionKey) throws Exception {
        return send("/v1/" + kind, "application/json", body, submissionKey);
    }

    private HttpResponse<String> file(String kind, String content) throws Exception {
        return send("/v1/files?kind=" + kind, "text/csv", content);
    }

    private HttpResponse<String> send(String path, String type, String body) throws Exception {
        return send(path, type, body, fresh());
    }

    private HttpResponse<String> send(String path, String type, String body, String submissionKey) throws Exception {
        return http.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .timeout(Duration.ofSeconds(15))
                        .header("Authorization", "Bearer " + key)
                        .header("Idempotency-Key", submissionKey)
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofString(body, UTF_8))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .timeout(Duration.ofSeconds(15))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** A request that a client library would not send. */
    private String raw(String requestLine, String headers, String body) throws IOException {
        return talk(requestLine + "\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer " + key + "\r\n" + headers
                + "\r\n" + body);
    }

    private String talk(String request) throws IOException {
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.setSoTimeout(15_000);
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private JsonNode require(int status, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return json.readTree(answer.body());
    }

    private String code(int status, HttpResponse<String> answer) {
        return require(status, answer).path("code").asString();
    }

    private static void requireNamed(JsonNode error, String field, Reason reason) {
        assertThat(error.path("field").asString()).isEqualTo(field);
        assertThat(error.path("code").asString()).isEqualTo(reason.name());
        assertThat(error.path("detail").asString()).isNotBlank();
        assertThat(error.path("retry").asString())
                .isEqualTo(reason.retry().name().toLowerCase(java.util.Locale.ROOT));
    }

    /** How many submissions the database has, whatever the service says. */
    private long queued() throws Exception {
        String url = new DataDirectory(data).announced().orElseThrow().getProperty("database");
        try (var connection = DriverManager.getConnection(url)) {
            return Long.parseLong(SmallBank.rows(connection, "SELECT count(*) FROM submissions")
                    .getFirst());
        }
    }

    // What to say.

    private String fresh() {
        return "bad-" + ++keys;
    }

    /** A good line that is not the same as another one in what may be there once. */
    private Map<String, String> good(String kind) {
        var line = new LinkedHashMap<>(GOOD.get(kind));
        line.computeIfPresent("task_id", (field, value) -> "task-" + ++keys);
        return line;
    }

    private static Map<String, String> line(String... fields) {
        var line = new LinkedHashMap<String, String>();
        for (int i = 0; i < fields.length; i += 2) {
            line.put(fields[i], fields[i + 1]);
        }
        return line;
    }

    private String object(String submissionKey, Map<String, String> line) {
        var fields = new LinkedHashMap<String, String>();
        if (submissionKey != null) {
            fields.put("submission_key", submissionKey);
        }
        line.forEach((field, value) -> {
            if (!value.isEmpty()) {
                fields.put(field, value);
            }
        });
        return json.writeValueAsString(fields);
    }

    private String csv(String kind, List<Map<String, String>> lines) {
        var text = new StringBuilder(
                "submission_key," + String.join(",", lines.getLast().keySet()) + "\n");
        for (Map<String, String> line : lines) {
            text.append(fresh())
                    .append(',')
                    .append(String.join(",", line.values()))
                    .append('\n');
        }
        return text.toString();
    }
}
