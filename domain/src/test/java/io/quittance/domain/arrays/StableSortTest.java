package io.quittance.domain.arrays;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StableSortTest {

    /** Short and long, narrow and wide, sorted and not, down to both ends of the range of a long. */
    @Test
    void itSortsStablyWhateverTheKeys() {
        for (long seed = 1; seed <= 400; seed++) {
            var random = new Random(seed);
            int n = random.nextInt(random.nextBoolean() ? 60 : 5_000);
            int bits = random.nextInt(64);
            long base = random.nextBoolean() ? 0 : random.nextLong();
            long[] keys = new long[n];
            for (int i = 0; i < n; i++) {
                keys[i] = switch (seed % 3 == 0 ? random.nextInt(50) : 49) {
                    case 0 -> Long.MIN_VALUE;
                    case 1 -> Long.MAX_VALUE;
                    default -> base + (random.nextLong() >>> bits);
                };
            }
            if (seed % 7 == 0) {
                Arrays.sort(keys);
            }
            check(keys, n, seed);
        }
    }

    @Test
    void onlyTheFirstAreSorted() {
        for (int n : new int[] {0, 1, 3, 47, 48, 49, 100}) {
            long[] keys = new Random(n).longs(120).toArray();
            check(keys, n, n);
        }
    }

    private static void check(long[] keys, int n, long seed) {
        int[] items = IntStream.range(0, keys.length).toArray();
        long[] given = keys.clone();
        int[] expected = IntStream.concat(
                        IntStream.range(0, n)
                                .boxed()
                                .sorted(Comparator.comparingLong(i -> given[i]))
                                .mapToInt(Integer::intValue),
                        IntStream.range(n, keys.length))
                .toArray();
        StableSort.byKey(keys, items, n);
        assertThat(items).as("seed %s", seed).isEqualTo(expected);
        assertThat(keys)
                .as("seed %s", seed)
                .isEqualTo(Arrays.stream(expected).mapToLong(i -> given[i]).toArray());
    }
}
