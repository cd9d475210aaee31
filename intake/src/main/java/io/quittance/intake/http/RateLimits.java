package io.quittance.intake.http;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.quittance.domain.intake.Client;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.springframework.http.HttpHeaders;

/**
 * How many requests a client may send, all its keys together, to this process: so many a second, after a rest so many at
 * once. Thread-safe.
 */
final class RateLimits {

    private final int perSecond;
    private final String policy;
    private final Map<Integer, Bucket> ofClients = new ConcurrentHashMap<>();

    RateLimits(int perSecond) {
        this.perSecond = perSecond;
        this.policy = "\"requests\";q=" + perSecond + ";w=1";
    }

    /**
     * Counts a request, and tells the client in the answer where it stands, in the headers of the draft standard ({@code
     * RateLimit-Policy}, {@code RateLimit}).
     *
     * @return whether it may go on; if not, the answer says when to try again
     */
    boolean take(Client client, HttpServletResponse answer) {
        ConsumptionProbe probe = ofClients
                .computeIfAbsent(
                        client.id(),
                        id -> Bucket.builder()
                                .addLimit(limit ->
                                        limit.capacity(perSecond).refillGreedy(perSecond, Duration.ofSeconds(1)))
                                .build())
                .tryConsumeAndReturnRemaining(1);
        answer.setHeader("RateLimit-Policy", policy);
        answer.setHeader(
                "RateLimit",
                "\"requests\";r=" + probe.getRemainingTokens() + ";t=" + seconds(probe.getNanosToWaitForReset()));
        if (!probe.isConsumed()) {
            answer.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds(probe.getNanosToWaitForRefill())));
        }
        return probe.isConsumed();
    }

    /** At least one: a client that comes back at once would be refused again. */
    private static long seconds(long nanos) {
        return Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos + 999_999_999));
    }
}
