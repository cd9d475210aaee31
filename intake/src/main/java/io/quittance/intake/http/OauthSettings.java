package io.quittance.intake.http;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The authorization server whose access tokens open the door beside API keys.
 *
 * @param issuer its issuer identifier, at which its metadata is found (RFC 8414); null: no tokens
 * @param audience what a token must be meant for
 */
@ConfigurationProperties("quittance.oauth")
record OauthSettings(@Nullable URI issuer, @Nullable String audience) {

    OauthSettings {
        if ((issuer == null) != (audience == null || audience.isBlank())) {
            throw new IllegalArgumentException("quittance.oauth.issuer and quittance.oauth.audience go together");
        }
    }
}
