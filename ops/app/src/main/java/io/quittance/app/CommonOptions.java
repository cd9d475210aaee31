package io.quittance.app;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that all commands on a bank share. */
final class CommonOptions {

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

    /** The bank of the data directory, for commands that work on what is there. */
    BankSession openExisting() {
        Premises.Wanted wanted = wanted();
        if (databaseUrl == null
                && !java.nio.file.Files.isDirectory(
                        new DataDirectory(DataDirectory.chosen(dataDirectory)).postgres())) {
            throw Trouble.wrongUsage("There is no bank in " + DataDirectory.chosen(dataDirectory)
                    + "; name its directory with --data-dir, or start one with 'ops/quittance serve'.");
        }
        return BankSession.open(Premises.open(wanted), BankSession.Opening.ofExisting());
    }

    Console console() {
        return new Console(json);
    }
}
