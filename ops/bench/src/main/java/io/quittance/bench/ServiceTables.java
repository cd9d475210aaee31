package io.quittance.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;

/**
 * The tables of a service that keeps accounts, and its function that makes one transfer. Bare: balances by account, and
 * transfers with a running number; no index but the keys, no foreign key, no history, so that a peer pays for nothing it
 * could do without. With entries: as pgledger keeps them (pgledger.sql of github.com/pgr0ss/pgledger, July 2026), two entries
 * a transfer, each with the account's balance before and after, the same foreign keys and the same five indexes, by which its
 * statements are read. Its ids are texts that a function makes for each row; ours are numbers, which cost less.
 */
final class ServiceTables implements AutoCloseable {

    private static final String BARE_FUNCTION = """
            CREATE FUNCTION bench_transfer(payer uuid, payee uuid, moved bigint) RETURNS bigint LANGUAGE plpgsql AS $$
            DECLARE
                funds bigint;
                made  bigint;
            BEGIN
                PERFORM 1 FROM bench_accounts WHERE id IN (payer, payee) ORDER BY id FOR UPDATE;
                SELECT balance INTO funds FROM bench_accounts WHERE id = payer;
                IF funds IS NULL OR funds < moved THEN
                    RAISE EXCEPTION 'insufficient funds';
                END IF;
                INSERT INTO bench_transfers (from_account, to_account, amount) VALUES (payer, payee, moved)
                RETURNING id INTO made;
                UPDATE bench_accounts SET balance = balance - moved WHERE id = payer;
                UPDATE bench_accounts SET balance = balance + moved WHERE id = payee;
                RETURN made;
            END;
            $$
            """;
    private static final String ENTRIES = """
            ALTER TABLE bench_accounts ADD version bigint NOT NULL DEFAULT 0;
            ALTER TABLE bench_transfers ADD FOREIGN KEY (from_account) REFERENCES bench_accounts,
                ADD FOREIGN KEY (to_account) REFERENCES bench_accounts,
                ADD event_at timestamptz NOT NULL DEFAULT now();
            CREATE INDEX ON bench_transfers (from_account);
            CREATE INDEX ON bench_transfers (to_account);
            CREATE INDEX ON bench_transfers (event_at);
            CREATE TABLE bench_entries (
                id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                account_id      uuid   NOT NULL REFERENCES bench_accounts,
                transfer_id     bigint NOT NULL REFERENCES bench_transfers,
                amount          bigint NOT NULL,
                balance_before  bigint NOT NULL,
                balance_after   bigint NOT NULL,
                account_version bigint NOT NULL,
                created_at      timestamptz NOT NULL DEFAULT now(),
                CHECK (balance_after = balance_before + amount)
            );
            CREATE INDEX ON bench_entries (account_id);
            CREATE INDEX ON bench_entries (transfer_id);
            """;
    private static final String FUNCTION_WITH_ENTRIES = """
            CREATE FUNCTION bench_transfer(payer uuid, payee uuid, moved bigint) RETURNS bigint LANGUAGE plpgsql AS $$
            DECLARE
                account bench_accounts;
                made    bigint;
            BEGIN
                PERFORM 1 FROM bench_accounts WHERE id IN (payer, payee) ORDER BY id FOR UPDATE;
                SELECT * INTO account FROM bench_accounts WHERE id = payer;
                IF account.id IS NULL OR account.balance < moved THEN
                    RAISE EXCEPTION 'insufficient funds';
                END IF;
                INSERT INTO bench_transfers (from_account, to_account, amount) VALUES (payer, payee, moved)
                RETURNING id INTO made;
                UPDATE bench_accounts SET balance = balance - moved, version = version + 1 WHERE id = payer
                RETURNING * INTO account;
                INSERT INTO bench_entries (account_id, transfer_id, amount, balance_before, balance_after, account_version)
                VALUES (payer, made, -moved, account.balance + moved, account.balance, account.version);
                UPDATE bench_accounts SET balance = balance + moved, version = version + 1 WHERE id = payee
                RETURNING * INTO account;
                INSERT INTO bench_entries (account_id, transfer_id, amount, balance_before, balance_after, account_version)
                VALUES (payee, made, moved, account.balance - moved, account.balance, account.version);
                RETURN made;
            END;
            $$
            """;

    private final Connection owner;
    private final int accounts;

    private ServiceTables(Connection owner, int accounts) {
        this.owner = owner;
        this.accounts = accounts;
    }

    /** @param owner a connection as the owner of the tables, in auto-commit */
    static ServiceTables bare(Connection owner, Population population) throws SQLException {
        return create(owner, population, false);
    }

    /** @param owner a connection as the owner of the tables, in auto-commit */
    static ServiceTables withEntries(Connection owner, Population population) throws SQLException {
        return create(owner, population, true);
    }

    private static ServiceTables create(Connection owner, Population population, boolean withEntries)
            throws SQLException {
        try (var statement = owner.createStatement()) {
            statement.execute("""
                    CREATE TABLE bench_accounts (
                        id      uuid   PRIMARY KEY,
                        balance bigint NOT NULL CHECK (balance >= 0)
                    ) WITH (fillfactor = 50)
                    """);
            statement.execute("""
                    CREATE TABLE bench_transfers (
                        id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                        from_account uuid        NOT NULL,
                        to_account   uuid        NOT NULL,
                        amount       bigint      NOT NULL CHECK (amount > 0),
                        created_at   timestamptz NOT NULL DEFAULT now()
                    )
                    """);
            if (withEntries) {
                statement.execute(ENTRIES);
            }
            statement.execute(withEntries ? FUNCTION_WITH_ENTRIES : BARE_FUNCTION);
        }
        var tables = new ServiceTables(owner, population.accounts());
        try (var insert = owner.prepareStatement("""
                INSERT INTO bench_accounts (id, balance)
                SELECT account_id, ? FROM account_balances WHERE asset = 0 AND account_id BETWEEN ? AND ?
                """)) {
            insert.setLong(1, Population.START_UTOKEN);
            insert.setObject(2, population.account(0));
            insert.setObject(3, population.account(population.accounts() - 1));
            if (insert.executeUpdate() != population.accounts()) {
                throw new IllegalStateException("not every account of the population has a balance");
            }
        }
        try (var statement = owner.createStatement()) {
            statement.execute("VACUUM (ANALYZE) bench_accounts");
            statement.execute("CHECKPOINT");
        }
        return tables;
    }

    /** How many transfers there are. */
    long transfers() throws SQLException {
        try (var query = owner.createStatement();
                var row = query.executeQuery("SELECT count(*) FROM bench_transfers")) {
            row.next();
            return row.getLong(1);
        }
    }

    /** What each account has. */
    long[] balances() throws SQLException {
        long[] balances = new long[accounts];
        try (var query = owner.createStatement();
                var row = query.executeQuery("SELECT id, balance FROM bench_accounts")) {
            while (row.next()) {
                balances[Population.indexOf(row.getObject(1, UUID.class))] = row.getLong(2);
            }
        }
        return balances;
    }

    @Override
    public void close() throws SQLException {
        try (var statement = owner.createStatement()) {
            statement.execute("DROP FUNCTION bench_transfer");
            statement.execute("DROP TABLE IF EXISTS bench_entries, bench_transfers, bench_accounts");
        }
    }
}
