package io.quittance.sql;

import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.cycle.Instrument;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A bank in a database of its own, whose clock stands at nine on 2 March 2026, with hourly windows of two dates and an
 * operator. Classes: GPU-H100 with a market whose tick is 1 000 µToken, GPU-A100 without one.
 */
final class TestBank implements AutoCloseable {

    static final LocalDate DATE = LocalDate.of(2026, 3, 2);
    static final LocalDate NEXT_DATE = DATE.plusDays(1);
    static final Instant NOW = Instant.parse("2026-03-02T09:00:00Z");
    static final byte[] SECRET = "a secret of thirty-two bytes or so".getBytes(StandardCharsets.UTF_8);
    static final String H100 = "GPU-H100";
    static final String A100 = "GPU-A100";

    final TestDatabase database = TestDatabase.create();
    final JdbcClient owner = JdbcClient.create(database.owner());
    final JdbcClient application = JdbcClient.create(database.application());
    final JdbcClientDirectory directory = new JdbcClientDirectory(database.application());
    final JdbcApprovals approvals = new JdbcApprovals(database.application());
    final JdbcIntakeQueue queue = new JdbcIntakeQueue(database.application(), SECRET, () -> {});
    final JdbcFileIntake files = new JdbcFileIntake(database.application(), database.doors(), SECRET, () -> {});

    /** The windows of the bank's two dates in the order of their cut-offs: 10:00 and 11:00 of each. */
    final List<Long> windows;

    final Client operator;

    TestBank() {
        var classes = List.of(
                new BankParameters.ComputeClass(new Asset(1, H100), 2_000_000),
                new BankParameters.ComputeClass(new Asset(2, A100), 1_000_000));
        var market = new Instrument(H100, 3_600_000, 1_000, 500, 2_000, "REFERENCE", "PRO_RATA", "CANCEL_NEWEST", 10);
        var parameters = new BankParameters(
                1, "test", 1_000_000_000L, classes, List.of(market), BankParameters.defaultDailyLimits());
        owner.sql("INSERT INTO bank_parameters (version, content) VALUES (1, :content)")
                .param("content", parameters.toText())
                .update();
        setClock(NOW);
        for (SystemAccount account : SystemAccount.values()) {
            for (Asset asset : parameters.assets()) {
                if (account.perClass() == asset.isCompute()) {
                    owner.sql(
                                    "INSERT INTO token_accounts (account_id, party_id, account_type, code, sign, content_digest) "
                                            + "VALUES (:id, :id, 'system', :code, :sign, '\\x')")
                            .param("id", account.id(asset.id()))
                            .param("code", account.code(asset.code()))
                            .param("sign", JdbcBank.sign(account))
                            .update();
                }
            }
        }
        windows = List.of(
                window(DATE, NOW.plusSeconds(3_600)),
                window(DATE, NOW.plusSeconds(7_200)),
                window(NEXT_DATE, NOW.plusSeconds(90_000)),
                window(NEXT_DATE, NOW.plusSeconds(93_600)));
        operator = client("operator", Client.Scope.OPERATE);
    }

    void setClock(Instant now) {
        owner.sql("UPDATE bank_clock SET fixed_at = :now")
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }

    long window(LocalDate date, Instant cutOff) {
        return owner.sql(
                        "INSERT INTO settlement_windows (business_date, cut_off) VALUES (:date, :cutOff) RETURNING window_no")
                .param("date", date)
                .param("cutOff", cutOff.atOffset(ZoneOffset.UTC))
                .query(Long.class)
                .single();
    }

    void closeWindow(long windowNo) {
        owner.sql("UPDATE settlement_windows SET state = 'CLOSED' WHERE window_no = :window")
                .param("window", windowNo)
                .update();
    }

    Client client(String name, Client.Scope... scopes) {
        return directory.register(name, Set.of(scopes));
    }

    /** Opens a personal account of a party of its own. */
    UUID account(KycLevel level) {
        return account(UUID.randomUUID(), level);
    }

    UUID account(UUID party, KycLevel level) {
        UUID id = UUID.randomUUID();
        Receipt receipt = accept(operator, open(id, party, AccountType.PERSONAL, null, level));
        if (!(receipt instanceof Receipt.Recorded)) {
            throw new AssertionError("no account: " + receipt);
        }
        return id;
    }

    static Line open(UUID id, UUID party, AccountType type, UUID ownerAccount, KycLevel level) {
        return new Line.OfReference(
                new ReferenceLine.OpenAccount(id, party, type, ownerAccount, level, null, "Ada of " + id));
    }

    /** An account that the client owns. */
    UUID accountOf(Client client) {
        UUID id = account(KycLevel.L2);
        directory.grant(client, id, io.quittance.domain.intake.ClientDirectory.Right.OWNER);
        return id;
    }

    Receipt accept(Client client, Line line) {
        return queue.accept(client, List.of(line), null).getFirst();
    }

    static Line line(String key, Submission submission) {
        return new Line.OfSubmission(key, submission);
    }

    static Line transfer(String key, UUID from, UUID to, long amount) {
        return line(key, new Submission.Transfer(from, to, amount, null, null));
    }

    long count(String table) {
        return owner.sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }

    @Override
    public void close() {
        queue.close();
        queue.close();
        database.close();
    }
}
