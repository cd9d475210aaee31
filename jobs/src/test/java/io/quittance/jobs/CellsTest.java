package io.quittance.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CellsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=1+1",
                "+5",
                "-5+cmd|' /C calc'!A0",
                "@SUM(A1)",
                "\t=1",
                "\r=1",
                " =1",
                "\u00A0=1",
                "\uFEFF=1",
                "\uFF1D1",
                "\uFF0B1",
                "\uFF0D1a",
                "\uFF20A1",
                "-",
                "--5",
                "'quoted",
            })
    void whatASpreadsheetMayCalculateGetsAnApostrophe(String text) {
        assertThat(Cells.guarded(text)).isEqualTo("'" + text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "order-1", "a=b", "needed=7 available=3", "-9223372036854775808", "0x12", "#1"})
    void whatItWillNotCalculateStaysAsItIs(String text) {
        assertThat(Cells.guarded(text)).isEqualTo(text);
    }

    @Test
    void whatIsNotThereIsAnEmptyCell() {
        assertThat(Cells.text(null)).isEmpty();
    }
}
