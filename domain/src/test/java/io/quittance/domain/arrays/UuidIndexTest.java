package io.quittance.domain.arrays;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class UuidIndexTest {

    @Test
    void whatWasNotAddedIsNotFound() {
        var index = new UuidIndex();
        assertThat(index.size()).isZero();
        assertThat(index.find(new UUID(0, 0))).isEqualTo(-1);
        assertThat(index.add(new UUID(1, 2))).isZero();
        assertThat(index.find(new UUID(2, 1))).isEqualTo(-1);
        assertThat(index.find(1, 2)).isZero();
    }

    @Test
    void aSecondAdditionChangesNothing() {
        var index = new UuidIndex();
        index.add(new UUID(0, 0));
        index.add(new UUID(0, 1));
        assertThat(index.add(new UUID(0, 0))).isEqualTo(-1);
        assertThat(index.size()).isEqualTo(2);
        assertThat(index.find(new UUID(0, 1))).isEqualTo(1);
        assertThat(index.add(new UUID(1, 0))).isEqualTo(2);
    }

    /** Few different halves, swapped and mirrored ones, and growth past every capacity on the way. */
    @Test
    void itNumbersAndFindsAsAMapDoes() {
        for (long seed = 1; seed <= 40; seed++) {
            var random = new Random(seed);
            int bits = 3 + random.nextInt(12);
            int rounds = 1 << (4 + random.nextInt(11));
            var index = new UuidIndex();
            Map<UUID, Integer> expected = new HashMap<>();
            List<UUID> inOrder = new ArrayList<>();
            for (int i = 0; i < rounds; i++) {
                UUID id = id(random, bits);
                Integer known = expected.get(id);
                assertThat(index.find(id)).as("seed %s", seed).isEqualTo(known == null ? -1 : known);
                assertThat(index.add(id)).as("seed %s", seed).isEqualTo(known == null ? inOrder.size() : -1);
                if (known == null) {
                    expected.put(id, inOrder.size());
                    inOrder.add(id);
                }
                assertThat(index.size()).isEqualTo(inOrder.size());
            }
            for (int number = 0; number < inOrder.size(); number++) {
                UUID id = inOrder.get(number);
                assertThat(index.find(id)).as("seed %s", seed).isEqualTo(number);
                assertThat(index.get(number)).isEqualTo(id);
                assertThat(index.high(number)).isEqualTo(id.getMostSignificantBits());
                assertThat(index.low(number)).isEqualTo(id.getLeastSignificantBits());
            }
        }
    }

    private static UUID id(Random random, int bits) {
        long high = random.nextInt(1 << bits);
        long low = random.nextInt(1 << bits);
        return switch (random.nextInt(4)) {
            case 0 -> new UUID(high, low);
            case 1 -> new UUID(~high, low);
            case 2 -> new UUID(high << 32, low << 32);
            default -> new UUID(Long.rotateLeft(low, 32), low); // All at one place: the halves cancel out.
        };
    }
}
