package io.quittance.intake.http;

import io.quittance.intake.wire.Sentences;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** What the request of this thread asks for. */
final class Asked {

    private Asked() {}

    /** The language of its {@code Accept-Language}, else its client's; English outside of a request. */
    static Sentences language() {
        String header = RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes
                ? attributes.getRequest().getHeader(HttpHeaders.ACCEPT_LANGUAGE)
                : null;
        if (header != null && !header.isBlank() && !header.strip().equals("*")) {
            return Sentences.in(header);
        }
        return SecurityContextHolder.getContext().getAuthentication() instanceof ClientAuthentication known
                ? Sentences.of(known.getPrincipal())
                : Sentences.ENGLISH;
    }
}
