package io.quittance.domain.screening;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.intake.Reason;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutcomesTest {

    private static List<Outcome> all(Outcomes outcomes) {
        var list = new ArrayList<Outcome>();
        outcomes.each((id, outcome) -> {
            assertThat(id).isEqualTo(idOf(outcome.intakeNo()));
            list.add(outcome);
        });
        return list;
    }

    private static UUID idOf(long intakeNo) {
        return new UUID(~intakeNo, intakeNo * 31);
    }

    @Test
    void nothingDecidedIsNothing() {
        var outcomes = new Outcomes();
        assertThat(outcomes.size()).isZero();
        assertThat(outcomes.of(1)).isNull();
        assertThat(all(outcomes)).isEmpty();
        for (Outcome.State state : Outcome.State.values()) {
            assertThat(outcomes.count(state)).isZero();
        }
    }

    @Test
    void whatSettledPlainlyIsCountedAndLeavesNoRecord() {
        var outcomes = new Outcomes();
        outcomes.settledPlainly();
        outcomes.settledPlainly();
        outcomes.add(idOf(9), Outcome.settled(9));
        assertThat(outcomes.count(Outcome.State.SETTLED)).isEqualTo(3);
        assertThat(outcomes.size()).isOne();
        assertThat(all(outcomes)).containsExactly(Outcome.settled(9));
    }

    @Test
    void everyStateReasonAndEdgeComesBackAsItWentIn() {
        var outcomes = new Outcomes();
        var expected = new ArrayList<Outcome>();
        long no = Long.MAX_VALUE;
        for (Outcome.State state : Outcome.State.values()) {
            expected.add(new Outcome(no--, state, null, "", null, 0, 0));
        }
        for (Reason reason : Reason.values()) {
            expected.add(Outcome.rejected(no--, reason, "asked=" + no));
        }
        for (LocalDate date : new LocalDate[] {
            LocalDate.EPOCH, LocalDate.EPOCH.minusDays(1), LocalDate.of(9999, 12, 31), LocalDate.of(-9999, 1, 1)
        }) {
            expected.add(Outcome.held(no--, Reason.FUNDS, "größer als ∞ \uD83D\uDE00\0", date));
        }
        expected.add(new Outcome(no--, Outcome.State.ADMITTED, null, "", null, Long.MAX_VALUE, Long.MIN_VALUE));
        expected.add(Outcome.rejected(no--, Reason.FUNDS, "x".repeat(100_000)));
        expected.add(Outcome.rejected(no, Reason.FUNDS, "y"));
        expected.add(Outcome.settled(0));
        expected.forEach(outcome -> outcomes.add(idOf(outcome.intakeNo()), outcome));
        assertThat(all(outcomes)).isEqualTo(expected.reversed());
        expected.forEach(outcome -> assertThat(outcomes.of(outcome.intakeNo())).isEqualTo(outcome));
    }

    /** Additions in any order, with lookups in between. */
    @Test
    void exceptionsStandInIntakeOrderAndAreFound() {
        for (long seed = 1; seed <= 40; seed++) {
            var random = new Random(seed);
            var outcomes = new Outcomes();
            Map<Long, Outcome> expected = new TreeMap<>();
            long[] counts = new long[Outcome.State.values().length];
            int range = 1 + random.nextInt(4_000);
            for (int i = 0; i < range; i++) {
                if (random.nextInt(3) == 0) {
                    outcomes.settledPlainly();
                    counts[Outcome.State.SETTLED.ordinal()]++;
                    continue;
                }
                Outcome outcome = outcome(random, random.nextInt(3) == 0 ? random.nextLong() >>> 1 : i);
                if (expected.putIfAbsent(outcome.intakeNo(), outcome) == null) {
                    outcomes.add(idOf(outcome.intakeNo()), outcome);
                    counts[outcome.state().ordinal()]++;
                }
                if (random.nextInt(200) == 0) {
                    assertThat(all(outcomes)).as("seed %s", seed).isEqualTo(List.copyOf(expected.values()));
                }
            }
            assertThat(outcomes.size()).isEqualTo(expected.size());
            assertThat(all(outcomes)).as("seed %s", seed).isEqualTo(List.copyOf(expected.values()));
            for (long no = -1; no <= range; no++) {
                assertThat(outcomes.of(no)).as("seed %s", seed).isEqualTo(expected.get(no));
            }
            expected.forEach((no, outcome) -> assertThat(outcomes.of(no)).isEqualTo(outcome));
            for (Outcome.State state : Outcome.State.values()) {
                assertThat(outcomes.count(state)).as("seed %s", seed).isEqualTo(counts[state.ordinal()]);
            }
        }
    }

    private static Outcome outcome(Random random, long intakeNo) {
        Outcome.State[] states = Outcome.State.values();
        Reason[] reasons = Reason.values();
        @Nullable Reason reason = random.nextInt(4) == 0 ? null : reasons[random.nextInt(reasons.length)];
        @Nullable LocalDate until = random.nextBoolean() ? null : LocalDate.EPOCH.plusDays(random.nextInt(40_000));
        String detail = "d=" + "é".repeat(random.nextInt(random.nextInt(50) == 0 ? 3_000 : 12));
        return new Outcome(
                intakeNo,
                states[random.nextInt(states.length)],
                reason,
                random.nextInt(3) == 0 ? "" : detail,
                until,
                random.nextLong(),
                random.nextLong());
    }
}
