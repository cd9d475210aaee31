package io.quittance.intake.http;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Client.Scope;
import io.quittance.domain.report.BankViews;
import io.quittance.domain.report.ClientViews;
import io.quittance.intake.wire.Permissions;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Waits for what the next cycle makes of a submission, where its sender prefers that to an answer now: {@code Prefer:
 * wait=N} (RFC 7240). A preference and no more: it is passed over where too many wait, where the sender may not read, and
 * when the service ends. Thread-safe.
 */
final class OutcomeWait implements ApplicationListener<ContextClosedEvent> {

    static final int SECONDS_MAX = 60;

    private static final int AT_ONCE = 200;
    private static final Duration EVERY = Duration.ofMillis(250);
    private static final Pattern WAIT = Pattern.compile("(?:^|,)\\s*wait\\s*=\\s*\"?([0-9]{1,9})\"?\\s*(?=[,;]|$)");

    private final ClientViews views;
    private final Semaphore places = new Semaphore(AT_ONCE);
    private volatile boolean ending;

    OutcomeWait(ClientViews views) {
        this.views = views;
    }

    /** How long a request asks to wait, at most {@link #SECONDS_MAX}; 0 if it does not. */
    static int seconds(@Nullable String prefer) {
        Matcher wait = WAIT.matcher(prefer == null ? "" : prefer);
        return wait.find() ? Math.min(SECONDS_MAX, Integer.parseInt(wait.group(1))) : 0;
    }

    /** The submission as a cycle decided about it; empty if none did in that time. */
    Optional<BankViews.SubmissionView> await(Client client, UUID submission, int seconds) {
        if (!Permissions.has(client, Scope.READ) || !places.tryAcquire()) {
            return Optional.empty();
        }
        try {
            long until = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
            while (true) {
                Optional<BankViews.SubmissionView> decided = views.of(client)
                        .submission(submission)
                        .filter(view -> view.state() != BankViews.SubmissionState.QUEUED);
                if (decided.isPresent() || ending || System.nanoTime() > until) {
                    return decided;
                }
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            places.release();
        }
    }

    /** The door stops once all requests are answered; those that wait are answered now. */
    @Override
    public void onApplicationEvent(ContextClosedEvent closed) {
        ending = true;
    }
}
