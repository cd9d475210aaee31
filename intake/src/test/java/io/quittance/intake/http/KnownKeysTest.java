package io.quittance.intake.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.intake.Client;
import io.quittance.domain.seal.Hash32;
import io.quittance.intake.fake.FakeClientDirectory;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class KnownKeysTest {

    private static final Hash32 KEY = ApiKeys.sha256("qk_" + "x".repeat(43));

    private final FakeClientDirectory directory = new FakeClientDirectory();
    private final AtomicLong nanoTime = new AtomicLong();
    private final KnownKeys keys = new KnownKeys(directory, nanoTime::get);

    @Test
    void aKeyIsLookedUpOnceASecond() {
        Client client = directory.register("acme", Set.of(Client.Scope.READ));
        directory.addKey(client, KEY);
        assertThat(keys.client(KEY)).contains(client);
        directory.broken = new IllegalStateException("asked again");

        nanoTime.set(KnownKeys.TRUSTED_FOR.toNanos() - 1);
        assertThat(keys.client(KEY)).contains(client);

        nanoTime.set(KnownKeys.TRUSTED_FOR.toNanos());
        assertThatThrownBy(() -> keys.client(KEY)).hasMessage("asked again");
    }

    @Test
    void aRevokedKeyOpensNothingAfterASecond() {
        Client client = directory.register("acme", Set.of(Client.Scope.READ));
        directory.addKey(client, KEY);
        assertThat(keys.client(KEY)).contains(client);
        directory.removeKey(KEY);

        nanoTime.set(KnownKeys.TRUSTED_FOR.toNanos());
        assertThat(keys.client(KEY)).isEmpty();
        assertThat(keys.client(KEY)).isEmpty();
    }

    @Test
    void aKeyThatIsMadeCountsAtOnceAlsoIfItWasTriedBefore() {
        assertThat(keys.client(KEY)).isEmpty();
        Client client = directory.register("acme", Set.of(Client.Scope.READ));
        directory.addKey(client, KEY);

        assertThat(keys.client(KEY)).contains(client);
    }
}
