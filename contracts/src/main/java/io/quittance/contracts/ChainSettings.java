package io.quittance.contracts;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;

/**
 * Where the registry is.
 *
 * @param node address of a node's JSON-RPC over HTTP
 * @param chainId number of the chain; a node of another chain is not spoken to
 * @param registry the registry's address
 * @param registryBlock number of a block before which the registry has no events; 0 if that is not known
 * @param timeout longest wait for an answer
 */
public record ChainSettings(URI node, long chainId, String registry, long registryBlock, Duration timeout) {

    public ChainSettings {
        registry = registry.toLowerCase(Locale.ROOT);
        if (!registry.matches("0x[0-9a-f]{40}")) {
            throw new IllegalArgumentException("not a contract's address: " + registry);
        }
        if (chainId < 1 || registryBlock < 0 || timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("chain id and timeout must be positive, the block not negative");
        }
    }

    /** The registry at the address that {@link RegistryDeployer} gives it on a development chain. */
    public static ChainSettings local(URI node) {
        return new ChainSettings(node, Signers.DEVELOPMENT_CHAIN, RegistryDeployer.ADDRESS, 0, Duration.ofSeconds(10));
    }
}
