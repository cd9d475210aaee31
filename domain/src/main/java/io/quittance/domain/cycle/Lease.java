package io.quittance.domain.cycle;

import java.util.Optional;

/**
 * The right to run cycles, held by one process at a time. A dead owner is succeeded at once, a frozen one when its
 * heartbeat is too old; the token grows with each owner, and every write of a run is refused unless its token is current.
 */
public interface Lease {

    /** A lease that was taken. Close to give it up. */
    interface Held extends AutoCloseable {

        /** Grows with each owner. */
        long token();

        /**
         * Asks whether it is still this owner's; within a transaction that answer holds until the transaction ends.
         *
         * @throws io.quittance.domain.settlement.CycleStore.LeaseLost if another owner has taken over
         */
        void requireCurrent();

        @Override
        void close();
    }

    /**
     * Takes the lease.
     *
     * @param owner who asks, for people
     * @return empty if a live owner has it
     */
    Optional<Held> take(String owner);
}
