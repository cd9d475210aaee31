package io.quittance.domain.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** RULES 4: what is judged when. */
class PhaseTest {

    @Test
    void everyKindOfSubmissionBelongsToOnePhaseAndReferenceDataToNone() {
        for (Kind kind : Kind.values()) {
            List<Phase> phases = new ArrayList<>();
            for (Phase phase : Phase.values()) {
                if (phase.kinds().contains(kind)) {
                    phases.add(phase);
                }
            }
            if (kind.code() > 100) {
                assertThat(phases).as("%s", kind).isEmpty();
                assertThatThrownBy(() -> Phase.of(kind)).isInstanceOf(IllegalArgumentException.class);
            } else {
                assertThat(phases).as("%s", kind).containsExactly(Phase.of(kind));
            }
        }
    }

    @Test
    void thePhasesStandInTheOrderOfACycle() {
        assertThat(Phase.values()).containsExactly(Phase.REVERSALS, Phase.CANCELS, Phase.CREDITS, Phase.DEBITS);
        assertThat(Phase.CREDITS.kinds()).isEqualTo(EnumSet.of(Kind.COMPUTE_DEPOSITS, Kind.TASK_COMPLETIONS));
        assertThat(Phase.DEBITS.kinds())
                .isEqualTo(EnumSet.of(Kind.TASK_PUBLICATIONS, Kind.ORDERS, Kind.SPENDS, Kind.TRANSFERS));
    }
}
