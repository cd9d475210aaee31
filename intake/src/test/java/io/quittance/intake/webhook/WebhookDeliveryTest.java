package io.quittance.intake.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quittance.domain.notification.Event;
import io.quittance.domain.notification.Message;
import io.quittance.domain.notification.Webhook;
import io.quittance.domain.seal.BankSecret;
import io.quittance.intake.fake.FakeWebhooks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.SmartLifecycle;

class WebhookDeliveryTest {

    private record Received(Map<String, List<String>> headers, String body) {
        String header(String name) {
            return headers.get(name).getFirst();
        }
    }

    private final WebhookKeys keys = new WebhookKeys(new BankSecret(1, new byte[32]));
    private final WebhookSender sender = new WebhookSender(keys, Clock.systemUTC());
    private final FakeWebhooks queue = new FakeWebhooks();
    private final SmartLifecycle delivery = new WebhookDelivery().webhooksAreTold(queue, sender);
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private final List<Integer> answers = new ArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private HttpServer server;

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/hook", this::take);
        server.createContext("/slow", exchange -> {
            await(released);
            take(exchange);
        });
        server.createContext("/endless", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (var body = exchange.getResponseBody()) {
                while (released.getCount() > 0) {
                    body.write(new byte[8_192]);
                }
            }
        });
        server.start();
    }

    private void take(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        int status;
        synchronized (answers) {
            status = answers.isEmpty() ? 204 : answers.removeFirst();
        }
        if (status >= 300 && status < 400) {
            exchange.getResponseHeaders().set("Location", "/hook");
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
        received.add(new Received(exchange.getRequestHeaders(), body));
    }

    @AfterEach
    void close() {
        released.countDown();
        delivery.stop();
        sender.close();
        server.stop(0);
    }

    private URI url(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(20);
        }
    }

    private Received next() throws InterruptedException {
        Received next = received.poll(60, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    @Test
    void aReceiverVerifiesWhatItGetsWithTheStandardsOwnLibrary() throws Exception {
        Webhook webhook = queue.at(url("/hook"));
        Message message = queue.put(webhook.number(), "{\"type\":\"submission.settled\",\"data\":{\"k\":\"钱\"}}");
        delivery.start();

        Received got = next();

        assertThat(got.header("Webhook-id")).isEqualTo("msg_" + message.id());
        assertThat(got.header("Content-type")).isEqualTo("application/json");
        var library = new com.standardwebhooks.Webhook(keys.present(webhook));
        Map<String, List<String>> headers = standardHeaders(got);
        library.verify(got.body(), headers);
        assertThatThrownBy(() -> library.verify(got.body() + " ", headers))
                .isInstanceOf(WebhookVerificationException.class);
        until(() -> queue.attemptsOf(message.id()).size() == 1);
        assertThat(queue.attemptsOf(message.id()).getFirst().trouble()).isNull();
    }

    private static Map<String, List<String>> standardHeaders(Received got) {
        return Map.of(
                "webhook-id", List.of(got.header("Webhook-id")),
                "webhook-timestamp", List.of(got.header("Webhook-timestamp")),
                "webhook-signature", List.of(got.header("Webhook-signature")));
    }

    @Test
    void forADayAfterAChangeBothSecretsSignAndThenTheNewOneAlone() throws Exception {
        Instant now = Instant.now();
        var before = new Webhook(5, "acme", url("/hook"), Set.of(Event.FILE_DONE), now, 1, null, null);
        var changed = new Webhook(5, "acme", url("/hook"), Set.of(Event.FILE_DONE), now, 2, now.plusSeconds(60), null);

        String both = keys.signatures(changed, "msg_1", now, "{}");

        assertThat(keys.present(changed)).isNotEqualTo(keys.present(before));
        assertThat(both.split(" ")).hasSize(2);
        for (Webhook secret : List.of(before, changed)) {
            new com.standardwebhooks.Webhook(keys.present(secret))
                    .verify(
                            "{}",
                            Map.of(
                                    "webhook-id", List.of("msg_1"),
                                    "webhook-timestamp", List.of(Long.toString(now.getEpochSecond())),
                                    "webhook-signature", List.of(both)));
        }
        assertThat(keys.signatures(changed, "msg_1", now.plusSeconds(60), "{}").split(" "))
                .hasSize(1);
    }

    @Test
    void whatFailsIsSentAgainUnderItsIdUntilTheReceiverHasIt() throws Exception {
        answers.addAll(List.of(500, 302));
        Webhook webhook = queue.at(url("/hook"));
        Message message = queue.put(webhook.number(), "{}");
        delivery.start();

        for (int attempt = 1; attempt <= 3; attempt++) {
            assertThat(next().header("Webhook-id")).isEqualTo("msg_" + message.id());
        }

        until(() -> queue.attemptsOf(message.id()).size() == 3);
        assertThat(queue.attemptsOf(message.id()))
                .extracting(Message.Attempt::status, Message.Attempt::trouble)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(500, "answered 500"),
                        org.assertj.core.groups.Tuple.tuple(302, "answered 302; redirections are not followed"),
                        org.assertj.core.groups.Tuple.tuple(204, null));
        assertThat(received).isEmpty();
    }

    @Test
    void aReceiverThatDawdlesKeepsNobodyElseWaiting() throws Exception {
        Webhook slow = queue.at(url("/slow"));
        Webhook quick = queue.at(url("/hook"));
        queue.put(slow.number(), "{\"to\":\"slow\"}");
        for (int i = 0; i < 20; i++) {
            queue.put(quick.number(), "{\"to\":\"quick\"}");
        }
        delivery.start();

        for (int i = 0; i < 20; i++) {
            assertThat(next().body()).contains("quick");
        }
        released.countDown();
        assertThat(next().body()).contains("slow");
    }

    @Test
    void anAnswerWithoutEndIsNotReadAndCounts() throws Exception {
        Message message = queue.put(queue.at(url("/endless")).number(), "{}");
        delivery.start();

        until(() -> queue.attemptsOf(message.id()).size() == 1);

        assertThat(queue.attemptsOf(message.id()).getFirst().status()).isEqualTo(200);
    }

    @Test
    void whereNobodyListensTheAttemptSaysSo() throws Exception {
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Message message =
                queue.put(queue.at(URI.create("http://127.0.0.1:" + port + "/")).number(), "{}");
        delivery.start();

        until(() -> !queue.attemptsOf(message.id()).isEmpty());

        assertThat(queue.attemptsOf(message.id()).getFirst().status()).isNull();
        assertThat(queue.attemptsOf(message.id()).getFirst().trouble()).startsWith("nobody listens there");
    }

    @Test
    void theServiceEndsWithoutWaitingForAReceiver() throws Exception {
        Message message = queue.put(queue.at(url("/slow")).number(), "{}");
        delivery.start();
        until(() -> queue.due().isEmpty());
        long begun = System.nanoTime();

        delivery.stop();

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(WebhookSender.PATIENCE);
        assertThat(queue.attemptsOf(message.id())).isEmpty();
    }
}
