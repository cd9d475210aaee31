package io.quittance.contracts;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A node that answers what the test says, for what a real development node will not do. */
final class FakeNode implements AutoCloseable {

    /** What a method answers: a JSON text put after {@code "id":..,}, an HTTP status, or nothing for a while. */
    record Answer(int status, String body, Duration delay) {}

    private final HttpServer server;
    private final Map<String, Answer> answers = new HashMap<>();
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());

    FakeNode() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** @param json the result as JSON */
    FakeNode gives(String method, String json) {
        answers.put(method, new Answer(200, "\"result\":" + json, Duration.ZERO));
        return this;
    }

    /** @param json the error object as JSON */
    FakeNode refuses(String method, String json) {
        answers.put(method, new Answer(200, "\"error\":" + json, Duration.ZERO));
        return this;
    }

    FakeNode fails(String method, int status, String body) {
        answers.put(method, new Answer(status, body, Duration.ZERO));
        return this;
    }

    FakeNode isSlow(String method, Duration delay) {
        answers.put(method, new Answer(200, "\"result\":\"0x1\"", delay));
        return this;
    }

    /** Methods called so far, in order. */
    List<String> calls() {
        return List.copyOf(calls);
    }

    private void handle(HttpExchange exchange) throws IOException {
        JsonNode request = JsonMapper.builder().build().readTree(exchange.getRequestBody());
        String method = request.path("method").asString();
        calls.add(method);
        Answer answer = answers.getOrDefault(
                method, new Answer(200, "\"error\":{\"code\":-32601,\"message\":\"no such method\"}", Duration.ZERO));
        try {
            Thread.sleep(answer.delay());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        String body = answer.status() == 200
                ? "{\"jsonrpc\":\"2.0\",\"id\":" + request.path("id") + "," + answer.body() + "}"
                : answer.body();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
