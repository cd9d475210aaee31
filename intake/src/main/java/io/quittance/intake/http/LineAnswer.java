package io.quittance.intake.http;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Receipt;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What became of one line.
 *
 * @param line of an NDJSON body, counted from 1 with its empty lines; null otherwise
 * @param status {@code queued}, {@code recorded} (reference data), {@code refused}, or {@code not_taken}: nothing is wrong
 *     with it, but with another line of an atomic request
 * @param repeated whether the line had come before; null in the answer to a single line, which says it in a header so
 *     that the body stays the same
 * @param name of reference data, what the line is about
 * @param href where to ask about it
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record LineAnswer(
        @Nullable Long line,
        String status,
        @Nullable Boolean repeated,
        @Nullable UUID submissionId,
        @Nullable String submissionKey,
        String kind,
        @Nullable String name,
        @Nullable Long intakeNo,
        @Nullable LocalDate businessDate,
        @Nullable Instant receivedAt,
        @Nullable String href,
        @Nullable List<Problem.ProblemError> errors) {

    private static final String NOT_TAKEN = "not_taken";

    /** The answers to the lines of an array, in its order. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Bulk(long taken, long repeated, long refused, List<LineAnswer> lines) {}

    static LineAnswer of(Receipt.Queued queued) {
        return new LineAnswer(
                null,
                "queued",
                queued.repeated(),
                queued.submissionId(),
                queued.submissionKey(),
                queued.kind().wireName(),
                null,
                queued.intakeNo(),
                queued.businessDate(),
                queued.receivedAt(),
                "/v1/submissions/" + queued.submissionId(),
                null);
    }

    static LineAnswer of(Receipt.Recorded recorded) {
        return new LineAnswer(
                null,
                "recorded",
                recorded.repeated(),
                null,
                null,
                recorded.kind().wireName(),
                recorded.name(),
                null,
                null,
                null,
                recorded.kind() == Kind.ACCOUNTS ? "/v1/accounts/" + recorded.name() : null,
                null);
    }

    /** @param at the line's pointer in the body */
    static LineAnswer refused(Kind kind, @Nullable String submissionKey, List<FormError> errors, String at) {
        return new LineAnswer(
                null,
                "refused",
                false,
                null,
                submissionKey,
                kind.wireName(),
                null,
                null,
                null,
                null,
                null,
                errors.stream().map(error -> Problem.ProblemError.of(error, at)).toList());
    }

    static LineAnswer notTaken(Line line) {
        return new LineAnswer(
                null,
                NOT_TAKEN,
                false,
                null,
                line.key(),
                line.kind().wireName(),
                line instanceof Line.OfReference reference
                        ? reference.reference().name()
                        : null,
                null,
                null,
                null,
                null,
                null);
    }

    /** Whether it is durable, now or from before. */
    @JsonIgnore
    boolean isTaken() {
        return errors == null && !status.equals(NOT_TAKEN);
    }

    LineAnswer onLine(long number) {
        return with(number, repeated);
    }

    LineAnswer withoutRepeated() {
        return with(line, null);
    }

    private LineAnswer with(@Nullable Long line, @Nullable Boolean repeated) {
        return new LineAnswer(
                line,
                status,
                repeated,
                submissionId,
                submissionKey,
                kind,
                name,
                intakeNo,
                businessDate,
                receivedAt,
                href,
                errors);
    }
}
