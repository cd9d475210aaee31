package io.quittance.app;

import io.quittance.contracts.LocalAnvil;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The database and the chain that a command works on: those that are named, else those of the running owner of the data
 * directory, else our own, started here and stopped on close.
 *
 * @param ownsDirectory whether this process is the data directory's owner
 * @param embedded whether the database is our own server, started here or by the owner
 */
record Premises(
        DataDirectory directory,
        String databaseUrl,
        URI chain,
        boolean ownsDirectory,
        boolean embedded,
        @Nullable LocalPostgres postgres,
        @Nullable LocalAnvil anvil)
        implements AutoCloseable {

    /** Time between blocks of the embedded chain. */
    private static final Duration BLOCK_TIME = Duration.ofMillis(500);

    /** Where to work. */
    record Wanted(
            Path dataDirectory,
            @Nullable String databaseUrl,
            @Nullable URI chain,
            int chainPort) {}

    static Premises open(Wanted wanted) {
        var directory = new DataDirectory(wanted.dataDirectory());
        directory.prepare();
        if (!directory.own()) {
            return attach(directory, wanted);
        }
        return openOwned(directory, wanted);
    }

    /** As {@link #open}, where this process owns the directory already. */
    static Premises openOwned(DataDirectory directory, Wanted wanted) {
        LocalPostgres postgres = null;
        LocalAnvil anvil = null;
        try {
            postgres = wanted.databaseUrl() == null ? LocalPostgres.start(directory.postgres()) : null;
            if (wanted.chain() == null) {
                try {
                    anvil = LocalAnvil.start(
                            new LocalAnvil.Settings(contracts(), directory.chain(), wanted.chainPort(), BLOCK_TIME));
                } catch (IllegalStateException missing) {
                    throw Trouble.machineLacks(String.valueOf(missing.getMessage()));
                }
            }
            String url = wanted.databaseUrl() != null
                    ? wanted.databaseUrl()
                    : java.util.Objects.requireNonNull(postgres).url();
            URI chain = wanted.chain() != null
                    ? wanted.chain()
                    : java.util.Objects.requireNonNull(anvil).node();
            var premises = new Premises(directory, url, chain, true, postgres != null, postgres, anvil);
            AtExit.opened(premises);
            premises.announce(null);
            return premises;
        } catch (RuntimeException failure) {
            if (anvil != null) {
                anvil.close();
            }
            if (postgres != null) {
                postgres.close();
            }
            directory.close();
            throw failure;
        }
    }

    private static Premises attach(DataDirectory directory, Wanted wanted) {
        long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (System.nanoTime() < until) {
            Properties services = directory.announced().orElse(null);
            if (services != null) {
                return new Premises(
                        directory,
                        wanted.databaseUrl() != null ? wanted.databaseUrl() : services.getProperty("database"),
                        wanted.chain() != null ? wanted.chain() : URI.create(services.getProperty("chain")),
                        false,
                        wanted.databaseUrl() == null && Boolean.parseBoolean(services.getProperty("embedded")),
                        null,
                        null);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(200).toNanos());
        }
        throw Trouble.machineLacks("The data directory " + directory.root()
                + " belongs to another process that does not say where its services are.");
    }

    /** Says to other commands where the services are; {@code http} once the doors are open. */
    void announce(@Nullable URI http) {
        var services = new Properties();
        services.setProperty("database", databaseUrl);
        services.setProperty("embedded", String.valueOf(embedded));
        services.setProperty("chain", chain.toString());
        services.setProperty("pid", String.valueOf(ProcessHandle.current().pid()));
        if (http != null) {
            services.setProperty("http", http.toString());
        }
        directory.announce(services);
    }

    /** The folder {@code contracts} of the checkout that this program was started from; null outside of one. */
    private static @Nullable Path contracts() {
        String home = System.getProperty("quittance.checkout");
        Path folder = home == null ? Path.of("contracts") : Path.of(home, "contracts");
        return Files.isDirectory(folder) ? folder : null;
    }

    @Override
    public void close() {
        AtExit.closed(this);
        if (anvil != null) {
            anvil.close();
        }
        if (postgres != null) {
            postgres.close();
        }
        directory.close();
    }
}
