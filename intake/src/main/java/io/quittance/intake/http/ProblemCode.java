package io.quittance.intake.http;

import org.springframework.http.HttpStatus;

/**
 * Why a request as a whole is refused, where it is not a {@link io.quittance.domain.intake.Reason}. The code is stable; it
 * is the name here.
 */
enum ProblemCode {
    UNREADABLE_BODY(HttpStatus.BAD_REQUEST, "The body cannot be read."),
    IDEMPOTENCY_KEY_MISSING(HttpStatus.BAD_REQUEST, "A write needs the header Idempotency-Key."),
    IDEMPOTENCY_KEY_MALFORMED(HttpStatus.BAD_REQUEST, "The header Idempotency-Key is malformed."),
    BAD_PARAMETER(HttpStatus.BAD_REQUEST, "A parameter of the address is malformed."),
    BAD_REQUEST(HttpStatus.BAD_REQUEST, "The request is malformed."),
    UNAUTHENTICATED(HttpStatus.UNAUTHORIZED, "A valid API key is needed."),
    MISSING_SCOPE(HttpStatus.FORBIDDEN, "The API key does not open this."),
    SELF_APPROVAL(HttpStatus.FORBIDDEN, "Maker and checker must be two different clients."),
    NOT_FOUND(HttpStatus.NOT_FOUND, "There is nothing here that this client may see."),
    METHOD_NOT_ALLOWED(HttpStatus.METHOD_NOT_ALLOWED, "The address does not take this method."),
    NOT_ACCEPTABLE(HttpStatus.NOT_ACCEPTABLE, "The address does not answer in the media type asked for."),
    ALREADY_DECIDED(HttpStatus.CONFLICT, "The approval was decided before."),
    IDEMPOTENCY_KEY_REUSED(
            HttpStatus.UNPROCESSABLE_CONTENT, "The header Idempotency-Key was used before for another request."),
    CLIENT_EXISTS(HttpStatus.CONFLICT, "The client exists with other scopes."),
    SECRET_CHANGED(HttpStatus.CONFLICT, "Another secret of the webhook signs now."),
    WEBHOOK_ENDED(HttpStatus.CONFLICT, "The webhook was ended."),
    ARCHIVED(HttpStatus.GONE, "This is in an archive; ask the bank for it."),
    BODY_TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE, "The body is larger than the limit."),
    UNSUPPORTED_MEDIA_TYPE(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The address does not take this media type."),
    TOO_MANY_REQUESTS(HttpStatus.TOO_MANY_REQUESTS, "This client sends more requests than the bank takes from it."),
    INTERNAL(HttpStatus.INTERNAL_SERVER_ERROR, "Something went wrong at the bank."),
    UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE, "The bank cannot take this now; try again later.");

    private final HttpStatus status;
    private final String title;

    ProblemCode(HttpStatus status, String title) {
        this.status = status;
        this.title = title;
    }

    HttpStatus status() {
        return status;
    }

    String title() {
        return title;
    }

    /** The code for an error that the framework found. */
    static ProblemCode of(HttpStatus status) {
        return switch (status) {
            case UNAUTHORIZED -> UNAUTHENTICATED;
            case FORBIDDEN -> MISSING_SCOPE;
            case NOT_FOUND -> NOT_FOUND;
            case METHOD_NOT_ALLOWED -> METHOD_NOT_ALLOWED;
            case NOT_ACCEPTABLE -> NOT_ACCEPTABLE;
            case CONTENT_TOO_LARGE -> BODY_TOO_LARGE;
            case UNSUPPORTED_MEDIA_TYPE -> UNSUPPORTED_MEDIA_TYPE;
            case TOO_MANY_REQUESTS -> TOO_MANY_REQUESTS;
            case SERVICE_UNAVAILABLE -> UNAVAILABLE;
            default -> status.is4xxClientError() ? BAD_REQUEST : INTERNAL;
        };
    }
}
