package io.quittance.intake.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.intake.Client;
import io.quittance.domain.seal.Hash32;
import io.quittance.intake.fake.FakeClientDirectory;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class KnownKeysTest {

    private static final Hash32 KEY = ApiKeys.sha256("qk_" + "x".repeat(43));

    private final FakeClientDirectory directory = new FakeClientDirectory();
    private final AtomicLong nanoTime = new AtomicLong();
    private final KnownKeys keys = new KnownKeys(nanoTime::get);

    private Optional<Client> known() {
        return keys.client(KEY, () -> directory.authenticate(KEY));
    }

    @Test
    void aKeyIsLookedUpOnceASecond() {
        Client client = directory.register("acme", Set.of(Client.Scope.READ));
        directory.addKey(client, KEY);
        assertThat(known()).contains(client);
        directory.broken = new IllegalStateException("asked again");

        nanoTime.set(KnownKeys.TRUSTED_FOR.toNanos() - 1);
        assertThat(known()).contains(client);

        nanoTime.set(KnownKeys.TRUSTED_FOR.toNanos());
        assertThatThrownBy(() -> known()).hasMessage("asked again");
    }

    @Test
    void aRevokedKeyOpensNothingAfterASecond() {
        Client client = directory.register("acme", Set.of(Client.Scope.READ));
        directory.addKey(client, KEY);
        assertThat(known()).contains(client);
        directory.removeKey(KEY);

        nanoTime.set(KnownKeys.TRUSTED_FOR.toNanos());
        assertThat(known()).isEmpty();
        assertThat(known()).isEmpty();
    }

    @Test
    void aKeyThatIsMadeCountsAtOnceAlsoIfItWasTriedBefore() {
        assertThat(known()).isEmpty();
        Client client = directory.register("acme", Set.of(Client.Scope.READ));
        directory.addKey(client, KEY);

        assertThat(known()).contains(client);
    }
}
