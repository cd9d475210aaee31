package io.quittance.sql;

import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.cycle.Bank;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.cycle.SettlementCalendar;
import io.quittance.domain.seal.Hash32;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** {@link BankStore} in the tables bank, bank_parameters and bank_clock. */
final class JdbcBank implements BankStore {

    private static final String FIND = """
            SELECT name, zone, cut_off_times, chain_id, registry_address, genesis_hash, first_date FROM bank
            """;
    private static final String OPEN = """
            INSERT INTO bank (name, zone, cut_off_times, chain_id, registry_address, genesis_hash, first_date)
            VALUES (:name, :zone, :times, :chainId, :registry, :genesis, :firstDate)
            ON CONFLICT DO NOTHING
            """;
    private static final String ADD_PARAMETERS =
            "INSERT INTO bank_parameters (version, content) VALUES (:version, :content) ON CONFLICT DO NOTHING";
    private static final String OPEN_SYSTEM_ACCOUNT = """
            INSERT INTO token_accounts (account_id, party_id, account_type, code, sign, content_digest)
            VALUES (:id, :id, 'system', :code, :sign, '\\x')
            ON CONFLICT DO NOTHING
            """;
    private static final String NEWEST_PARAMETERS = "SELECT content FROM bank_parameters ORDER BY version DESC LIMIT 1";
    private static final String PARAMETERS = "SELECT content FROM bank_parameters WHERE version = :version";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    JdbcBank(DataSource application) {
        this.jdbc = JdbcClient.create(application);
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(application));
    }

    @Override
    public Optional<Bank> find() {
        return jdbc.sql(FIND)
                .query((row, n) -> new Bank(
                        row.getString("name"),
                        new SettlementCalendar(
                                ZoneId.of(row.getString("zone")),
                                SettlementCalendar.parseTimes(row.getString("cut_off_times"))),
                        row.getLong("chain_id"),
                        "0x" + HexFormat.of().formatHex(row.getBytes("registry_address")),
                        Hash32.of(row.getBytes("genesis_hash")),
                        row.getObject("first_date", LocalDate.class)))
                .optional();
    }

    @Override
    public void open(Bank bank, BankParameters parameters) {
        transaction.executeWithoutResult(status -> {
            jdbc.sql(OPEN)
                    .param("name", bank.name())
                    .param("zone", bank.calendar().zone().getId())
                    .param("times", bank.calendar().timesText())
                    .param("chainId", bank.chainId())
                    .param("registry", HexFormat.of().parseHex(bank.registry().substring(2)))
                    .param("genesis", bank.genesisHash().bytes())
                    .param("firstDate", bank.firstDate())
                    .update();
            Bank open = find().orElseThrow();
            if (!open.name().equals(bank.name())
                    || open.chainId() != bank.chainId()
                    || !open.registry().equalsIgnoreCase(bank.registry())) {
                throw new IllegalStateException("this database is the bank \"" + open.name() + "\" on chain "
                        + open.chainId() + " with registry " + open.registry() + ", not \"" + bank.name()
                        + "\" on chain " + bank.chainId() + " with registry " + bank.registry());
            }
            jdbc.sql(ADD_PARAMETERS)
                    .param("version", parameters.version())
                    .param("content", parameters.toText())
                    .update();
            for (SystemAccount account : SystemAccount.values()) {
                for (Asset asset : parameters.assets()) {
                    if (account.perClass() == asset.isCompute()) {
                        openSystemAccount(account, asset);
                    }
                }
            }
        });
    }

    private void openSystemAccount(SystemAccount account, Asset asset) {
        jdbc.sql(OPEN_SYSTEM_ACCOUNT)
                .param("id", account.id(asset.id()))
                .param("code", account.code(asset.code()))
                .param("sign", sign(account))
                .update();
    }

    /** As it stands in token_accounts and account_balances. */
    static String sign(SystemAccount account) {
        return switch (account.sign()) {
            case NOT_NEGATIVE -> "+";
            case NOT_POSITIVE -> "-";
            case ZERO -> "0";
        };
    }

    @Override
    public BankParameters parameters() {
        return BankParameters.parse(
                jdbc.sql(NEWEST_PARAMETERS).query(String.class).single());
    }

    @Override
    public BankParameters parameters(int version) {
        return jdbc.sql(PARAMETERS)
                .param("version", version)
                .query(String.class)
                .optional()
                .map(BankParameters::parse)
                .orElseThrow(() -> new IllegalArgumentException("no parameters of version " + version));
    }

    @Override
    public Instant now() {
        return jdbc.sql("SELECT bank_now()")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    @Override
    public void setClock(@Nullable Instant fixedAt) {
        jdbc.sql("UPDATE bank_clock SET fixed_at = :at")
                .param(
                        "at",
                        fixedAt == null ? null : fixedAt.atOffset(ZoneOffset.UTC),
                        java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                .update();
    }
}
