package io.quittance.intake.http;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.seal.Hash32;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Knows a client by {@code Authorization: Bearer qk_…}, or by an access token in its place. Without a key, or with one that
 * is not known, the request goes on as nobody's, and whatever needs somebody answers 401. A client that sends more than it
 * may is answered 429.
 */
final class ApiKeyFilter extends OncePerRequestFilter {

    private static final String SCHEME = "Bearer ";

    private final KnownKeys known = new KnownKeys(System::nanoTime);
    private final ClientDirectory directory;
    private final @Nullable AccessTokens tokens;
    private final RateLimits rates;
    private final JsonMapper json;

    /** @param tokens null if none are taken */
    ApiKeyFilter(ClientDirectory directory, @Nullable AccessTokens tokens, RateLimits rates, JsonMapper json) {
        this.directory = directory;
        this.tokens = tokens;
        this.rates = rates;
        this.json = json;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<Client> client;
        try {
            client = client(request);
        } catch (RuntimeException failure) {
            if (!StoreGone.isIn(failure) && !(failure instanceof AccessTokens.IssuerGone)) {
                throw failure;
            }
            HttpDoor.write(response, json, Problem.of(ProblemCode.UNAVAILABLE, null));
            return;
        }
        if (client.isPresent()) {
            if (!rates.take(client.get(), response)) {
                HttpDoor.write(response, json, Problem.of(ProblemCode.TOO_MANY_REQUESTS, null));
                return;
            }
            SecurityContext context = SecurityContextHolder.createEmptyContext();
            context.setAuthentication(new ClientAuthentication(client.get()));
            SecurityContextHolder.setContext(context);
        }
        chain.doFilter(request, response);
    }

    private Optional<Client> client(HttpServletRequest request) {
        List<String> headers = Collections.list(request.getHeaders(HttpHeaders.AUTHORIZATION));
        String header = headers.size() == 1 ? headers.getFirst() : null; // Of two nobody knows which is meant.
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        String key = header.substring(SCHEME.length()).strip();
        if (ApiKeys.isKey(key)) {
            Hash32 sha256 = ApiKeys.sha256(key);
            return known.client(sha256, () -> directory.authenticate(sha256));
        }
        AccessTokens opening = tokens;
        return opening != null && AccessTokens.isToken(key)
                ? known.client(ApiKeys.sha256(key), () -> opening.client(key))
                : Optional.empty();
    }
}
