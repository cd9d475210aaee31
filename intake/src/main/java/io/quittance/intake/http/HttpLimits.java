package io.quittance.intake.http;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How much one request may hold. Files have limits of their own, {@code quittance.files}.
 *
 * @param maxBody the longest JSON body
 * @param maxLines the most elements of an array
 * @param requestsPerSecond how many requests of one client are taken
 */
@ConfigurationProperties("quittance.http")
record HttpLimits(
        @DefaultValue("8MB") DataSize maxBody,
        @DefaultValue("10000") int maxLines,
        @DefaultValue("10000") int requestsPerSecond) {

    HttpLimits {
        if (maxBody.toBytes() < 1_024
                || maxBody.toBytes() > DataSize.ofGigabytes(1).toBytes()) {
            throw new IllegalArgumentException("quittance.http.max-body must be from 1KB to 1GB, not " + maxBody);
        }
        if (requestsPerSecond < 1) {
            throw new IllegalArgumentException(
                    "quittance.http.requests-per-second must be 1 or more, not " + requestsPerSecond);
        }
        if (maxLines < 1) {
            throw new IllegalArgumentException("quittance.http.max-lines must be 1 or more, not " + maxLines);
        }
    }
}
