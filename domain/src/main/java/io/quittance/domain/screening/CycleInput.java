package io.quittance.domain.screening;

import io.quittance.domain.intake.Phase;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.ReferenceEntry;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The frozen input of a cycle, as streams: nothing has to be in memory at once, and each stream gives the same in the same
 * order however often it is read.
 */
public interface CycleInput extends AutoCloseable {

    CycleContext context();

    /** Lets go of what was read ahead; what is asked for after that is read anew. */
    @Override
    default void close() {}

    /** Lines that the cycle sees for the first time, in the order of their receipt. */
    void reference(Consumer<ReferenceEntry> visitor);

    /** How many submissions the window took in. */
    long receivedCount();

    /** How many submissions were carried in held. */
    long heldCount();

    /** The window's own submissions of a phase, in intake order. Cancels come with what they name: {@link #cancels}. */
    void received(Phase phase, Consumer<Queued> visitor);

    /** What was carried in held, of a phase, in intake order; each says until when it waits. */
    void held(Phase phase, Consumer<Queued> visitor);

    /** The window's cancels, in intake order. */
    void cancels(CancelVisitor visitor);

    /** What a reversal of this cycle names; null if it never settled before this cycle. */
    @Nullable
    SettledSubmission reversible(UUID submissionId);

    /**
     * Tasks that completions of this cycle name and that publications of this cycle, received or held, would publish: the
     * intake numbers of those publications by name of the task.
     */
    Map<String, List<Long>> publishing();

    /** Takes a cancel together with the submission of the same sender whose key it names. */
    interface CancelVisitor {
        /** @param named null if the sender has no such submission */
        void cancel(Queued cancel, @Nullable Named named);
    }

    /**
     * A submission that a cancel names.
     *
     * @param standing where it stood before this cycle
     */
    record Named(long intakeNo, UUID submissionId, UUID accountId, Standing standing) {}

    /** Where a submission stands that a cancel names. */
    enum Standing {
        /** An order that came in this same window. */
        ORDER_OF_THIS_WINDOW,
        HELD,
        /** Anything else: an order that rests, or something that no cancel can reach. */
        ELSEWHERE
    }
}
