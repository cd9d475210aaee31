package io.quittance.domain.commitment;

import io.quittance.domain.seal.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * What operators and the interface show of a cycle's chain commit.
 *
 * @param cycle the cycle's number
 * @param state where it stands
 * @param headerHash what the registry must hold; null until the commit was first tried
 * @param transaction hash of the transaction that is in the chain, else of the last one signed; null if there is none
 * @param block number of its block; null unless MINED or FINAL
 * @param gasUsed gas that it used; null unless MINED or FINAL
 * @param attempts number of transactions signed so far
 * @param remark why it waits, was parked or halted; null if there is nothing to say
 */
public record CommitStatus(
        long cycle,
        CommitState state,
        @Nullable Hash32 headerHash,
        @Nullable Hash32 transaction,
        @Nullable Long block,
        @Nullable Long gasUsed,
        int attempts,
        @Nullable String remark) {}
