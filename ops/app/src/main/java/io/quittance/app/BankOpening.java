package io.quittance.app;

import com.zaxxer.hikari.HikariConfig;
import io.quittance.contracts.ChainVerifier;
import io.quittance.contracts.RegistryDeployer;
import io.quittance.domain.cycle.Bank;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.seal.Hash32;
import io.quittance.sql.Migrations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

/** Makes database and chain ready for a bank: tables, roles, the registry contract, the secret. Each part at most once. */
final class BankOpening {

    /** Chain id of development chains, where keys are published and contracts deployed by us. */
    static final long DEVELOPMENT_CHAIN = 31_337;

    /** The secret of the demonstration, published on purpose so that its roots are the same everywhere. */
    static final byte[] DEMO_SECRET =
            HexFormat.of().parseHex("64656d6f6e7374726174696f6e206f6e6c792c20616e796f6e65206d61792073");

    private static final int LOGIN_SECONDS = 10;

    private BankOpening() {}

    /** Migrates, as the owner; also the tables of Spring Batch and Quartz, from their own scripts. */
    static void migrate(String databaseUrl) {
        requireAnswer(databaseUrl);
        var config = new HikariConfig();
        config.setJdbcUrl(databaseUrl);
        config.setMaximumPoolSize(2);
        config.setPoolName("owner");
        try (var owner = DatabaseSessions.open(config)) {
            Migrations.migrate(owner);
            vendorTables(owner, "batch_job_instance", "org/springframework/batch/core/schema-postgresql.sql");
            vendorTables(owner, "qrtz_locks", "org/quartz/impl/jdbcjobstore/tables_postgres.sql");
            new JdbcTemplate(owner).execute("""
                            INSERT INTO qrtz_locks (sched_name, lock_name)
                            VALUES ('quittance', 'TRIGGER_ACCESS'), ('quittance', 'STATE_ACCESS')
                            ON CONFLICT DO NOTHING
                            """);
        } catch (Migrations.UnsuitableDatabase unsuitable) {
            throw Trouble.machineLacks("The database is not usable: " + unsuitable.getMessage());
        }
    }

    /** Before anything is made in a database that is no bank's. */
    static void requireBank(Premises premises) {
        requireAnswer(premises.databaseUrl());
        try (var connection = DriverManager.getConnection(premises.databaseUrl());
                var row = connection.createStatement().executeQuery("SELECT to_regclass('bank') IS NOT NULL")) {
            row.next();
            if (!row.getBoolean(1)) {
                throw noBank(premises.directory());
            }
        } catch (SQLException failure) {
            throw Trouble.machineLacks("The database cannot be asked: " + Trouble.firstLine(failure));
        }
    }

    static Trouble noBank(DataDirectory directory) {
        return Trouble.wrongUsage("There is no bank in " + directory.root()
                + "; name its directory with --data-dir, or start one with 'ops/quittance serve'.");
    }

    /** Something else may listen there and never say a word, for which the pool would wait without end. */
    private static void requireAnswer(String databaseUrl) {
        var patience = new Properties();
        patience.setProperty("loginTimeout", String.valueOf(LOGIN_SECONDS));
        try {
            DriverManager.getConnection(databaseUrl, patience).close();
        } catch (SQLException unreachable) {
            throw Trouble.machineLacks("The database cannot be reached: " + Trouble.firstLine(unreachable));
        }
    }

    private static void vendorTables(DataSource owner, String table, String script) {
        var jdbc = new JdbcTemplate(owner);
        if (Boolean.TRUE.equals(jdbc.queryForObject("SELECT to_regclass(?) IS NULL", Boolean.class, table))) {
            new ResourceDatabasePopulator(new ClassPathResource(script)).execute(owner);
            String prefix = table.substring(0, table.indexOf('_') + 1);
            jdbc.execute("""
                    DO $$
                    DECLARE
                        name text;
                    BEGIN
                        FOR name IN SELECT c.relname FROM pg_class c
                            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname LIKE '%s%%'
                        LOOP
                            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %%I TO %s', name);
                        END LOOP;
                        FOR name IN SELECT c.relname FROM pg_class c
                            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S' AND c.relname LIKE '%s%%'
                        LOOP
                            EXECUTE format('GRANT USAGE ON SEQUENCE %%I TO %s', name);
                        END LOOP;
                    END;
                    $$
                    """.formatted(prefix, Migrations.WRITER_ROLE, prefix, Migrations.WRITER_ROLE));
        }
    }

    /**
     * The registry's address: the given one, or on a development chain our own, deployed if it is not there.
     *
     * @throws Trouble if the chain is another one and no registry is given
     */
    static ChainPlace registry(Premises premises, @Nullable String given) {
        long chainId = ChainVerifier.of(premises.chain(), given == null ? RegistryDeployer.ADDRESS : given)
                .chainId();
        if (given != null) {
            return new ChainPlace(chainId, given.toLowerCase(java.util.Locale.ROOT));
        }
        if (chainId != DEVELOPMENT_CHAIN) {
            throw Trouble.wrongUsage("The chain at " + premises.chain() + " has id " + chainId
                    + ": name its registry contract with --registry and the committer's key with --keystore.");
        }
        return new ChainPlace(chainId, RegistryDeployer.at(premises.chain()).deploy());
    }

    /** Where headers go. */
    record ChainPlace(long chainId, String registry) {}

    /** The bank that the file describes, on the chain. */
    static Bank bank(BankFile file, ChainPlace place, LocalDate firstDate) {
        return new Bank(file.bank(), file.calendar(), place.chainId(), place.registry(), Hash32.ZERO, firstDate);
    }

    /**
     * The bank's secret: the file of the data directory, made with 32 random bytes the first time, readable by its owner
     * only.
     *
     * @throws Trouble if it is the demonstration's published secret and the chain is not a development chain
     */
    static BankSecret secret(DataDirectory directory, long chainId) {
        Path file = directory.secret();
        try {
            if (!Files.exists(file)) {
                byte[] bytes = new byte[32];
                new SecureRandom().nextBytes(bytes);
                keepSecret(file, bytes);
            }
            byte[] bytes = HexFormat.of().parseHex(Files.readString(file).strip());
            if (java.util.Arrays.equals(bytes, DEMO_SECRET) && chainId != DEVELOPMENT_CHAIN) {
                throw Trouble.wrongUsage(
                        "The secret in " + file + " is the demonstration's, which everyone knows; on chain " + chainId
                                + " a bank needs its own.");
            }
            return new BankSecret(1, bytes);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw Trouble.machineLacks("The bank's secret in " + file + " cannot be read: " + unreadable.getMessage());
        }
    }

    /**
     * For a bank that is open: a new secret would hash its accounts anew, and no proof of before would fit.
     *
     * @throws Trouble if the secret's file is not there
     */
    static void requireSecret(DataDirectory directory) {
        if (!Files.exists(directory.secret())) {
            throw Trouble.wrongUsage("The bank of this database has its secret in another data directory than "
                    + directory.root() + "; name that one with --data-dir, or bring its file bank-secret back.");
        }
    }

    static void keepSecret(Path file, byte[] bytes) throws IOException {
        Path made = Files.createTempFile(
                file.getParent(),
                "secret",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(made, HexFormat.of().formatHex(bytes) + "\n");
        Files.move(made, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    /** The first date of a bank that is opened now. */
    static LocalDate today(BankFile file) {
        return file.calendar().dateOpenAt(java.time.Instant.now());
    }

    static Optional<String> environment(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
    }
}
