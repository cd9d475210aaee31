package io.quittance.domain.settlement;

import io.quittance.domain.intake.Phase;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.ReferenceEntry;
import io.quittance.domain.screening.CycleContext;
import io.quittance.domain.screening.CycleInput;
import io.quittance.domain.screening.SettledSubmission;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.Slot;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An input that hashes what is read of it, in the order of the reading: so it need be read only once. One use. */
final class InputsDigest implements CycleInput {

    private final CycleInput input;
    private final SlotRecords records = new SlotRecords(Slot.INPUTS);

    InputsDigest(CycleInput input) {
        this.input = input;
    }

    /** The hash of {@link Slot#INPUTS} of an input: reads all of it. */
    static Hash32 of(CycleInput input) {
        var digest = new InputsDigest(input);
        digest.reference(entry -> {});
        digest.received(Phase.REVERSALS, item -> {});
        digest.cancels((item, named) -> {});
        digest.received(Phase.CREDITS, item -> {});
        digest.received(Phase.DEBITS, item -> {});
        return digest.finish();
    }

    /** The hash of all that was read. Ends the digest. */
    Hash32 finish() {
        return records.finish();
    }

    @Override
    public CycleContext context() {
        return input.context();
    }

    @Override
    public void reference(Consumer<ReferenceEntry> visitor) {
        input.reference(entry -> {
            records.reference(entry);
            visitor.accept(entry);
        });
    }

    @Override
    public long receivedCount() {
        return input.receivedCount();
    }

    @Override
    public long heldCount() {
        return input.heldCount();
    }

    @Override
    public void received(Phase phase, Consumer<Queued> visitor) {
        input.received(phase, item -> {
            records.submission(item);
            visitor.accept(item);
        });
    }

    /** What was held was hashed when it was received. */
    @Override
    public void held(Phase phase, Consumer<Queued> visitor) {
        input.held(phase, visitor);
    }

    @Override
    public void cancels(CancelVisitor visitor) {
        input.cancels((item, named) -> {
            records.submission(item);
            visitor.cancel(item, named);
        });
    }

    @Override
    public @Nullable SettledSubmission reversible(UUID submissionId) {
        return input.reversible(submissionId);
    }

    @Override
    public Map<String, List<Long>> publishing() {
        return input.publishing();
    }
}
