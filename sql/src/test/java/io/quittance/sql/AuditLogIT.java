package io.quittance.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.intake.CanonicalContent;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Client.Scope;
import io.quittance.domain.intake.ClientDirectory.Right;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.report.BankViews.AuditEntry;
import io.quittance.domain.seal.Hash32;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AuditLogIT {

    private TestBank bank;
    private Client administrator;
    private Client checker;
    private JdbcBankViews views;
    private long before;

    @BeforeEach
    void open() {
        bank = new TestBank();
        administrator = bank.client("admin", Scope.ADMINISTER);
        checker = bank.client("checker", Scope.OPERATE);
        views = new JdbcBankViews(bank.database.doors(), ChainStatusReader.NONE, posting -> Optional.empty());
        before = newest();
    }

    @AfterEach
    void close() {
        bank.close();
    }

    @Test
    void clientsKeysAndRightsAreNotedWithWhoGaveThem() {
        UUID account = bank.account(KycLevel.L1);
        before = newest();
        Client acme = bank.directory.register("acme", java.util.Set.of(Scope.READ), administrator);
        bank.directory.register("acme", java.util.Set.of(Scope.READ), checker);
        long key = bank.directory.addKey(acme, hash("key"), administrator, "request", null);
        bank.directory.authenticate(hash("key"));
        bank.directory.endKey(acme, key, Instant.now().plusSeconds(60), administrator);
        bank.directory.endKey(acme, key, null, checker);
        bank.directory.endKey(acme, key, null, administrator);
        bank.directory.grant(acme, account, Right.OWNER, administrator);
        bank.directory.grant(acme, account, Right.OWNER, checker);
        bank.directory.grant(acme, account, Right.NONE, checker);
        bank.directory.addKey(acme, hash("shown by the program"));

        assertThat(noted())
                .extracting(AuditEntry::actor, AuditEntry::action, AuditEntry::client, AuditEntry::accountId)
                .containsExactly(
                        tuple("admin", "client_made", "acme", null),
                        tuple("admin", "key_made", "acme", null),
                        tuple("admin", "key_ended", "acme", null),
                        tuple("checker", "key_ended", "acme", null),
                        tuple("admin", "right_set", "acme", account),
                        tuple("checker", "right_set", "acme", account),
                        tuple(null, "key_made", "acme", null));
        assertThat(noted().get(1).details()).isEqualTo(Map.of("key_no", Long.toString(key)));
        assertThat(noted().get(3).details()).containsKeys("key_no", "expires_at", "revoked_at");
        assertThat(noted().get(5).details()).isEqualTo(Map.of("access", "NONE"));
    }

    @Test
    void eachStepOfAnApprovalIsNotedWithWhoTookIt() {
        var asked = bank.approvals
                .request(bank.operator, "r", "reverse it", hash("it"))
                .approval();
        bank.approvals.request(bank.operator, "r", "reverse it", hash("it"));
        bank.approvals.decide(checker, asked.id(), true);
        bank.application
                .sql("UPDATE approvals SET state = 'USED', used_by = 'reversal 1'")
                .update();

        assertThat(noted())
                .extracting(AuditEntry::actor, AuditEntry::action)
                .containsExactly(
                        tuple("operator", "approval_requested"),
                        tuple("checker", "approval_decided"),
                        tuple("operator", "approval_used"));
        assertThat(noted().get(1).details())
                .isEqualTo(Map.of("approval_id", asked.id().toString(), "action", "reverse it", "state", "APPROVED"));
        assertThat(noted().get(2).details()).containsEntry("used_by", "reversal 1");
    }

    @Test
    void whatIsDecidedAboutAccountsServicesAndPricesIsNotedWithoutWordsAboutPeople() {
        UUID account = bank.account(KycLevel.L1);
        before = newest();
        bank.accept(
                bank.operator,
                new Line.OfReference(
                        new ReferenceLine.AccountEvent("e1", account, AccountChange.FREEZE, null, "Ada stole a card")));
        bank.accept(bank.operator, new Line.OfReference(new ReferenceLine.Service("chat", null)));
        bank.accept(
                bank.operator,
                new Line.OfReference(new ReferenceLine.Price(
                        "chat", "m", "v1", TestBank.NOW.plusSeconds(86_400), 9_007_199_254_740_993L, 2)));

        assertThat(noted())
                .extracting(AuditEntry::actor, AuditEntry::action, AuditEntry::accountId)
                .containsExactly(
                        tuple("operator", "account_event_decided", account),
                        tuple("operator", "service_added", null),
                        tuple("operator", "price_set", null));
        assertThat(noted().getFirst().details())
                .containsEntry("event", "freeze")
                .containsEntry("event_key", "e1");
        assertThat(noted().toString()).doesNotContain("Ada");
        assertThat(noted().get(2).details()).containsEntry("input_utoken_per_mtok", "9007199254740993");
    }

    @Test
    void onlyAnAuditorReadsIt() {
        Client auditor = bank.client("auditor", Scope.AUDIT);

        assertThat(views.of(auditor).auditLog(null, 1_000)).isNotEmpty();
        for (Client other : List.of(bank.operator, administrator, bank.client("finance", Scope.FINANCE))) {
            assertThat(views.of(other).auditLog(null, 1_000)).as(other.name()).isEmpty();
        }
        UUID account = bank.account(KycLevel.L1);
        for (Client reader : List.of(auditor, bank.client("finance", Scope.FINANCE))) {
            assertThat(bank.directory.maySee(reader, account)).isTrue();
            assertThat(bank.directory.mayActFor(reader, account)).isFalse();
            assertThat(views.of(reader).account(account)).isPresent();
        }
    }

    @Test
    void aPageIsFollowedByWhatIsOlder() {
        for (int i = 0; i < 5; i++) {
            bank.client("c" + i, Scope.READ);
        }
        List<AuditEntry> first = views.auditLog(null, 3);
        List<AuditEntry> second = views.auditLog(first.getLast().number(), 3);

        assertThat(first).extracting(AuditEntry::client).containsExactly("c4", "c3", "c2");
        assertThat(second).extracting(AuditEntry::client).startsWith("c1", "c0");
    }

    private long newest() {
        return views.auditLog(null, 1).getFirst().number();
    }

    /** The oldest first. */
    private List<AuditEntry> noted() {
        return views.auditLog(null, 1_000).stream()
                .filter(entry -> entry.number() > before)
                .toList()
                .reversed();
    }

    private static Hash32 hash(String text) {
        return CanonicalContent.digest(text.getBytes(StandardCharsets.UTF_8));
    }
}
