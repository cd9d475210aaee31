package io.quittance.contracts;

import io.quittance.domain.commitment.CycleRegistry;

/** Hands out the chain behind the domain's port. */
public final class ChainAdapters {

    private ChainAdapters() {}

    /** The registry of {@code settings}, written by {@code committer}. Asks the node nothing yet. Thread-safe. */
    public static CycleRegistry registry(ChainSettings settings, Signer committer) {
        return new JsonRpcRegistry(settings, committer);
    }

    /**
     * The registry of a development chain, written by the development key that {@link RegistryDeployer} appoints.
     *
     * @throws IllegalArgumentException if the settings name another chain than a development chain
     */
    public static CycleRegistry developmentRegistry(ChainSettings settings) {
        if (settings.chainId() != Signers.DEVELOPMENT_CHAIN) {
            throw new IllegalArgumentException(
                    "development keys are for chain id " + Signers.DEVELOPMENT_CHAIN + ", not " + settings.chainId());
        }
        return registry(settings, Signers.published(1));
    }
}
