package io.quittance.domain.commitment;

import java.math.BigInteger;
import java.time.Duration;

/**
 * How chain commits are followed.
 *
 * @param owner name of this process, different in each
 * @param lease how long the right to follow lasts without a pass; longer than the longest pause between two passes
 * @param bumpAfterBlocks blocks, from when it was sent, after which a transaction that is in no block is replaced by one
 *     that offers more; at least 1
 * @param feeCeiling most wei per gas that may be offered; beyond it a commit is parked
 * @param fallbackDepth blocks that count as final where the node does not know finalized blocks; at least 1
 */
public record FollowSettings(
        String owner, Duration lease, int bumpAfterBlocks, BigInteger feeCeiling, int fallbackDepth) {

    /** @throws IllegalArgumentException if a number is out of its range or the owner has no name */
    public FollowSettings {
        if (owner.isBlank()) {
            throw new IllegalArgumentException("the owner needs a name");
        }
        if (lease.isZero() || lease.isNegative() || bumpAfterBlocks < 1 || fallbackDepth < 1) {
            throw new IllegalArgumentException("lease, bumpAfterBlocks and fallbackDepth must be positive");
        }
        if (feeCeiling.signum() <= 0) {
            throw new IllegalArgumentException("the fee ceiling must be positive: " + feeCeiling);
        }
    }

    /** Thirty seconds of lease, a higher offer after 5 blocks, at most 500 gwei per gas, depth 64. */
    public static FollowSettings standard(String owner) {
        return new FollowSettings(owner, Duration.ofSeconds(30), 5, BigInteger.valueOf(500_000_000_000L), 64);
    }
}
