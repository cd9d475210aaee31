package io.quittance.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.intake.CanonicalContent;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Client.Scope;
import io.quittance.domain.intake.ClientDirectory.ClientKey;
import io.quittance.domain.intake.ClientDirectory.Right;
import io.quittance.domain.intake.ClientPolicy;
import io.quittance.domain.seal.Hash32;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JdbcClientDirectoryIT {

    private TestBank bank;

    @BeforeEach
    void open() {
        bank = new TestBank();
    }

    @AfterEach
    void close() {
        bank.close();
    }

    @Test
    void aKeyOpensItsClientUntilItIsRevoked() {
        Client client = bank.client("acme", Scope.SUBMIT, Scope.READ);
        bank.directory.addKey(client, key("1"));
        bank.directory.addKey(client, key("1"));
        bank.directory.addKey(client, key("2"));

        assertThat(bank.directory.authenticate(key("1"))).contains(client);
        assertThat(bank.directory.authenticate(key("3"))).isEmpty();
        bank.application
                .sql("UPDATE client_keys SET revoked_at = now() WHERE key_sha256 = :key")
                .param("key", key("1").bytes())
                .update();
        assertThat(bank.directory.authenticate(key("1"))).isEmpty();
        assertThat(bank.directory.authenticate(key("2"))).contains(client);
    }

    @Test
    void aRequestForAKeyLeavesOneKeyThatOpensHoweverOftenItIsSent() {
        Client administrator = bank.client("admin", Scope.ADMINISTER);
        Client client = bank.client("acme", Scope.SUBMIT);
        Client other = bank.client("other", Scope.SUBMIT);
        bank.directory.addKey(client, key("1"), administrator, "request", null);
        bank.directory.addKey(client, key("2"), administrator, "request", null);
        bank.directory.addKey(client, key("3"), other, "request", null);
        bank.directory.addKey(client, key("4"));

        assertThat(bank.directory.authenticate(key("1"))).isEmpty();
        for (String opens : List.of("2", "3", "4")) {
            assertThat(bank.directory.authenticate(key(opens))).contains(client);
        }
        assertThatThrownBy(() -> bank.directory.addKey(other, key("5"), administrator, "request", null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(bank.directory.authenticate(key("5"))).isEmpty();
    }

    @Test
    void ofARequestForAKeySentManyTimesAtOnceOneKeyOpens() throws Exception {
        Client administrator = bank.client("admin", Scope.ADMINISTER);
        Client client = bank.client("acme", Scope.SUBMIT);

        List<String> sent = AtOnce.run(AtOnce.SESSIONS, number -> {
            String key = String.valueOf(number + 1);
            bank.directory.addKey(client, key(key), administrator, "request", null);
            return key;
        });

        assertThat(sent)
                .filteredOn(key -> bank.directory.authenticate(key(key)).isPresent())
                .hasSize(1);
    }

    @Test
    void aKeyEndsWhenItIsToldToAndItsEndOnlyComesNearer() {
        Client administrator = bank.client("admin", Scope.ADMINISTER);
        Client client = bank.client("acme", Scope.SUBMIT);
        Instant inAnHour = Instant.now().plusSeconds(3_600).truncatedTo(ChronoUnit.MICROS);
        long expiring = bank.directory.addKey(client, key("1"), administrator, "a", inAnHour);
        long ending = bank.directory.addKey(client, key("2"), administrator, "b", null);
        bank.directory.addKey(
                client, key("3"), administrator, "c", Instant.now().minusSeconds(1));

        assertThat(bank.directory.authenticate(key("1"))).contains(client);
        assertThat(bank.directory.authenticate(key("2"))).contains(client);
        assertThat(bank.directory.authenticate(key("3"))).isEmpty();
        assertThat(bank.directory.endKey(client, expiring, inAnHour.plusSeconds(60), administrator))
                .hasValueSatisfying(key -> assertThat(key.expiresAt()).isEqualTo(inAnHour));
        assertThat(bank.directory.endKey(client, ending, inAnHour, administrator))
                .hasValueSatisfying(key -> assertThat(key.expiresAt()).isEqualTo(inAnHour));
        assertThat(bank.directory.authenticate(key("2"))).contains(client);
        ClientKey ended =
                bank.directory.endKey(client, ending, null, administrator).orElseThrow();
        assertThat(bank.directory.authenticate(key("2"))).isEmpty();
        assertThat(bank.directory.endKey(client, ending, null, administrator)).contains(ended);
        assertThat(bank.directory.endKey(bank.client("other", Scope.SUBMIT), expiring, null, administrator))
                .isEmpty();
        assertThat(bank.directory.keysOf(client))
                .extracting(ClientKey::number, key -> key.lastUsedAt() != null, key -> key.revokedAt() != null)
                .containsExactly(
                        tuple(ending + 1, false, false), tuple(ending, true, true), tuple(expiring, true, false));
    }

    @Test
    void aRightThatIsTakenAwayOpensNothing() {
        Client client = bank.client("acme", Scope.SUBMIT);
        UUID account = bank.account(KycLevel.L1);
        bank.directory.grant(client, account, Right.OWNER);
        bank.directory.grant(client, account, Right.NONE);

        assertThat(bank.directory.maySee(client, account)).isFalse();
        assertThat(bank.directory.mayActFor(client, account)).isFalse();
        assertThat(bank.directory.accountsOf(client)).isEmpty();
    }

    @Test
    void aKeyIsOfOneClient() {
        bank.directory.addKey(bank.client("acme", Scope.SUBMIT), key("1"));

        assertThatThrownBy(() -> bank.directory.addKey(bank.client("other", Scope.SUBMIT), key("1")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatWasAgreedLastHoldsHoweverTheClientIsLookedUp() {
        Client acme = bank.client("acme", Client.Scope.SUBMIT);
        Hash32 key = Hash32.of(new byte[Hash32.LENGTH]);
        bank.directory.addKey(acme, key);
        assertThat(acme.policy()).isEqualTo(ClientPolicy.DEFAULT);
        assertThat(bank.directory.authenticate(key)).contains(acme);

        var first = new ClientPolicy(50, ClientPolicy.ControlLines.REQUIRED, null);
        var second = new ClientPolicy(0, ClientPolicy.ControlLines.OPTIONAL, "zh");
        bank.directory.setPolicy(acme, first, bank.operator);
        Client agreed = bank.directory.setPolicy(acme, second, bank.operator);

        assertThat(agreed.policy()).isEqualTo(second);
        assertThat(bank.directory.authenticate(key)).contains(agreed);
        assertThat(bank.client("acme", Client.Scope.SUBMIT)).isEqualTo(agreed);
        assertThat(bank.client("other", Client.Scope.SUBMIT).policy()).isEqualTo(ClientPolicy.DEFAULT);
        assertThat(bank.owner
                        .sql(
                                "SELECT details ->> 'language' FROM audit_log WHERE action = 'policy_set' ORDER BY audit_no")
                        .query((row, n) -> String.valueOf(row.getString(1)))
                        .list())
                .containsExactly("null", "zh");
    }

    @Test
    void aNameIsRegisteredOnceWithItsScopes() {
        Client client = bank.directory.register("acme", Set.of(Scope.SUBMIT, Scope.METER));

        assertThat(bank.directory.register("acme", Set.of(Scope.METER, Scope.SUBMIT)))
                .isEqualTo(client);
        assertThat(bank.directory.named("acme")).contains(client);
        assertThat(bank.directory.named("none")).isEmpty();
        assertThatThrownBy(() -> bank.directory.register("acme", Set.of(Scope.SUBMIT)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRightIsWhatWasGivenLastAndEachRightOpensWhatItShould() {
        Client client = bank.client("acme", Scope.SUBMIT);
        UUID owned = bank.account(KycLevel.L1);
        UUID delegated = bank.account(KycLevel.L1);
        UUID read = bank.account(KycLevel.L1);
        UUID others = bank.account(KycLevel.L1);
        bank.directory.grant(client, owned, Right.READER);
        bank.directory.grant(client, owned, Right.OWNER);
        bank.directory.grant(client, owned, Right.OWNER);
        bank.directory.grant(client, delegated, Right.DELEGATE);
        bank.directory.grant(client, read, Right.READER);

        assertThat(List.of(owned, delegated, read, others))
                .extracting(id -> bank.directory.maySee(client, id))
                .containsExactly(true, true, true, false);
        assertThat(List.of(owned, delegated, read, others))
                .extracting(id -> bank.directory.mayActFor(client, id))
                .containsExactly(true, true, false, false);
        assertThat(bank.directory.mayActFor(bank.operator, others)).isTrue();
        assertThat(bank.directory.accountsOf(client))
                .hasSize(3)
                .containsExactlyElementsOf(bank.owner
                        .sql("SELECT account_id FROM client_rights WHERE client_id = :client ORDER BY account_id")
                        .param("client", client.id())
                        .query(UUID.class)
                        .list());
        assertThat(new TreeSet<>(bank.directory.accountsOf(client))).contains(owned, delegated, read);
    }

    @Test
    void thereIsNoRightOnAnAccountThatIsNotThereOrIsTheBanks() {
        for (UUID account : List.of(UUID.randomUUID(), SystemAccount.ESCROW.id(0))) {
            assertThatThrownBy(() -> bank.directory.grant(bank.operator, account, Right.OWNER))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static Hash32 key(String text) {
        return CanonicalContent.digest(text.getBytes(StandardCharsets.UTF_8));
    }
}
