package io.quittance.domain.intake;

import io.quittance.domain.seal.Hash32;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A submission as it lies in the queue.
 *
 * @param intakeNo bank-wide, ascending in the order of receipt; the order in which a cycle judges
 * @param receivedAt when it became durable
 * @param byOperator whether an operator handed it in
 * @param memoHash salted hash of its free text; null if it has none
 * @param waitsUntil of a held one, the last business date on which it may still wait; null if it was never held
 */
public record Queued(
        long intakeNo,
        UUID submissionId,
        Submission submission,
        Instant receivedAt,
        boolean byOperator,
        @Nullable Hash32 memoHash,
        @Nullable LocalDate waitsUntil) {

    /** The same as held until a date. */
    public Queued heldUntil(LocalDate date) {
        return new Queued(intakeNo, submissionId, submission, receivedAt, byOperator, memoHash, date);
    }
}
