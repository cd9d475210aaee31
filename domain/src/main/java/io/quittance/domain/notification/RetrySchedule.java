package io.quittance.domain.notification;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How long after a failed attempt the next one comes: the waits that the Standard Webhooks specification recommends, over
 * three days in all.
 *
 * @see <a href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">the
 *     specification</a>
 */
public final class RetrySchedule {

    private static final List<Duration> WAITS = List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(14),
            Duration.ofHours(20),
            Duration.ofHours(24));

    private RetrySchedule() {}

    /**
     * The wait after an attempt failed; empty if it was the last one.
     *
     * @param attempt from 1 on
     * @throws IllegalArgumentException if {@code attempt} is below 1
     */
    public static Optional<Duration> after(int attempt) {
        if (attempt < 1) {
            throw new IllegalArgumentException("attempts are counted from 1, not " + attempt);
        }
        return attempt <= WAITS.size() ? Optional.of(WAITS.get(attempt - 1)) : Optional.empty();
    }
}
