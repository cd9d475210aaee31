package io.quittance.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.ClientPolicy;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Random input at the doors, from a seed: requests and files, right ones, ones with a wrong value, ones with wrong bytes.
 * Whatever comes, the answer is no error of the bank, it comes, it shows nothing of the program, and of the lines that it
 * says are taken each is in the queue once, and no other.
 *
 * <p>{@code -Dquittance.fuzz.seconds=N} for how long (60), {@code -Dquittance.fuzz.seed=S} for other input. The same seed
 * sends the same, but not at the same moments.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoorFuzzIT {

    private static final Duration LONGEST = Duration.ofSeconds(20);
    private static final int KEYS = 3_000;
    /** The same in every build: what a change breaks is its own. */
    private static final long SEED = 20_261_127;

    private static final UUID MINE = UUID.fromString("00000000-0000-4000-8000-000000000001");
    private static final UUID OTHER = UUID.fromString("00000000-0000-4000-8000-000000000002");
    private static final UUID AGENT = UUID.fromString("00000000-0000-4000-8000-000000000003");

    /** A right line of each kind that enterprises hand in, without its key. */
    private static final Map<String, Map<String, String>> RIGHT = new TreeMap<>(Map.of(
            "transfers",
            ordered(
                    "account_id",
                    MINE,
                    "to_account",
                    OTHER,
                    "amount_utoken",
                    5,
                    "memo",
                    "for \\\"tea\\\", 茶",
                    "hold_until",
                    ""),
            "compute_deposits",
            ordered(
                    "account_id",
                    MINE,
                    "resource_id",
                    "node-1",
                    "gpu_ms",
                    1_000,
                    "mode",
                    "mint",
                    "metered_from",
                    "2026-03-01T00:00:00Z",
                    "metered_to",
                    "2026-03-01T01:00:00Z",
                    "hold_until",
                    "2026-03-05"),
            "orders",
            ordered(
                    "account_id",
                    MINE,
                    "compute_class",
                    "GPU-H100",
                    "side",
                    "BUY",
                    "order_type",
                    "LIMIT",
                    "lots",
                    3,
                    "limit_utoken_per_lot",
                    2_000_000,
                    "time_in_force",
                    "GTC",
                    "good_through",
                    ""),
            "cancels",
            ordered("account_id", MINE, "cancelled_key", "k1"),
            "task_publications",
            ordered("account_id", MINE, "task_id", "t-1", "reward_utoken", 10, "capability", "translate", "due_at", ""),
            "task_completions",
            ordered("account_id", MINE, "task_id", "t-1", "agent_account", AGENT, "result_sha256", "a".repeat(64)),
            "spends",
            ordered(
                    "account_id",
                    MINE,
                    "service",
                    "chat",
                    "model",
                    "m",
                    "used_at",
                    "2026-03-02T00:00:00Z",
                    "input_tokens",
                    1,
                    "output_tokens",
                    2,
                    "amount_utoken",
                    3)));

    /** Values that no field expects, as JSON writes them. */
    private static final List<String> NASTY = List.of(
            "null",
            "true",
            "[]",
            "{}",
            "\"\"",
            "\" \"",
            "0",
            "-1",
            "1.0",
            "1e3",
            "1E400",
            "9223372036854775807",
            "9223372036854775808",
            "\"9223372036854775808\"",
            "\"+1\"",
            "\"0x10\"",
            "\"１\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"\uD83D\uDCA9\"",
            "\"=HYPERLINK(\\\"http://x\\\")\"",
            "\"../../etc/passwd\"",
            "\"'; DROP TABLE submissions; --\"",
            "\"%s%n${jndi:ldap://x}\"",
            "\"2026-02-30\"",
            "\"9999-12-31T23:59:60Z\"",
            "\"+999999999-12-31T00:00:00Z\"",
            "\"00000000-0000-0000-0000-000000000000\"",
            "\"0-0-0-0-0\"",
            "[".repeat(3_000) + "]".repeat(3_000),
            "{\"a\":".repeat(500) + "1" + "}".repeat(500),
            "1" + "0".repeat(5_000),
            "\"" + "x".repeat(70_000) + "\"",
            "NaN",
            "-0",
            "\"\\n\"",
            "\"\t\"",
            "'single'",
            "\"\u2028\"",
            "\"\uFEFF\"");

    /** What administrators and operators ask for, by its address; each value as JSON writes it. */
    private static final Map<String, Map<String, String>> ADMINISTRATION = new TreeMap<>(Map.of(
            "/v1/clients",
            ordered("name", "\"fuzzed\"", "scopes", "[\"submit\"]", "key_expires_at", "\"2999-01-01T00:00:00Z\""),
            "/v1/clients/fuzzed/accounts",
            ordered("account_id", "\"" + OTHER + "\"", "right", "\"reader\""),
            "/v1/clients/fuzzed/policy",
            ordered("max_refused_percent", 10, "control_lines", "\"optional\"", "language", "\"zh\""),
            "/v1/clients/fuzzed/webhooks",
            ordered("url", "\"https://example.com/x\"", "events", "[\"file.done\"]"),
            "/v1/clients/fuzzed/keys/1/end",
            ordered("at", "\"2999-01-01T00:00:00Z\""),
            "/v1/webhooks/1/secret",
            ordered("secret_version", 1),
            "/v1/webhooks/2/end",
            ordered(),
            "/v1/webhooks/1/messages/msg_" + OTHER + "/redeliver",
            ordered(),
            "/v1/approvals",
            ordered("action", "\"reversal\"", "reversed_submission", "\"" + OTHER + "\"", "take_from_suspense", false),
            "/v1/approvals/" + OTHER + "/decision",
            ordered("approved", true)));

    private static final List<String> TYPES = List.of(
            "application/json",
            "application/json;charset=utf-8",
            "application/x-ndjson",
            "text/csv",
            "text/plain",
            "application/xml",
            "multipart/form-data; boundary=x",
            "application/json; charset=utf-16",
            "garbage",
            "*/*");

    private final JsonMapper json = new JsonMapper();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(LONGEST).build();
    /** Of the lines that were said to be taken: the id under each key. */
    private final Map<String, String> taken = new ConcurrentHashMap<>();

    private BankSession session;
    private URI base;
    private String operator;
    private String key;
    private long clientId;

    @BeforeAll
    void open(@TempDir Path data) throws Exception {
        Premises premises = Premises.open(new Premises.Wanted(data, null, null, 0));
        session = BankSession.open(
                premises,
                new BankSession.Opening(
                        BankFile.read(null),
                        LocalDate.parse("2026-03-02"),
                        Instant.parse("2026-03-02T08:30:00Z"),
                        null,
                        null,
                        true,
                        Map.of("server.port", 0, "quittance.schedule.cron", "0 0 0 1 1 ? 2099")));
        base = URI.create("http://127.0.0.1:" + session.port());
        ClientDirectory clients = session.get(ClientDirectory.class);
        operator = String.valueOf(LocalClients.operatorKey(clients, premises.directory()));
        LocalClients.Made made =
                LocalClients.make(clients, "fuzzer", EnumSet.of(Client.Scope.SUBMIT, Client.Scope.READ));
        key = String.valueOf(made.key());
        clientId = made.client().id();
        clients.setPolicy(
                made.client(),
                new ClientPolicy(100, ClientPolicy.ControlLines.OPTIONAL, null),
                LocalClients.operator(clients));
        setUp("accounts", """
                [{"account_id":"%s","party_id":"%s","account_type":"enterprise","kyc_level":"L3"},
                 {"account_id":"%s","party_id":"%s","account_type":"personal","kyc_level":"L2"},
                 {"account_id":"%s","party_id":"%s","account_type":"agent","owner_account":"%s","kyc_level":"L2"}]
                """.formatted(MINE, MINE, OTHER, OTHER, AGENT, OTHER, OTHER));
        setUp("compute_resources", """
                {"resource_id":"node-1","account_id":"%s","compute_class":"GPU-H100","gpu_count":8}""".formatted(MINE));
        setUp("services", "{\"service\":\"chat\"}");
        clients.grant(made.client(), MINE, ClientDirectory.Right.OWNER);
    }

    private void setUp(String kind, String body) throws Exception {
        HttpResponse<String> answer = http.send(
                request("/v1/" + kind, operator)
                        .header("Idempotency-Key", "set-up-" + kind)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(answer.body()).doesNotContain("\"refused\":1", "\"refused\":2", "\"refused\":3");
    }

    @AfterAll
    void close() {
        session.close();
    }

    @Test
    void whateverComesIsAnsweredAndNothingIsLostOrDoubled() throws Exception {
        long seed = Long.getLong("quittance.fuzz.seed", SEED);
        long until = System.nanoTime()
                + Duration.ofSeconds(Long.getLong("quittance.fuzz.seconds", 60)).toNanos();
        System.out.println("fuzz seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        var inputs = new AtomicLong();
        var answered = new ConcurrentHashMap<Integer, AtomicLong>();
        try (var pool = Executors.newFixedThreadPool(4)) {
            List<Callable<Void>> fuzzers = List.of(
                    fuzzer(random.split(), until, inputs, answered, this::sendLines),
                    fuzzer(random.split(), until, inputs, answered, this::sendLines),
                    fuzzer(random.split(), until, inputs, answered, this::sendFile),
                    fuzzer(random.split(), until, inputs, answered, this::sendBytes));
            for (Future<Void> done : pool.invokeAll(fuzzers)) {
                done.get();
            }
        }
        System.out.println("fuzz inputs=" + inputs + " taken=" + taken.size() + " answers=" + new TreeMap<>(answered));

        assertThat(answered.keySet()).as("seed %d", seed).contains(202, 400, 415, 422);
        assertThat(taken).as("seed %d", seed).hasSizeGreaterThan(100);
        assertThat(inQueue()).as("seed %d", seed).isEqualTo(new TreeMap<>(taken));
        assertThat(session.get(Reconciliation.class).proveBooks())
                .allMatch(identity -> identity.verdict() == Identity.Verdict.MATCHED);
    }

    /** One input. Answers the status; 0 if there can be none. */
    private interface Input {
        int send(SplittableRandom random) throws Exception;
    }

    private static Callable<Void> fuzzer(
            SplittableRandom random, long until, AtomicLong inputs, Map<Integer, AtomicLong> answered, Input input) {
        return () -> {
            while (System.nanoTime() < until) {
                int status = input.send(random);
                inputs.incrementAndGet();
                answered.computeIfAbsent(status, s -> new AtomicLong()).incrementAndGet();
            }
            return null;
        };
    }

    // ---- Requests

    private int administer(SplittableRandom random) throws Exception {
        String path = pick(random, List.copyOf(ADMINISTRATION.keySet()));
        var fields = new ArrayList<String>();
        ADMINISTRATION
                .get(path)
                .forEach((name, value) ->
                        fields.add("\"" + name + "\":" + (random.nextInt(4) == 0 ? pick(random, NASTY) : value)));
        if (!fields.isEmpty() && random.nextInt(6) == 0) {
            fields.remove(random.nextInt(fields.size()));
        }
        if (random.nextInt(10) == 0) {
            fields.add("\"colour\":1");
        }
        byte[] body = ("{" + String.join(",", fields) + "}").getBytes(UTF_8);
        if (random.nextInt(6) == 0) {
            body = damaged(random, body);
        }
        String address = random.nextInt(8) == 0
                ? path.replaceAll(
                        "(fuzzed|1|2|msg_.*)(?=/|$)", pick(random, List.of("x", "0", "-1", "%00", "%2e%2e", "é")))
                : path;
        return answer(
                        request(address.replace("é", "%C3%A9"), operator)
                                .header(
                                        "Content-Type",
                                        random.nextInt(12) == 0 ? pick(random, TYPES) : "application/json")
                                .header("Idempotency-Key", "a" + random.nextInt(KEYS))
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body)),
                        body)
                .statusCode();
    }

    private int sendLines(SplittableRandom random) throws Exception {
        if (random.nextInt(10) == 0) {
            return administer(random);
        }
        String kind = pick(random, List.copyOf(RIGHT.keySet()));
        int lines = random.nextInt(4) == 0 ? 1 + random.nextInt(6) : 1;
        boolean ndjson = lines > 1 && random.nextBoolean();
        String headerKey = "k" + random.nextInt(KEYS);
        var objects = new ArrayList<String>();
        for (int i = 0; i < lines; i++) {
            objects.add(object(random, kind, lines > 1 ? "k" + random.nextInt(KEYS) : null));
        }
        String text = lines == 1 ? objects.getFirst() : ndjson ? String.join("\n", objects) : objects.toString();
        byte[] body = text.getBytes(UTF_8);
        boolean damaged = random.nextInt(4) == 0;
        if (damaged) {
            body = damaged(random, body);
        }
        String type =
                random.nextInt(12) == 0 ? pick(random, TYPES) : ndjson ? "application/x-ndjson" : "application/json";
        HttpRequest.Builder request = request(
                        "/v1/" + kind + (random.nextInt(8) == 0 ? "?mode=atomic" : ""),
                        random.nextInt(50) == 0 ? "qk_" + "A".repeat(43) : key)
                .header("Content-Type", type)
                .header(
                        "Idempotency-Key",
                        random.nextInt(30) == 0 ? pick(random, List.of(" ", "\"", "é", "x".repeat(300))) : headerKey)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (random.nextInt(20) == 0) {
            request.header("Accept-Language", pick(random, List.of("zh", ";;;", "zh-CN;q=2", "*")));
        }
        if (random.nextInt(50) == 0) {
            request.header("Content-Encoding", pick(random, List.of("gzip", "br", "identity", "x")));
        }
        HttpResponse<String> answer = answer(request, body);
        if (answer.statusCode() == 202 || answer.statusCode() == 422) {
            for (JsonNode line : lines(answer)) {
                note(line);
            }
        }
        return answer.statusCode();
    }

    private List<JsonNode> lines(HttpResponse<String> answer) {
        String type = answer.headers().firstValue("Content-Type").orElse("");
        if (type.startsWith("application/x-ndjson")) {
            return answer.body().lines().map(json::readTree).toList();
        }
        JsonNode tree = json.readTree(answer.body());
        var lines = new ArrayList<JsonNode>();
        tree.path("lines").forEach(lines::add);
        return lines.isEmpty() ? List.of(tree) : lines;
    }

    private void note(JsonNode line) {
        if (!line.path("status").asString("").equals("queued")) {
            return;
        }
        String id = line.path("submission_id").asString();
        String before = taken.put(line.path("submission_key").asString(), id);
        assertThat(before == null ? id : before).as("the id under one key").isEqualTo(id);
    }

    private static String object(SplittableRandom random, String kind, String submissionKey) {
        var fields = new ArrayList<String>();
        RIGHT.get(kind).forEach((name, value) -> {
            if (!value.isEmpty()) {
                boolean number = value.chars().allMatch(c -> c >= '0' && c <= '9');
                fields.add("\"" + name + "\":" + (number ? value : "\"" + value + "\""));
            }
        });
        if (submissionKey != null) {
            fields.add("\"submission_key\":\"" + submissionKey + "\"");
        }
        switch (random.nextInt(6)) {
            case 0 -> {
                int at = random.nextInt(fields.size());
                String name = fields.get(at).substring(0, fields.get(at).indexOf(':'));
                fields.set(at, name + ":" + pick(random, NASTY));
            }
            case 1 -> fields.remove(random.nextInt(fields.size()));
            case 2 -> fields.add(fields.get(random.nextInt(fields.size())));
            case 3 -> {
                if (random.nextBoolean()) {
                    fields.add(
                            "\"" + pick(random, List.of("colour", "", "account_id ", "__proto__", "\\u0000")) + "\":1");
                }
            }
            default -> {}
        }
        return "{" + String.join(",", fields) + "}";
    }

    // ---- Files

    private int sendFile(SplittableRandom random) throws Exception {
        String kind = pick(random, List.copyOf(RIGHT.keySet()));
        boolean csv = random.nextBoolean();
        int count = random.nextInt(30);
        char separator = pick(random, List.of(',', ';', '\t', '|'));
        var body = new StringBuilder();
        List<String> names = new ArrayList<>(RIGHT.get(kind).keySet());
        names.add("submission_key");
        if (csv) {
            body.append(String.join(String.valueOf(separator), names)).append('\n');
        }
        for (int i = 0; i < count; i++) {
            String lineKey = "k" + random.nextInt(KEYS);
            body.append(csv ? row(random, kind, names, lineKey, separator) : object(random, kind, lineKey))
                    .append(random.nextInt(10) == 0 ? "\r\n" : "\n");
        }
        byte[] file = body.toString().getBytes(UTF_8);
        if (random.nextInt(3) > 0) {
            file = withControl(random, kind, file, count);
        }
        if (random.nextInt(4) == 0) {
            file = damaged(random, file);
        }
        if (random.nextInt(5) == 0) {
            file = gzip(file);
            if (random.nextInt(3) == 0) {
                file = damaged(random, file);
            }
        }
        String path = "/v1/files" + (random.nextInt(3) > 0 ? "?kind=" + kind : "")
                + (random.nextInt(10) == 0
                        ? "&name=" + pick(random, List.of("..%2f..%2fx", "%00", "a%0d%0ab", "%c0%ae"))
                        : "");
        HttpResponse<String> answer = answer(
                request(path, key)
                        .header("Content-Type", csv ? "text/csv" : "application/x-ndjson")
                        .header("Idempotency-Key", UUID.randomUUID().toString())
                        .POST(HttpRequest.BodyPublishers.ofByteArray(file)),
                file);
        if (answer.statusCode() == 202) {
            JsonNode result = json.readTree(answer.body());
            long lines = result.path("lines").asLong();
            assertThat(result.path("queued").asLong()
                            + result.path("repeated").asLong()
                            + result.path("refused").asLong())
                    .isEqualTo(lines);
            assertThat(noteFile(result.path("file_no").asLong()))
                    .as("lines of the file in the queue")
                    .isEqualTo(result.path("queued").asLong());
        }
        return answer.statusCode();
    }

    /** Which lines of a file are queued the answer says by leaving them out of its refusals; here the queue says it. */
    private long noteFile(long fileNo) throws Exception {
        long lines = 0;
        try (Connection owner = DriverManager.getConnection(session.premises().databaseUrl());
                var statement = owner.createStatement();
                var rows = statement.executeQuery(
                        "SELECT submission_key, submission_id FROM submissions WHERE file_no = " + fileNo)) {
            while (rows.next()) {
                taken.put(rows.getString(1), rows.getString(2));
                lines++;
            }
        }
        return lines;
    }

    private static String row(
            SplittableRandom random, String kind, List<String> names, String lineKey, char separator) {
        var cells = new ArrayList<String>();
        for (String name : names) {
            String value =
                    name.equals("submission_key") ? lineKey : RIGHT.get(kind).get(name);
            if (random.nextInt(40) == 0) {
                value = pick(random, NASTY);
            }
            boolean quote = value.indexOf(separator) >= 0 || value.indexOf('"') >= 0 || random.nextInt(10) == 0;
            cells.add(quote && random.nextInt(20) > 0 ? '"' + value.replace("\"", "\"\"") + '"' : value);
        }
        if (random.nextInt(30) == 0) {
            cells.remove(cells.size() - 1);
        }
        return String.join(String.valueOf(separator), cells);
    }

    private static byte[] withControl(SplittableRandom random, String kind, byte[] body, int count) throws Exception {
        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(new String(body, UTF_8).replace("\r\n", "\n").getBytes(UTF_8)));
        String head = "#quittance,1," + kind + ",F" + random.nextInt(1_000_000)
                + (random.nextInt(3) == 0 ? ".r1," : ",") + (random.nextInt(10) == 0 ? "2026-02-30" : "") + "\n";
        boolean rejects = head.contains(".r1");
        String end = rejects
                ? ""
                : "#end," + count + "," + (random.nextInt(5) == 0 ? "1" : sum(kind, count)) + "," + hash + "\n";
        var all = new ByteArrayOutputStream();
        all.write(head.getBytes(UTF_8));
        all.write(body);
        all.write(end.getBytes(UTF_8));
        return all.toByteArray();
    }

    private static long sum(String kind, int count) {
        return count
                * Kind.named(kind)
                        .orElseThrow()
                        .summedColumn()
                        .map(column -> Long.parseLong(RIGHT.get(kind).getOrDefault(column, "0")))
                        .orElse(0L);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    // ---- What is no request

    private int sendBytes(SplittableRandom random) throws Exception {
        byte[] request = ("POST /v1/transfers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                        + "\r\nIdempotency-Key: raw\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n"
                        + "{\"account_id\":\"x\"  }")
                .getBytes(UTF_8);
        byte[] bytes = damaged(random, random.nextInt(3) == 0 ? damaged(random, request) : request);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), base.getPort())) {
            socket.setSoTimeout(200);
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            if (random.nextBoolean()) {
                socket.shutdownOutput();
            }
            String answer = new String(socket.getInputStream().readNBytes(12), UTF_8);
            if (answer.startsWith("HTTP/1.1 5")
                    && !answer.startsWith("HTTP/1.1 501")
                    && !answer.startsWith("HTTP/1.1 505")) {
                throw new AssertionError(answer + " to " + HexFormat.of().formatHex(bytes));
            }
        } catch (IOException noAnswer) {
            // It waits for more, or has hung up: both are fine, as long as others are answered.
        }
        Thread.sleep(5);
        return 0;
    }

    // ---- All

    private HttpRequest.Builder request(String path, String apiKey) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(LONGEST).header("Authorization", "Bearer " + apiKey);
    }

    private HttpResponse<String> answer(HttpRequest.Builder request, byte[] sent) throws Exception {
        HttpResponse<String> answer;
        try {
            answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException broken) {
            throw new AssertionError("no answer to " + HexFormat.of().formatHex(sent), broken);
        }
        if (answer.statusCode() >= 500) {
            throw new AssertionError(answer.statusCode() + " " + answer.body() + " to "
                    + HexFormat.of().formatHex(sent));
        }
        assertThat(answer.body())
                .doesNotContain("io.quittance", "tools.jackson", "java.lang", "\tat ", "org.postgresql");
        if (answer.statusCode() >= 400
                && answer.headers().firstValue("Content-Type").orElse("").startsWith("application/problem+json")) {
            assertThat(json.readTree(answer.body()).path("code").asString()).isNotBlank();
        }
        return answer;
    }

    private TreeMap<String, String> inQueue() throws Exception {
        var queue = new TreeMap<String, String>();
        try (Connection owner = DriverManager.getConnection(session.premises().databaseUrl());
                var statement = owner.createStatement();
                var rows = statement.executeQuery(
                        "SELECT submission_key, submission_id FROM submissions WHERE client_id = " + clientId)) {
            while (rows.next()) {
                assertThat(queue.put(rows.getString(1), rows.getString(2))).isNull();
            }
        }
        return queue;
    }

    private static byte[] damaged(SplittableRandom random, byte[] bytes) {
        if (bytes.length == 0) {
            return new byte[] {(byte) random.nextInt(256)};
        }
        byte[] damaged = bytes.clone();
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(5)) {
            case 0 -> damaged[at] = (byte) random.nextInt(256);
            case 1 -> damaged = Arrays.copyOf(bytes, at);
            case 2 -> {
                byte[] more = new byte[1 + random.nextInt(8)];
                random.nextBytes(more);
                damaged = spliced(bytes, at, more);
            }
            case 3 -> {
                int length = Math.min(bytes.length - at, 1 + random.nextInt(64));
                damaged = spliced(bytes, random.nextInt(bytes.length), Arrays.copyOfRange(bytes, at, at + length));
            }
            default ->
                damaged = spliced(
                        bytes,
                        at,
                        pick(
                                        random,
                                        List.of(
                                                "\0",
                                                "\r",
                                                "\n\n",
                                                "\"",
                                                "\\",
                                                "\uFEFF",
                                                "{",
                                                "}",
                                                "#end,1,1,",
                                                "#quittance,"))
                                .getBytes(UTF_8));
        }
        return damaged;
    }

    private static byte[] spliced(byte[] bytes, int at, byte[] more) {
        byte[] all = new byte[bytes.length + more.length];
        System.arraycopy(bytes, 0, all, 0, at);
        System.arraycopy(more, 0, all, at, more.length);
        System.arraycopy(bytes, at, all, at + more.length, bytes.length - at);
        return all;
    }

    private static <T> T pick(SplittableRandom random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static Map<String, String> ordered(Object... namesAndValues) {
        var map = new java.util.LinkedHashMap<String, String>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put(namesAndValues[i].toString(), namesAndValues[i + 1].toString());
        }
        return map;
    }
}
