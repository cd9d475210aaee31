package io.quittance.domain.commitment;

/**
 * The key that commits, on its chain, to its registry. One follower at a time works for a committer, because a chain
 * takes a sender's transactions strictly in the order of their nonces.
 *
 * @param chainId the chain's number
 * @param registry the registry's address, {@code 0x} and 40 lower-case digits
 * @param sender the key's address, likewise
 */
public record Committer(long chainId, String registry, String sender) {

    /** @throws IllegalArgumentException if an address is not in the form above or the chain's number not positive */
    public Committer {
        if (chainId < 1) {
            throw new IllegalArgumentException("chain id must be positive: " + chainId);
        }
        if (!registry.matches("0x[0-9a-f]{40}") || !sender.matches("0x[0-9a-f]{40}")) {
            throw new IllegalArgumentException(
                    "an address is 0x and 40 lower-case digits, not " + registry + " or " + sender);
        }
    }
}
