package io.quittance.intake.webhook;

import io.quittance.domain.notification.Message;
import io.quittance.domain.notification.MessageQueue;
import io.quittance.domain.notification.MessageQueue.Claimed;
import io.quittance.domain.seal.BankSecret;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.TransactionException;

/**
 * Writes messages from what the books say, and sends what is due: to each webhook one after another, to many webhooks at
 * once, so that a slow receiver keeps nobody else waiting. A message is sent at least once; a process that dies between a
 * receiver's answer and its note sends it again, under the same id.
 */
@Configuration(proxyBeanMethods = false)
public class WebhookDelivery {

    private static final Logger log = LoggerFactory.getLogger(WebhookDelivery.class);

    @Bean
    WebhookKeys webhookKeys(BankSecret secret) {
        return new WebhookKeys(secret);
    }

    @Bean
    WebhookSender webhookSender(WebhookKeys keys) {
        return new WebhookSender(keys, Clock.systemUTC());
    }

    @Bean
    SmartLifecycle webhooksAreTold(MessageQueue queue, WebhookSender sender) {
        return new Deliveries(queue, sender);
    }

    /** How a receiver that failed is spared, beside the schedule of the message that failed. */
    private record Rest(int failures, long untilNanos) {

        private static final long SECONDS_MAX = 60;

        Rest after(long now) {
            long seconds = Math.min(SECONDS_MAX, 1L << Math.min(failures, 6));
            return new Rest(failures + 1, now + TimeUnit.SECONDS.toNanos(seconds));
        }
    }

    private static final class Deliveries implements SmartLifecycle {

        private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
        private static final Duration END_PATIENCE = Duration.ofSeconds(2);
        private static final int AT_ONCE = 64;

        private final MessageQueue queue;
        private final WebhookSender sender;
        private final Semaphore places = new Semaphore(AT_ONCE);
        private final Set<Long> busy = ConcurrentHashMap.newKeySet();
        private final Map<Long, Rest> resting = new ConcurrentHashMap<>();
        private volatile boolean running;
        private volatile ExecutorService sends = Executors.newVirtualThreadPerTaskExecutor();
        private volatile List<Thread> looks = List.of();
        /** Rather than an interruption, which would cut a look's connection to the database. */
        private volatile CountDownLatch ending = new CountDownLatch(1);

        Deliveries(MessageQueue queue, WebhookSender sender) {
            this.queue = queue;
            this.sender = sender;
        }

        @Override
        public void start() {
            running = true;
            sends = Executors.newVirtualThreadPerTaskExecutor();
            ending = new CountDownLatch(1);
            looks = List.of(
                    Thread.startVirtualThread(() -> again("writing webhook messages", this::write)),
                    Thread.startVirtualThread(() -> again("looking for webhook messages", this::send)));
        }

        private void again(String what, Runnable work) {
            while (running) {
                try {
                    work.run();
                } catch (DataAccessResourceFailureException | TransactionException gone) {
                    log.warn("{} found no database; the next look tries again", what);
                } catch (RuntimeException failed) {
                    log.error("{} failed; the next look tries again", what, failed);
                }
                try {
                    ending.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                } catch (InterruptedException stopped) {
                    return;
                }
            }
        }

        private void write() {
            while (running && queue.tell()) {
                // Another cycle was told about.
            }
        }

        private void send() {
            for (long webhook : queue.due()) {
                Rest rest = resting.get(webhook);
                if ((rest != null && System.nanoTime() < rest.untilNanos()) || !busy.add(webhook)) {
                    continue;
                }
                if (!places.tryAcquire()) {
                    busy.remove(webhook);
                    return;
                }
                sends.execute(() -> {
                    try {
                        sendAll(webhook);
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    } catch (RuntimeException failed) {
                        log.warn(
                                "webhook {} could not be served: {}; the next look tries again",
                                webhook,
                                failed.toString());
                    } finally {
                        busy.remove(webhook);
                        places.release();
                    }
                });
            }
        }

        private void sendAll(long webhook) throws InterruptedException {
            Optional<Claimed> claimed;
            while (running && (claimed = queue.claim(webhook)).isPresent()) {
                Message.Attempt attempt = sender.attempt(claimed.get());
                queue.note(claimed.get(), attempt);
                if (attempt.trouble() != null) {
                    log.info(
                            "webhook={} message={} attempt={} {}",
                            webhook,
                            claimed.get().id(),
                            claimed.get().attempt(),
                            attempt.trouble());
                    long now = System.nanoTime();
                    resting.merge(webhook, new Rest(0, now).after(now), (before, first) -> before.after(now));
                    return;
                }
                resting.remove(webhook);
            }
        }

        /** What is being sent may come to its end; the rest is sent again by whoever looks later. */
        @Override
        public void stop() {
            running = false;
            ending.countDown();
            try {
                for (Thread look : looks) {
                    look.join(END_PATIENCE);
                }
                sends.shutdown();
                if (!sends.awaitTermination(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    sends.shutdownNow();
                }
            } catch (InterruptedException interrupted) {
                sends.shutdownNow();
                Thread.currentThread().interrupt();
            }
        }

        /** After what works on cycles and chain has stopped: nobody waits for a receiver. */
        @Override
        public int getPhase() {
            return DEFAULT_PHASE - 1;
        }

        @Override
        public boolean isRunning() {
            return running;
        }
    }
}
