package io.quittance.app;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that all commands on a bank share. */
final class CommonOptions {

    private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-fA-F]{40}");

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the bank keeps its data (default: $QUITTANCE_HOME, else your state directory).")
    @Nullable
    Path dataDirectory;

    @Option(
            names = "--db-url",
            paramLabel = "URL",
            description = "JDBC address of a PostgreSQL to use, as the owner of its tables (default: an embedded one).")
    @Nullable
    String databaseUrl;

    @Option(
            names = "--chain-url",
            paramLabel = "URL",
            description = "Address of an EVM node's JSON-RPC (default: an embedded development chain).")
    @Nullable
    URI chain;

    @Option(names = "--json", description = "Print JSON alone on standard output, everything else on standard error.")
    boolean json;

    /** @throws Trouble if an address is none */
    Premises.Wanted wanted() {
        if (databaseUrl != null && !databaseUrl.startsWith("jdbc:postgresql:")) {
            throw Trouble.wrongUsage(
                    "--db-url takes a JDBC address such as jdbc:postgresql://127.0.0.1:5432/bank?user=NAME," + " not \""
                            + databaseUrl + "\".");
        }
        requireNode(chain);
        return new Premises.Wanted(DataDirectory.chosen(dataDirectory), databaseUrl, chain, 0);
    }

    /** @throws Trouble if a chain is named by something that is no address of a node */
    static void requireNode(@Nullable URI chain) {
        if (chain != null
                && (chain.getHost() == null
                        || !("http".equals(chain.getScheme()) || "https".equals(chain.getScheme())))) {
            throw Trouble.wrongUsage(
                    "--chain-url takes an address such as http://127.0.0.1:8545, not \"" + chain + "\".");
        }
    }

    /** @throws Trouble if a registry is named by something that is no address of a contract */
    static void requireAddress(@Nullable String registry) {
        if (registry != null && !ADDRESS.matcher(registry).matches()) {
            throw Trouble.wrongUsage(
                    "--registry takes a contract's address, 0x and 40 hexadecimal digits, not \"" + registry + "\".");
        }
    }

    /** The bank of the data directory, for commands that work on what is there. */
    BankSession openExisting() {
        Premises.Wanted wanted = wanted();
        var directory = new DataDirectory(wanted.dataDirectory());
        if (!Files.isDirectory(databaseUrl == null ? directory.postgres() : directory.root())) {
            throw BankOpening.noBank(directory);
        }
        return BankSession.open(Premises.open(wanted), BankSession.Opening.ofExisting());
    }

    Console console() {
        return new Console(json);
    }
}
