package io.quittance.contracts;

import io.quittance.contracts.RegistryReader.Recorded;
import io.quittance.domain.commitment.ChainUnavailableException;
import io.quittance.domain.commitment.CycleRegistry.ChainHead;
import io.quittance.domain.commitment.Inclusion;
import io.quittance.domain.seal.Hash32;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a chain says about a cycle, for anyone: needs a node and the registry's address, no key and no database.
 *
 * <p>It believes the node. Who does not trust one asks several, or runs one.
 */
public final class ChainVerifier {

    /** What counts as final where a node does not know finalized blocks. */
    private static final long FALLBACK_DEPTH = 64;

    private final RegistryReader reader;

    private ChainVerifier(RegistryReader reader) {
        this.reader = reader;
    }

    /**
     * @param node address of a node's JSON-RPC over HTTP
     * @param registry the registry's address
     */
    public static ChainVerifier of(URI node, String registry) {
        return new ChainVerifier(
                new RegistryReader(new JsonRpc(node, Duration.ofSeconds(10)), registry.toLowerCase(Locale.ROOT), 0));
    }

    /**
     * A recorded header.
     *
     * @param headerHash what the registry holds for the cycle
     * @param header the header's 512 canonical bytes from the registry's event, checked against {@code headerHash}; null if
     *     the node does not keep logs that old
     * @param transaction the transaction that recorded it; null likewise
     * @param block number of its block; null likewise
     * @param blockHash hash of its block; null likewise
     * @param isFinal whether that block is never replaced; false where it is not known
     */
    public record OnChain(
            Hash32 headerHash,
            byte @Nullable [] header,
            @Nullable Hash32 transaction,
            @Nullable Long block,
            @Nullable Hash32 blockHash,
            boolean isFinal) {}

    /** Number of the node's chain. */
    public long chainId() {
        return reader.chainId();
    }

    /**
     * What the registry holds for {@code cycle}; empty if nothing.
     *
     * @throws ChainUnavailableException if the node gives no usable answer, there is no registry at the address, or the
     *     event contradicts the registry's storage
     */
    public Optional<OnChain> find(long cycle) {
        Hash32 hash = reader.recordedHash(cycle);
        if (hash.isZero()) {
            return Optional.empty();
        }
        Optional<Recorded> event = reader.findEvent(cycle);
        Optional<Inclusion> where = event.flatMap(e -> reader.findReceipt(e.transaction()));
        if (event.isEmpty() || where.isEmpty()) {
            return Optional.of(new OnChain(hash, null, null, null, null, false));
        }
        if (!Keccak.hash(event.get().header()).equals(hash)) {
            throw new ChainUnavailableException(
                    "the node's event of cycle " + cycle + " does not have the hash " + hash);
        }
        ChainHead head = reader.head();
        long settled = head.finalized().orElse(head.latest() - FALLBACK_DEPTH);
        Inclusion at = where.get();
        return Optional.of(new OnChain(
                hash, event.get().header(), at.transaction(), at.block(), at.blockHash(), at.block() <= settled));
    }
}
