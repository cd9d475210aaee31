package io.quittance.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.intake.CanonicalContent;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Client.Scope;
import io.quittance.domain.intake.ClientDirectory.Right;
import io.quittance.domain.seal.Hash32;
import java.nio.charset.StandardCharsets;
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
        bank.directory.addKey(client, key("1"), administrator, "request");
        bank.directory.addKey(client, key("2"), administrator, "request");
        bank.directory.addKey(client, key("3"), other, "request");
        bank.directory.addKey(client, key("4"));

        assertThat(bank.directory.authenticate(key("1"))).isEmpty();
        for (String opens : List.of("2", "3", "4")) {
            assertThat(bank.directory.authenticate(key(opens))).contains(client);
        }
        assertThatThrownBy(() -> bank.directory.addKey(other, key("5"), administrator, "request"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(bank.directory.authenticate(key("5"))).isEmpty();
    }

    @Test
    void ofARequestForAKeySentManyTimesAtOnceOneKeyOpens() throws Exception {
        Client administrator = bank.client("admin", Scope.ADMINISTER);
        Client client = bank.client("acme", Scope.SUBMIT);

        List<String> sent = AtOnce.run(AtOnce.SESSIONS, number -> {
            String key = String.valueOf(number + 1);
            bank.directory.addKey(client, key(key), administrator, "request");
            return key;
        });

        assertThat(sent)
                .filteredOn(key -> bank.directory.authenticate(key(key)).isPresent())
                .hasSize(1);
    }

    @Test
    void aKeyIsOfOneClient() {
        bank.directory.addKey(bank.client("acme", Scope.SUBMIT), key("1"));

        assertThatThrownBy(() -> bank.directory.addKey(bank.client("other", Scope.SUBMIT), key("1")))
                .isInstanceOf(IllegalArgumentException.class);
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
