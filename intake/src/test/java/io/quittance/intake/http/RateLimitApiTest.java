package io.quittance.intake.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

@TestPropertySource(properties = "quittance.http.requests-per-second=3")
class RateLimitApiTest extends ApiTest {

    @Test
    void whoSendsTooMuchIsToldWhenToTryAgainAndKeepsNobodyElseOut() {
        Answer first = get(PARTICIPANT, "/v1/cycles");
        Answer refused = first;
        for (int i = 0; i < 50 && refused.status() == 200; i++) {
            refused = get(PARTICIPANT, "/v1/cycles");
        }

        assertThat(first.header("RateLimit-Policy")).isEqualTo("\"requests\";q=3;w=1");
        assertThat(first.header("RateLimit")).matches("\"requests\";r=[0-3];t=1");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("TOO_MANY_REQUESTS");
        assertThat(refused.header("Retry-After")).isEqualTo("1");
        assertThat(refused.header("RateLimit")).startsWith("\"requests\";r=0;");
        assertThat(get(OTHER, "/v1/cycles").status()).isEqualTo(200);
        assertThat(get(null, "/health").status()).isEqualTo(200);
    }
}
