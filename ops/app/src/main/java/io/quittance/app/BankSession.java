package io.quittance.app;

import com.zaxxer.hikari.HikariConfig;
import io.quittance.contracts.Signer;
import io.quittance.domain.cycle.Bank;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.cycle.Windows;
import io.quittance.domain.seal.BankSecret;
import io.quittance.sql.SqlAdapters;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * A bank, open to work on: premises, tables, registry, and the application's parts on top. Closing it stops what it
 * started, in the reverse order.
 */
final class BankSession implements AutoCloseable {

    private final Premises premises;
    private final Bank bank;
    private final ConfigurableApplicationContext context;

    private BankSession(Premises premises, Bank bank, ConfigurableApplicationContext context) {
        this.premises = premises;
        this.bank = bank;
        this.context = context;
    }

    /**
     * How to open it.
     *
     * @param file what a new bank is opened with; null if it must be open already
     * @param firstDate its first business date; null for today's
     * @param clock where its clock stands from the beginning; null for the database's own
     * @param registry address of the registry; null for our own on a development chain
     * @param signer key of the committer; null for the published one of a development chain
     * @param doors whether the doors open and the schedule runs
     * @param properties settings of the application's parts
     */
    record Opening(
            @Nullable BankFile file,
            @Nullable LocalDate firstDate,
            @Nullable Instant clock,
            @Nullable String registry,
            @Nullable Signer signer,
            boolean doors,
            Map<String, Object> properties) {

        /** For commands that only look and work on what is there. */
        static Opening ofExisting() {
            return new Opening(null, null, null, null, null, false, Map.of());
        }
    }

    /** Takes the premises over: they are closed with the session, or right here if it cannot be opened. */
    static BankSession open(Premises premises, Opening opening) {
        try {
            if (opening.file() == null) {
                BankOpening.requireBank(premises);
            }
            BankOpening.migrate(premises.databaseUrl());
            Bank bank = openBank(premises, opening);
            BankSecret secret = BankOpening.secret(premises.directory(), bank.chainId());
            var session = new BankSession(premises, bank, start(premises, bank, secret, opening));
            AtExit.opened(session);
            return session;
        } catch (RuntimeException failure) {
            premises.close();
            throw failure;
        }
    }

    private static Bank openBank(Premises premises, Opening opening) {
        HikariConfig config = DatabaseSessions.writer(premises);
        config.setMaximumPoolSize(2);
        config.setPoolName("opening");
        try (var source = DatabaseSessions.open(config)) {
            BankStore banks = SqlAdapters.bank(source);
            Optional<Bank> known = banks.find();
            String registry = opening.registry() != null
                    ? opening.registry()
                    : known.filter(b -> b.chainId() != BankOpening.DEVELOPMENT_CHAIN)
                            .map(Bank::registry)
                            .orElse(null);
            BankOpening.ChainPlace place = BankOpening.registry(premises, registry);
            BankFile file = opening.file();
            if (known.isEmpty() && file == null) {
                throw BankOpening.noBank(premises.directory());
            }
            if (known.isPresent() && file != null) {
                file.requireDescribes(known.get(), banks.parameters(1));
            }
            Bank bank = known.orElseGet(() -> BankOpening.bank(
                    Objects.requireNonNull(file),
                    place,
                    opening.firstDate() != null ? opening.firstDate() : BankOpening.today(file)));
            if (bank.chainId() != place.chainId() || !bank.registry().equalsIgnoreCase(place.registry())) {
                throw Trouble.wrongUsage(
                        "This bank commits to registry " + bank.registry() + " on chain " + bank.chainId()
                                + ", and " + premises.chain() + " is chain " + place.chainId() + " with registry "
                                + place.registry() + ".");
            }
            if (known.isPresent()) {
                BankOpening.requireSecret(premises.directory());
            } else if (file != null) {
                BankOpening.secret(premises.directory(), bank.chainId()); // So that no bank is open without one.
                banks.open(bank, file.parameters());
                banks.setClock(opening.clock());
            }
            Windows windows = SqlAdapters.windows(source);
            windows.layOut();
            return bank;
        }
    }

    private static ConfigurableApplicationContext start(
            Premises premises, Bank bank, BankSecret secret, Opening opening) {
        List<Class<?>> parts = new ArrayList<>();
        parts.add(BankConfiguration.class);
        if (opening.doors()) {
            parts.add(ServiceConfiguration.class);
        }
        var builder = new SpringApplicationBuilder(parts.toArray(Class<?>[]::new))
                .web(opening.doors() ? WebApplicationType.SERVLET : WebApplicationType.NONE)
                .registerShutdownHook(false)
                .logStartupInfo(false)
                .profiles(opening.doors() ? "service" : "command")
                .initializers(context -> {
                    // In front of application.yaml; the builder's own properties would come behind it.
                    context.getEnvironment()
                            .getPropertySources()
                            .addFirst(new MapPropertySource("opening", opening.properties()));
                    var beans = (GenericApplicationContext) context;
                    beans.registerBean(
                            Premises.class, () -> premises, definition -> definition.setDestroyMethodName(""));
                    beans.registerBean(Bank.class, () -> bank);
                    beans.registerBean(BankSecret.class, () -> secret);
                    beans.registerBean(Committer.class, () -> new Committer(opening.signer()));
                });
        return builder.run();
    }

    /** The key that commits; none where the published one of a development chain serves. */
    record Committer(@Nullable Signer signer) {}

    <T> T get(Class<T> type) {
        return context.getBean(type);
    }

    Premises premises() {
        return premises;
    }

    Bank bank() {
        return bank;
    }

    /** The port of the doors, once they are open. */
    int port() {
        return Integer.parseInt(Objects.requireNonNull(context.getEnvironment().getProperty("local.server.port")));
    }

    @Override
    public void close() {
        AtExit.closed(this);
        context.close();
        premises.close();
    }
}
