package io.quittance.intake.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class AccessTokenApiTest extends ApiTest {

    private static final String MINE = "/v1/accounts/" + ACCOUNT;

    @Test
    void aTokenIsItsClientsAsAKeyIs() {
        String token = ISSUER.token(ISSUER.claims("acme"));

        assertThat(get(token, MINE).status()).isEqualTo(200);
        assertThat(get(token, "/v1/accounts/" + FOREIGN).status()).isEqualTo(404);
        assertThat(post(token, "/v1/transfers", newKey(), transfer(ACCOUNT, RECEIVER, "1"))
                        .status())
                .isEqualTo(202);
        String bySubject =
                ISSUER.token(ISSUER.claims("acme").claim("client_id", null).subject("acme"), ISSUER.key, "JWT");
        assertThat(get(bySubject, MINE).status()).isEqualTo(200);
    }

    @Test
    void aTokenOpensWhatBothItsScopesAndItsClientsAllow() {
        String read = ISSUER.token(ISSUER.claims("acme").claim("scope", "openid read operate"));
        String none = ISSUER.token(ISSUER.claims("acme").claim("scope", ""));
        String listed = ISSUER.token(ISSUER.claims("acme").claim("scope", List.of("read")));

        assertThat(get(read, MINE).status()).isEqualTo(200);
        assertThat(get(listed, MINE).status()).isEqualTo(200);
        assertThat(post(read, "/v1/transfers", newKey(), transfer(ACCOUNT, RECEIVER, "1"))
                        .code())
                .isEqualTo("MISSING_SCOPE");
        assertThat(post(read, "/v1/accounts", newKey(), "{}").code()).isEqualTo("MISSING_SCOPE");
        assertThat(get(none, MINE).code()).isEqualTo("MISSING_SCOPE");
    }

    @TestFactory
    List<DynamicTest> aTokenThatIsNotWhatItShouldBeOpensNothing() throws Exception {
        Date past = Date.from(Instant.now().minusSeconds(120));
        Date later = Date.from(Instant.now().plusSeconds(600));
        var byShared = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .keyID(ISSUER.key.getKeyID())
                        .build(),
                ISSUER.claims("acme").build());
        byShared.sign(new MACSigner(ISSUER.key.toRSAPublicKey().getEncoded()));
        String genuine = ISSUER.token(ISSUER.claims("acme"));
        String other = ISSUER.token(ISSUER.claims("operator"));
        Map<String, String> tokens = new LinkedHashMap<>();
        tokens.put("signed by another key", ISSUER.token(ISSUER.claims("acme"), TestIssuer.newKey(), "at+jwt"));
        tokens.put("of another issuer", ISSUER.token(ISSUER.claims("acme").issuer("https://example.com")));
        tokens.put("of no issuer", ISSUER.token(ISSUER.claims("acme").issuer(null)));
        tokens.put("for somebody else", ISSUER.token(ISSUER.claims("acme").audience("another-bank")));
        tokens.put("for nobody", ISSUER.token(ISSUER.claims("acme").audience((String) null)));
        tokens.put("expired", ISSUER.token(ISSUER.claims("acme").expirationTime(past)));
        tokens.put("not valid yet", ISSUER.token(ISSUER.claims("acme").notBeforeTime(later)));
        tokens.put("of no client", ISSUER.token(ISSUER.claims("nobody")));
        tokens.put("of another type", ISSUER.token(ISSUER.claims("acme"), ISSUER.key, "logout+jwt"));
        tokens.put("unsigned", new PlainJWT(ISSUER.claims("acme").build()).serialize());
        tokens.put("signed by the public key as if it were a secret", byShared.serialize());
        tokens.put(
                "another one's claims",
                genuine.split("\\.")[0] + "." + other.split("\\.")[1] + "." + genuine.split("\\.")[2]);
        tokens.put("no token", "a.b.c");
        tokens.put("very long", "a.b." + "c".repeat(7_000));
        return tokens.entrySet().stream()
                .map(token -> DynamicTest.dynamicTest(token.getKey(), () -> {
                    Answer closed = get(token.getValue(), MINE);
                    assertThat(closed.status()).isEqualTo(401);
                    assertThat(closed.code()).isEqualTo("UNAUTHENTICATED");
                }))
                .toList();
    }

    @Test
    void anIssuerThatCannotBeAskedIsNoAnswerAboutTheToken() {
        var tokens = new AccessTokens(
                new OauthSettings(URI.create("http://127.0.0.1:1/nobody"), TestIssuer.AUDIENCE), directory);

        assertThatThrownBy(() -> tokens.client(ISSUER.token(ISSUER.claims("acme"))))
                .isInstanceOf(AccessTokens.IssuerGone.class);
    }

    @Test
    void issuerAndAudienceGoTogether() {
        assertThatThrownBy(() -> new OauthSettings(URI.create("https://example.com"), null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new OauthSettings(null, "quittance")).isInstanceOf(IllegalArgumentException.class);
        assertThat(new OauthSettings(null, null).issuer()).isNull();
    }
}
