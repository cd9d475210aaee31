package io.quittance.domain.intake;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

/** What became of one line at the door. */
public sealed interface Receipt {

    /** Durable, in the open window; the first time, or the same again. */
    record Queued(
            UUID submissionId,
            String submissionKey,
            Kind kind,
            long intakeNo,
            LocalDate businessDate,
            Instant receivedAt,
            boolean repeated)
            implements Receipt {}

    /** A reference line is durable; {@code repeated} if it was there already, word for word. */
    record Recorded(Kind kind, String name, boolean repeated) implements Receipt {}

    /** Nothing was stored for this line; the key is free again, unless the reason is {@link Reason#KEY_CONFLICT}. */
    record Refused(List<FormError> errors) implements Receipt {
        public Refused {
            errors = List.copyOf(errors);
        }
    }
}
