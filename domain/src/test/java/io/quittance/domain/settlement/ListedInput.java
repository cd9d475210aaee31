package io.quittance.domain.settlement;

import io.quittance.domain.intake.Phase;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.ReferenceEntry;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.screening.CycleContext;
import io.quittance.domain.screening.CycleInput;
import io.quittance.domain.screening.SettledSubmission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The input of a cycle from lists. What cancels and reversals name is looked up once, when it is made. Immutable. */
public final class ListedInput implements CycleInput {

    private final CycleContext context;
    private final List<ReferenceEntry> reference;
    private final List<Queued> received;
    private final List<Queued> held;
    private final Map<Long, Named> named = new HashMap<>();
    private final Map<UUID, SettledSubmission> reversible = new HashMap<>();
    private final Map<String, List<Long>> publishing = new HashMap<>();

    /** Knows what was handed in and settled before. */
    public interface Resolver {

        /** Knows nothing: no cancel and no reversal finds anything. */
        Resolver NOTHING = new Resolver() {
            @Override
            public @Nullable Named named(Queued cancel, String submissionKey) {
                return null;
            }

            @Override
            public @Nullable SettledSubmission reversible(UUID submissionId) {
                return null;
            }
        };

        /** The submission of a sender's key; null if there is none. */
        @Nullable
        Named named(Queued cancel, String submissionKey);

        /** What a reversal names; null if it never settled before this cycle. */
        @Nullable
        SettledSubmission reversible(UUID submissionId);
    }

    /**
     * @param received in intake order, of all phases
     * @param held in intake order, of all phases
     */
    public ListedInput(
            CycleContext context,
            List<ReferenceEntry> reference,
            List<Queued> received,
            List<Queued> held,
            Resolver resolver) {
        this.context = context;
        this.reference = List.copyOf(reference);
        this.received = List.copyOf(received);
        this.held = List.copyOf(held);
        for (Queued item : received) {
            if (item.submission() instanceof Submission.Cancel cancel) {
                named.put(item.intakeNo(), resolver.named(item, cancel.cancelledKey()));
            } else if (item.submission() instanceof Submission.Reversal reversal) {
                reversible.put(reversal.reversedSubmission(), resolver.reversible(reversal.reversedSubmission()));
            }
        }
        Set<String> completing = new HashSet<>();
        for (List<Queued> items : List.of(held, received)) {
            for (Queued item : items) {
                if (item.submission() instanceof Submission.TaskCompletion completion) {
                    completing.add(completion.taskId());
                }
            }
        }
        for (List<Queued> items : List.of(held, received)) {
            for (Queued item : items) {
                if (item.submission() instanceof Submission.TaskPublication publication
                        && completing.contains(publication.taskId())) {
                    publishing
                            .computeIfAbsent(publication.taskId(), task -> new ArrayList<>())
                            .add(item.intakeNo());
                }
            }
        }
    }

    /** All lines that the cycle sees for the first time. */
    public List<ReferenceEntry> reference() {
        return reference;
    }

    /** All that the window took in, in intake order. */
    public List<Queued> received() {
        return received;
    }

    /** All that was carried in held, in intake order. */
    public List<Queued> held() {
        return held;
    }

    @Override
    public CycleContext context() {
        return context;
    }

    @Override
    public void reference(Consumer<ReferenceEntry> visitor) {
        reference.forEach(visitor);
    }

    @Override
    public long receivedCount() {
        return received.size();
    }

    @Override
    public long heldCount() {
        return held.size();
    }

    @Override
    public void received(Phase phase, Consumer<Queued> visitor) {
        visit(received, phase, visitor);
    }

    @Override
    public void held(Phase phase, Consumer<Queued> visitor) {
        visit(held, phase, visitor);
    }

    private static void visit(List<Queued> items, Phase phase, Consumer<Queued> visitor) {
        for (Queued item : items) {
            if (Phase.of(item.submission().kind()) == phase) {
                visitor.accept(item);
            }
        }
    }

    @Override
    public void cancels(CancelVisitor visitor) {
        visit(received, Phase.CANCELS, item -> visitor.cancel(item, named.get(item.intakeNo())));
    }

    @Override
    public @Nullable SettledSubmission reversible(UUID submissionId) {
        return reversible.get(submissionId);
    }

    @Override
    public Map<String, List<Long>> publishing() {
        return publishing;
    }
}
