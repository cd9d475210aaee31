package io.quittance.domain.seal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/**
 * Where an entry's leaf is valid: one registry contract on one chain. Its separator is the first word of each leaf, so that
 * a leaf of one deployment, or of another kind of tree, never proves anything in a second.
 *
 * @param chainId the chain's identifier; 1 or more
 * @param registry address of the registry contract: {@code 0x} and 40 hexadecimal digits, kept in lower case
 */
public record EntryDomain(long chainId, String registry) {

    private static final byte[] TAG = "quittance/entry/v1".getBytes(StandardCharsets.UTF_8);

    /** @throws IllegalArgumentException if the chain id is below 1 or the address has another form */
    public EntryDomain {
        if (chainId < 1) {
            throw new IllegalArgumentException("chain ids start at 1, not " + chainId);
        }
        if (!registry.matches("0x[0-9a-fA-F]{40}")) {
            throw new IllegalArgumentException("not an address: " + registry);
        }
        registry = registry.toLowerCase(Locale.ROOT);
    }

    /** keccak256(abi.encode("quittance/entry/v1", uint256 chainId, address registry)). */
    public Hash32 separator() {
        ByteBuffer words = ByteBuffer.allocate(5 * 32);
        words.position(24).putLong(3 * 32); // Where the text's words begin.
        words.position(32 + 24).putLong(chainId);
        words.position(64 + 12).put(HexFormat.of().parseHex(registry, 2, registry.length()));
        words.position(96 + 24).putLong(TAG.length).put(TAG);
        return Keccak256.of(words.array());
    }
}
