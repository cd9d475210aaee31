package io.quittance.intake.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns away media types that the framework's parser does not survive, such as one that begins with a quote: it would fail
 * again while it answers the failure. Those that it finds malformed itself go on, and are answered 415 or 406.
 */
final class ReadableMediaTypes extends OncePerRequestFilter {

    private final JsonMapper json;

    ReadableMediaTypes(JsonMapper json) {
        this.json = json;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        for (String header : new String[] {HttpHeaders.CONTENT_TYPE, HttpHeaders.ACCEPT}) {
            if (!isReadable(request.getHeader(header))) {
                HttpDoor.write(
                        response, json, Problem.of(ProblemCode.BAD_REQUEST, "the header " + header + " is malformed"));
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private static boolean isReadable(@Nullable String mediaTypes) {
        try {
            MediaType.parseMediaTypes(mediaTypes);
            return true;
        } catch (InvalidMediaTypeException found) {
            return true;
        } catch (RuntimeException notFound) {
            return false;
        }
    }
}
