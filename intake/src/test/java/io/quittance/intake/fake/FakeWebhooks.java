package io.quittance.intake.fake;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientPolicy;
import io.quittance.domain.notification.Event;
import io.quittance.domain.notification.Message;
import io.quittance.domain.notification.MessageQueue;
import io.quittance.domain.notification.Webhook;
import io.quittance.domain.notification.Webhooks;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Both sides of the webhooks' tables, in memory. Nothing is told by itself: tests {@link #put} messages. */
public final class FakeWebhooks implements Webhooks, MessageQueue {

    private static final Instant NOW = Instant.parse("2026-03-02T09:00:00Z");

    private final Map<Long, Webhook> webhooks = new LinkedHashMap<>();
    private final Map<String, Long> asked = new HashMap<>();
    private final Map<Long, List<Message>> messages = new HashMap<>();
    private final Map<Long, Deque<Message>> due = new HashMap<>();
    private final Map<UUID, List<Message.Attempt>> attempts = new HashMap<>();

    /** Puts a message into the queue of a webhook. */
    public synchronized Message put(long webhook, String payload) {
        List<Message> log = messages.computeIfAbsent(webhook, no -> new ArrayList<>());
        var message = new Message(
                log.size() + 1L,
                new UUID(webhook, log.size() + 1L),
                Event.SUBMISSION_SETTLED,
                payload,
                NOW,
                Message.State.DUE,
                NOW,
                List.of());
        log.add(message);
        due.computeIfAbsent(webhook, no -> new ArrayDeque<>()).add(message);
        return message;
    }

    /** What was noted of a message. */
    public synchronized List<Message.Attempt> attemptsOf(UUID message) {
        return List.copyOf(attempts.getOrDefault(message, List.of()));
    }

    /** A webhook at an address, without a client's asking. */
    public synchronized Webhook at(URI url) {
        return add(new Client(1, "acme", Set.of(), ClientPolicy.DEFAULT), url, Set.of(Event.SUBMISSION_SETTLED));
    }

    private Webhook add(Client client, URI url, Set<Event> events) {
        var webhook = new Webhook(webhooks.size() + 1L, client.name(), url, events, NOW, 1, null, null);
        webhooks.put(webhook.number(), webhook);
        return webhook;
    }

    @Override
    public synchronized Asked add(Client client, URI url, Set<Event> events, Client administrator, String requestKey) {
        Long earlier = asked.get(administrator.name() + ' ' + requestKey);
        if (earlier != null) {
            Webhook before = Objects.requireNonNull(webhooks.get(earlier));
            if (!before.client().equals(client.name())
                    || !before.url().equals(url)
                    || !before.events().equals(events)) {
                throw new IllegalArgumentException("the request key was used for another webhook");
            }
            return new Asked(before, true);
        }
        Webhook webhook = add(client, url, events);
        asked.put(administrator.name() + ' ' + requestKey, webhook.number());
        return new Asked(webhook, false);
    }

    @Override
    public synchronized List<Webhook> of(Client client) {
        return webhooks.values().stream()
                .filter(webhook -> webhook.client().equals(client.name()))
                .toList();
    }

    @Override
    public synchronized Optional<Webhook> find(long number) {
        return Optional.ofNullable(webhooks.get(number));
    }

    @Override
    public synchronized Optional<Webhook> rotateSecret(long number, int presentVersion, Client by) {
        Webhook before = Objects.requireNonNull(webhooks.get(number));
        if (before.secretVersion() == presentVersion) {
            webhooks.put(number, with(before, presentVersion + 1, NOW.plusSeconds(86_400), null));
        }
        return find(number).filter(webhook -> webhook.secretVersion() == presentVersion + 1);
    }

    private static Webhook with(Webhook before, int version, @Nullable Instant formerUntil, @Nullable Instant ended) {
        return new Webhook(
                before.number(),
                before.client(),
                before.url(),
                before.events(),
                before.addedAt(),
                version,
                formerUntil,
                ended);
    }

    @Override
    public synchronized Webhook end(long number, Client by) {
        Webhook before = Objects.requireNonNull(webhooks.get(number));
        Webhook ended = with(before, before.secretVersion(), before.formerSecretUntil(), NOW);
        webhooks.put(number, ended);
        return ended;
    }

    @Override
    public synchronized List<Message> messages(long number, @Nullable Long before, int limit) {
        return messages.getOrDefault(number, List.of()).reversed().stream()
                .filter(message -> before == null || message.number() < before)
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized Optional<Message> redeliver(long number, UUID message) {
        Optional<Message> found = messages.getOrDefault(number, List.of()).stream()
                .filter(m -> m.id().equals(message))
                .findFirst();
        found.ifPresent(m -> due.get(number).add(m));
        return found;
    }

    @Override
    public boolean tell() {
        return false;
    }

    @Override
    public synchronized List<Long> due() {
        return due.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .toList();
    }

    @Override
    public synchronized Optional<Claimed> claim(long webhook) {
        Message message = due.getOrDefault(webhook, new ArrayDeque<>()).poll();
        return message == null
                ? Optional.empty()
                : Optional.of(new Claimed(
                        message.number(),
                        message.id(),
                        Objects.requireNonNull(webhooks.get(webhook)),
                        message.payload(),
                        attemptsOf(message.id()).size() + 1));
    }

    /** What failed is due again at once. */
    @Override
    public synchronized void note(Claimed message, Message.Attempt attempt) {
        attempts.computeIfAbsent(message.id(), id -> new ArrayList<>()).add(attempt);
        if (attempt.trouble() != null) {
            long webhook = message.webhook().number();
            messages.get(webhook).stream()
                    .filter(m -> m.id().equals(message.id()))
                    .forEach(due.get(webhook)::add);
        }
    }
}
