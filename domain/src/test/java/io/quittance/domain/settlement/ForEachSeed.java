package io.quittance.domain.settlement;

import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/** Runs a property for many seeds, or for the one given by {@code -Dseed=N}; a failure names its seed. */
public final class ForEachSeed {

    private ForEachSeed() {}

    public static void upTo(int seeds, LongConsumer property) {
        String one = System.getProperty("seed");
        LongStream chosen = one == null ? LongStream.rangeClosed(1, seeds) : LongStream.of(Long.parseLong(one));
        chosen.forEach(seed -> {
            try {
                property.accept(seed);
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("fails with -Dseed=" + seed + ": " + failure.getMessage(), failure);
            }
        });
    }
}
