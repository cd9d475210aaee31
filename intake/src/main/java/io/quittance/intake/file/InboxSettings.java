package io.quittance.intake.file;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The folder door. Without {@code quittance.inbox.directory} there is none.
 *
 * @param directory holds {@code inbox}, {@code outbox}, {@code archive} and {@code refused}, all on one file system; made
 *     if absent
 * @param quietTime how long a file must have been left alone before it is taken, unless a marker says that it is done
 * @param pollInterval from the end of one look to the next
 */
@ConfigurationProperties("quittance.inbox")
public record InboxSettings(
        Path directory,
        @DefaultValue("10s") Duration quietTime,
        @DefaultValue("1s") Duration pollInterval) {

    public InboxSettings {
        if (quietTime.isNegative()) {
            throw new IllegalArgumentException("quittance.inbox.quiet-time must not be negative: " + quietTime);
        }
        if (pollInterval.isNegative() || pollInterval.isZero()) {
            throw new IllegalArgumentException("quittance.inbox.poll-interval must be more than zero: " + pollInterval);
        }
    }
}
