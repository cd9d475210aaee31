package io.quittance.intake.http;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.seal.Hash32;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Keys that the directory knew a moment ago, so that it is not asked for each request. A key that is revoked opens nothing
 * more after {@link #TRUSTED_FOR}. What a key is not, is not remembered: nobody can fill this by guessing. Thread-safe.
 */
final class KnownKeys {

    static final Duration TRUSTED_FOR = Duration.ofSeconds(1);

    private record Known(Client client, long asOfNanos) {}

    private final ClientDirectory directory;
    private final LongSupplier nanoTime;
    private final Map<Hash32, Known> known = new ConcurrentHashMap<>();

    /** @param nanoTime as {@link System#nanoTime} */
    KnownKeys(ClientDirectory directory, LongSupplier nanoTime) {
        this.directory = directory;
        this.nanoTime = nanoTime;
    }

    /** Whose key it is; empty if nobody's. */
    Optional<Client> client(Hash32 keySha256) {
        long now = nanoTime.getAsLong();
        Known trusted = known.get(keySha256);
        if (trusted != null && now - trusted.asOfNanos < TRUSTED_FOR.toNanos()) {
            return Optional.of(trusted.client);
        }
        Optional<Client> client = directory.authenticate(keySha256);
        if (client.isPresent()) {
            known.put(keySha256, new Known(client.get(), now));
        } else {
            known.remove(keySha256);
        }
        return client;
    }
}
