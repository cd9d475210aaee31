package io.quittance.intake.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Reason;
import io.quittance.intake.wire.Sentences;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Problem details as of RFC 9457.
 *
 * @param type {@code urn:quittance:problem:} and the code
 * @param title the code as a sentence, always the same, in the language asked for
 * @param detail what it is this time, in English; null if the title says all
 * @param code a {@link ProblemCode} or a {@link Reason}; stable
 * @param retry whether sending again can help; null if the code is no {@link Reason}
 * @param errors each field that is wrong, or each thing that is wrong with a file
 * @param fileNo of a duplicate, the earlier file's number
 * @param errorId of an error at the bank, the name under which its log has it
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record Problem(
        String type,
        String title,
        int status,
        @Nullable String detail,
        String code,
        @Nullable String retry,
        @Nullable List<ProblemError> errors,
        @Nullable Long fileNo,
        @Nullable String errorId) {

    /** What keeps the bank from taking something now is over in a moment, or somebody has been called. */
    static final String RETRY_AFTER_SECONDS = "1";

    private static final String TYPE = "urn:quittance:problem:";

    /**
     * @param pointer a JSON pointer into the body; null if it is not about a place in a JSON body
     * @param line of a file; null otherwise
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ProblemError(
            @Nullable String pointer,
            @Nullable String field,
            @Nullable Long line,
            String code,
            String detail,
            String retry) {

        /** @param at the pointer of the object that the field belongs to; empty for the whole body */
        static ProblemError of(FormError error, String at) {
            boolean ofField = !error.field().isEmpty();
            return new ProblemError(
                    ofField ? at + '/' + error.field().replace("~", "~0").replace("/", "~1") : at,
                    ofField ? error.field() : null,
                    null,
                    error.reason().name(),
                    inLanguage(error.reason(), error.detail()),
                    word(error.reason()));
        }
    }

    static Problem of(ProblemCode code, @Nullable String detail) {
        return new Problem(
                TYPE + code.name(), title(code), code.status().value(), detail, code.name(), null, null, null, null);
    }

    static Problem internal(String errorId) {
        ProblemCode code = ProblemCode.INTERNAL;
        return new Problem(
                TYPE + code.name(), title(code), code.status().value(), null, code.name(), null, null, null, errorId);
    }

    static Problem of(
            HttpStatus status, Reason code, @Nullable String detail, List<ProblemError> errors, @Nullable Long fileNo) {
        return new Problem(
                TYPE + code.name(),
                Asked.language().of(code),
                status.value(),
                detail,
                code.name(),
                word(code),
                errors,
                fileNo,
                null);
    }

    private static String title(ProblemCode code) {
        return Asked.language().ofProblem(code, code.title());
    }

    /** What it is this time; in another language than English with the reason's sentence in that language before it. */
    static String inLanguage(Reason reason, String detail) {
        Sentences language = Asked.language();
        return language == Sentences.ENGLISH ? detail : language.of(reason, detail);
    }

    /** What is wrong with a single line. The code is that of the error that takes precedence. */
    static Problem of(List<FormError> errors) {
        FormError first =
                errors.stream().min(Comparator.comparing(FormError::reason)).orElseThrow();
        return of(
                statusOf(first),
                first.reason(),
                first.detail(),
                errors.stream().map(error -> ProblemError.of(error, "")).toList(),
                null);
    }

    /** An account that the client may not see is as absent as one that does not exist. */
    private static HttpStatus statusOf(FormError error) {
        return switch (error.reason()) {
            case UNKNOWN_ACCOUNT ->
                error.field().equals("account_id") ? HttpStatus.NOT_FOUND : HttpStatus.UNPROCESSABLE_CONTENT;
            case NOT_PERMITTED -> HttpStatus.FORBIDDEN;
            case MALFORMED_LINE -> HttpStatus.BAD_REQUEST;
            default -> HttpStatus.UNPROCESSABLE_CONTENT;
        };
    }

    /** Whether it is over by itself. */
    boolean isForNow() {
        return status == HttpStatus.SERVICE_UNAVAILABLE.value() || status == HttpStatus.TOO_MANY_REQUESTS.value();
    }

    ResponseEntity<Object> answer() {
        ResponseEntity.BodyBuilder response =
                ResponseEntity.status(status).contentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (isForNow()) {
            response.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        return response.body(this);
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static String word(Reason reason) {
        return word(reason.retry());
    }
}
