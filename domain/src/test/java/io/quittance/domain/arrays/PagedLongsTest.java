package io.quittance.domain.arrays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PagedLongsTest {

    @Test
    void whatWasNeverSetIsZero() {
        var longs = new PagedLongs();
        assertThat(longs.get(0)).isZero();
        assertThat(longs.get(Integer.MAX_VALUE)).isZero();
        longs.set(5_000, 1);
        for (int index : new int[] {0, 4_095, 4_096, 4_999, 5_001, 8_191, 8_192, 1_000_000}) {
            assertThat(longs.get(index)).isZero();
        }
    }

    @Test
    void valuesStandOnBothSidesOfAPagesEdgeAndCanBeTakenBack() {
        var longs = new PagedLongs();
        longs.set(4_096, 2);
        longs.set(4_095, Long.MIN_VALUE);
        longs.set(0, Long.MAX_VALUE);
        assertThat(longs.get(4_095)).isEqualTo(Long.MIN_VALUE);
        assertThat(longs.get(4_096)).isEqualTo(2);
        assertThat(longs.get(0)).isEqualTo(Long.MAX_VALUE);
        longs.set(4_095, 0);
        longs.set(70_000_000, 0);
        assertThat(longs.get(4_095)).isZero();
        assertThat(longs.get(4_096)).isEqualTo(2);
        assertThat(longs.get(70_000_000)).isZero();
    }

    @Test
    void anIndexBelowZeroIsRefused() {
        var longs = new PagedLongs();
        longs.set(0, 1);
        assertThatThrownBy(() -> longs.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> longs.set(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void itIsAMapWhoseDefaultIsZero() {
        for (long seed = 1; seed <= 50; seed++) {
            var random = new Random(seed);
            int range = 1 << random.nextInt(23);
            var longs = new PagedLongs();
            Map<Integer, Long> expected = new HashMap<>();
            for (int i = 0; i < 2_000; i++) {
                int index = random.nextInt(range);
                long value = random.nextInt(4) == 0 ? 0 : random.nextLong();
                longs.set(index, value);
                expected.put(index, value);
                int other = random.nextInt(range);
                assertThat(longs.get(other)).as("seed %s", seed).isEqualTo(expected.getOrDefault(other, 0L));
            }
            for (Map.Entry<Integer, Long> entry : expected.entrySet()) {
                assertThat(longs.get(entry.getKey())).as("seed %s", seed).isEqualTo(entry.getValue());
            }
        }
    }
}
