package io.quittance.intake.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Client.Scope;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.ClientPolicy;
import io.quittance.domain.report.BankViews;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.seal.Hash32;
import io.quittance.intake.IntakeDoors;
import io.quittance.intake.fake.FakeApprovals;
import io.quittance.intake.fake.FakeBankViews;
import io.quittance.intake.fake.FakeClientDirectory;
import io.quittance.intake.fake.FakeFileIntake;
import io.quittance.intake.fake.FakeIntakeQueue;
import io.quittance.intake.fake.FakeWebhooks;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The API over a real port, with the bank's ports in memory. One server for all classes that extend this one. */
@SpringBootTest(
        classes = ApiTest.Bank.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"quittance.http.max-body=64KB", "quittance.http.max-lines=100", "quittance.files.max-file=256KB"})
abstract class ApiTest {

    static final UUID ACCOUNT = UUID.fromString("0190a000-0000-7000-8000-000000000001");
    static final UUID RECEIVER = UUID.fromString("0190a000-0000-7000-8000-000000000002");
    static final UUID FOREIGN = UUID.fromString("0190a000-0000-7000-8000-000000000003");
    static final UUID NOWHERE = UUID.fromString("0190a000-0000-7000-8000-00000000ffff");
    static final UUID SUBMISSION = UUID.fromString("0190a000-0000-8000-8000-0000000000a1");
    static final UUID FOREIGN_SUBMISSION = UUID.fromString("0190a000-0000-8000-8000-0000000000a2");

    static final String PARTICIPANT = ApiKeys.generate(new SecureRandom());
    static final String OTHER = ApiKeys.generate(new SecureRandom());
    static final String READER = ApiKeys.generate(new SecureRandom());
    static final String SUBMITTER = ApiKeys.generate(new SecureRandom());
    static final String METER = ApiKeys.generate(new SecureRandom());
    static final String OPERATOR = ApiKeys.generate(new SecureRandom());
    static final String CHECKER = ApiKeys.generate(new SecureRandom());
    static final String FINANCE = ApiKeys.generate(new SecureRandom());
    static final String AUDITOR = ApiKeys.generate(new SecureRandom());
    static final String ADMINISTRATOR = ApiKeys.generate(new SecureRandom());

    static final TestIssuer ISSUER = new TestIssuer();

    @DynamicPropertySource
    static void issuer(DynamicPropertyRegistry properties) {
        properties.add("quittance.oauth.issuer", ISSUER::url);
        properties.add("quittance.oauth.audience", () -> TestIssuer.AUDIENCE);
    }

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final JsonMapper JSON = new JsonMapper();

    @LocalServerPort
    int port;

    @Autowired
    FakeClientDirectory directory;

    @Autowired
    FakeBankViews views;

    @Autowired
    FakeIntakeQueue queue;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(IntakeDoors.class)
    static class Bank {

        @Bean
        FakeClientDirectory clientDirectory() {
            return new FakeClientDirectory();
        }

        @Bean
        FakeApprovals approvals() {
            return new FakeApprovals();
        }

        @Bean
        FakeIntakeQueue intakeQueue(FakeClientDirectory directory, FakeApprovals approvals) {
            return new FakeIntakeQueue(directory, approvals);
        }

        @Bean
        FakeFileIntake fileIntake(FakeIntakeQueue queue) {
            return new FakeFileIntake(queue);
        }

        @Bean
        FakeWebhooks webhooks() {
            return new FakeWebhooks();
        }

        @Bean
        BankSecret bankSecret() {
            return new BankSecret(1, new byte[BankSecret.MIN_LENGTH]);
        }

        @Bean
        FakeBankViews bankViews() {
            return new FakeBankViews();
        }
    }

    @BeforeEach
    void peopleAndBooks() {
        views.broken = false;
        directory.broken = null;
        if (directory.named("acme").isPresent()) {
            return;
        }
        List.of(ACCOUNT, RECEIVER, FOREIGN).forEach(directory::openAccount);
        Client acme = client("acme", PARTICIPANT, Scope.SUBMIT, Scope.READ);
        directory.grant(acme, ACCOUNT, ClientDirectory.Right.OWNER);
        directory.grant(acme, RECEIVER, ClientDirectory.Right.READER);
        Client other = client("other", OTHER, Scope.SUBMIT, Scope.READ);
        directory.grant(other, FOREIGN, ClientDirectory.Right.OWNER);
        directory.grant(client("reader", READER, Scope.READ), ACCOUNT, ClientDirectory.Right.READER);
        directory.grant(client("feeder", SUBMITTER, Scope.SUBMIT), ACCOUNT, ClientDirectory.Right.DELEGATE);
        client("meter", METER, Scope.METER);
        client("operator", OPERATOR, Scope.OPERATE);
        client("checker", CHECKER, Scope.OPERATE);
        client("administrator", ADMINISTRATOR, Scope.ADMINISTER);
        client("finance", FINANCE, Scope.FINANCE);
        client("auditor", AUDITOR, Scope.AUDIT);
        books();
    }

    private Client client(String name, String key, Scope... scopes) {
        Client client = directory.register(name, Set.of(scopes));
        directory.addKey(client, ApiKeys.sha256(key));
        // Files of a line or two are mostly wrong where something is.
        return directory.setPolicy(client, new ClientPolicy(100, ClientPolicy.ControlLines.OPTIONAL, null), client);
    }

    private void books() {
        views.accounts.put(ACCOUNT, account(ACCOUNT));
        views.accounts.put(FOREIGN, account(FOREIGN));
        views.postings.put(1L, posting(1, ACCOUNT, RECEIVER, SUBMISSION));
        views.postings.put(2L, posting(2, FOREIGN, UUID.randomUUID(), FOREIGN_SUBMISSION));
        views.proofs.put(1L, "{\"version\":1,\"seq\":\"1\"}");
        views.proofs.put(2L, "{\"version\":1,\"seq\":\"2\"}");
        views.submissions.put(SUBMISSION, submission(SUBMISSION, ACCOUNT, views.postings.get(1L)));
        views.submissions.put(FOREIGN_SUBMISSION, submission(FOREIGN_SUBMISSION, FOREIGN, views.postings.get(2L)));
        for (int i = 1; i <= 3; i++) {
            views.statement.add(new BankViews.StatementLine(
                    i,
                    1,
                    LocalDate.of(2026, 3, 2),
                    ACCOUNT,
                    RECEIVER,
                    9_007_199_254_740_993L,
                    i == 2,
                    "transfer",
                    null,
                    SUBMISSION,
                    100 - i,
                    Instant.parse("2026-03-02T10:00:00Z")));
            views.tasks.add(new BankViews.TaskView(
                    "task-" + i, ACCOUNT, 9_007_199_254_740_993L, "translate", null, "open", 1, null));
            views.cycles.put((long) i, cycle(i));
        }
    }

    private static BankViews.AccountView account(UUID id) {
        return new BankViews.AccountView(
                id,
                UUID.randomUUID(),
                "enterprise",
                null,
                "L3",
                Instant.parse("2026-03-01T10:00:00Z"),
                "active",
                Instant.parse("2026-03-01T11:00:00Z"),
                List.of(new BankViews.BalanceView("UTOKEN", 9_007_199_254_740_993L, 3, 9_007_199_254_740_990L, 1, 2)),
                Map.of("UTOKEN", 5L),
                List.of(new BankViews.UnclaimedView(70, 4, LocalDate.of(2026, 3, 1), null)),
                new BankViews.LimitView(LocalDate.of(2026, 3, 2), null, 7, 0, null));
    }

    private static BankViews.Posting posting(long seq, UUID from, UUID to, UUID submission) {
        return new BankViews.Posting(
                seq, 1, from, to, "UTOKEN", 100, "transfer", null, submission, Instant.parse("2026-03-02T10:00:00Z"));
    }

    private static BankViews.SubmissionView submission(UUID id, UUID account, BankViews.Posting posting) {
        return new BankViews.SubmissionView(
                id,
                "acme",
                "k",
                io.quittance.domain.intake.Kind.TRANSFERS,
                account,
                LocalDate.of(2026, 3, 2),
                Instant.parse("2026-03-02T09:00:00Z"),
                BankViews.SubmissionState.SETTLED,
                1L,
                null,
                Map.of(),
                null,
                null,
                null,
                List.of(posting),
                true);
    }

    private static BankViews.CycleView cycle(long number) {
        return new BankViews.CycleView(
                number,
                LocalDate.of(2026, 3, 2),
                Instant.parse("2026-03-02T10:00:00Z"),
                "sealed",
                2,
                1,
                1,
                0,
                0,
                0,
                0,
                1,
                Map.of("transfers", 2L),
                Map.of("FUNDS", 1L),
                Map.of(),
                List.of(new BankViews.RoundView("GPU-H100", 1_000L, 5, 6, 7, "volume", 4, 3, 990, 1_000)),
                List.of(new BankViews.NettingView("UTOKEN", BigInteger.TEN, BigInteger.ONE, 0.9)),
                Hash32.ZERO,
                null,
                null,
                null,
                null,
                Map.of("post", 0.5),
                null);
    }

    /** An answer with its body read as JSON, if it is JSON. */
    record Answer(HttpResponse<String> http) {
        int status() {
            return http.statusCode();
        }

        JsonNode json() {
            return JSON.readTree(http.body());
        }

        String header(String name) {
            return http.headers().firstValue(name).orElse("");
        }

        String code() {
            assertThat(header("Content-Type")).startsWith("application/problem+json");
            JsonNode problem = json();
            assertThat(problem.path("status").asInt()).isEqualTo(status());
            assertThat(problem.path("title").asString()).isNotBlank();
            return problem.path("code").asString();
        }
    }

    Answer get(@Nullable String key, String path) {
        return send(request(key, path).GET());
    }

    Answer post(@Nullable String key, String path, @Nullable String idempotencyKey, String body) {
        return post(key, path, idempotencyKey, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    Answer post(@Nullable String key, String path, @Nullable String idempotencyKey, String contentType, byte[] body) {
        HttpRequest.Builder request = request(key, path)
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (idempotencyKey != null) {
            request.header("Idempotency-Key", idempotencyKey);
        }
        return send(request);
    }

    /** With one header more. */
    Answer post(@Nullable String key, String path, String idempotencyKey, String body, String header, String value) {
        return send(request(key, path)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", idempotencyKey)
                .header(header, value)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpRequest.Builder request(@Nullable String key, String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
        return key == null ? request : request.header("Authorization", "Bearer " + key);
    }

    Answer send(HttpRequest.Builder request) {
        try {
            return new Answer(HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static String newKey() {
        return UUID.randomUUID().toString();
    }

    static String transfer(UUID from, UUID to, String amount) {
        return "{\"account_id\":\"" + from + "\",\"to_account\":\"" + to + "\",\"amount_utoken\":" + amount + "}";
    }
}
