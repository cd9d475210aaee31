package io.quittance.domain.cycle;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;

/**
 * When windows close: the cut-offs of each business date, in the bank's zone. Every calendar date is a business date.
 *
 * @param zone in which dates begin and end
 * @param cutOffTimes times of day, ascending; empty for hourly, where the last cut-off of a date is the date's end
 */
public record SettlementCalendar(ZoneId zone, List<LocalTime> cutOffTimes) {

    public SettlementCalendar {
        cutOffTimes = List.copyOf(cutOffTimes);
        for (int i = 1; i < cutOffTimes.size(); i++) {
            if (!cutOffTimes.get(i - 1).isBefore(cutOffTimes.get(i))) {
                throw new IllegalArgumentException("cut-off times must ascend: " + cutOffTimes);
            }
        }
    }

    /**
     * The cut-offs of a date, strictly ascending. Hourly dates have as many as they have hours: 23 or 25 where summer time
     * begins or ends. A time of day that summer time skips is moved forward by the length of the gap.
     */
    public List<Instant> cutOffs(LocalDate date) {
        var instants = new ArrayList<Instant>();
        if (cutOffTimes.isEmpty()) {
            Instant end = date.plusDays(1).atStartOfDay(zone).toInstant();
            Instant next = date.atStartOfDay(zone).toInstant().plusSeconds(3_600);
            while (next.isBefore(end)) {
                instants.add(next);
                next = next.plusSeconds(3_600);
            }
            instants.add(end);
        } else {
            for (LocalTime time : cutOffTimes) {
                Instant instant = ZonedDateTime.of(date, time, zone).toInstant();
                if (instants.isEmpty() || instants.getLast().isBefore(instant)) {
                    instants.add(instant);
                }
            }
        }
        return instants;
    }

    /** The date whose next cut-off is the first one after {@code instant}. */
    public LocalDate dateOpenAt(Instant instant) {
        LocalDate date = instant.atZone(zone).toLocalDate();
        return cutOffs(date).getLast().isAfter(instant) ? date : date.plusDays(1);
    }

    /** The date on which a hold ends that named none: {@code days} business dates later. */
    public static LocalDate after(LocalDate date, int days) {
        return date.plusDays(days);
    }

    /** The form {@link #parseTimes} reads: {@code hourly} or {@code 09:00,17:00}. */
    public String timesText() {
        return cutOffTimes.isEmpty()
                ? "hourly"
                : String.join(",", cutOffTimes.stream().map(LocalTime::toString).toList());
    }

    public static List<LocalTime> parseTimes(String text) {
        return text.equals("hourly")
                ? List.of()
                : java.util.Arrays.stream(text.split(",", -1))
                        .map(LocalTime::parse)
                        .toList();
    }
}
