package io.quittance.app;

import io.quittance.contracts.Signer;
import io.quittance.contracts.Signers;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.intake.ClientDirectory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description =
                "Runs the service: doors, schedule, chain follower. The first start on an empty directory prints the"
                        + " operator's key, once.")
final class ServeCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(
            names = "--port",
            defaultValue = "8080",
            description = "Port of the HTTP door; 0 for a free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--address",
            defaultValue = "127.0.0.1",
            description = "Address it listens on (default: ${DEFAULT-VALUE}).")
    private String address = "127.0.0.1";

    @Option(
            names = "--bank",
            paramLabel = "FILE",
            description = "What a new bank is opened with, a JSON file; a bank that is open must be this one.")
    private @Nullable Path bank;

    @Option(
            names = "--cron",
            defaultValue = "0 * * * * ?",
            description = "When to look for due windows (default: every minute).")
    private String cron = "0 * * * * ?";

    @Option(
            names = "--registry",
            paramLabel = "ADDRESS",
            description = "The registry contract, on any chain but a development one.")
    private @Nullable String registry;

    @Option(
            names = "--keystore",
            paramLabel = "FILE",
            description = "The committer's encrypted key; its password is in QUITTANCE_KEYSTORE_PASSWORD.")
    private @Nullable Path keystore;

    @Option(
            names = "--sandbox",
            description = "A bank to try things on, apart from any live one: its clock stands until its user moves it.")
    private boolean sandbox;

    @Option(
            names = "--oauth-issuer",
            paramLabel = "URL",
            description = "The authorization server whose access tokens open the doors beside API keys.")
    private @Nullable URI oauthIssuer;

    @Option(
            names = "--oauth-audience",
            paramLabel = "NAME",
            description = "What such a token must be meant for; together with --oauth-issuer.")
    private @Nullable String oauthAudience;

    @Override
    public Integer call() throws InterruptedException {
        Console console = common.console();
        if (!org.quartz.CronExpression.isValidExpression(cron)) {
            throw Trouble.wrongUsage(
                    "\"" + cron + "\" is not a cron expression; six or seven fields, such as \"0 0 * * * ?\".");
        }
        Premises.Wanted wanted = common.wanted();
        CommonOptions.requireAddress(registry);
        BankSession.Opening opening = opening(new DataDirectory(wanted.dataDirectory()));
        HttpPort.require(address, port);
        Premises premises = Premises.open(wanted);
        if (!premises.ownsDirectory()) {
            throw Trouble.machineLacks("A service of " + premises.directory().root() + " runs already.");
        }
        if (sandbox) {
            premises.directory().markSandbox();
        }
        try (BankSession session = BankSession.open(premises, opening)) {
            URI http = URI.create("http://" + address + ":" + session.port());
            String key = LocalClients.operatorKey(session.get(ClientDirectory.class), premises.directory());
            console.line(
                    "Quittance serves the bank \"%s\" at %s", session.bank().name(), http);
            console.line("  data in %s", premises.directory().root());
            if (sandbox) {
                console.line(
                        "  a sandbox: its clock stands at %s until it is moved",
                        session.get(BankStore.class).now());
            }
            console.line(
                    "  chain %d at %s, registry %s",
                    session.bank().chainId(), premises.chain(), session.bank().registry());
            if (key != null) {
                console.line("  operator's key, shown this once: %s", key);
            }
            premises.announce(http); // Now that whoever waits for it finds all the rest said.
            serveUntilDatabaseEnds(premises);
            throw Trouble.machineLacks("The embedded PostgreSQL ended by itself (see postgres.log in "
                    + premises.directory().root() + "); nothing is lost: start the service again.");
        }
    }

    /** Until a signal ends the process, or the database of our own is gone, which nobody else would start again. */
    private static void serveUntilDatabaseEnds(Premises premises) throws InterruptedException {
        LocalPostgres own = premises.postgres();
        if (own == null) {
            new CountDownLatch(1).await();
            return;
        }
        try {
            own.ended().get();
        } catch (ExecutionException neverHappens) {
            throw new IllegalStateException(neverHappens);
        }
        if (AtExit.isEnding()) {
            new CountDownLatch(1).await(); // It was us who ended it; the exit code is the signal's to say.
        }
    }

    /** All that can be wrong about the options is found before anything is started. */
    private BankSession.Opening opening(DataDirectory directory) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("server.port", port);
        properties.put("server.address", address);
        properties.put("quittance.schedule.cron", cron);
        properties.put("quittance.inbox.directory", directory.files().toString());
        if ((oauthIssuer == null) != (oauthAudience == null)) {
            throw Trouble.wrongUsage("--oauth-issuer and --oauth-audience go together.");
        }
        if (oauthIssuer != null && oauthAudience != null) {
            if (!List.of("https", "http").contains(String.valueOf(oauthIssuer.getScheme()))) {
                throw Trouble.wrongUsage(
                        "--oauth-issuer is an address such as https://login.example.com, not \"" + oauthIssuer + "\".");
            }
            properties.put("quittance.oauth.issuer", oauthIssuer.toString());
            properties.put("quittance.oauth.audience", oauthAudience);
        }
        BankFile file = BankFile.read(bank);
        Instant clock = null;
        if (sandbox) {
            properties.put("quittance.sandbox", true);
            clock = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        }
        Signer signer = signer();
        requireKind(directory);
        return new BankSession.Opening(file, null, clock, registry, signer, true, properties);
    }

    /** A bank is live or a sandbox from its opening on; its directory knows, which also has its secret. */
    private void requireKind(DataDirectory directory) {
        if (sandbox && (registry != null || keystore != null)) {
            throw Trouble.wrongUsage(
                    "A sandbox commits to a development chain: --registry and --keystore are for a live bank.");
        }
        boolean isOpen = Files.exists(directory.secret());
        boolean isSandbox = Files.exists(directory.sandbox());
        if (sandbox && isOpen && !isSandbox) {
            throw Trouble.wrongUsage("The bank in " + directory.root()
                    + " is a live one. A sandbox is a bank of its own: name another directory with --data-dir.");
        }
        if (!sandbox && isSandbox) {
            throw Trouble.wrongUsage("The bank in " + directory.root() + " is a sandbox; start it with --sandbox.");
        }
    }

    private @Nullable Signer signer() {
        if (keystore == null) {
            return null;
        }
        String password = BankOpening.environment("QUITTANCE_KEYSTORE_PASSWORD")
                .orElseThrow(() ->
                        Trouble.wrongUsage("The keystore's password is missing: set QUITTANCE_KEYSTORE_PASSWORD."));
        try {
            return Signers.keystore(keystore, password);
        } catch (IllegalArgumentException unusable) {
            throw Trouble.wrongUsage("The committer's key is not usable: " + unusable.getMessage() + ".");
        }
    }
}
