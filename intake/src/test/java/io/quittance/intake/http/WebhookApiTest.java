package io.quittance.intake.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.intake.fake.FakeWebhooks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

class WebhookApiTest extends ApiTest {

    private static final String SETTLED = "\"events\":[\"submission.settled\"]}";

    @Autowired
    FakeWebhooks webhooks;

    private Answer make(String key, String url) {
        return post(ADMINISTRATOR, "/v1/clients/acme/webhooks", key, "{\"url\":\"" + url + "\"," + SETTLED);
    }

    private long made() {
        return make(newKey(), "https://example.com/hook")
                .json()
                .path("webhook_no")
                .asLong();
    }

    @Test
    void theSameRequestAgainIsAnsweredWithTheSameWebhookAndSecret() {
        String key = newKey();
        Answer first = make(key, "https://example.com/hook");
        Answer again = make(key, "https://example.com/hook");

        assertThat(first.status()).isEqualTo(201);
        assertThat(first.json().path("secret").asString()).startsWith("whsec_").hasSize(50);
        assertThat(first.header("Cache-Control")).contains("no-store");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(make(key, "https://example.com/other").code()).isEqualTo("IDEMPOTENCY_KEY_REUSED");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com/hook",
                "http://example.com/hook",
                "http://127.0.0.1.example.com/hook",
                "https://user:pass@example.com/",
                "https://example.com/#part",
                "https:///hook",
                "https://example.com:99999/",
                "ftp://example.com/",
                "file:///etc/passwd",
                "https://exa mple.com/"
            })
    void anAddressThatTheBankWillNotCallIsRefused(String url) {
        Answer refused = make(newKey(), url);

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().path("errors").get(0).path("pointer").asString())
                .isEqualTo("/url");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:9/x", "http://127.0.0.1:9/", "http://[::1]:9/", "https://Example.com"})
    void anAddressThatIsEncryptedOrOfTheMachineItselfIsTaken(String url) {
        assertThat(make(newKey(), url).status()).isEqualTo(201);
    }

    @Test
    void eventsAreNamedAndBreaksAreForWhoSeesTheWholeBank() {
        String url = "{\"url\":\"https://example.com/\",";
        for (String events : new String[] {"\"events\":[]}", "\"events\":[\"all\"]}", "\"events\":[null]}"}) {
            assertThat(post(ADMINISTRATOR, "/v1/clients/acme/webhooks", newKey(), url + events)
                            .status())
                    .isEqualTo(422);
        }
        String breaks = url + "\"events\":[\"break.opened\"]}";
        assertThat(post(ADMINISTRATOR, "/v1/clients/acme/webhooks", newKey(), breaks)
                        .status())
                .isEqualTo(403);
        assertThat(post(ADMINISTRATOR, "/v1/clients/finance/webhooks", newKey(), breaks)
                        .status())
                .isEqualTo(201);
    }

    @Test
    void aSecretIsChangedOnceHoweverOftenItIsAskedFor() {
        String path = "/v1/webhooks/" + made() + "/secret";
        String change = "{\"secret_version\":1}";

        JsonNode second = post(PARTICIPANT, path, newKey(), change).json();

        assertThat(second.path("secret_version").asInt()).isEqualTo(2);
        assertThat(second.path("former_secret_until").asString()).isNotBlank();
        assertThat(post(PARTICIPANT, path, newKey(), change).json()).isEqualTo(second);
        assertThat(post(PARTICIPANT, path, newKey(), "{\"secret_version\":7}").code())
                .isEqualTo("SECRET_CHANGED");
        assertThat(post(PARTICIPANT, path, newKey(), "{}").status()).isEqualTo(422);
    }

    @Test
    void whatWasSentIsToldWithItsAttemptsAndCanBeSentAgainUntilTheWebhookEnds() {
        long webhook = made();
        webhooks.put(webhook, "{\"type\":\"first\"}");
        webhooks.put(webhook, "{\"type\":\"second\"}");
        String path = "/v1/webhooks/" + webhook;

        JsonNode page = get(PARTICIPANT, path + "/messages?limit=1").json();
        JsonNode newest = page.path("messages").get(0);

        assertThat(newest.path("payload").path("type").asString()).isEqualTo("second");
        assertThat(newest.path("message_id").asString()).startsWith("msg_");
        assertThat(get(
                                PARTICIPANT,
                                path + "/messages?before="
                                        + page.path("next_before").asLong())
                        .json()
                        .path("messages"))
                .hasSize(1);
        String redeliver = path + "/messages/" + newest.path("message_id").asString() + "/redeliver";
        assertThat(post(PARTICIPANT, redeliver, newKey(), "{}").status()).isEqualTo(200);
        assertThat(post(PARTICIPANT, path + "/messages/msg_1/redeliver", newKey(), "{}")
                        .code())
                .isEqualTo("NOT_FOUND");

        JsonNode ended = post(PARTICIPANT, path + "/end", newKey(), "{}").json();

        assertThat(ended.path("ended_at").asString()).isNotBlank();
        assertThat(post(PARTICIPANT, redeliver, newKey(), "{}").code()).isEqualTo("WEBHOOK_ENDED");
        assertThat(post(PARTICIPANT, path + "/secret", newKey(), "{\"secret_version\":1}")
                        .code())
                .isEqualTo("WEBHOOK_ENDED");
    }

    @Test
    void aWebhookIsThereForItsClientAndAdministratorsAndForNobodyElse() {
        long webhook = made();
        for (String part : new String[] {"/end", "/secret", "/messages/msg_" + NOWHERE + "/redeliver"}) {
            Answer hidden = post(OTHER, "/v1/webhooks/" + webhook + part, newKey(), "{}");
            assertThat(hidden.code()).isEqualTo("NOT_FOUND");
            assertThat(hidden.json())
                    .isEqualTo(post(OTHER, "/v1/webhooks/999999" + part, newKey(), "{}")
                            .json());
        }
        assertThat(get(OTHER, "/v1/webhooks/" + webhook + "/messages").code()).isEqualTo("NOT_FOUND");
        assertThat(get(OPERATOR, "/v1/webhooks/" + webhook + "/messages").code())
                .isEqualTo("NOT_FOUND");
        assertThat(get(OTHER, "/v1/webhooks").json().path("webhooks")).isEmpty();
        assertThat(get(OTHER, "/v1/webhooks?client=acme").code()).isEqualTo("NOT_FOUND");
        assertThat(get(ADMINISTRATOR, "/v1/webhooks?client=nobody").code()).isEqualTo("NOT_FOUND");
        assertThat(get(ADMINISTRATOR, "/v1/webhooks?client=acme").json())
                .isEqualTo(get(PARTICIPANT, "/v1/webhooks").json());
        assertThat(get(ADMINISTRATOR, "/v1/webhooks/" + webhook + "/messages").status())
                .isEqualTo(200);
    }
}
