package io.quittance.domain.cycle;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;

/**
 * The windows that collect submissions. Laid out ahead by the calendar, closed one by one in the order of their cut-offs.
 *
 * <p>The race at a cut-off: a writer holds its window's lock shared from when it chose the window until its commit. The
 * close takes the lock exclusively, so it waits for the writers still under way, and a writer that comes to the lock too
 * late sees the window closed and takes the next one, which has been open all along. Intake never waits for a cycle.
 */
public interface Windows {

    /** An open window. */
    record Window(long windowNo, LocalDate businessDate, Instant cutOff) {}

    /** Makes sure that windows are laid out well ahead of the bank's clock. Cheap when they are. */
    void layOut();

    /** The earliest open window whose cut-off has come by the bank's clock. */
    Optional<Window> due();

    /**
     * Cuts off now, by hand: the current window ends at this instant and a new one takes over until its planned cut-off.
     * Answers the window that is due by it; if one was due already, that one, and nothing is split.
     */
    Window cutOffNow();

    /**
     * Closes the earliest due window and freezes its cycle's parameters. If {@code cycle} was closed before, answers it as
     * it was: a resumed run gets the same set.
     *
     * @throws IllegalStateException if {@code cycle} is not the next number, or no window is due
     */
    ClosedWindow close(long cycle, int rulesVersion, int secretVersion);

    /** The closed window of a cycle. */
    Optional<ClosedWindow> find(long cycle);

    /** The last cycle whose window closed; 0 before the first. */
    long lastClosed();
}
