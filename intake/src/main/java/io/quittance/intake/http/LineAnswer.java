package io.quittance.intake.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Kind;
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
 * @param status {@code queued}, {@code recorded} (reference data) or {@code refused}
 * @param repeated whether the line had come before; null in the answer to a single line, which says it in a header so
 *     that the body stays the same
 * @param name of reference data, what the line is about
 * @param href where to ask about it
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record LineAnswer(
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

    /** The answers to the lines of an array, in its order. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Bulk(long taken, long repeated, long refused, List<LineAnswer> lines) {}

    static LineAnswer of(Receipt.Queued queued) {
        return new LineAnswer(
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

    LineAnswer withoutRepeated() {
        return new LineAnswer(
                status,
                null,
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
