package io.quittance.sql;

import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Phase;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.screening.CycleInput.CancelVisitor;
import io.quittance.domain.screening.CycleInput.Named;
import io.quittance.domain.screening.CycleInput.Standing;
import io.quittance.domain.seal.Hash32;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;

/**
 * Streams submissions out of the queue, in intake order, within the connection's transaction. Reads the columns of the
 * kinds that are asked for and no others.
 */
final class QueueReader {

    /** Takes a submission together with the digest of its content as it was when it came in. */
    interface DigestVisitor {
        void received(Queued item, Hash32 contentDigest);
    }

    private final Connection connection;

    QueueReader(Connection connection) {
        this.connection = connection;
    }

    /** The submissions of these kinds in a window. */
    void ofWindow(long windowNo, Set<Kind> kinds, Consumer<Queued> visitor) throws SQLException {
        each(kinds, "WHERE s.window_no = " + windowNo + " AND s.kind IN (" + codes(kinds) + ")", visitor);
    }

    /** The same with their digests. */
    void ofWindow(long windowNo, Set<Kind> kinds, DigestVisitor visitor) throws SQLException {
        var columns = new SubmissionColumns.Selection(kinds);
        try (var rows = new BinaryRows(
                connection,
                "SELECT s.content_digest, " + columns.list() + " FROM submissions s WHERE s.window_no = " + windowNo
                        + " AND s.kind IN (" + codes(kinds) + ") ORDER BY s.intake_no")) {
            while (rows.next()) {
                visitor.received(columns.read(rows, 1), Hash32.of(rows.bytes(0)));
            }
        }
    }

    /** Those of some numbers that are of these kinds, each as held until the date that the map says. */
    void ofHeld(Map<Long, LocalDate> held, Set<Kind> kinds, Consumer<Queued> visitor) throws SQLException {
        if (!held.isEmpty()) {
            each(
                    kinds,
                    "WHERE s.intake_no IN (" + numbers(held.keySet()) + ") AND s.kind IN (" + codes(kinds) + ")",
                    item -> {
                        LocalDate until = held.get(item.intakeNo());
                        visitor.accept(until == null ? item : item.heldUntil(until));
                    });
        }
    }

    /** The submission of an id. */
    Optional<Queued> ofId(UUID submissionId) throws SQLException {
        var found = new Queued[1];
        each(
                EnumSet.range(Kind.COMPUTE_DEPOSITS, Kind.REVERSALS),
                "WHERE s.submission_id = '" + submissionId + "'",
                item -> found[0] = item);
        return Optional.ofNullable(found[0]);
    }

    /**
     * The cancels of a window, each with what it names.
     *
     * @param isHeld whether the submission of a number was carried into the window's cycle held
     */
    void cancels(long windowNo, LongPredicate isHeld, CancelVisitor visitor) throws SQLException {
        var columns = new SubmissionColumns.Selection(EnumSet.of(Kind.CANCELS));
        try (var rows = new BinaryRows(
                connection,
                "SELECT t.intake_no, t.submission_id, t.account_id, t.window_no, t.kind, " + columns.list()
                        + " FROM submissions s LEFT JOIN submissions t"
                        + " ON t.client_id = s.client_id AND t.submission_key = s.cancelled_key WHERE s.window_no = "
                        + windowNo + " AND s.kind = " + Kind.CANCELS.code() + " ORDER BY s.intake_no")) {
            while (rows.next()) {
                Named named = null;
                if (!rows.isNull(0)) {
                    boolean orderOfWindow = rows.int8(3) == windowNo && rows.int2(4) == Kind.ORDERS.code();
                    named = new Named(
                            rows.int8(0),
                            rows.uuid(1),
                            rows.uuid(2),
                            orderOfWindow
                                    ? Standing.ORDER_OF_THIS_WINDOW
                                    : isHeld.test(rows.int8(0)) ? Standing.HELD : Standing.ELSEWHERE);
                }
                visitor.cancel(columns.read(rows, 5), named);
            }
        }
    }

    private void each(Set<Kind> kinds, String where, Consumer<Queued> visitor) throws SQLException {
        var columns = new SubmissionColumns.Selection(kinds);
        try (var rows = new BinaryRows(
                connection, "SELECT " + columns.list() + " FROM submissions s " + where + " ORDER BY s.intake_no")) {
            while (rows.next()) {
                visitor.accept(columns.read(rows, 0));
            }
        }
    }

    static String numbers(Collection<Long> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    static String codes(Set<Kind> kinds) {
        return kinds.stream().map(kind -> String.valueOf(kind.code())).collect(Collectors.joining(","));
    }

    /** The kinds of a phase that a window has. */
    static Set<Kind> present(Phase phase, long[] receivedOfKind) {
        Set<Kind> kinds = phase.kinds();
        kinds.removeIf(kind -> receivedOfKind[kind.code() - 1] == 0);
        return kinds;
    }
}
