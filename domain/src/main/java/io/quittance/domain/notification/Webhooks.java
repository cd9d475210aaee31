package io.quittance.domain.notification;

import io.quittance.domain.intake.Client;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The clients' webhooks and what was sent to them. Thread-safe. */
public interface Webhooks {

    /** A webhook that was asked for; {@code repeated} if the same request made it before. */
    record Asked(Webhook webhook, boolean repeated) {}

    /**
     * Makes a webhook. It is told of what happens from the next cycle on.
     *
     * @param administrator who makes it
     * @param requestKey the administrator's name for the request
     * @throws IllegalArgumentException if the request key was used for another webhook
     */
    Asked add(Client client, URI url, Set<Event> events, Client administrator, String requestKey);

    /** A client's webhooks, in the order in which they were made, those that have ended included. */
    List<Webhook> of(Client client);

    /** The webhook of this number. */
    Optional<Webhook> find(long number);

    /**
     * Lets the next secret sign, and the present one beside it for a day. A second time, for the same present one, changes
     * nothing.
     *
     * @param presentVersion the version that is to be replaced
     * @return the webhook as it is then; empty if another version than this or the one after it signs
     */
    Optional<Webhook> rotateSecret(long number, int presentVersion, Client by);

    /** Ends a webhook: what is due to it is given up. A second time changes nothing. */
    Webhook end(long number, Client by);

    /** Messages of a webhook, the newest first, numbered below {@code before}; from the newest on if it is null. */
    List<Message> messages(long number, @Nullable Long before, int limit);

    /** Makes a message due again, now. Empty if the webhook has none of this id. */
    Optional<Message> redeliver(long number, UUID message);
}
