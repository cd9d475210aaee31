package io.quittance.intake.webhook;

import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookSigningException;
import io.quittance.domain.notification.Webhook;
import io.quittance.domain.seal.BankSecret;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The secrets of webhooks and what they sign. Thread-safe. */
public final class WebhookKeys {

    private static final String PREFIX = "whsec_";

    private final BankSecret secret;

    public WebhookKeys(BankSecret secret) {
        this.secret = secret;
    }

    /** The secret that signs now, as receivers' libraries take it: {@code whsec_} and base64. */
    public String present(Webhook webhook) {
        return text(webhook, webhook.secretVersion());
    }

    /**
     * The value of the header {@code webhook-signature}: one signature by the present secret and, for a day after it was
     * changed, one by the former.
     *
     * @param id the header {@code webhook-id}
     * @param at the header {@code webhook-timestamp}, in seconds since 1970
     */
    String signatures(Webhook webhook, String id, Instant at, String payload) {
        List<String> signatures = new ArrayList<>();
        signatures.add(sign(present(webhook), id, at, payload));
        if (webhook.formerSecretSigns(at)) {
            signatures.add(sign(text(webhook, webhook.secretVersion() - 1), id, at, payload));
        }
        return String.join(" ", signatures);
    }

    private String text(Webhook webhook, int version) {
        return PREFIX + Base64.getEncoder().encodeToString(secret.webhookKey(webhook.number(), version));
    }

    private static String sign(String key, String id, Instant at, String payload) {
        try {
            return new com.standardwebhooks.Webhook(key).sign(id, at.getEpochSecond(), payload);
        } catch (EmptyWebhookSecretException | WebhookSigningException never) {
            throw new IllegalStateException("a webhook's secret has 32 bytes and signs", never);
        }
    }
}
