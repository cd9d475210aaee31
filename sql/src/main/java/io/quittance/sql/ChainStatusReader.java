package io.quittance.sql;

import io.quittance.domain.seal.Hash32;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a cycle's commit stands on the chain. */
interface ChainStatusReader {

    /** Knows of no chain. */
    ChainStatusReader NONE = cycle -> Optional.empty();

    /**
     * @param state the state's name as it is shown
     * @param transaction hash of the transaction that carries the commit; null while none was sent
     * @param gasUsed null while it is not in a block
     */
    record ChainStatus(
            String state,
            @Nullable Hash32 transaction,
            @Nullable Long gasUsed) {}

    /** Empty if nothing is due for the cycle. Called inside the view's read-only transaction. */
    Optional<ChainStatus> of(long cycle);
}
