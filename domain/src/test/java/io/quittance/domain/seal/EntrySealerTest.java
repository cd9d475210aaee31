package io.quittance.domain.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EntrySealerTest {

    @ParameterizedTest
    @MethodSource("io.quittance.domain.seal.Seeds#few")
    void theFastWayGivesTheLeafOfTheRecordInWhateverOrderEntriesCome(long seed) {
        var random = Seeds.random(seed);
        var secret = new BankSecret(1, Seeds.bytes(random, 40)).forCycle(1 + random.nextInt(1_000));
        var sealer = new EntrySealer(secret, Vectors.DOMAIN, Vectors.CUT_OFF);
        byte[] leaf = new byte[40];
        long seq = 1;
        for (int i = 0; i < 600; i++) {
            seq = random.nextInt(50) == 0 ? random.nextLong(1, Long.MAX_VALUE) : Math.max(1, seq + 1);
            var from = new UUID(random.nextLong(), random.nextLong());
            var to = new UUID(random.nextLong(), random.nextLong());
            long amount = random.nextLong(1, Long.MAX_VALUE);
            int asset = random.nextInt();
            int type = random.nextInt(256);

            sealer.leaf(
                    seq,
                    from.getMostSignificantBits(),
                    from.getLeastSignificantBits(),
                    to.getMostSignificantBits(),
                    to.getLeastSignificantBits(),
                    amount,
                    asset,
                    type,
                    leaf,
                    8);

            EntryRecord record =
                    secret.record(seq, from, to, amount, Integer.toUnsignedLong(asset), type, Vectors.CUT_OFF);
            assertThat(Hash32.of(leaf, 8, 32)).isEqualTo(EntryLeaf.of(Vectors.DOMAIN.separator(), seq, record.hash()));
            assertThat(secret.openFrom(seq, from).hash()).isEqualTo(record.from());
            assertThat(secret.openTo(seq, to).hash()).isEqualTo(record.to());
        }
    }

    @Test
    void noSaltEverComesTwice() {
        var bank = new BankSecret(1, Vectors.counting(32));
        UUID one = Vectors.account(1);
        Set<Bytes16> salts = new HashSet<>();
        for (long cycle = 1; cycle <= 5; cycle++) {
            CycleSecret secret = bank.forCycle(cycle);
            for (long seq = 1; seq <= 300; seq++) {
                salts.add(secret.openFrom(seq, one).salt());
                salts.add(secret.openTo(seq, one).salt());
                salts.add(secret.record(seq, one, one, 1, 0, 0, Vectors.CUT_OFF).salt());
            }
        }
        for (long high = 1; high <= 6; high++) {
            salts.add(bank.forCycle(1).openFrom((high << 60) + 1, one).salt());
        }

        assertThat(salts).hasSize(5 * 300 * 3 + 6);
    }

    @Test
    void theSameAccountHasAnotherHashInEachEntryAndOnEachSide() {
        UUID one = Vectors.account(1);
        Set<Bytes16> hashes = new HashSet<>();
        for (long seq = 1; seq <= 300; seq++) {
            EntryRecord record = Vectors.secret().record(seq, one, one, 1, 0, 0, Vectors.CUT_OFF);
            hashes.add(record.from());
            hashes.add(record.to());
        }

        assertThat(hashes).hasSize(600);
    }

    @Test
    void anotherSecretGivesOtherLeaves() {
        EntryRecord ours = Vectors.record(0);
        EntryRecord theirs = new BankSecret(3, Vectors.counting(33))
                .forCycle(7)
                .record(41, Vectors.account(1), Vectors.account(2), 1, 0, 1, Vectors.CUT_OFF);

        assertThat(theirs.hash()).isNotEqualTo(ours.hash());
        assertThat(theirs.from()).isNotEqualTo(ours.from());
    }

    @Test
    void anotherDeploymentGivesOtherLeaves() {
        Hash32 here = Vectors.DOMAIN.separator();
        Hash32 otherChain = new EntryDomain(1, Vectors.DOMAIN.registry()).separator();
        Hash32 otherRegistry = new EntryDomain(31337, "0x" + "0".repeat(39) + "1").separator();

        assertThat(Set.of(here, otherChain, otherRegistry)).hasSize(3);
        assertThat(EntryLeaf.of(here, 1, Hash32.ZERO)).isNotEqualTo(EntryLeaf.of(otherChain, 1, Hash32.ZERO));
    }

    @Test
    void whatIsNoTransferIsRefused() {
        var sealer = new EntrySealer(Vectors.secret(), Vectors.DOMAIN, Vectors.CUT_OFF);
        byte[] leaf = new byte[32];

        assertThatThrownBy(() -> sealer.leaf(0, 0, 0, 0, 0, 1, 0, 0, leaf, 0)).hasMessageContaining("from 1");
        assertThatThrownBy(() -> sealer.leaf(1, 0, 0, 0, 0, 0, 0, 0, leaf, 0)).hasMessageContaining("amount 0");
        assertThatThrownBy(() -> sealer.leaf(1, 0, 0, 0, 0, 1, 0, 256, leaf, 0)).hasMessageContaining("type 256");
        assertThatThrownBy(() -> new EntrySealer(Vectors.secret(), Vectors.DOMAIN, Vectors.CUT_OFF.plusNanos(1)))
                .hasMessageContaining("microseconds");
    }

    @Test
    void aSecretOfTooFewBytesOrWithoutAVersionIsRefusedAndNoneIsPrinted() {
        assertThatThrownBy(() -> new BankSecret(1, new byte[31])).hasMessageContaining("32 bytes");
        assertThatThrownBy(() -> new BankSecret(65_536, new byte[32])).hasMessageContaining("65535");
        assertThatThrownBy(() -> new BankSecret(1, new byte[32]).forCycle(0)).hasMessageContaining("from 1");
        assertThat(new BankSecret(9, Vectors.counting(32))).hasToString("BankSecret[version=9]");
    }

    @Test
    void whatIsNoAddressOrChainIsRefused() {
        assertThatThrownBy(() -> new EntryDomain(0, Vectors.DOMAIN.registry())).hasMessageContaining("chain");
        assertThatThrownBy(() -> new EntryDomain(1, "0x1234")).hasMessageContaining("address");
        assertThatThrownBy(() -> new EntryDomain(1, "5fbdb2315678afecb367f032d93f642f64180aa300"))
                .hasMessageContaining("address");
    }
}
