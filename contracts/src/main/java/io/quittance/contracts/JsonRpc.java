package io.quittance.contracts;

import io.quittance.domain.commitment.ChainUnavailableException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON-RPC over HTTP. One request per call, no retries: who calls knows what a second one would mean. Thread-safe.
 */
final class JsonRpc {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final URI node;
    private final Duration timeout;
    private final HttpClient http;
    private final AtomicLong ids = new AtomicLong();

    JsonRpc(URI node, Duration timeout) {
        this.node = node;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    /**
     * The result, which may be JSON's null.
     *
     * @throws RpcError if the node answered with an error
     * @throws ChainUnavailableException if there was no answer, or none of the protocol
     */
    JsonNode call(String method, Object... parameters) throws RpcError {
        String body = JSON.writeValueAsString(
                Map.of("jsonrpc", "2.0", "id", ids.incrementAndGet(), "method", method, "params", List.of(parameters)));
        HttpRequest request = HttpRequest.newBuilder(node)
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
                .build();
        HttpResponse<String> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new ChainUnavailableException(method + " at " + place() + " failed: " + failure, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ChainUnavailableException(method + " was interrupted", interrupted);
        }
        return resultOf(method, response);
    }

    /** {@link #call} where an error is as good as no answer. */
    JsonNode ask(String method, Object... parameters) {
        try {
            return call(method, parameters);
        } catch (RpcError error) {
            throw new ChainUnavailableException(
                    method + " at " + place() + " was refused: " + error.getMessage(), error);
        }
    }

    private JsonNode resultOf(String method, HttpResponse<String> response) throws RpcError {
        JsonNode answer = parse(response.body());
        if (answer != null && answer.path("error").isObject()) {
            JsonNode error = answer.path("error");
            throw new RpcError(
                    error.path("code").asLong(0), error.path("message").asString("no message"), dataOf(error));
        }
        if (answer == null || response.statusCode() != 200 || !answer.has("result")) {
            throw new ChainUnavailableException(
                    method + " at " + place() + ": no JSON-RPC answer, HTTP status " + response.statusCode());
        }
        return answer.path("result");
    }

    /** Nodes put the returned bytes into {@code data}, or one level deeper. */
    private static @Nullable String dataOf(JsonNode error) {
        JsonNode data = error.path("data");
        JsonNode text = data.isObject() ? data.path("data") : data;
        return text.isString() && text.asString().startsWith("0x") ? text.asString() : null;
    }

    private static @Nullable JsonNode parse(String body) {
        try {
            JsonNode answer = JSON.readTree(body);
            return answer.isObject() ? answer : null;
        } catch (JacksonException notJson) {
            return null;
        }
    }

    /** The node without path and query, which may hold a key. */
    private String place() {
        return node.getScheme() + "://" + node.getHost() + (node.getPort() < 0 ? "" : ":" + node.getPort());
    }
}
