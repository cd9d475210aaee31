package io.quittance.intake.http;

import io.quittance.domain.intake.Client;
import io.quittance.domain.seal.Hash32;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Keys and tokens that were known a moment ago, so that nobody is asked for each request. A key that is revoked opens nothing
 * more after {@link #TRUSTED_FOR}. What a key is not, is not remembered: nobody can fill this by guessing. Thread-safe.
 */
final class KnownKeys {

    static final Duration TRUSTED_FOR = Duration.ofSeconds(1);

    private record Known(Client client, long asOfNanos) {}

    /** Of tokens there are ever new ones. */
    private static final int KEPT = 10_000;

    private final LongSupplier nanoTime;
    private final Map<Hash32, Known> known = new ConcurrentHashMap<>();

    /** @param nanoTime as {@link System#nanoTime} */
    KnownKeys(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Whose key it is; empty if nobody's.
     *
     * @param lookUp tells it where it is not known
     */
    Optional<Client> client(Hash32 keySha256, Supplier<Optional<Client>> lookUp) {
        long now = nanoTime.getAsLong();
        Known trusted = known.get(keySha256);
        if (trusted != null && now - trusted.asOfNanos < TRUSTED_FOR.toNanos()) {
            return Optional.of(trusted.client);
        }
        Optional<Client> client = lookUp.get();
        if (client.isPresent()) {
            if (known.size() >= KEPT) {
                known.clear();
            }
            known.put(keySha256, new Known(client.get(), now));
        } else {
            known.remove(keySha256);
        }
        return client;
    }
}
