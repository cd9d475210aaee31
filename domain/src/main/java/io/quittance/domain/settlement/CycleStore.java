package io.quittance.domain.settlement;

import io.quittance.domain.cycle.ClosedWindow;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.screening.CycleInput;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.Slot;
import java.time.LocalDate;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run reads and writes. Nothing that it writes before {@link #publish} can be seen; a run that resumes clears what
 * an earlier attempt left and writes it again. Every write takes the token of the lease and fails with {@link LeaseLost}
 * if another owner has taken over.
 */
public interface CycleStore {

    /** The owner's token is no longer current: another process runs the cycles now. */
    class LeaseLost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public LeaseLost(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The last published cycle; 0 before the first. */
    long lastPublished();

    /**
     * The books as they are published.
     *
     * @throws IllegalStateException if the cycle is not the next one to be published
     */
    Books booksBefore(ClosedWindow window);

    /** What is judged in the next cycle to be published. Begins to read it; close it when it has been judged. */
    CycleInput input(ClosedWindow window);

    /**
     * What was judged in a cycle, with the held submissions that a replay carries itself.
     *
     * @param held until when each waits, by intake number
     */
    CycleInput input(ClosedWindow window, NavigableMap<Long, LocalDate> held);

    /** Takes a submission together with the digest of its content as it was when it came in. */
    interface ReceivedVisitor {
        void received(Queued item, Hash32 contentDigest);
    }

    /** Streams the queue of a window as it is now, in intake order. */
    void received(ClosedWindow window, ReceivedVisitor visitor);

    /** Keeps the rounds of the cycle. */
    void saveRounds(long token, SettlementCycle run);

    /**
     * Keeps the net positions of the cycle, by which {@link #publish} will move the balances; clears all that an attempt
     * before loaded.
     */
    void savePositions(long token, SettlementCycle run);

    /** Loads the cycle's transfers into the journal, invisibly. */
    void loadTransfers(long token, ClosedWindow window, SettlementCycle run);

    /** Makes the cycle visible, all of it at once: balances, outcomes, orders, tasks, limits, slots, the books' head. */
    void publish(long token, ClosedWindow window, SettlementCycle run, CycleCounts counts, Map<Slot, Hash32> slots);

    /** The counts of a published cycle. */
    Optional<CycleCounts> counts(long cycle);

    /** Receives the settled transfers of a cycle in the order of the books; accounts as the two halves of their ids. */
    interface TransferSink {
        void transfer(
                long seq,
                long fromHigh,
                long fromLow,
                long toHigh,
                long toLow,
                long amount,
                int asset,
                int typeCode,
                int leg);
    }

    /** Streams the journal of a published cycle. */
    void journal(long cycle, TransferSink sink);

    /** The slots of a published cycle computed again from the rows that it left, as they are now; all but INPUTS. */
    Map<Slot, Hash32> slotsOfRows(long cycle);

    /**
     * Notes that a step is done. A second time overwrites.
     *
     * @throws LeaseLost if the token is no longer current
     */
    void stepDone(long token, long cycle, String step, double seconds, @Nullable Hash32 digest);

    /** The digest that a step noted, if it is done and has one. */
    Optional<Hash32> stepDigest(long cycle, String step);

    boolean isStepDone(long cycle, String step);
}
