package io.quittance.domain.cycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.account.KycLevel;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.settlement.TestBank;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BankParametersTest {

    private static final BankParameters PARAMETERS = TestBank.parameters(Map.of(KycLevel.L1, 7L));

    private static Instrument instrument(long lot, long tick, int band, long reference, int fee) {
        return new Instrument("X", lot, tick, band, reference, "ADJACENT", "TIME", "DECREMENT", fee);
    }

    @Test
    void theTextIsPinnedBecauseItIsSealed() {
        assertThat(PARAMETERS.toText()).isEqualTo("""
                        version=1
                        bank=test
                        provider_cap_utoken=1000000
                        daily_limit_utoken L0=0
                        daily_limit_utoken L1=7
                        daily_limit_utoken L2=10000000000
                        daily_limit_utoken L3=9223372036854775807
                        class GPU-H100=3600000
                        class GPU-A100=1800000
                        class GPU-L40=1
                        instrument GPU-H100=1000 10 1000 1000 ADJACENT AGE_PRO_RATA DECREMENT 10
                        instrument GPU-A100=500 1 2000 2000 ADJACENT PRO_RATA CANCEL_NEWEST 0
                        """);
    }

    @Test
    void textAndParametersAreAPair() {
        BankParameters read = BankParameters.parse(PARAMETERS.toText());
        assertThat(read).isEqualTo(PARAMETERS);
        assertThat(read.toText()).isEqualTo(PARAMETERS.toText());
    }

    @Test
    void aLevelThatIsNotNamedMayNothing() {
        var none = new BankParameters(1, "b", 0, List.of(), List.of(), Map.of());
        assertThat(none.dailyLimit(KycLevel.L3)).isZero();
        assertThat(BankParameters.parse(none.toText()).dailyLimit(KycLevel.L3)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "version",
                "version=x",
                "colour=red",
                "class=5",
                "class X=",
                "daily_limit_utoken=5",
                "daily_limit_utoken L9=5",
                "instrument=1 2 3",
                "class X=1\ninstrument X=1 2 3",
                "instrument X=1 1 1 1000 ADJACENT TIME DECREMENT 0"
            })
    void whatIsNotSuchATextIsRefused(String text) {
        assertThatThrownBy(() -> BankParameters.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GPU X", "GPU=X", "GPU\nX", ""})
    void aClassWhoseNameTheTextCannotHoldIsRefused(String code) {
        var computeClass = new BankParameters.ComputeClass(new Asset(1, code), 1);
        assertThatThrownBy(() -> new BankParameters(1, "b", 0, List.of(computeClass), List.of(), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aBankWhoseNameTheTextCannotHoldIsRefused() {
        assertThatThrownBy(() -> new BankParameters(1, "b\nversion=2", 0, List.of(), List.of(), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        var equals = new BankParameters(1, "a=b c", 0, List.of(), List.of(), Map.of());
        assertThat(BankParameters.parse(equals.toText()).bank()).isEqualTo("a=b c");
    }

    @Test
    void assetIdsCountFromOneAndInstrumentsHaveTheirClass() {
        var second = new BankParameters.ComputeClass(new Asset(2, "X"), 1);
        assertThatThrownBy(() -> new BankParameters(1, "b", 0, List.of(second), List.of(), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        new BankParameters(1, "b", 0, List.of(), List.of(instrument(1, 1, 1, 1_000, 0)), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void assetsAreMicroTokensAndThenTheClasses() {
        assertThat(PARAMETERS.assets())
                .containsExactly(
                        Asset.UTOKEN,
                        new Asset(1, TestBank.H100),
                        new Asset(2, TestBank.A100),
                        new Asset(3, TestBank.L40));
        assertThat(PARAMETERS.instrument(TestBank.L40)).isEmpty();
        assertThat(PARAMETERS.computeClass("GPU-NONE")).isEmpty();
    }

    @ParameterizedTest(name = "lot {0}, tick {1}, band {2}, reference {3}, fee {4}")
    @CsvSource({
        "0, 1, 1, 1000, 0",
        "1, 0, 1, 1000, 0",
        "1, 1, 0, 1000, 0",
        "1, 1, 10000, 1000, 0",
        "1, 1, 1, 999, 0",
        "1, 1, 1, 1000, -1",
        "1, 1, 1, 1000, 10000"
    })
    void anInstrumentOutOfRangeIsRefused(long lot, long tick, int band, long reference, int fee) {
        assertThatThrownBy(() -> instrument(lot, tick, band, reference, fee))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** max(1, ⌊reference × bps ÷ 10 000⌋) to either side, never below 1 and never wider than a round can count. */
    @ParameterizedTest(name = "{1} bps around {0}: {2} to {3}")
    @CsvSource({
        "1000, 1000, 900, 1100",
        "1005, 1000, 905, 1105",
        "1009, 1000, 909, 1109",
        "1, 1000, 1, 2",
        "2, 9999, 1, 3",
        "1000, 9999, 1, 1999",
        "163835, 2000, 131068, 196602",
        "163840, 2000, 131073, 196607",
        "9000000000, 2000, 8999967233, 9000032767"
    })
    void aBandLiesAroundItsReference(long reference, int bps, long low, long high) {
        Instrument instrument = instrument(1, 1, bps, 1_000, 0);
        assertThat(instrument.bandLow(reference)).isEqualTo(low);
        assertThat(instrument.bandHigh(reference)).isEqualTo(high);
        assertThat(high - low).isLessThan(65_536);
    }
}
