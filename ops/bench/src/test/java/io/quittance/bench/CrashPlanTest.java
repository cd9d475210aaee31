package io.quittance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is struck depends on the seed alone, and every step is aimed at. */
class CrashPlanTest {

    @Test
    void theSameSeedStrikesTheSameAndAnotherOneOtherwise() {
        assertThat(CrashPlan.of(200, 5)).isEqualTo(CrashPlan.of(200, 5)).isNotEqualTo(CrashPlan.of(200, 6));
    }

    @Test
    void asManyAreKillsAsWereAskedForAndEachStepIsAimedAt() {
        for (long seed = 0; seed < 50; seed++) {
            List<CrashPlan.Strike> strikes = CrashPlan.of(20, seed);
            assertThat(strikes).filteredOn(strike -> strike.kind().kills()).hasSize(20);
            assertThat(strikes.stream()
                            .filter(strike -> strike.kind().kills())
                            .map(CrashPlan.Strike::point)
                            .filter(Objects::nonNull)
                            .map(Steps::stepOf))
                    .as("seed %d", seed)
                    .containsAll(Steps.NAMES);
            assertThat(strikes).anySatisfy(strike -> assertThat(strike.point()).isNull());
        }
    }
}
