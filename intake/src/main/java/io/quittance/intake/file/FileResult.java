package io.quittance.intake.file;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.report.BankViews;
import io.quittance.intake.wire.Sentences;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What became of a file, as JSON: the answer of the API and the {@code .result.json} beside a file that came by folder.
 *
 * @param status {@code accepted}, {@code accepted_before} or {@code refused}
 * @param fileNo its number at the bank; of a refused duplicate, the earlier file's; null if there is none
 * @param states how many queued lines are in each state by now; null in the answer to the file itself, and where none was queued
 * @param refusals the lines refused at the door, in order, as many as the answer has room for; {@code refused} counts all
 * @param errors why the file was refused as a whole; empty if it was not
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FileResult(
        String status,
        @Nullable Long fileNo,
        @Nullable String fileId,
        @Nullable String kind,
        @Nullable LocalDate businessDate,
        @Nullable String contentSha256,
        @Nullable Instant receivedAt,
        @Nullable Long lines,
        @Nullable Long queued,
        @Nullable Long repeated,
        @Nullable Long refused,
        @Nullable Map<String, Long> states,
        List<Refusal> refusals,
        List<LineError> errors) {

    /** One refused line: its first error decides the code, all are listed. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Refusal(long line, @Nullable String submissionKey, List<LineError> errors) {}

    /** @param line null within a refused line, and where it is about the whole file */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record LineError(@Nullable Long line, @Nullable String field, String code, String detail, String retry) {

        static LineError of(FormError error, Sentences language) {
            return new LineError(
                    null,
                    error.field().isEmpty() ? null : error.field(),
                    error.reason().name(),
                    language.of(error.reason(), error.detail()),
                    RejectsFile.retryWord(error.reason()));
        }

        static LineError of(FileError error, Sentences language) {
            return new LineError(
                    error.lineNo() == 0 ? null : error.lineNo(),
                    null,
                    error.reason().name(),
                    language.of(error.reason(), error.detail()),
                    RejectsFile.retryWord(error.reason()));
        }
    }

    /** @param refused the refused lines that the answer names */
    public static FileResult of(
            FileIntake.Accepted file, List<FileIntake.RefusedLine> refused, boolean before, Sentences language) {
        return new FileResult(
                before ? "accepted_before" : "accepted",
                file.fileNo(),
                file.fileId(),
                file.kind().wireName(),
                file.businessDate(),
                file.contentSha256().toString().substring(2),
                file.receivedAt(),
                file.lines(),
                file.queued(),
                file.repeated(),
                file.refused(),
                null,
                refused.stream()
                        .map(line -> new Refusal(
                                line.lineNo(),
                                line.submissionKey(),
                                line.errors().stream()
                                        .map(error -> LineError.of(error, language))
                                        .toList()))
                        .toList(),
                List.of());
    }

    /** The same with what became of its queued lines by now. */
    public FileResult withStates(Map<BankViews.SubmissionState, Long> lines) {
        var byWord = new TreeMap<String, Long>();
        lines.forEach((state, count) -> byWord.put(state.name().toLowerCase(Locale.ROOT), count));
        return new FileResult(
                status,
                fileNo,
                fileId,
                kind,
                businessDate,
                contentSha256,
                receivedAt,
                this.lines,
                queued,
                repeated,
                refused,
                byWord.isEmpty() ? null : byWord,
                refusals,
                errors);
    }

    public static FileResult of(FileAnswer.Refused refused, Sentences language) {
        return new FileResult(
                "refused",
                refused.earlierFileNo(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                List.of(),
                refused.errors().stream()
                        .map(error -> LineError.of(error, language))
                        .toList());
    }
}
