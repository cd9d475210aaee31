package io.quittance.intake.http;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Client.Scope;
import io.quittance.intake.wire.Permissions;
import io.quittance.intake.wire.StrictJson;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Collections;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** What every route asks of a request before it does anything. Each ends the request with a problem if the answer is no. */
final class Requests {

    static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    static final String REPLAYED = "Idempotency-Replayed";
    static final String PREFER = "Prefer";
    static final String PREFERENCE_APPLIED = "Preference-Applied";

    private static final int PAGE_MAX = 1_000;

    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7E](?:[\\x20-\\x7E]{0,253}[\\x21-\\x7E])?");

    /** The body of a write that says all by its address: an object without fields. */
    record Nothing() {}

    private Requests() {}

    static void requireScope(Client client, Scope scope) {
        if (!Permissions.has(client, scope)) {
            throw new ProblemException(
                    ProblemCode.MISSING_SCOPE,
                    "this needs the scope " + scope.name().toLowerCase(Locale.ROOT));
        }
    }

    /**
     * The key of a write. Written as a string with its quotes, as the header's draft standard has it, it is the same key
     * as without.
     */
    static String idempotencyKey(@Nullable String header) {
        if (header == null || header.isBlank()) {
            throw new ProblemException(
                    ProblemCode.IDEMPOTENCY_KEY_MISSING,
                    "choose a key of your own for each write and send the same one when you try again");
        }
        if (severalOf(IDEMPOTENCY_KEY)) {
            throw new ProblemException(ProblemCode.IDEMPOTENCY_KEY_MALFORMED, "a request has one key, not several");
        }
        String key = header.strip();
        if (key.length() > 2 && key.startsWith("\"") && key.endsWith("\"")) {
            key = key.substring(1, key.length() - 1);
        }
        if (!KEY.matcher(key).matches()) {
            throw new ProblemException(
                    ProblemCode.IDEMPOTENCY_KEY_MALFORMED,
                    "1 to 255 printable ASCII characters, no blanks at the ends");
        }
        return key;
    }

    /** Of a header that came twice the framework shows the first, which need not be the one that was meant. */
    private static boolean severalOf(String header) {
        return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes
                && Collections.list(attributes.getRequest().getHeaders(header)).size() > 1;
    }

    /** @throws ProblemException also if the body is compressed, which no address takes */
    static byte[] body(HttpServletRequest request, HttpLimits limits) {
        requirePlain(request);
        int max = Math.toIntExact(limits.maxBody().toBytes());
        if (request.getContentLengthLong() > max) {
            throw tooLarge(max);
        }
        try {
            byte[] body = request.getInputStream().readNBytes(max + 1);
            if (body.length > max) {
                throw tooLarge(max);
            }
            return body;
        } catch (IOException broken) {
            throw new ProblemException(ProblemCode.UNREADABLE_BODY, "the body did not arrive whole");
        }
    }

    static void requirePlain(HttpServletRequest request) {
        String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw new ProblemException(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "no Content-Encoding: send it as it is");
        }
    }

    static <T> T read(HttpServletRequest request, HttpLimits limits, Class<T> shape) {
        try {
            return StrictJson.read(body(request, limits), shape);
        } catch (StrictJson.Unreadable unreadable) {
            throw unreadable(unreadable);
        }
    }

    static ProblemException unreadable(StrictJson.Unreadable unreadable) {
        return new ProblemException(ProblemCode.UNREADABLE_BODY, unreadable.getMessage());
    }

    /** How many of a list a page is to have. */
    static int pageLimit(int limit) {
        if (limit < 1 || limit > PAGE_MAX) {
            throw new ProblemException(ProblemCode.BAD_PARAMETER, "limit is from 1 to " + PAGE_MAX);
        }
        return limit;
    }

    static ProblemException notFound() {
        return new ProblemException(ProblemCode.NOT_FOUND, null);
    }

    private static ProblemException tooLarge(int max) {
        return new ProblemException(
                ProblemCode.BODY_TOO_LARGE, "at most " + max + " bytes; split the array, or send a file");
    }
}
