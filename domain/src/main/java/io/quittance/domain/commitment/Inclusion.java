package io.quittance.domain.commitment;

import io.quittance.domain.seal.Hash32;

/**
 * The place of a transaction in the chain, as a node sees it now.
 *
 * @param transaction the transaction's hash
 * @param block number of the block
 * @param blockHash hash of the block; another hash later means that the block was replaced
 * @param gasUsed gas that the transaction used
 * @param succeeded false if it was mined and reverted: gas and nonce are spent, nothing is recorded
 */
public record Inclusion(Hash32 transaction, long block, Hash32 blockHash, long gasUsed, boolean succeeded) {}
