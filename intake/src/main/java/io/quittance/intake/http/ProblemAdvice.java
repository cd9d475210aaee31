package io.quittance.intake.http;

import java.util.UUID;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Every error as a problem: what the doors found, what the framework found, and what nobody expected. */
@RestControllerAdvice
final class ProblemAdvice extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);

    @ExceptionHandler
    ResponseEntity<Object> found(ProblemException found) {
        return found.problem().answer();
    }

    /** The database is away, or all its connections are in use. */
    @ExceptionHandler({DataAccessResourceFailureException.class, CannotCreateTransactionException.class})
    ResponseEntity<Object> unavailable(Exception away) {
        log.warn("The database gives no connection: {}", away.getMessage());
        return Problem.of(ProblemCode.UNAVAILABLE, null).answer();
    }

    /** The container looks at the query of an address only when it is asked for a parameter. */
    @ExceptionHandler
    ResponseEntity<Object> unreadable(InvalidParameterException query) {
        return Problem.of(ProblemCode.BAD_PARAMETER, "the query is not UTF-8 in percent-encoding")
                .answer();
    }

    /** A header or a parameter has a character that none may have; seen when it is asked for. */
    @ExceptionHandler
    ResponseEntity<Object> rejected(RequestRejectedException malformed) {
        return Problem.of(ProblemCode.BAD_REQUEST, "a header or a parameter has a control character")
                .answer();
    }

    /** The answer names the log's line and says nothing of what went wrong. */
    @ExceptionHandler
    ResponseEntity<Object> unexpected(Exception unexpected) {
        if (StoreGone.isIn(unexpected)) {
            return Problem.of(ProblemCode.UNAVAILABLE, null).answer();
        }
        String errorId = UUID.randomUUID().toString();
        log.error("error_id={}", errorId, unexpected);
        return Problem.internal(errorId).answer();
    }

    @Override
    protected ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException mismatch, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String name = mismatch instanceof MethodArgumentTypeMismatchException argument
                ? argument.getName()
                : mismatch.getPropertyName();
        Class<?> needed = mismatch.getRequiredType();
        String detail = name + " is no " + (needed == UUID.class ? "UUID" : "whole number");
        return Problem.of(ProblemCode.BAD_PARAMETER, detail).answer();
    }

    @Override
    protected ResponseEntity<Object> handleExceptionInternal(
            Exception ex, @Nullable Object body, HttpHeaders headers, HttpStatusCode statusCode, WebRequest request) {
        HttpStatus status = HttpStatus.resolve(statusCode.value());
        if (status == null || status.is5xxServerError() && status != HttpStatus.SERVICE_UNAVAILABLE) {
            return unexpected(ex);
        }
        Problem problem = Problem.of(ProblemCode.of(status), null);
        return ResponseEntity.status(status)
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }
}
