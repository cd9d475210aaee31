package io.quittance.domain.cycle;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What the user of a sandbox may do with its bank's time, which stands still otherwise. One call after another; others wait.
 */
public interface Sandbox {

    /** How far the clock goes in one step. */
    Duration STEP_MAX = Duration.ofDays(31);

    /**
     * What time it is, and what passed.
     *
     * @param cycles those that were run on the way, in their order
     * @param isMoreDue whether cut-offs that have passed are still to be run: the time for one call was up. The same call
     *     again goes on.
     */
    record Time(Instant now, List<Long> cycles, boolean isMoreDue) {

        public Time {
            cycles = List.copyOf(cycles);
        }
    }

    /** The bank's clock. */
    Time now();

    /**
     * Moves the clock ahead and runs the cycles whose cut-offs it passes.
     *
     * @throws IllegalArgumentException if {@code to} is before the clock, or more than {@link #STEP_MAX} ahead of it
     */
    Time advanceTo(Instant to);

    /** Cuts off now and runs that cycle; a second call cuts off once more. Cut-offs that have passed come first. */
    Time cutOffNow();
}
