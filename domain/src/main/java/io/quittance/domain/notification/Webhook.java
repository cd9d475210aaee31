package io.quittance.domain.notification;

import java.net.URI;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An address at which a client is told of events.
 *
 * @param number its number in the bank
 * @param client the client's name
 * @param secretVersion which of its secrets signs, from 1 on
 * @param formerSecretUntil until when the secret before signs too; null if there is none
 * @param endedAt when it was ended; null if it is told still
 */
public record Webhook(
        long number,
        String client,
        URI url,
        Set<Event> events,
        Instant addedAt,
        int secretVersion,
        @Nullable Instant formerSecretUntil,
        @Nullable Instant endedAt) {

    public Webhook {
        events = Set.copyOf(events);
    }

    /** Whether the secret before the present one signs at this time, too. */
    public boolean formerSecretSigns(Instant at) {
        return formerSecretUntil != null && at.isBefore(formerSecretUntil);
    }
}
