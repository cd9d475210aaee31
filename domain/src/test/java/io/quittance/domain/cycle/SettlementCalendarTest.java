package io.quittance.domain.cycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RULES 7, where clocks change: in 2026 Berlin skips 02:00 to 03:00 on 29 March and repeats it on 25 October. */
class SettlementCalendarTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final LocalDate SPRING = LocalDate.of(2026, 3, 29);
    private static final LocalDate AUTUMN = LocalDate.of(2026, 10, 25);

    private static SettlementCalendar at(String times) {
        return new SettlementCalendar(BERLIN, SettlementCalendar.parseTimes(times));
    }

    @ParameterizedTest(name = "{0} has {1} hours")
    @CsvSource({
        "2026-03-28, 24",
        "2026-03-29, 23",
        "2026-03-30, 24",
        "2026-10-24, 24",
        "2026-10-25, 25",
        "2026-10-26, 24"
    })
    void anHourlyDateHasAsManyCutOffsAsHours(LocalDate date, int hours) {
        List<Instant> cutOffs = at("hourly").cutOffs(date);
        assertThat(cutOffs).hasSize(hours);
        Instant start = date.atStartOfDay(BERLIN).toInstant();
        for (int i = 0; i < hours; i++) {
            assertThat(cutOffs.get(i)).isEqualTo(start.plusSeconds(3_600L * (i + 1)));
        }
        assertThat(cutOffs.getLast())
                .as("the last one ends the date")
                .isEqualTo(date.plusDays(1).atStartOfDay(BERLIN).toInstant());
    }

    @Test
    void aYearOfHourlyDatesHasNoGapAndNoOverlap() {
        Instant last = LocalDate.of(2026, 1, 1).atStartOfDay(BERLIN).toInstant();
        for (LocalDate date = LocalDate.of(2026, 1, 1); date.getYear() == 2026; date = date.plusDays(1)) {
            for (Instant cutOff : at("hourly").cutOffs(date)) {
                assertThat(cutOff).isEqualTo(last.plusSeconds(3_600));
                assertThat(at("hourly").dateOpenAt(last)).isEqualTo(date);
                assertThat(at("hourly").dateOpenAt(cutOff.minusNanos(1))).isEqualTo(date);
                last = cutOff;
            }
        }
    }

    @Test
    void aZoneThatMovesByHalfAnHourEndsItsDateAtMidnight() {
        var lordHowe = new SettlementCalendar(ZoneId.of("Australia/Lord_Howe"), List.of());
        LocalDate date = LocalDate.of(2026, 10, 4); // Half an hour shorter.
        List<Instant> cutOffs = lordHowe.cutOffs(date);
        assertThat(cutOffs).hasSize(24).isSorted();
        assertThat(cutOffs.getLast())
                .isEqualTo(date.plusDays(1).atStartOfDay(lordHowe.zone()).toInstant())
                .isEqualTo(cutOffs.get(22).plusSeconds(1_800));
    }

    @ParameterizedTest(name = "{0} {1} is {2}")
    @CsvSource({
        "2026-03-28, 17:00, 2026-03-28T16:00:00Z",
        "2026-03-29, 01:30, 2026-03-29T00:30:00Z",
        "2026-03-29, 02:00, 2026-03-29T01:00:00Z",
        "2026-03-29, 02:30, 2026-03-29T01:30:00Z",
        "2026-03-29, 03:00, 2026-03-29T01:00:00Z",
        "2026-03-29, 17:00, 2026-03-29T15:00:00Z",
        "2026-10-25, 02:30, 2026-10-25T00:30:00Z",
        "2026-10-25, 03:00, 2026-10-25T02:00:00Z",
        "2026-10-25, 00:00, 2026-10-24T22:00:00Z"
    })
    void aTimeOfDayIsTheBanksOwn(LocalDate date, String time, Instant expected) {
        assertThat(at(time).cutOffs(date)).containsExactly(expected);
    }

    @Test
    void timesThatFallTogetherWhereTheClockSkipsAreOneCutOff() {
        assertThat(at("02:00,02:30,03:00,03:30,04:00").cutOffs(SPRING))
                .containsExactly(
                        Instant.parse("2026-03-29T01:00:00Z"),
                        Instant.parse("2026-03-29T01:30:00Z"),
                        Instant.parse("2026-03-29T02:00:00Z"));
        assertThat(at("02:00,02:30,03:00").cutOffs(AUTUMN)).hasSize(3).isSorted();
    }

    @ParameterizedTest(name = "at {0}: {1}")
    @CsvSource({
        "2026-03-28T15:59:59.999999Z, 2026-03-28",
        "2026-03-28T16:00:00Z, 2026-03-29",
        "2026-03-29T14:59:59Z, 2026-03-29",
        "2026-03-29T15:00:00Z, 2026-03-30",
        "2026-03-29T23:00:00Z, 2026-03-30"
    })
    void afterItsLastCutOffADateIsOver(Instant now, LocalDate expected) {
        assertThat(at("09:00,17:00").dateOpenAt(now)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hourly", "17:00", "00:00", "09:00,12:30,17:00", "09:00,09:00:30"})
    void timesAndTheirTextAreAPair(String text) {
        assertThat(at(text).timesText()).isEqualTo(text);
    }

    @Test
    void timesMustAscend() {
        for (List<LocalTime> times :
                List.of(List.of(LocalTime.NOON, LocalTime.NOON), List.of(LocalTime.NOON, LocalTime.MIDNIGHT))) {
            assertThatThrownBy(() -> new SettlementCalendar(BERLIN, times))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void everyCalendarDateIsABusinessDate() {
        assertThat(SettlementCalendar.after(LocalDate.of(2026, 2, 25), 7)).isEqualTo(LocalDate.of(2026, 3, 4));
    }
}
