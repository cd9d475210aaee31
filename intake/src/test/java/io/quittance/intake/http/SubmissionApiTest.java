package io.quittance.intake.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.intake.ClientPolicy;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.SubmissionId;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubmissionApiTest extends ApiTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            nullValues = "null",
            value = {
                "null#0",
                "respond-async#0",
                "wait=7#7",
                "respond-async, wait = 7 ; x=1#7",
                "wait=\"7\"#7",
                "wait=999999999#60",
                "await=7#0",
                "wait=#0",
                "wait=-7#0",
                "wait=7s#0"
            })
    void howLongASenderPrefersToWait(String prefer, int seconds) {
        assertThat(OutcomeWait.seconds(prefer)).isEqualTo(seconds);
    }

    @Test
    void whoPrefersToWaitIsAnsweredWithWhatTheCycleDecided() {
        String key = newKey();
        String body = transfer(ACCOUNT, RECEIVER, "1");
        Answer queued = post(PARTICIPANT, "/v1/transfers", key, body);
        views.submissions.put(
                java.util.UUID.fromString(queued.json().path("submission_id").asString()),
                views.submissions.get(SUBMISSION));

        Answer decided = post(PARTICIPANT, "/v1/transfers", key, body, "Prefer", "wait=5");

        assertThat(decided.status()).isEqualTo(200);
        assertThat(decided.json().path("state").asString()).isEqualTo("settled");
        assertThat(decided.header("Location")).isEqualTo(queued.header("Location"));
        assertThat(decided.header("Preference-Applied")).isEqualTo("wait=5");
        assertThat(decided.header("Idempotency-Replayed")).isEqualTo("true");
    }

    @Test
    void whoWaitsInVainOrMayNotReadIsAnsweredAsIfHeHadNotWaited() {
        Answer inVain =
                post(PARTICIPANT, "/v1/transfers", newKey(), transfer(ACCOUNT, RECEIVER, "1"), "Prefer", "wait=1");
        Answer blind =
                post(SUBMITTER, "/v1/transfers", newKey(), transfer(ACCOUNT, RECEIVER, "1"), "Prefer", "wait=60");

        for (Answer answer : new Answer[] {inVain, blind}) {
            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.json().path("status").asString()).isEqualTo("queued");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Idempotency-Key",
                "Prefer",
                "Content-Type",
                "Content-Encoding",
                "Accept-Language",
                "Accept",
                "Authorization",
                "Content-Length",
                "Transfer-Encoding",
                "Expect",
                "Range",
                "Cookie",
                "X-Forwarded-For",
                "Origin",
                "X"
            })
    void whateverIsInAHeaderIsTheSendersMistakeAndNotTheBanks(String header) throws Exception {
        for (String value : List.of(
                "application/json\u0081",
                "\" application/json",
                "\"",
                ";",
                "/",
                "*",
                "a/b;c",
                "application/json;charset=x",
                "application/json;charset=\"",
                "text/csv;charset=",
                "multipart/form-data",
                "-1",
                "99999999999999999999",
                "\u00e9",
                "\u0000",
                "a\tb")) {
            for (String path : List.of("/v1/transfers", "/v1/files?kind=transfers", "/v1/clients", "/v1/nothing")) {
                byte[] request = ("POST " + path + " HTTP/1.1\r\nHost: x\r\n"
                                + (header.equals("Authorization")
                                        ? ""
                                        : "Authorization: Bearer " + PARTICIPANT + "\r\n")
                                + (header.equals("Idempotency-Key") ? "" : "Idempotency-Key: k\r\n")
                                + (header.equals("Content-Type") ? "" : "Content-Type: application/json\r\n")
                                + (header.equals("Content-Length") ? "" : "Content-Length: 2\r\n")
                                + header + ": " + value + "\r\nConnection: close\r\n\r\n{}")
                        .getBytes(StandardCharsets.ISO_8859_1);
                try (var socket = new java.net.Socket("localhost", port)) {
                    socket.setSoTimeout(10_000);
                    socket.getOutputStream().write(request);
                    socket.shutdownOutput();
                    String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

                    assertThat(answer).as("%s: %s to %s", header, value, path).matches("(?s)(HTTP/1\\.1 4\\d\\d .*)?");
                }
            }
        }
    }

    @Test
    void whoAsksForNoLanguageIsAnsweredInTheOneAgreedWithTheClient() {
        directory.setPolicy(
                directory.named("feeder").orElseThrow(),
                new ClientPolicy(100, ClientPolicy.ControlLines.OPTIONAL, "zh"),
                directory.named("administrator").orElseThrow());
        String key = ApiKeys.generate(new SecureRandom());
        directory.addKey(directory.named("feeder").orElseThrow(), ApiKeys.sha256(key));

        Answer agreed = post(key, "/v1/transfers", newKey(), "{}");
        Answer asked = post(key, "/v1/transfers", newKey(), "{}", "Accept-Language", "en");

        assertThat(agreed.json().path("title").asString()).isEqualTo("此处需要一个值。");
        assertThat(asked.json().path("title").asString()).isEqualTo("A value is needed here.");
    }

    @Test
    void reasonsAreInTheLanguageThatIsAskedFor() {
        String body = transfer(ACCOUNT, RECEIVER, "-1");

        Answer chinese =
                post(PARTICIPANT, "/v1/transfers", newKey(), body, "Accept-Language", "fr, zh-CN;q=0.9, en;q=0.1");
        Answer english = post(PARTICIPANT, "/v1/transfers", newKey(), body, "Accept-Language", "fr, *;q=0.1");
        Answer closed = post(null, "/v1/transfers", newKey(), body, "Accept-Language", "zh");

        assertThat(chinese.json().path("title").asString()).isEqualTo("金额必须大于零。");
        assertThat(chinese.json().path("errors").get(0).path("detail").asString())
                .startsWith("金额必须大于零。");
        assertThat(english.json().path("title").asString()).isEqualTo("The amount must be more than zero.");
        assertThat(closed.json().path("title").asString()).isEqualTo("需要有效的 API 密钥。");
    }

    private static String keyFor(Kind kind) {
        return switch (kind) {
            case METERING -> METER;
            case ACCOUNTS, COMPUTE_RESOURCES, SERVICES, PRICES, ACCOUNT_EVENTS, REVERSALS -> OPERATOR;
            default -> PARTICIPANT;
        };
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = EnumSource.Mode.EXCLUDE, names = "REVERSALS")
    void everyKindIsTakenOnceAndItsRepeatAnsweredTheSame(Kind kind) {
        String key = newKey();
        String path = "/v1/" + kind.wireName();

        Answer first = post(keyFor(kind), path, key, Bodies.of(kind));
        Answer again = post(keyFor(kind), path, key, Bodies.of(kind));

        assertThat(first.status()).isEqualTo(202);
        assertThat(first.header("Idempotency-Replayed")).isEmpty();
        assertThat(first.json().path("kind").asString()).isEqualTo(kind.wireName());
        assertThat(again.status()).isEqualTo(202);
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.json()).isEqualTo(first.json());
        if (!kind.isReference()) {
            UUID id = SubmissionId.of("acme", key);
            assertThat(first.json().path("submission_id").asString()).isEqualTo(id.toString());
            assertThat(first.header("Location")).isEqualTo("/v1/submissions/" + id);
        }
    }

    @Test
    void whatCannotBeAnsweredAsAskedIsNotTaken() {
        String key = newKey();
        String body = transfer(ACCOUNT, RECEIVER, "1");

        Answer refused = send(request(PARTICIPANT, "/v1/transfers")
                .header("Content-Type", "application/json")
                .header("Accept", "application/xml")
                .header("Idempotency-Key", key)
                .POST(HttpRequest.BodyPublishers.ofString(body)));

        assertThat(refused.status()).isEqualTo(406);
        Answer again = post(PARTICIPANT, "/v1/transfers", key, body);
        assertThat(again.status()).isEqualTo(202);
        assertThat(again.header("Idempotency-Replayed")).isEmpty();
    }

    @Test
    void anAccountEventWithoutANameHasTheRequestsKeyForIt() {
        String key = newKey();
        String event = "{\"account_id\":\"" + ACCOUNT + "\",\"event\":\"freeze\",\"reason\":\"court order\"}";

        Answer named = post(OPERATOR, "/v1/account_events", key, event);

        assertThat(named.status()).isEqualTo(202);
        assertThat(named.json().path("name").asString()).isEqualTo(key);
        assertThat(post(OPERATOR, "/v1/account_events", newKey(), "[" + event + "]")
                        .status())
                .isEqualTo(422);
    }

    @Test
    void theSameKeyWithOtherContentIsAConflictAndChangesNothing() {
        String key = newKey();
        post(PARTICIPANT, "/v1/transfers", key, transfer(ACCOUNT, RECEIVER, "100"));
        int before = queue.size();

        Answer other = post(PARTICIPANT, "/v1/transfers", key, transfer(ACCOUNT, RECEIVER, "101"));

        assertThat(other.status()).isEqualTo(422);
        assertThat(other.code()).isEqualTo("KEY_CONFLICT");
        assertThat(other.json().path("retry").asString()).isEqualTo("with_new_key");
        assertThat(queue.size()).isEqualTo(before);
    }

    @Test
    void anAmountIsTheSameWhetherNumberOrDigitsAndAQuotedKeyIsTheKey() {
        String key = newKey();
        post(PARTICIPANT, "/v1/transfers", key, transfer(ACCOUNT, RECEIVER, "100"));

        Answer again = post(PARTICIPANT, "/v1/transfers", '"' + key + '"', transfer(ACCOUNT, RECEIVER, "\"100\""));

        assertThat(again.status()).isEqualTo(202);
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    }

    @Test
    void aKeyInTheBodyMustBeTheHeaders() {
        String body = transfer(ACCOUNT, RECEIVER, "1");
        String key = newKey();

        Answer equal =
                post(PARTICIPANT, "/v1/transfers", key, body.replace("{", "{\"submission_key\":\"" + key + "\","));
        Answer other = post(PARTICIPANT, "/v1/transfers", newKey(), body.replace("{", "{\"submission_key\":\"x\","));

        assertThat(equal.status()).isEqualTo(202);
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.code()).isEqualTo("CONTRADICTING_VALUES");
        assertThat(other.json().path("errors").get(0).path("pointer").asString())
                .isEqualTo("/submission_key");
    }

    static Stream<Arguments> badFields() {
        return Stream.of(
                Arguments.of(transfer(ACCOUNT, RECEIVER, "-5"), "/amount_utoken", "AMOUNT_NOT_POSITIVE"),
                Arguments.of(transfer(ACCOUNT, RECEIVER, "0"), "/amount_utoken", "AMOUNT_NOT_POSITIVE"),
                Arguments.of(transfer(ACCOUNT, RECEIVER, "\"-5\""), "/amount_utoken", "AMOUNT_NOT_POSITIVE"),
                Arguments.of(transfer(ACCOUNT, RECEIVER, "1.5"), "/amount_utoken", "MALFORMED_VALUE"),
                Arguments.of(transfer(ACCOUNT, RECEIVER, "1.0"), "/amount_utoken", "MALFORMED_VALUE"),
                Arguments.of(transfer(ACCOUNT, RECEIVER, "1e3"), "/amount_utoken", "MALFORMED_VALUE"),
                Arguments.of(transfer(ACCOUNT, RECEIVER, "\"1e3\""), "/amount_utoken", "MALFORMED_VALUE"),
                Arguments.of(
                        transfer(ACCOUNT, RECEIVER, "9223372036854775808"), "/amount_utoken", "AMOUNT_OUT_OF_RANGE"),
                Arguments.of(
                        transfer(ACCOUNT, RECEIVER, "\"9223372036854775808\""),
                        "/amount_utoken",
                        "AMOUNT_OUT_OF_RANGE"),
                Arguments.of(transfer(ACCOUNT, RECEIVER, "null"), "/amount_utoken", "MISSING_VALUE"),
                Arguments.of(transfer(ACCOUNT, RECEIVER, "[1]"), "/amount_utoken", "MALFORMED_VALUE"),
                Arguments.of(
                        transfer(ACCOUNT, RECEIVER, "1").replace("}", ",\"colour\":\"red\"}"),
                        "/colour",
                        "UNKNOWN_FIELD"),
                Arguments.of(transfer(ACCOUNT, RECEIVER, "1").replace("}", ",\"lots\":1}"), "/lots", "UNKNOWN_FIELD"),
                Arguments.of(
                        transfer(ACCOUNT, RECEIVER, "1").replace(ACCOUNT.toString(), "not-a-uuid"),
                        "/account_id",
                        "MALFORMED_VALUE"),
                Arguments.of(
                        transfer(ACCOUNT, RECEIVER, "1").replace("}", ",\"hold_until\":\"2026-02-30\"}"),
                        "/hold_until",
                        "MALFORMED_VALUE"),
                Arguments.of(transfer(ACCOUNT, RECEIVER, "1").replace("}", ",\"memo\":1}"), "/memo", "MALFORMED_VALUE"),
                Arguments.of(transfer(ACCOUNT, NOWHERE, "1"), "/to_account", "UNKNOWN_ACCOUNT"));
    }

    @ParameterizedTest
    @MethodSource("badFields")
    void aWrongFieldIsNamedAndTheKeyStaysFree(String body, String pointer, String code) {
        String key = newKey();

        Answer refused = post(PARTICIPANT, "/v1/transfers", key, body);

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused.json().path("errors").size()).isEqualTo(1);
        assertThat(refused.json().path("errors").get(0).path("pointer").asString())
                .isEqualTo(pointer);
        assertThat(post(PARTICIPANT, "/v1/transfers", key, transfer(ACCOUNT, RECEIVER, "1"))
                        .status())
                .isEqualTo(202);
    }

    @Test
    void anUnknownComputeClassIsRefusedByItsField() {
        Answer refused =
                post(PARTICIPANT, "/v1/orders", newKey(), Bodies.of(Kind.ORDERS).replace("GPU-H100", "GPU-Z9"));

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.code()).isEqualTo("UNKNOWN_CLASS");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "7",
                "\"text\"",
                "{\"a\":1}{}",
                "{'a':1}",
                "{\"account_id\":\"x\",\"account_id\":\"y\"}",
                "{\"a\":NaN}",
                "{\"a\":+1}",
                "{\"a\":01}",
                "[",
                "[]",
                "{\"a\":[[[[[[[[[[1]]]]]]]]]]}"
            })
    void whatIsNoStrictJsonIsUnreadable(String body) {
        Answer refused = post(PARTICIPANT, "/v1/transfers", newKey(), body);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("UNREADABLE_BODY");
        assertThat(refused.json().path("detail").asString()).isNotBlank().doesNotContain("Exception", "tools.jackson");
    }

    @Test
    void bytesThatAreNoUtf8AreUnreadable() {
        byte[] latin1 = transfer(ACCOUNT, RECEIVER, "1")
                .replace("}", ",\"memo\":\"caf\u00E9\"}")
                .getBytes(StandardCharsets.ISO_8859_1);

        Answer refused = post(PARTICIPANT, "/v1/transfers", newKey(), "application/json", latin1);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("detail").asString()).contains("UTF-8");
    }

    @Test
    void aBodyOverTheLimitIsTooLargeAndAnArrayOverTheLimitIsSplitByItsSender() {
        byte[] large = new byte[65_537];
        Arrays.fill(large, (byte) ' ');
        String array = "[" + "{},".repeat(100) + "{}]";

        assertThat(post(PARTICIPANT, "/v1/transfers", newKey(), "application/json", large)
                        .code())
                .isEqualTo("BODY_TOO_LARGE");
        assertThat(post(PARTICIPANT, "/v1/transfers", newKey(), array).code()).isEqualTo("UNREADABLE_BODY");
    }

    @Test
    void everyWriteNeedsAKeyAndAKeyHasAForm() {
        for (String path : new String[] {"/v1/transfers", "/v1/approvals", "/v1/approvals/" + NOWHERE + "/decision"}) {
            String key = path.contains("approvals") ? OPERATOR : PARTICIPANT;
            assertThat(post(key, path, null, "{}").code()).as(path).isEqualTo("IDEMPOTENCY_KEY_MISSING");
        }
        assertThat(post(ADMINISTRATOR, "/v1/clients", null, "{}").status()).isEqualTo(400);
        assertThat(post(ADMINISTRATOR, "/v1/clients/acme/accounts", null, "{}").status())
                .isEqualTo(400);
        assertThat(post(PARTICIPANT, "/v1/files", null, "text/csv", new byte[0]).code())
                .isEqualTo("IDEMPOTENCY_KEY_MISSING");
        assertThat(post(PARTICIPANT, "/v1/transfers", "k".repeat(256), "{}").code())
                .isEqualTo("IDEMPOTENCY_KEY_MALFORMED");
        assertThat(post(PARTICIPANT, "/v1/transfers", "a\tb", "{}").code()).isEqualTo("IDEMPOTENCY_KEY_MALFORMED");
    }

    @Test
    void anArrayIsAnsweredLineByLineInItsOrder() {
        String key = newKey();
        String array = "[" + keyed(key + "-1", transfer(ACCOUNT, RECEIVER, "1")) + ","
                + keyed(key + "-2", transfer(ACCOUNT, RECEIVER, "-1")) + ",7,"
                + keyed(key + "-1", transfer(ACCOUNT, RECEIVER, "1")) + ","
                + keyed(key + "-1", transfer(ACCOUNT, RECEIVER, "2")) + "," + transfer(ACCOUNT, RECEIVER, "1") + "]";

        Answer answer = post(PARTICIPANT, "/v1/transfers", key, array);

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json().path("taken").asInt()).isEqualTo(1);
        assertThat(answer.json().path("repeated").asInt()).isEqualTo(1);
        assertThat(answer.json().path("refused").asInt()).isEqualTo(4);
        var lines = answer.json().path("lines");
        assertThat(lines.get(0).path("status").asString()).isEqualTo("queued");
        assertThat(lines.get(1).path("errors").get(0).path("pointer").asString())
                .isEqualTo("/1/amount_utoken");
        assertThat(lines.get(1).path("submission_key").asString()).isEqualTo(key + "-2");
        assertThat(lines.get(2).path("errors").get(0).path("code").asString()).isEqualTo("MALFORMED_LINE");
        assertThat(lines.get(3).path("repeated").asBoolean()).isTrue();
        assertThat(lines.get(3).path("submission_id")).isEqualTo(lines.get(0).path("submission_id"));
        assertThat(lines.get(4).path("errors").get(0).path("code").asString()).isEqualTo("KEY_CONFLICT");
        assertThat(lines.get(5).path("errors").get(0).path("pointer").asString())
                .isEqualTo("/5/submission_key");
    }

    @Test
    void anArraySentAgainIsAnsweredAgainAndTakesNothingTwice() {
        String key = newKey();
        String array = "[" + keyed(key + "-1", transfer(ACCOUNT, RECEIVER, "1")) + ","
                + keyed(key + "-2", transfer(ACCOUNT, RECEIVER, "2")) + "]";
        post(PARTICIPANT, "/v1/transfers", key, array);
        int before = queue.size();

        Answer again = post(PARTICIPANT, "/v1/transfers", key, array);

        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.json().path("repeated").asInt()).isEqualTo(2);
        assertThat(queue.size()).isEqualTo(before);
    }

    @Test
    void everyKindHasItsAddress() {
        assertThat(SubmissionController.KINDS.split("\\|"))
                .containsExactlyInAnyOrder(
                        Arrays.stream(Kind.values()).map(Kind::wireName).toArray(String[]::new));
    }

    @Test
    void anArrayOfWhichNothingIsTakenIsRefusedLineByLine() {
        String bad = transfer(ACCOUNT, RECEIVER, "0");
        int before = queue.size();

        Answer refused = post(
                PARTICIPANT, "/v1/transfers", newKey(), "[" + keyed(newKey(), bad) + "," + keyed(newKey(), bad) + "]");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().path("refused").asInt()).isEqualTo(2);
        assertThat(refused.json().at("/lines/1/errors/0/pointer").asString()).isEqualTo("/1/amount_utoken");
        assertThat(queue.size()).isEqualTo(before);
    }

    @Test
    void anUnknownKindAnotherMethodAndAnotherMediaTypeAreProblemsToo() {
        assertThat(post(PARTICIPANT, "/v1/wishes", newKey(), "{}").status()).isEqualTo(404);
        assertThat(post(PARTICIPANT, "/v1/TRANSFERS", newKey(), "{}").code()).isEqualTo("NOT_FOUND");
        assertThat(get(PARTICIPANT, "/v1/wishes").code()).isEqualTo("NOT_FOUND");
        assertThat(get(PARTICIPANT, "/v1/transfers").code()).isEqualTo("METHOD_NOT_ALLOWED");
        assertThat(send(request(PARTICIPANT, "/v1/transfers").DELETE()).code()).isEqualTo("METHOD_NOT_ALLOWED");
        assertThat(send(request(PARTICIPANT, "/v1/tasks").DELETE()).code()).isEqualTo("METHOD_NOT_ALLOWED");
        assertThat(post(PARTICIPANT, "/v1/transfers", newKey(), "text/plain", new byte[1])
                        .code())
                .isEqualTo("UNSUPPORTED_MEDIA_TYPE");
    }

    private static String keyed(String key, String body) {
        return body.replace("{", "{\"submission_key\":\"" + key + "\",");
    }
}
