package io.quittance.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.intake.Kind;
import io.quittance.intake.file.FileLimits;
import io.quittance.intake.file.InboxSettings;
import io.quittance.intake.wire.Columns;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.util.unit.DataSize;

class SettingsTest {

    static Stream<Runnable> settingsThatCannotBeMeant() {
        return Stream.of(
                () -> new FileLimits(DataSize.ofBytes(10), DataSize.ofMegabytes(1)),
                () -> new FileLimits(DataSize.ofKilobytes(64), DataSize.ofKilobytes(1)),
                () -> new InboxSettings(Path.of("x"), Duration.ofSeconds(-1), Duration.ofSeconds(1)),
                () -> new InboxSettings(Path.of("x"), Duration.ZERO, Duration.ZERO));
    }

    @ParameterizedTest
    @MethodSource("settingsThatCannotBeMeant")
    void aSettingThatCannotBeMeantStopsTheStartByName(Runnable settings) {
        assertThatThrownBy(settings::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("quittance.");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyColumnHasATypeAndEveryWordColumnItsWords(Kind kind) {
        for (String column : kind.columns()) {
            assertThat(Columns.typeOf(column)).as(column).isNotNull();
            assertThat(Columns.wordsOf(column).isEmpty())
                    .as(column)
                    .isEqualTo(Columns.typeOf(column) != Columns.Type.WORD);
        }
        kind.summedColumn()
                .ifPresent(column -> assertThat(Columns.typeOf(column)).isEqualTo(Columns.Type.INTEGER));
    }

    @Test
    void nobodyMayOpenASystemAccountSoTheWordIsNotOffered() {
        assertThat(Columns.wordsOf("account_type")).containsExactly("personal", "enterprise", "agent");
    }
}
