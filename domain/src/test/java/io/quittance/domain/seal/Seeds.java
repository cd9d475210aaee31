package io.quittance.domain.seal;

import java.util.Random;
import java.util.stream.LongStream;

/** Seeds of the property tests: a few fixed ones, or the one given by {@code -Dseed=N}. A failure names its seed. */
final class Seeds {

    private Seeds() {}

    static LongStream few() {
        String one = System.getProperty("seed");
        return one == null ? LongStream.rangeClosed(1, 5) : LongStream.of(Long.parseLong(one));
    }

    static Random random(long seed) {
        return new Random(seed);
    }

    static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    static Hash32 hash(Random random) {
        return Hash32.of(bytes(random, Hash32.LENGTH));
    }
}
