package io.quittance.intake.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.report.BankViews;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdministrationTest extends ApiTest {

    @Test
    void aReversalNeedsASecondPersonsYesToExactlyIt() {
        UUID reversed = UUID.randomUUID();
        String approval = ask(reversed, false);

        assertThat(reverse(reversed, approval, false).code()).isEqualTo("NOT_PERMITTED");
        assertThat(decide(OPERATOR, approval, true).code()).isEqualTo("SELF_APPROVAL");
        assertThat(decide(CHECKER, approval, true).json().path("state").asString())
                .isEqualTo("approved");
        assertThat(reverse(UUID.randomUUID(), approval, false).code()).isEqualTo("NOT_PERMITTED");
        assertThat(reverse(reversed, approval, true).code()).isEqualTo("NOT_PERMITTED");
        assertThat(reverse(reversed, approval, false).status()).isEqualTo(202);
        assertThat(reverse(reversed, approval, false).code()).isEqualTo("NOT_PERMITTED");
        assertThat(get(OPERATOR, "/v1/approvals/" + approval)
                        .json()
                        .path("state")
                        .asString())
                .isEqualTo("used");
    }

    @Test
    void aDecisionStandsAndItsRepeatIsAnsweredTheSame() {
        String approval = ask(UUID.randomUUID(), true);
        Answer no = decide(CHECKER, approval, false);

        assertThat(no.json().path("state").asString()).isEqualTo("refused");
        assertThat(no.json().path("checker").asString()).isEqualTo("checker");
        assertThat(decide(CHECKER, approval, false).header("Idempotency-Replayed"))
                .isEqualTo("true");
        assertThat(decide(CHECKER, approval, true).code()).isEqualTo("ALREADY_DECIDED");
        assertThat(decide(CHECKER, NOWHERE.toString(), true).code()).isEqualTo("NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"action\":\"transfer\",\"reversed_submission\":\"0190a000-0000-7000-8000-000000000001\"}",
                "{\"action\":\"reversal\"}",
                "{\"action\":\"reversal\",\"reversed_submission\":\"1-1-1-1-1\"}",
                "{}"
            })
    void whatIsToBeApprovedMustBeNamedWhole(String body) {
        assertThat(post(OPERATOR, "/v1/approvals", newKey(), body).status()).isEqualTo(422);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"action\":\"reversal\",\"colour\":1}",
                "{\"action\":\"reversal\",\"action\":\"reversal\"}",
                "{\"action\":\"reversal\",\"take_from_suspense\":\"true\"}",
                "{\"action\":\"reversal\"} x",
                "null",
                "[]"
            })
    void aBodyOfFixedShapeIsReadAsStrictlyAsALine(String body) {
        Answer refused = post(OPERATOR, "/v1/approvals", newKey(), body);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("UNREADABLE_BODY");
        assertThat(refused.json().path("detail").asString()).doesNotContain("io.quittance", "tools.jackson");
    }

    @Test
    void aNewClientGetsItsKeyOnceAndActsForTheAccountItIsGiven() {
        String name = "c" + newKey();
        Answer made = post(
                ADMINISTRATOR, "/v1/clients", newKey(), "{\"name\":\"" + name + "\",\"scopes\":[\"submit\",\"read\"]}");
        String key = made.json().path("api_key").asString();

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.header("Cache-Control")).contains("no-store");
        assertThat(get(key, "/v1/accounts/" + ACCOUNT).status()).isEqualTo(404);
        Answer granted = post(
                ADMINISTRATOR,
                "/v1/clients/" + name + "/accounts",
                newKey(),
                "{\"account_id\":\"" + ACCOUNT + "\",\"right\":\"owner\"}");
        assertThat(granted.status()).isEqualTo(200);
        assertThat(get(key, "/v1/accounts/" + ACCOUNT).status()).isEqualTo(200);
        assertThat(post(key, "/v1/transfers", newKey(), transfer(ACCOUNT, RECEIVER, "1"))
                        .status())
                .isEqualTo(202);
    }

    @Test
    void askingForAClientAgainGivesAFurtherKeyAndOtherScopesAreRefused() {
        String name = "c" + newKey();
        String body = "{\"name\":\"" + name + "\",\"scopes\":[\"read\"]}";
        String first = post(ADMINISTRATOR, "/v1/clients", newKey(), body)
                .json()
                .path("api_key")
                .asString();

        Answer again = post(ADMINISTRATOR, "/v1/clients", newKey(), body);
        Answer other = post(ADMINISTRATOR, "/v1/clients", newKey(), body.replace("read", "operate"));

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().path("api_key").asString()).isNotEqualTo(first);
        assertThat(get(first, "/v1/cycles").status()).isEqualTo(200);
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.code()).isEqualTo("CLIENT_EXISTS");
    }

    @Test
    void theSameRequestForAClientAgainLeavesItOneKey() {
        String request = newKey();
        String name = "c" + newKey();
        String body = "{\"name\":\"" + name + "\",\"scopes\":[\"read\"]}";
        String lost = post(ADMINISTRATOR, "/v1/clients", request, body)
                .json()
                .path("api_key")
                .asString();

        String key = post(ADMINISTRATOR, "/v1/clients", request, body)
                .json()
                .path("api_key")
                .asString();

        assertThat(get(key, "/v1/cycles").status()).isEqualTo(200);
        assertThat(get(lost, "/v1/cycles").status()).isEqualTo(401);
        assertThat(post(ADMINISTRATOR, "/v1/clients", request, body.replace(name, name + "-other"))
                        .code())
                .isEqualTo("IDEMPOTENCY_KEY_REUSED");
    }

    @Test
    void aClientChangesItsKeyWithoutAGap() {
        String name = "c" + newKey();
        String body = "{\"name\":\"" + name + "\",\"scopes\":[\"read\"]}";
        Answer first = post(ADMINISTRATOR, "/v1/clients", newKey(), body);
        Answer second = post(ADMINISTRATOR, "/v1/clients", newKey(), body);
        String old = first.json().path("api_key").asString();
        String end = "/v1/clients/" + name + "/keys/" + first.json().path("key_no") + "/end";

        Instant inAnHour = Instant.now().plusSeconds(3_600);
        Answer later = post(ADMINISTRATOR, end, newKey(), "{\"at\":\"" + inAnHour + "\"}");
        assertThat(later.json().path("expires_at").asString()).isEqualTo(inAnHour.toString());
        assertThat(later.json().path("state").asString()).isEqualTo("open");
        assertThat(get(old, "/v1/cycles").status()).isEqualTo(200);

        Answer ended = post(ADMINISTRATOR, end, newKey(), "{}");
        assertThat(ended.json().path("state").asString()).isEqualTo("ended");
        assertThat(get(second.json().path("api_key").asString(), "/v1/cycles").status())
                .isEqualTo(200);
        var keys = get(ADMINISTRATOR, "/v1/clients/" + name + "/keys").json().path("keys");
        assertThat(List.of(
                        keys.get(0).path("state").asString(),
                        keys.get(1).path("state").asString()))
                .containsExactly("open", "ended");
        assertThat(keys.toString()).doesNotContain("qk_", old);
    }

    @Test
    void aKeyCanBeMadeToExpire() {
        String name = "c" + newKey();
        String body = "{\"name\":\"" + name + "\",\"scopes\":[\"read\"],\"key_expires_at\":\"%s\"}";
        Instant inAnHour = Instant.now().plusSeconds(3_600);

        Answer made = post(ADMINISTRATOR, "/v1/clients", newKey(), body.formatted(inAnHour));

        assertThat(made.json().path("key_expires_at").asString()).isEqualTo(inAnHour.toString());
        for (String never : List.of(
                Instant.now().minusSeconds(1).toString(),
                "tomorrow",
                "2026-03-02T10:00:00",
                "+99999-01-01T00:00:00Z")) {
            assertThat(post(ADMINISTRATOR, "/v1/clients", newKey(), body.formatted(never))
                            .code())
                    .isEqualTo("MALFORMED_VALUE");
        }
    }

    @Test
    void aKeyThatIsNotTheClientsCannotBeEndedInItsName() {
        String name = "c" + newKey();
        long number = post(ADMINISTRATOR, "/v1/clients", newKey(), "{\"name\":\"" + name + "\",\"scopes\":[\"read\"]}")
                .json()
                .path("key_no")
                .asLong();

        assertThat(post(ADMINISTRATOR, "/v1/clients/acme/keys/" + number + "/end", newKey(), "{}")
                        .code())
                .isEqualTo("NOT_FOUND");
        assertThat(post(ADMINISTRATOR, "/v1/clients/nobody/keys/" + number + "/end", newKey(), "{}")
                        .code())
                .isEqualTo("NOT_FOUND");
    }

    @Test
    void aRightCanBeTakenAway() {
        String name = "c" + newKey();
        String key = post(ADMINISTRATOR, "/v1/clients", newKey(), "{\"name\":\"" + name + "\",\"scopes\":[\"read\"]}")
                .json()
                .path("api_key")
                .asString();
        String grant = "{\"account_id\":\"" + ACCOUNT + "\",\"right\":\"%s\"}";
        post(ADMINISTRATOR, "/v1/clients/" + name + "/accounts", newKey(), grant.formatted("reader"));
        assertThat(get(key, "/v1/accounts/" + ACCOUNT).status()).isEqualTo(200);

        Answer taken = post(ADMINISTRATOR, "/v1/clients/" + name + "/accounts", newKey(), grant.formatted("none"));

        assertThat(taken.json().path("right").asString()).isEqualTo("none");
        assertThat(get(key, "/v1/accounts/" + ACCOUNT).status()).isEqualTo(404);
    }

    @Test
    void theAuditorReadsWhoDidWhatPageByPage() {
        views.audit.clear();
        for (int i = 3; i >= 1; i--) {
            views.audit.add(new BankViews.AuditEntry(
                    i, Instant.now(), "administrator", "key_made", "acme", ACCOUNT, Map.of("key_no", "7")));
        }

        Answer page = get(AUDITOR, "/v1/audit?limit=2");
        Answer last = get(AUDITOR, "/v1/audit?limit=2&before=" + page.json().path("next_before"));

        assertThat(page.json().path("entries").size()).isEqualTo(2);
        assertThat(page.json()
                        .path("entries")
                        .get(0)
                        .path("details")
                        .path("key_no")
                        .asString())
                .isEqualTo("7");
        assertThat(last.json().path("entries").size()).isEqualTo(1);
        assertThat(last.json().path("next_before").isNull()).isTrue();
        assertThat(get(AUDITOR, "/v1/audit?limit=0").code()).isEqualTo("BAD_PARAMETER");
    }

    @Test
    void theSameRequestForAnApprovalAgainIsTheSameApproval() {
        String request = newKey();
        String body = "{\"action\":\"reversal\",\"reversed_submission\":\"" + SUBMISSION + "\"}";
        Answer first = post(OPERATOR, "/v1/approvals", request, body);

        Answer again = post(OPERATOR, "/v1/approvals", request, body);

        assertThat(again.status()).isEqualTo(201);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(post(OPERATOR, "/v1/approvals", request, body.replace("}", ",\"take_from_suspense\":true}"))
                        .code())
                .isEqualTo("IDEMPOTENCY_KEY_REUSED");
    }

    @Test
    void whatIsToBeReversedMustBeThere() {
        Answer asked = post(
                OPERATOR,
                "/v1/approvals",
                newKey(),
                "{\"action\":\"reversal\",\"reversed_submission\":\"" + NOWHERE + "\"}");

        assertThat(asked.status()).isEqualTo(404);
        assertThat(asked.json().path("detail").asString()).isEqualTo("there is no submission " + NOWHERE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"scopes\":[\"read\"]}",
                "{\"name\":\"..\",\"scopes\":[\"read\"]}",
                "{\"name\":\"a/b\",\"scopes\":[\"read\"]}",
                "{\"name\":\"UPPER\",\"scopes\":[\"read\"]}",
                "{\"name\":\"ok\",\"scopes\":[]}",
                "{\"name\":\"ok\"}",
                "{\"name\":\"ok\",\"scopes\":[\"everything\"]}",
                "{\"name\":\"ok\",\"scopes\":[null]}"
            })
    void aClientHasANameFitForAFolderAndAScope(String body) {
        assertThat(post(ADMINISTRATOR, "/v1/clients", newKey(), body).status()).isEqualTo(422);
    }

    @Test
    void aRightIsGivenToAClientThatIsThereOnAnAccountThatIsThere() {
        String body = "{\"account_id\":\"" + NOWHERE + "\",\"right\":\"owner\"}";

        assertThat(post(ADMINISTRATOR, "/v1/clients/acme/accounts", newKey(), body)
                        .code())
                .isEqualTo("UNKNOWN_ACCOUNT");
        assertThat(post(ADMINISTRATOR, "/v1/clients/nobody/accounts", newKey(), body)
                        .code())
                .isEqualTo("NOT_FOUND");
        assertThat(post(ADMINISTRATOR, "/v1/clients/acme/accounts", newKey(), body.replace("owner", "thief"))
                        .code())
                .isEqualTo("MALFORMED_VALUE");
    }

    @Test
    void keysAreLongAndNeverTheSame() {
        Set<String> keys = new HashSet<>();
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < 1_000; i++) {
            String key = ApiKeys.generate(random);
            assertThat(key).matches("qk_[A-Za-z0-9_-]{43}");
            assertThat(keys.add(key)).isTrue();
        }
        assertThat(ApiKeys.sha256("qk_abc").toString())
                .isEqualTo("0x14ea5e63262e9099b2c621c3e00e53b3ddc6b52b12ebd79fb09cabe1983503e7");
    }

    private String ask(UUID reversed, boolean fromSuspense) {
        views.submissions.put(reversed, views.submissions.get(SUBMISSION));
        Answer asked = post(
                OPERATOR,
                "/v1/approvals",
                newKey(),
                "{\"action\":\"reversal\",\"reversed_submission\":\"" + reversed + "\",\"take_from_suspense\":"
                        + fromSuspense + "}");
        assertThat(asked.status()).isEqualTo(201);
        assertThat(asked.json().path("action").asString())
                .isEqualTo("reverse " + reversed + " take_from_suspense=" + fromSuspense);
        return asked.json().path("approval_id").asString();
    }

    private Answer decide(String key, String approval, boolean approved) {
        return post(key, "/v1/approvals/" + approval + "/decision", newKey(), "{\"approved\":" + approved + "}");
    }

    private Answer reverse(UUID reversed, String approval, boolean fromSuspense) {
        return post(
                OPERATOR,
                "/v1/reversals",
                newKey(),
                "{\"reversed_submission\":\"" + reversed + "\",\"approval_id\":\"" + approval
                        + "\",\"take_from_suspense\":" + fromSuspense + "}");
    }
}
