package io.quittance.domain.intake;

import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The durable queue between the doors and the cycle. Thread-safe; any number of doors of any number of processes write at
 * once.
 *
 * <p>The window: a line joins the earliest window that is not yet closed and whose cut-off lies after the bank's clock, in
 * the same database transaction that makes it durable. The race with a cut-off is decided by a lock per window: a writer
 * holds it shared until its commit, the close takes it exclusively after the next window is open, so a line is either in
 * the closed set or in the next window, never in neither.
 */
public interface IntakeQueue {

    /**
     * Takes lines in one transaction: when it returns, every line that is not refused is durable.
     *
     * <p>Checked here, after the form: that accounts, classes, resources and services exist, that limits are on tick, that
     * the client may act for the account, and the idempotency key. The same key with the same content answers as the
     * first time with {@code repeated}; the same key with other content is refused. A repeat within {@code lines} meets
     * the earlier line.
     *
     * <p>An account that the client may not see is answered as one that does not exist, {@link Reason#UNKNOWN_ACCOUNT} in
     * field {@code account_id}; {@link Reason#NOT_PERMITTED} is for an account that it sees but may not act for.
     *
     * @param client who sends
     * @param lines all of one kind or of several, in the sender's order; the answers come in the same order
     * @param businessDate the date for which they are meant; null for the earliest possible
     * @return one receipt per line
     * @throws NoOpenWindow if {@code businessDate} is neither open nor in the future
     * @throws Overloaded if more come than can be taken; nothing was taken
     */
    List<Receipt> accept(Client client, List<Line> lines, @Nullable LocalDate businessDate);

    /**
     * Takes all of the lines or none, in one transaction, for the earliest date possible; each is checked as by {@link
     * #accept}.
     *
     * @return one receipt per line. If any of them is {@link Receipt.Refused} nothing was taken, and the others only say
     *     that there was nothing against their lines.
     * @throws NoOpenWindow if no date is open
     * @throws Overloaded if more come than can be taken; nothing was taken
     */
    List<Receipt> acceptAll(Client client, List<Line> lines);

    /** The business date cannot be submitted to. {@code getMessage()} names the dates that can. */
    class NoOpenWindow extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public NoOpenWindow(String message) {
            super(message);
        }
    }

    /** So many wait already that this would wait too long. The same can be handed in again in a moment. */
    class Overloaded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Overloaded(String message) {
            super(message, null, false, false);
        }
    }
}
