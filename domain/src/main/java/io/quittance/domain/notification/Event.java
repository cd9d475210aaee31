package io.quittance.domain.notification;

import java.util.Arrays;
import java.util.Optional;

/** What a client can ask to be told. */
public enum Event {
    /** Submissions that a cycle settled. */
    SUBMISSION_SETTLED("submission.settled"),
    /** Submissions that ended otherwise: rejected, expired or cancelled. */
    SUBMISSION_REFUSED("submission.refused"),
    /** Submissions that a cycle decided about and that wait for later ones: held, or orders that stay in the book. */
    SUBMISSION_PENDING("submission.pending"),
    /** The cycle of a file's lines is through. */
    FILE_DONE("file.done"),
    /** A cycle's header is final on the chain. */
    CYCLE_FINAL("cycle.final"),
    /** A cycle's reconciliation found a difference. Only for who sees the whole bank. */
    BREAK_OPENED("break.opened");

    private final String wireName;

    Event(String wireName) {
        this.wireName = wireName;
    }

    /** The message's {@code type}. */
    public String wireName() {
        return wireName;
    }

    /** The event of this wire name; empty if there is none. */
    public static Optional<Event> named(String wireName) {
        return Arrays.stream(values())
                .filter(event -> event.wireName.equals(wireName))
                .findFirst();
    }
}
