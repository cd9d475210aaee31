package io.quittance.intake.webhook;

import io.quittance.domain.notification.Message.Attempt;
import io.quittance.domain.notification.MessageQueue.Claimed;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Makes one attempt. A receiver has the message when it answers 2xx within {@link #PATIENCE}; what it says beyond the status
 * is not read, and no redirection is followed, which would lead where no administrator has looked. Thread-safe.
 */
final class WebhookSender implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(5);

    private final WebhookKeys keys;
    private final InstantSource clock;
    private final HttpClient http = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_PATIENCE)
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    WebhookSender(WebhookKeys keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /** @throws InterruptedException if this process ends; then nothing is known of the attempt */
    Attempt attempt(Claimed message) throws InterruptedException {
        Instant at = clock.instant();
        String id = "msg_" + message.id();
        HttpRequest request = HttpRequest.newBuilder(message.webhook().url())
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("User-Agent", "Quittance")
                .header("webhook-id", id)
                .header("webhook-timestamp", Long.toString(at.getEpochSecond()))
                .header("webhook-signature", keys.signatures(message.webhook(), id, at, message.payload()))
                .POST(HttpRequest.BodyPublishers.ofString(message.payload()))
                .build();
        long begun = System.nanoTime();
        try {
            HttpResponse<InputStream> answer = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            answer.body().close();
            int status = answer.statusCode();
            return new Attempt(at, status, trouble(status), millisSince(begun));
        } catch (HttpTimeoutException slow) {
            return new Attempt(at, null, "no answer within " + PATIENCE.toSeconds() + " s", millisSince(begun));
        } catch (ConnectException closed) {
            return new Attempt(at, null, "nobody listens there, or the name is unknown", millisSince(begun));
        } catch (IOException broken) {
            return new Attempt(at, null, "the connection broke: " + broken.getMessage(), millisSince(begun));
        }
    }

    /** Why an answer does not count; null if it does. */
    private static @Nullable String trouble(int status) {
        if (status >= 200 && status < 300) {
            return null;
        }
        return status >= 300 && status < 400
                ? "answered " + status + "; redirections are not followed"
                : "answered " + status;
    }

    private static long millisSince(long begun) {
        return Duration.ofNanos(System.nanoTime() - begun).toMillis();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
