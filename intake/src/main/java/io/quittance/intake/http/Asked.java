package io.quittance.intake.http;

import io.quittance.intake.wire.Sentences;
import org.springframework.http.HttpHeaders;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** What the request of this thread asks for. */
final class Asked {

    private Asked() {}

    /** The language of its {@code Accept-Language}; English outside of a request. */
    static Sentences language() {
        return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes
                ? Sentences.in(attributes.getRequest().getHeader(HttpHeaders.ACCEPT_LANGUAGE))
                : Sentences.ENGLISH;
    }
}
