package io.quittance.domain.commitment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeesTest {

    @ParameterizedTest
    @CsvSource({
        // offered tip, cap; suggested tip, cap; replacement's tip, cap
        "8, 80,  1, 10,  9, 90",
        "9, 81,  1, 10,  11, 92",
        "0, 0,   0, 0,   1, 1",
        "8, 80,  50, 60, 50, 90",
        "8, 80,  1, 900, 9, 900",
        "1000000000, 3000000000, 0, 0, 1125000000, 3375000000"
    })
    void aReplacementOffersAnEighthMoreOfBothPartsOrWhatIsSuggested(
            long tip, long cap, long suggestedTip, long suggestedCap, long newTip, long newCap) {
        assertThat(Fees.of(tip, cap).raisedTowards(Fees.of(suggestedTip, suggestedCap)))
                .isEqualTo(Fees.of(newTip, newCap));
    }

    @Test
    void aTipAboveTheCapIsNoOffer() {
        assertThatThrownBy(() -> Fees.of(2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Fees.of(-1, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
