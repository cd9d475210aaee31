package io.quittance.domain.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReversalActionTest {

    private static final UUID REVERSED = UUID.fromString("0190A000-0000-7000-8000-00000000ABCD");

    /** Computed with sha256sum: what was approved under an earlier release stays approved. */
    @Test
    void theHashIsThatOfTheDocumentedText() {
        assertThat(ReversalAction.hash(REVERSED, false))
                .hasToString("0x480f5c6604c387592c6b51f39c591cc32f688717f1afe982a4a0bfae43b0efb4");
        assertThat(ReversalAction.hash(new Submission.Reversal(REVERSED, new UUID(1, 1), true)))
                .hasToString("0x095bcd865adf400886cafd86e6ad4a089c86d35219ee8da67280e4fc9e68fe29");
    }

    @Test
    void anotherSubmissionOrAnotherSourceOfTheShortfallIsAnotherAction() {
        assertThat(ReversalAction.hash(REVERSED, false))
                .isNotEqualTo(ReversalAction.hash(REVERSED, true))
                .isNotEqualTo(ReversalAction.hash(new UUID(1, 2), false));
    }
}
