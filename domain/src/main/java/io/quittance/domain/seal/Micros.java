package io.quittance.domain.seal;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Instants as the sealed formats write them: whole microseconds since 1970-01-01T00:00:00Z, in 64 bits. */
final class Micros {

    private static final Instant LATEST = Instant.EPOCH.plus(Long.MAX_VALUE, ChronoUnit.MICROS);

    private Micros() {}

    /** @throws IllegalArgumentException if the instant is before 1970 or has a fraction of a microsecond */
    static long of(Instant instant) {
        if (instant.isBefore(Instant.EPOCH) || instant.isAfter(LATEST) || instant.getNano() % 1_000 != 0) {
            throw new IllegalArgumentException("not whole microseconds since 1970: " + instant);
        }
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    /** @throws IllegalArgumentException if {@code micros} is negative */
    static Instant toInstant(long micros) {
        if (micros < 0) {
            throw new IllegalArgumentException("before 1970 or beyond 63 bits: " + micros);
        }
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
