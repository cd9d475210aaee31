package io.quittance.intake.http;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtAudienceValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoderInitializationException;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.SupplierJwtDecoder;

/**
 * Access tokens by the client credentials grant of OAuth 2: JWTs (RFC 9068) of one authorization server, signed by a key of
 * its key set, meant for this bank. A token is its client's of the same name here; it opens what both the token's scopes and
 * the client's own allow. Thread-safe. The server is asked for its keys at the first token, not before.
 */
final class AccessTokens {

    /** The authorization server cannot be asked for its keys. */
    static final class IssuerGone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        IssuerGone(RuntimeException cause) {
            super("the authorization server cannot be asked", cause);
        }
    }

    private static final String TOKEN = "[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+";
    private static final int LENGTH_MAX = 8_192;

    private final ClientDirectory directory;
    private final JwtDecoder decoder;

    /** @param settings with an issuer */
    AccessTokens(OauthSettings settings, ClientDirectory directory) {
        String issuer = Objects.requireNonNull(settings.issuer()).toString();
        String audience = Objects.requireNonNull(settings.audience());
        this.directory = directory;
        var types = new JwtTypeValidator(List.of("at+jwt", "JWT"));
        types.setAllowEmpty(true);
        var checks = new DelegatingOAuth2TokenValidator<Jwt>(List.of(
                new JwtTimestampValidator(),
                new JwtIssuerValidator(issuer),
                new JwtAudienceValidator(audience),
                types));
        this.decoder = new SupplierJwtDecoder(() -> {
            NimbusJwtDecoder keys = NimbusJwtDecoder.withIssuerLocation(issuer)
                    .jwsAlgorithms(algorithms -> algorithms.addAll(Set.of(
                            SignatureAlgorithm.RS256,
                            SignatureAlgorithm.PS256,
                            SignatureAlgorithm.ES256,
                            SignatureAlgorithm.ES384)))
                    .build();
            keys.setJwtValidator(checks);
            return keys;
        });
    }

    /** Whether it could be one, by its form. */
    static boolean isToken(String text) {
        return text.length() <= LENGTH_MAX && text.matches(TOKEN);
    }

    /**
     * Whose token it is, with no more scopes than it has; empty if it opens nothing.
     *
     * @throws IssuerGone if its signature cannot be checked now
     */
    Optional<Client> client(String token) {
        Jwt jwt;
        try {
            jwt = decoder.decode(token);
        } catch (BadJwtException worthless) {
            return Optional.empty();
        } catch (JwtException | JwtDecoderInitializationException unreachable) {
            throw new IssuerGone(unreachable);
        }
        String named = jwt.getClaimAsString("client_id");
        String name = named == null ? jwt.getSubject() : named;
        return name == null ? Optional.empty() : directory.named(name).map(client -> narrowed(client, scopes(jwt)));
    }

    /** Null if the token says nothing of them. */
    private static @Nullable List<String> scopes(Jwt jwt) {
        Object scope = jwt.getClaims().get("scope");
        return scope == null
                ? null
                : scope instanceof String words ? List.of(words.split(" ")) : jwt.getClaimAsStringList("scope");
    }

    private static Client narrowed(Client client, @Nullable List<String> words) {
        if (words == null) {
            return client;
        }
        Set<Client.Scope> both = EnumSet.noneOf(Client.Scope.class);
        for (Client.Scope scope : client.scopes()) {
            if (words.contains(scope.name().toLowerCase(Locale.ROOT))) {
                both.add(scope);
            }
        }
        return new Client(client.id(), client.name(), both, client.policy());
    }
}
