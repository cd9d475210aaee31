package io.quittance.intake.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.ClientPolicy;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.notification.Event;
import io.quittance.domain.report.BankViews.HoldView;
import io.quittance.domain.report.BankViews.StatementRange;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ViewApiTest extends ApiTest {

    @Test
    void amountsAreStringsSoThatNoReaderRoundsThem() {
        JsonNode balance = get(PARTICIPANT, "/v1/accounts/" + ACCOUNT)
                .json()
                .path("balances")
                .get(0);

        assertThat(balance.path("posted").isString()).isTrue();
        assertThat(balance.path("posted").asString()).isEqualTo("9007199254740993");
        assertThat(get(READER, "/v1/tasks")
                        .json()
                        .path("tasks")
                        .get(0)
                        .path("reward_utoken")
                        .isString())
                .isTrue();
    }

    @Test
    void anAccountShowsItsLimitAndWhatComesNextCycle() {
        JsonNode account = get(READER, "/v1/accounts/" + ACCOUNT).json();

        assertThat(account.path("daily_limit").path("limit_utoken").isNull()).isTrue();
        assertThat(account.path("daily_limit").path("used_utoken").asString()).isEqualTo("7");
        assertThat(account.path("available_next_cycle").path("UTOKEN").asString())
                .isEqualTo("5");
        assertThat(account.path("kyc_level").asString()).isEqualTo("L3");
    }

    @Test
    void aSettledSubmissionLeadsToItsTransfersAndTheirProofs() {
        JsonNode submission = get(PARTICIPANT, "/v1/submissions/" + SUBMISSION).json();
        String proof = submission.path("postings").get(0).path("proof").asString();

        assertThat(submission.path("state").asString()).isEqualTo("settled");
        assertThat(submission.path("business_date").asString()).isEqualTo("2026-03-02");
        assertThat(submission.path("received_at").asString()).isEqualTo("2026-03-02T09:00:00Z");
        assertThat(proof).isEqualTo("/v1/transactions/1/proof");
        assertThat(get(PARTICIPANT, "/v1/transactions/1").json().path("amount").asString())
                .isEqualTo("100");
        assertThat(get(PARTICIPANT, proof).http().body()).isEqualTo("{\"version\":1,\"seq\":\"1\"}");
    }

    @Test
    void whatAnAccountsSubmissionsWaitForIsToldPageByPage() {
        views.holds.clear();
        for (int i = 1; i <= 3; i++) {
            views.holds.add(new HoldView(
                    UUID.fromString("0190a000-0000-7000-8000-00000000000" + i),
                    "k" + i,
                    Kind.TRANSFERS,
                    Reason.FUNDS,
                    LocalDate.of(2026, 3, 9),
                    4));
        }

        JsonNode page =
                get(PARTICIPANT, "/v1/accounts/" + ACCOUNT + "/holds?limit=2").json();
        JsonNode last = get(
                        PARTICIPANT,
                        "/v1/accounts/" + ACCOUNT + "/holds?limit=2&after="
                                + page.path("next_after").asString())
                .json();

        assertThat(page.path("holds").get(1).toString())
                .isEqualTo("{\"submission_id\":\"0190a000-0000-7000-8000-000000000002\",\"submission_key\":\"k2\","
                        + "\"kind\":\"transfers\",\"waits_for\":\"FUNDS\",\"sentence\":\"The account does not have this"
                        + " much available.\",\"hold_until\":\"2026-03-09\",\"since_cycle\":4}");
        assertThat(last.path("holds").size()).isEqualTo(1);
        assertThat(last.path("next_after").isNull()).isTrue();
    }

    @Test
    void whatNeverChangesNeedNotBeSentAgain() {
        for (String path : List.of("/v1/transactions/1", "/v1/transactions/1/proof")) {
            Answer first = get(PARTICIPANT, path);
            Answer again = send(request(PARTICIPANT, path)
                    .header("If-None-Match", first.header("ETag"))
                    .GET());

            assertThat(first.header("ETag")).matches("\"[0-9a-f]{64}\"");
            assertThat(first.header("Cache-Control")).contains("private", "immutable");
            assertThat(again.status()).isEqualTo(304);
            assertThat(again.http().body()).isEmpty();
            assertThat(send(request(OTHER, path)
                                    .header("If-None-Match", first.header("ETag"))
                                    .GET())
                            .status())
                    .isEqualTo(404);
        }
        assertThat(get(PARTICIPANT, "/v1/cycles/1").header("Cache-Control")).contains("no-store");
    }

    @Test
    void pagesFollowOneAnotherWithoutGapOrRepeat() {
        List<String> tasks = new ArrayList<>();
        String after = "";
        do {
            JsonNode page = get(READER, "/v1/tasks?status=open&capability=translate&limit=2" + after)
                    .json();
            page.path("tasks").forEach(task -> tasks.add(task.path("task_id").asString()));
            after = page.path("next_after").isNull()
                    ? ""
                    : "&after=" + page.path("next_after").asString();
        } while (!after.isEmpty());

        assertThat(tasks).containsExactly("task-1", "task-2", "task-3");
        assertThat(get(READER, "/v1/cycles?limit=2").json().path("next_before").asLong())
                .isEqualTo(2);
        assertThat(get(READER, "/v1/cycles?limit=2&before=2")
                        .json()
                        .path("cycles")
                        .size())
                .isEqualTo(1);
    }

    @Test
    void aStatementComesInPagesEitherWayRound() {
        JsonNode first =
                get(READER, "/v1/accounts/" + ACCOUNT + "/statement?limit=2").json();
        JsonNode second = get(
                        READER,
                        "/v1/accounts/" + ACCOUNT + "/statement?limit=2&after="
                                + first.path("next_after").asLong())
                .json();

        assertThat(seqs(first)).containsExactly(3L, 2L);
        assertThat(seqs(second)).containsExactly(1L);
        assertThat(second.path("next_after").isNull()).isTrue();
        assertThat(seqs(get(READER, "/v1/accounts/" + ACCOUNT + "/statement?order=oldest&after=1")
                        .json()))
                .containsExactly(2L, 3L);
        assertThat(first.path("opening").asString()).isEqualTo("10");
        assertThat(first.path("closing").asString()).isEqualTo("9007199254740993");
        JsonNode line = first.path("lines").get(0);
        assertThat(line.path("direction").asString()).isEqualTo("debit");
        assertThat(first.path("lines").get(1).path("direction").asString()).isEqualTo("credit");
        assertThat(line.path("amount").isString()).isTrue();
        assertThat(line.path("amount").asString()).isEqualTo("9007199254740993");
        assertThat(line.path("balance").asString()).isEqualTo("97");
        assertThat(line.path("business_date").asString()).isEqualTo("2026-03-02");
        assertThat(line.path("to_account").asString()).isEqualTo(RECEIVER.toString());
        assertThat(line.path("submission_id").asString()).isEqualTo(SUBMISSION.toString());
    }

    @Test
    void aStatementsBoundsAreSeqsOrDates() {
        get(READER, "/v1/accounts/" + ACCOUNT + "/statement?from=2026-03-02&to=17");
        assertThat(views.asked).isEqualTo(new StatementRange(null, 17L, LocalDate.of(2026, 3, 2), null));

        get(READER, "/v1/accounts/" + ACCOUNT + "/statement?from=4&to=2026-03-03");
        assertThat(views.asked).isEqualTo(new StatementRange(4L, null, null, LocalDate.of(2026, 3, 3)));

        get(READER, "/v1/accounts/" + ACCOUNT + "/statement");
        assertThat(views.asked).isEqualTo(StatementRange.ALL);
        assertThat(get(READER, "/v1/accounts/" + ACCOUNT + "/statement?asset=GPU-NONE")
                        .code())
                .isEqualTo("NOT_FOUND");
    }

    private static List<Long> seqs(JsonNode statement) {
        return statement
                .path("lines")
                .valueStream()
                .map(line -> line.path("seq").asLong())
                .toList();
    }

    @Test
    void aCycleShowsWhatItDid() {
        JsonNode cycle = get(READER, "/v1/cycles/1").json();

        assertThat(cycle.path("refused_by_reason").path("FUNDS").asLong()).isEqualTo(1);
        assertThat(cycle.path("rounds").get(0).path("price_utoken_per_lot").asString())
                .isEqualTo("1000");
        assertThat(cycle.path("netting").get(0).path("gross").asString()).isEqualTo("10");
        assertThat(cycle.path("root").asString()).startsWith("0x").hasSize(66);
        assertThat(get(READER, "/v1/cycles/99").code()).isEqualTo("NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/submissions/not-a-uuid",
                "/v1/accounts/1",
                "/v1/cycles/one",
                "/v1/transactions/1.5",
                "/v1/tasks?limit=0",
                "/v1/tasks?limit=1001",
                "/v1/tasks?limit=many",
                "/v1/tasks?status=lost",
                "/v1/cycles?before=x",
                "/v1/accounts/0190a000-0000-7000-8000-000000000001/statement?limit=0",
                "/v1/accounts/0190a000-0000-7000-8000-000000000001/statement?limit=1001",
                "/v1/accounts/0190a000-0000-7000-8000-000000000001/statement?from=yesterday",
                "/v1/accounts/0190a000-0000-7000-8000-000000000001/statement?to=2026-02-30",
                "/v1/accounts/0190a000-0000-7000-8000-000000000001/statement?to=-1",
                "/v1/accounts/0190a000-0000-7000-8000-000000000001/statement?order=random",
                "/v1/accounts/0190a000-0000-7000-8000-000000000001/statement?after=x",
                "/v1/accounts/0190a000-0000-7000-8000-000000000001/statement?asset=%00",
                "/v1/tasks?after=%00",
                "/v1/tasks?capability=a%00b",
                "/v1/tasks?capability=%ff"
            })
    void aMalformedParameterIsNamed(String path) {
        Answer refused = get(PARTICIPANT, path);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("BAD_PARAMETER");
        assertThat(refused.json().path("detail").asString()).isNotBlank();
    }

    @Test
    void anUnexpectedErrorGivesItsNumberAndNothingElse() {
        views.broken = true;

        Answer failed = get(READER, "/v1/cycles/1");

        assertThat(failed.status()).isEqualTo(500);
        assertThat(failed.code()).isEqualTo("INTERNAL");
        assertThat(failed.json().path("error_id").asString()).hasSize(36);
        assertThat(failed.http().body()).doesNotContain("secret", "Exception", "at io.quittance");
    }

    @Test
    void healthIsOpenAndSaysWhetherTheBooksAnswer() {
        assertThat(get(null, "/health").json().path("status").asString()).isEqualTo("UP");

        views.broken = true;

        assertThat(get(null, "/health").status()).isEqualTo(503);
        assertThat(get(null, "/health").http().body()).doesNotContain("secret");
    }

    @Test
    void theDescriptionIsOpenApi31WithEveryKindsFields() {
        JsonNode api = get(null, "/openapi.json").json();

        assertThat(api.path("openapi").asString()).startsWith("3.1");
        assertThat(api.path("paths").has("/v1/{kind}")).isFalse();
        for (Kind kind : Kind.values()) {
            JsonNode post = api.path("paths").path("/v1/" + kind.wireName()).path("post");
            String reference = post.path("requestBody")
                    .path("content")
                    .path("application/json")
                    .path("schema")
                    .path("oneOf")
                    .get(0)
                    .path("$ref")
                    .asString();
            JsonNode schema = api.at(reference.substring(1));
            assertThat(schema.path("properties").propertyNames()).containsExactlyElementsOf(kind.columns());
            assertThat(schema.path("additionalProperties").asBoolean(true)).isFalse();
            assertThat(post.path("parameters").valueStream())
                    .filteredOn(parameter -> parameter.path("required").asBoolean())
                    .extracting(parameter -> parameter.path("name").asString())
                    .containsExactly("Idempotency-Key");
        }
        JsonNode transfers = api.path("components").path("schemas").path("Transfers");
        assertThat(transfers.path("required").valueStream().map(JsonNode::asString))
                .containsExactly("account_id", "to_account", "amount_utoken");
        assertThat(transfers
                        .path("properties")
                        .path("account_id")
                        .path("format")
                        .asString())
                .isEqualTo("uuid");
        assertThat(transfers
                        .path("properties")
                        .path("amount_utoken")
                        .path("oneOf")
                        .get(0)
                        .path("type")
                        .asString())
                .isEqualTo("integer");
        assertThat(api.at("/components/schemas/Orders/properties/side/enum").toString())
                .isEqualTo("[\"BUY\",\"SELL\"]");
        assertThat(api.at("/components/schemas/AccountEvents/required").toString())
                .isEqualTo("[\"account_id\",\"event\",\"reason\"]");
        assertThat(api.at("/components/securitySchemes/apiKey/scheme").asString())
                .isEqualTo("bearer");
    }

    @Test
    void theDescriptionSaysWhatFilesAndProofsAreAnsweredWith() {
        JsonNode api = get(null, "/openapi.json").json();

        JsonNode responses = api.at("/paths/~1v1~1files/post/responses");
        assertThat(responses.propertyNames()).containsExactlyInAnyOrder("202", "default");
        assertThat(responses
                        .at("/202/content")
                        .valueStream()
                        .map(content -> content.at("/schema/$ref").asString()))
                .containsOnly("#/components/schemas/FileResult");
        assertThat(api.at("/components/schemas/FileResult/properties").isEmpty())
                .isFalse();
        assertThat(api.at("/paths/~1v1~1files~1{number}~1rejects/get/responses/200/content")
                        .propertyNames())
                .containsExactlyInAnyOrder("text/csv", "application/x-ndjson");
        assertThat(api.at("/paths/~1v1~1transactions~1{seq}~1proof/get/responses/200/content/application~1json")
                        .at("/schema/type")
                        .asString())
                .isEqualTo("object");
    }

    @Test
    void everyReferenceOfTheDescriptionLeadsSomewhere() {
        JsonNode api = get(null, "/openapi.json").json();

        assertThat(api.findValuesAsString("$ref"))
                .isNotEmpty()
                .allSatisfy(
                        reference -> assertThat(api.at(reference.substring(1)).isMissingNode())
                                .as(reference)
                                .isFalse());
    }

    @Test
    void theDescriptionSaysWhatAnApprovalAndAClientNeed() {
        JsonNode api = get(null, "/openapi.json").json();

        JsonNode asked = api.at("/components/schemas/Request");
        assertThat(asked.path("required").toString()).isEqualTo("[\"action\",\"reversed_submission\"]");
        assertThat(asked.at("/properties/reversed_submission/format").asString())
                .isEqualTo("uuid");
        assertThat(api.at("/paths/~1v1~1approvals/post/responses").propertyNames())
                .containsExactlyInAnyOrder("201", "default");
        assertThat(api.at("/paths/~1v1~1clients/post/responses").propertyNames())
                .containsExactlyInAnyOrder("200", "201", "default");
        assertThat(words(api.at("/components/schemas/NewClient/properties/scopes/items/enum")))
                .containsExactlyElementsOf(words(Client.Scope.values()));
        assertThat(words(api.at("/components/schemas/Grant/properties/right/enum")))
                .containsExactlyElementsOf(words(ClientDirectory.Right.values()));
        assertThat(words(api.at("/components/schemas/NewWebhook/properties/events/items/enum")))
                .containsExactlyElementsOf(
                        Arrays.stream(Event.values()).map(Event::wireName).toList());
        assertThat(words(api.at("/components/schemas/Policy/properties/control_lines/enum")))
                .containsAll(words(ClientPolicy.ControlLines.values()));
    }

    @Test
    void theDescriptionSaysWhatIsAlwaysThereWhatMayBeNullAndNoProblemWhereAllWentWell() {
        JsonNode api = get(null, "/openapi.json").json();

        JsonNode key = api.at("/components/schemas/NewKey");
        assertThat(words(key.path("required"))).containsExactlyInAnyOrder("name", "scopes", "key_no", "api_key");
        assertThat(words(key.at("/properties/key_expires_at/type"))).containsExactlyInAnyOrder("string", "null");
        JsonNode file = api.at("/components/schemas/FileResult"); // It leaves out what is null.
        assertThat(words(file.path("required"))).containsExactlyInAnyOrder("status", "refusals", "errors");
        assertThat(file.at("/properties/file_no/type").toString()).isEqualTo("\"integer\"");
        assertThat(words(api.at("/components/schemas/NewClient/required"))).containsExactlyInAnyOrder("name", "scopes");
        api.path("paths")
                .forEach(path -> path.forEach(operation -> operation
                        .path("responses")
                        .properties()
                        .forEach(response -> assertThat(
                                        response.getValue().path("content").propertyNames())
                                .doesNotContain("*/*")
                                .matches(types -> !response.getKey().startsWith("2")
                                        || !types.contains("application/problem+json")))));
    }

    private static List<String> words(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).toList();
    }

    private static List<String> words(Enum<?>[] constants) {
        return Arrays.stream(constants).map(Problem::word).toList();
    }

    @Test
    void theDescriptionNamesFieldsAsTheAnswersDoAndEveryReferenceLeadsSomewhere() {
        JsonNode api = get(null, "/openapi.json").json();
        JsonNode answered = get(PARTICIPANT, "/v1/submissions/" + SUBMISSION).json();
        JsonNode described =
                api.at(api.at("/paths/~1v1~1submissions~1{id}/get/responses/200/content/application~1json/schema/$ref")
                        .asString()
                        .substring(1));

        assertThat(described.path("properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(answered.propertyNames());
        List<String> dangling = api.findValuesAsString("$ref").stream()
                .filter(reference -> api.at(reference.substring(1)).isMissingNode())
                .toList();
        assertThat(dangling).isEmpty();
        api.path("paths")
                .properties()
                .forEach(path -> path.getValue().forEach(operation -> {
                    if (path.getKey().startsWith("/v1/")) {
                        assertThat(operation.path("security").toString())
                                .as(path.getKey())
                                .contains("apiKey");
                        assertThat(operation
                                        .at("/responses/default/content/application~1problem+json")
                                        .isMissingNode())
                                .as(path.getKey())
                                .isFalse();
                    }
                }));
    }
}
