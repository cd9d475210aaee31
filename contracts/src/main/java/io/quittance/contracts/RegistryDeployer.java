package io.quittance.contracts;

import io.quittance.domain.commitment.ChainUnavailableException;
import io.quittance.domain.commitment.Fees;
import java.net.URI;
import java.time.Duration;

/**
 * Puts the registry on a development chain, always at the same address: the first contract of the chain's first account,
 * which becomes its admin. The second account is the committer, the third the guardian. Genesis is zero.
 *
 * <p>Everywhere else a registry is deployed once, by people, with keys of their own.
 */
public final class RegistryDeployer {

    /** Where the registry is on every development chain. */
    public static final String ADDRESS = "0x5fbdb2315678afecb367f032d93f642f64180aa3";

    private static final long GAS_LIMIT = 4_000_000;
    private static final Fees FEES = Fees.of(1_000_000_000L, 10_000_000_000L);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final JsonRpc rpc;
    private final RegistryReader reader;

    RegistryDeployer(JsonRpc rpc) {
        this.rpc = rpc;
        this.reader = new RegistryReader(rpc, ADDRESS, 0);
    }

    /** @param node address of a development chain's JSON-RPC */
    public static RegistryDeployer at(URI node) {
        return new RegistryDeployer(new JsonRpc(node, Duration.ofSeconds(10)));
    }

    /**
     * Deploys the registry if it is not there, and waits until it is in a block. A second call does nothing.
     *
     * @return the registry's address
     * @throws IllegalStateException if the chain is no development chain, or its first account was used for something else
     * @throws ChainUnavailableException if the node gives no usable answer, or no block in 30 seconds
     */
    public String deploy() {
        long chain = reader.chainId();
        if (chain != Signers.DEVELOPMENT_CHAIN) {
            throw new IllegalStateException("chain " + chain + " is no development chain");
        }
        if (reader.isDeployed()) {
            return ADDRESS;
        }
        Signer deployer = Signers.published(0);
        if (reader.nonceOf(deployer.address(), "latest") != 0) {
            throw new IllegalStateException(
                    "the first account of this chain was used for something else, so the registry"
                            + " cannot get its address " + ADDRESS + ": start with a fresh chain");
        }
        byte[] raw = Transactions.signed(
                deployer,
                chain,
                0,
                FEES,
                GAS_LIMIT,
                null,
                RegistryAbi.deployment(
                        0,
                        deployer.address(),
                        Signers.published(1).address(),
                        Signers.published(2).address()));
        try {
            rpc.call("eth_sendRawTransaction", Hex.of(raw));
        } catch (RpcError refused) {
            // Already there from a call before, perhaps by another process: what counts is whether the code appears.
            if (!rpc.ask("eth_getTransactionByHash", Keccak.hash(raw).toString())
                    .isObject()) {
                throw new ChainUnavailableException("deployment was refused: " + refused.getMessage(), refused);
            }
        }
        awaitCode();
        return ADDRESS;
    }

    private void awaitCode() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!reader.isDeployed()) {
            if (System.nanoTime() > deadline) {
                throw new ChainUnavailableException("no block with the registry within " + PATIENCE);
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new ChainUnavailableException("interrupted while waiting for the registry", interrupted);
            }
        }
    }
}
