/**
 * The registry on chain, seen from Java: the adapter behind the ports of
 * {@link io.quittance.domain.commitment}, the local development chain, and the verifier that needs no database.
 *
 * <p>Start with {@link io.quittance.contracts.ChainAdapters}. web3j is used for signing and RLP only;
 * JSON-RPC goes through the JDK's HTTP client.
 */
@NullMarked
package io.quittance.contracts;

import org.jspecify.annotations.NullMarked;
