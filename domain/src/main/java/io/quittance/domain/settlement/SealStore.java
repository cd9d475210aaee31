package io.quittance.domain.settlement;

import io.quittance.domain.seal.ChunkSource;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.SealHeader;
import io.quittance.domain.seal.Slot;
import java.util.Map;
import java.util.Optional;

/** Sealed cycles, kept for ever. */
public interface SealStore {

    /**
     * Keeps a seal and its tree in one transaction, and runs {@code inSameTransaction} in it.
     *
     * @param token of the lease under which this run works
     * @throws CycleStore.LeaseLost if the lease was taken over; nothing is kept
     * @throws IllegalStateException if the cycle is sealed with another header
     */
    void keep(long token, CycleSealer.Sealed sealed, Runnable inSameTransaction);

    Optional<SealHeader> header(long cycle);

    /** The slots that were kept when the cycle was published. */
    Map<Slot, Hash32> slots(long cycle);

    /** The kept pieces of a sealed cycle's tree. */
    ChunkSource chunks(long cycle);

    /** The last sealed cycle; 0 before the first. */
    long lastSealed();
}
