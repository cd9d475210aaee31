package io.quittance.intake.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.intake.Kind;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Many lines in one request: as NDJSON, and all or none. */
class BulkApiTest extends ApiTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String NDJSON = "application/x-ndjson";

    @Test
    void linesAreAnsweredOneByOneInTheirOrderEachByItself() {
        String key = newKey();
        String body = String.join(
                "\n",
                keyed(key + "-1", transfer(ACCOUNT, RECEIVER, "1")),
                "",
                keyed(key + "-2", transfer(ACCOUNT, RECEIVER, "-2")) + "\r",
                "{\"account_id\":",
                keyed(key + "-1", transfer(ACCOUNT, RECEIVER, "1")),
                keyed(key + "-3", transfer(FOREIGN, RECEIVER, "3")));

        Answer answer = lines("/v1/transfers", key, body);

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("Content-Type")).startsWith(NDJSON);
        List<JsonNode> lines = answers(answer);
        assertThat(lines.stream().map(line -> line.path("line").asInt())).containsExactly(1, 3, 4, 5, 6);
        assertThat(lines.stream().map(line -> line.path("status").asString()))
                .containsExactly("queued", "refused", "refused", "queued", "refused");
        assertThat(lines.get(3).path("repeated").asBoolean()).isTrue();
        assertThat(lines.get(1).path("errors").get(0).path("pointer").asString())
                .isEqualTo("/amount_utoken");
        assertThat(lines.get(2).path("errors").get(0).path("code").asString()).isEqualTo("MALFORMED_LINE");
        assertThat(lines.get(4).path("errors").get(0).path("code").asString()).isEqualTo("UNKNOWN_ACCOUNT");
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = EnumSource.Mode.EXCLUDE, names = "REVERSALS")
    void everyKindComesByLine(Kind kind) {
        String key = newKey();
        String sender = switch (kind) {
            case METERING -> METER;
            case ACCOUNTS, COMPUTE_RESOURCES, SERVICES, PRICES, ACCOUNT_EVENTS -> OPERATOR;
            default -> PARTICIPANT;
        };
        String line = kind.isReference() ? Bodies.of(kind) : keyed(key, Bodies.of(kind));

        Answer answer = post(sender, "/v1/" + kind.wireName(), key, NDJSON, line.getBytes(StandardCharsets.UTF_8));

        assertThat(answer.status()).as(answer.http().body()).isEqualTo(202);
        assertThat(answers(answer).getFirst().path("kind").asString()).isEqualTo(kind.wireName());
    }

    @Test
    void moreLinesThanAnArrayMayHaveAreTakenAsTheyCome() {
        String key = newKey();
        int before = queue.size();
        String body = numbered(key, 12_001);

        Answer answer = lines("/v1/transfers", key, body);

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answers(answer))
                .hasSize(12_001)
                .allSatisfy(line -> assertThat(line.path("status").asString()).isEqualTo("queued"));
        assertThat(queue.size()).isEqualTo(before + 12_001);
        Answer again = lines("/v1/transfers", key, body);
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(queue.size()).isEqualTo(before + 12_001);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{NDJSON}", "{ARRAY}"})
    void anAtomicRequestIsTakenAsAWholeOrNotAtAll(String form) {
        String key = newKey();
        int before = queue.size();
        List<String> good = IntStream.range(0, 3)
                .mapToObj(i -> keyed(key + "-" + i, transfer(ACCOUNT, RECEIVER, "1")))
                .toList();
        String malformed = keyed(key + "-x", transfer(ACCOUNT, RECEIVER, "0"));
        String foreign = keyed(key + "-y", transfer(FOREIGN, RECEIVER, "1"));

        for (String bad : List.of(malformed, foreign)) {
            Answer refused = atomic(form, key, List.of(good.get(0), bad, good.get(1)));
            assertThat(refused.status()).isEqualTo(422);
            assertThat(statuses(form, refused)).containsExactly("not_taken", "refused", "not_taken");
            assertThat(queue.size()).isEqualTo(before);
        }
        Answer taken = atomic(form, key, good);
        assertThat(taken.status()).isEqualTo(202);
        assertThat(statuses(form, taken)).containsExactly("queued", "queued", "queued");
        assertThat(queue.size()).isEqualTo(before + 3);
        assertThat(atomic(form, key, good).header("Idempotency-Replayed")).isEqualTo("true");
    }

    @Test
    void referenceLinesThatAreNotTakenAreNamed() {
        String good = "{\"service\":\"s-" + newKey() + "\"}";

        Answer refused = post(OPERATOR, "/v1/services?mode=atomic", newKey(), "[" + good + ",{}]");

        JsonNode first = refused.json().path("lines").get(0);
        assertThat(first.path("status").asString()).isEqualTo("not_taken");
        assertThat(first.path("name").asString()).startsWith("s-");
    }

    @Test
    void anAtomicRequestHasALimitAndOverItNothingIsTaken() {
        int before = queue.size();
        String key = newKey();

        Answer answer = post(
                PARTICIPANT,
                "/v1/transfers?mode=atomic",
                key,
                NDJSON,
                numbered(key, 101).getBytes(StandardCharsets.UTF_8));

        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.code()).isEqualTo("BODY_TOO_LARGE");
        assertThat(queue.size()).isEqualTo(before);
    }

    @Test
    void aLineThatIsTooLongIsAnsweredByItsNumberAndTheOthersAreTaken() {
        String key = newKey();
        byte[] blanks = new byte[10 * 1024 * 1024];
        Arrays.fill(blanks, (byte) ' ');
        byte[] body = (numbered(key + "a", 1) + new String(blanks, StandardCharsets.US_ASCII) + "\n"
                        + numbered(key + "b", 1))
                .getBytes(StandardCharsets.UTF_8);

        Answer answer = post(PARTICIPANT, "/v1/transfers", key, NDJSON, body);

        assertThat(answers(answer).stream().map(line -> line.path("status").asString()))
                .containsExactly("queued", "refused", "queued");
        assertThat(answers(answer).get(1).path("errors").get(0).path("detail").asString())
                .contains("65536 bytes");
    }

    @Test
    void bytesThatAreNoUtf8AreTheErrorOfTheirLine() {
        String key = newKey();
        byte[] body = (numbered(key, 1) + "{\"\u00FF\":1}\n").getBytes(StandardCharsets.ISO_8859_1);

        List<JsonNode> lines = answers(post(PARTICIPANT, "/v1/transfers", key, NDJSON, body));

        assertThat(lines.get(0).path("status").asString()).isEqualTo("queued");
        assertThat(lines.get(1).path("errors").get(0).path("detail").asString()).contains("UTF-8");
    }

    @Test
    void whatIsNoBulkAtAllIsAProblem() {
        assertThat(lines("/v1/transfers", newKey(), "\n\r\n").code()).isEqualTo("UNREADABLE_BODY");
        assertThat(lines("/v1/transfers?mode=some", newKey(), "{}").code()).isEqualTo("BAD_PARAMETER");
        assertThat(post(PARTICIPANT, "/v1/transfers", null, NDJSON, new byte[] {'{', '}'})
                        .code())
                .isEqualTo("IDEMPOTENCY_KEY_MISSING");
        assertThat(post(READER, "/v1/transfers", newKey(), NDJSON, new byte[] {'{', '}'})
                        .code())
                .isEqualTo("MISSING_SCOPE");
        assertThat(send(request(PARTICIPANT, "/v1/transfers")
                                .header("Content-Type", NDJSON)
                                .header("Accept", "application/json")
                                .header("Idempotency-Key", newKey())
                                .POST(HttpRequest.BodyPublishers.ofString("{}")))
                        .status())
                .isEqualTo(406);
    }

    @Test
    void whoBreaksOffIsAnsweredTheSameWhenItAllComesAgain() throws IOException {
        String key = newKey();
        String body = numbered(key, 6_000);
        int before = queue.size();
        try (var socket = new Socket("localhost", port)) {
            socket.getOutputStream()
                    .write(("POST /v1/transfers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + PARTICIPANT
                                    + "\r\nContent-Type: " + NDJSON + "\r\nIdempotency-Key: " + key
                                    + "\r\nContent-Length: " + (body.length() + 100) + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII));
        }

        Answer again = lines("/v1/transfers", key, body);

        assertThat(again.status()).isEqualTo(202);
        assertThat(answers(again)).hasSize(6_000);
        assertThat(queue.size()).isEqualTo(before + 6_000);
    }

    private Answer lines(String path, String key, String body) {
        return post(PARTICIPANT, path, key, NDJSON, body.getBytes(StandardCharsets.UTF_8));
    }

    private Answer atomic(String form, String key, List<String> lines) {
        return form.equals("{NDJSON}")
                ? lines("/v1/transfers?mode=atomic", key, String.join("\n", lines))
                : post(PARTICIPANT, "/v1/transfers?mode=atomic", key, "[" + String.join(",", lines) + "]");
    }

    private static List<String> statuses(String form, Answer answer) {
        List<JsonNode> lines = form.equals("{NDJSON}")
                ? answers(answer)
                : answer.json().path("lines").valueStream().toList();
        return lines.stream().map(line -> line.path("status").asString()).toList();
    }

    private static List<JsonNode> answers(Answer answer) {
        return answer.http().body().lines().map(JSON::readTree).toList();
    }

    private static String numbered(String key, int count) {
        var body = new StringBuilder();
        for (int i = 0; i < count; i++) {
            body.append(keyed(key + "-" + i, transfer(ACCOUNT, RECEIVER, "1"))).append('\n');
        }
        return body.toString();
    }

    private static String keyed(String key, String body) {
        return body.replaceFirst("\\{", "{\"submission_key\":\"" + key + "\",");
    }
}
