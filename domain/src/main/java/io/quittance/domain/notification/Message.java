package io.quittance.domain.notification;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One message to a webhook, with how telling it went.
 *
 * @param number counts the messages of the bank, in the order in which they were written
 * @param id the same for every attempt, so that a receiver knows a message that it has
 * @param payload the body, the same for every attempt
 * @param nextAttemptAt when it is tried next; null unless it is {@link State#DUE}
 * @param attempts the oldest first
 */
public record Message(
        long number,
        UUID id,
        Event event,
        String payload,
        Instant createdAt,
        State state,
        @Nullable Instant nextAttemptAt,
        List<Attempt> attempts) {

    /** Where a message stands. */
    public enum State {
        /** To be sent, now or again later. */
        DUE,
        /** The receiver answered 2xx. */
        DELIVERED,
        /** Given up, after the last attempt or because the webhook was ended. It can be sent again by hand. */
        FAILED
    }

    /**
     * One attempt.
     *
     * @param status what the receiver answered; null if it did not
     * @param trouble why it does not count as delivered, in words; null if it does
     */
    public record Attempt(
            Instant at, @Nullable Integer status, @Nullable String trouble, long millis) {}

    public Message {
        attempts = List.copyOf(attempts);
    }
}
