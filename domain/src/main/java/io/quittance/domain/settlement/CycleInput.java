package io.quittance.domain.settlement;

import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.ReferenceEntry;
import io.quittance.domain.screening.CycleContext;
import io.quittance.domain.screening.SettledSubmission;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The frozen input of a cycle.
 *
 * @param reference lines that the cycle sees for the first time, in the order of their receipt
 * @param received the submissions of its window, in intake order
 * @param held what was carried in held, in intake order
 * @param reversible what the cycle's reversals name, by submission id; missing if it never settled
 */
public record CycleInput(
        CycleContext context,
        List<ReferenceEntry> reference,
        List<Queued> received,
        List<Queued> held,
        Map<UUID, SettledSubmission> reversible) {

    public CycleInput {
        reference = List.copyOf(reference);
        received = List.copyOf(received);
        held = List.copyOf(held);
        reversible = Map.copyOf(reversible);
    }
}
