package io.quittance.domain.notification;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The sender's side: messages are written from the books, and sent. Several processes may work on it. Thread-safe. */
public interface MessageQueue {

    /**
     * A message that this process is to send now. For a few minutes nobody else is given it.
     *
     * @param number the message's
     * @param attempt how many this one is since it last became due, from 1 on
     */
    record Claimed(long number, UUID id, Webhook webhook, String payload, int attempt) {}

    /**
     * Writes the messages about one more cycle that was published, or became final, or about breaks that were found; all of
     * one step or none. False if there is nothing more to tell, or another process is telling it.
     */
    boolean tell();

    /** The webhooks for which something is due now. */
    List<Long> due();

    /** Takes the oldest message that is due to a webhook. Empty if there is none. */
    Optional<Claimed> claim(long webhook);

    /**
     * Notes what became of a claimed message: delivered, to be tried again by {@link RetrySchedule}, or given up. Once noted,
     * it changes nothing.
     */
    void note(Claimed message, Message.Attempt attempt);
}
