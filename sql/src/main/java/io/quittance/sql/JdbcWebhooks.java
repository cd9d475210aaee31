package io.quittance.sql;

import static io.quittance.sql.JdbcValues.bigint;
import static io.quittance.sql.JdbcValues.instant;
import static io.quittance.sql.JdbcValues.instantOrNull;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.texts;
import static io.quittance.sql.JdbcValues.uuid;

import io.quittance.domain.intake.Client;
import io.quittance.domain.notification.Event;
import io.quittance.domain.notification.Message;
import io.quittance.domain.notification.Webhook;
import io.quittance.domain.notification.Webhooks;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.SqlParameterValue;
import org.springframework.jdbc.core.simple.JdbcClient;

/** {@link Webhooks} in tables webhooks, webhook_messages and webhook_attempts. */
final class JdbcWebhooks implements Webhooks {

    private static final String ADD = """
            INSERT INTO webhooks (client_id, url, events, from_cycle, added_by, asked_as)
            SELECT :client, :url, :events, h.last_cycle + 1, :by, :request FROM books_head h
            ON CONFLICT (added_by, asked_as) DO NOTHING
            """;
    private static final String SELECT = """
            SELECT w.webhook_no, c.name AS client, w.url, w.events, w.added_at, w.secret_version, w.former_until, w.ended_at
            FROM webhooks w JOIN clients c ON c.client_id = w.client_id
            """;
    private static final String ASKED = SELECT + " WHERE w.added_by = :by AND w.asked_as = :request";
    private static final String OF_CLIENT = SELECT + " WHERE w.client_id = :client ORDER BY w.webhook_no";
    static final String FIND = SELECT + " WHERE w.webhook_no = :webhook";
    private static final String ROTATE = """
            UPDATE webhooks SET secret_version = secret_version + 1, former_until = clock_timestamp() + interval '1 day',
                changed_by = :by
            WHERE webhook_no = :webhook AND secret_version = :version AND ended_at IS NULL
            """;
    /** With what is due to it. */
    static final String END = """
            WITH given_up AS (
                UPDATE webhook_messages SET state = 'FAILED' WHERE webhook_no = :webhook AND state = 'DUE'
            )
            UPDATE webhooks SET ended_at = clock_timestamp(), changed_by = :by
            WHERE webhook_no = :webhook AND ended_at IS NULL
            """;

    private static final String MESSAGES = """
            SELECT message_no, message_id, event, payload, created_at, state,
                CASE WHEN state = 'DUE' THEN next_at END AS next_at
            FROM webhook_messages
            WHERE webhook_no = :webhook AND message_no < coalesce(:before, 9223372036854775807)
                AND (:message::uuid IS NULL OR message_id = :message)
            ORDER BY message_no DESC LIMIT :limit
            """;
    private static final String ATTEMPTS = """
            SELECT message_no, attempted_at, status, trouble, millis FROM webhook_attempts
            WHERE message_no IN (:messages) ORDER BY message_no, attempted_at
            """;
    private static final String REDELIVER = """
            UPDATE webhook_messages m SET state = 'DUE', attempts = 0, next_at = clock_timestamp()
            FROM webhooks w
            WHERE m.webhook_no = :webhook AND m.message_id = :message AND w.webhook_no = m.webhook_no AND w.ended_at IS NULL
            """;

    private final JdbcClient jdbc;

    JdbcWebhooks(DataSource application) {
        this.jdbc = JdbcClient.create(application);
    }

    @Override
    public Asked add(Client client, URI url, Set<Event> events, Client administrator, String requestKey) {
        int added = jdbc.sql(ADD)
                .param("client", client.id())
                .param("url", url.toString())
                .param(
                        "events",
                        texts(events.stream().map(Event::wireName).sorted().toList()))
                .param("by", administrator.id())
                .param("request", requestKey)
                .update();
        Webhook webhook = jdbc.sql(ASKED)
                .param("by", administrator.id())
                .param("request", requestKey)
                .query((row, n) -> webhook(row))
                .single();
        if (!webhook.client().equals(client.name())
                || !webhook.url().equals(url)
                || !webhook.events().equals(events)) {
            throw new IllegalArgumentException("the request key was used for another webhook");
        }
        return new Asked(webhook, added == 0);
    }

    @Override
    public List<Webhook> of(Client client) {
        return jdbc.sql(OF_CLIENT)
                .param("client", client.id())
                .query((row, n) -> webhook(row))
                .list();
    }

    @Override
    public Optional<Webhook> find(long number) {
        return jdbc.sql(FIND)
                .param("webhook", number)
                .query((row, n) -> webhook(row))
                .optional();
    }

    @Override
    public Optional<Webhook> rotateSecret(long number, int presentVersion, Client by) {
        int rotated = jdbc.sql(ROTATE)
                .param("webhook", number)
                .param("version", presentVersion)
                .param("by", by.id())
                .update();
        return find(number)
                .filter(webhook -> webhook.secretVersion() == presentVersion + 1)
                .filter(webhook -> rotated == 1 || webhook.endedAt() == null);
    }

    @Override
    public Webhook end(long number, Client by) {
        jdbc.sql(END).param("webhook", number).param("by", by.id()).update();
        return find(number).orElseThrow();
    }

    @Override
    public List<Message> messages(long number, @Nullable Long before, int limit) {
        return messages(number, before, null, limit);
    }

    @Override
    public Optional<Message> redeliver(long number, UUID message) {
        jdbc.sql(REDELIVER).param("webhook", number).param("message", message).update();
        return messages(number, null, message, 1).stream().findFirst();
    }

    private List<Message> messages(long number, @Nullable Long before, @Nullable UUID message, int limit) {
        List<Message> found = jdbc.sql(MESSAGES)
                .param("webhook", number)
                .param("before", bigint(before))
                .param("message", new SqlParameterValue(Types.OTHER, message))
                .param("limit", limit)
                .query((row, n) -> new Message(
                        row.getLong("message_no"),
                        uuid(row, "message_id"),
                        Event.named(text(row, "event")).orElseThrow(),
                        text(row, "payload"),
                        instant(row, "created_at"),
                        Message.State.valueOf(text(row, "state")),
                        instantOrNull(row, "next_at"),
                        List.of()))
                .list();
        if (found.isEmpty()) {
            return found;
        }
        Map<Long, List<Message.Attempt>> attempts = new HashMap<>();
        jdbc.sql(ATTEMPTS)
                .param("messages", found.stream().map(Message::number).toList())
                .query(row -> {
                    attempts.computeIfAbsent(row.getLong("message_no"), no -> new ArrayList<>())
                            .add(attempt(row));
                });
        return found.stream()
                .map(m -> new Message(
                        m.number(),
                        m.id(),
                        m.event(),
                        m.payload(),
                        m.createdAt(),
                        m.state(),
                        m.nextAttemptAt(),
                        attempts.getOrDefault(m.number(), List.of())))
                .toList();
    }

    private static Message.Attempt attempt(ResultSet row) throws SQLException {
        return new Message.Attempt(
                instant(row, "attempted_at"),
                row.getObject("status", Integer.class),
                row.getString("trouble"),
                row.getLong("millis"));
    }

    static Webhook webhook(ResultSet row) throws SQLException {
        Set<Event> events = new HashSet<>();
        for (String event : (String[]) row.getArray("events").getArray()) {
            events.add(Event.named(event).orElseThrow());
        }
        return new Webhook(
                row.getLong("webhook_no"),
                text(row, "client"),
                URI.create(text(row, "url")),
                events,
                instant(row, "added_at"),
                row.getInt("secret_version"),
                instantOrNull(row, "former_until"),
                instantOrNull(row, "ended_at"));
    }
}
