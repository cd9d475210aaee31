package io.quittance.sql;

import io.quittance.domain.cycle.ClosedWindow;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Phase;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.ReferenceEntry;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.screening.CycleContext;
import io.quittance.domain.screening.CycleInput;
import io.quittance.domain.screening.SettledSubmission;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The queue of a closed window as a cycle reads it; each stream is one COPY in a snapshot of its own. */
final class JdbcCycleInput implements CycleInput {

    private static final String RECEIVED_OF_KIND = "SELECT received_of_kind FROM settlement_cycles WHERE cycle = ?";
    private static final String SETTLED_LEGS = """
            SELECT t.transaction_type, t.asset, t.from_account, t.to_account, t.amount
            FROM (SELECT y.cut_off FROM settlement_cycles y WHERE y.window_no = ?
                  UNION SELECT y.cut_off FROM submission_outcomes o JOIN settlement_cycles y ON y.cycle = o.cycle
                  WHERE o.intake_no = ?) c
            JOIN LATERAL (SELECT j.* FROM token_transactions j WHERE j.created_at = c.cut_off AND j.intake_no = ?
                  UNION ALL SELECT k.* FROM archived_originals k WHERE k.created_at = c.cut_off AND k.intake_no = ?) t ON true
            WHERE t.cycle < ?
            ORDER BY t.id
            """;
    /** As this cycle finds it, which a replay of it finds again: not whether it is archived now. */
    private static final String IS_ARCHIVED = """
            SELECT EXISTS (SELECT
                FROM (SELECT y.cycle FROM settlement_cycles y WHERE y.window_no = ?
                      UNION SELECT o.cycle FROM submission_outcomes o WHERE o.intake_no = ? AND o.cycle < ?) c
                JOIN journal_archives a ON c.cycle BETWEEN a.first_cycle AND a.last_cycle
                    AND a.seen_from <= ? AND (a.restored_from IS NULL OR a.restored_from > ?))
            """;

    private final SnapshotReads reads;
    private final JdbcClient jdbc;
    private final ClosedWindow window;
    private final NavigableMap<Long, LocalDate> held;
    private final long[] receivedOfKind;
    private final Map<UUID, SettledSubmission> reversible;
    /** The last phase, which is the longest as a rule, until it has been read. */
    private @Nullable ReadAhead debits;

    /** Reads with which a stream begins a snapshot of its own. */
    interface SnapshotReads {
        void read(String what, Read read);
    }

    /** A read in a transaction with one snapshot. */
    interface Read {
        void run(Connection connection) throws SQLException;
    }

    /**
     * @param jdbc takes part in the snapshot of a read
     * @param held until when each submission waits that was carried in held, by intake number
     */
    JdbcCycleInput(SnapshotReads reads, JdbcClient jdbc, ClosedWindow window, NavigableMap<Long, LocalDate> held) {
        this.reads = reads;
        this.jdbc = jdbc;
        this.window = window;
        this.held = held;
        this.receivedOfKind = new long[Kind.REVERSALS.code()];
        this.reversible = new HashMap<>();
        reads.read("see what a window took in", connection -> {
            try (var query = connection.prepareStatement(RECEIVED_OF_KIND)) {
                query.setLong(1, window.cycle());
                try (var row = query.executeQuery()) {
                    if (!row.next()) {
                        throw new IllegalStateException("cycle " + window.cycle() + " is not cut off");
                    }
                    Long[] counts = (Long[]) row.getArray(1).getArray();
                    for (int i = 0; i < counts.length; i++) {
                        receivedOfKind[i] = counts[i];
                    }
                }
            }
            loadReversible(connection);
        });
    }

    private void loadReversible(Connection connection) throws SQLException {
        if (receivedOfKind[Kind.REVERSALS.code() - 1] == 0) {
            return;
        }
        var reader = new QueueReader(connection);
        Set<UUID> named = new java.util.LinkedHashSet<>();
        reader.ofWindow(window.windowNo(), EnumSet.of(Kind.REVERSALS), item -> {
            if (item.submission() instanceof Submission.Reversal reversal) {
                named.add(reversal.reversedSubmission());
            }
        });
        for (UUID id : named) {
            Queued original = reader.ofId(id).orElse(null);
            if (original != null) {
                Submission submission = original.submission();
                long windowNo = windowOf(connection, original.intakeNo());
                boolean archived = isArchived(connection, windowNo, original.intakeNo());
                reversible.put(
                        id,
                        new SettledSubmission(
                                original.intakeNo(),
                                archived ? List.of() : legs(connection, windowNo, original.intakeNo()),
                                submission instanceof Submission.ComputeDeposit deposit ? deposit : null,
                                archived));
            }
        }
    }

    private static long windowOf(Connection connection, long intakeNo) throws SQLException {
        try (var query = connection.prepareStatement("SELECT window_no FROM submissions WHERE intake_no = ?")) {
            query.setLong(1, intakeNo);
            try (var row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private boolean isArchived(Connection connection, long windowNo, long intakeNo) throws SQLException {
        try (var query = connection.prepareStatement(IS_ARCHIVED)) {
            query.setLong(1, windowNo);
            query.setLong(2, intakeNo);
            for (int i = 3; i <= 5; i++) {
                query.setLong(i, window.cycle());
            }
            try (var row = query.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /** What a submission settled before this cycle. */
    private List<SettledSubmission.Leg> legs(Connection connection, long windowNo, long intakeNo) throws SQLException {
        var legs = new ArrayList<SettledSubmission.Leg>();
        try (var query = connection.prepareStatement(SETTLED_LEGS)) {
            query.setLong(1, windowNo);
            query.setLong(2, intakeNo);
            query.setLong(3, intakeNo);
            query.setLong(4, intakeNo);
            query.setLong(5, window.cycle());
            try (var row = query.executeQuery()) {
                while (row.next()) {
                    legs.add(new SettledSubmission.Leg(
                            TransactionType.ofCode(row.getInt(1)),
                            row.getInt(2),
                            row.getObject(3, UUID.class),
                            row.getObject(4, UUID.class),
                            row.getLong(5)));
                }
            }
        }
        return legs;
    }

    /** Begins to read the last phase now. Whoever asks for this closes the input. */
    JdbcCycleInput readAhead() {
        Set<Kind> kinds = QueueReader.present(Phase.DEBITS, receivedOfKind);
        if (!kinds.isEmpty() && debits == null) {
            debits = new ReadAhead(reads, window.windowNo(), kinds);
        }
        return this;
    }

    @Override
    public void close() {
        ReadAhead open = debits;
        debits = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public CycleContext context() {
        return new CycleContext(window.cycle(), window.businessDate(), window.cutOff(), window.parameters());
    }

    @Override
    public void reference(Consumer<ReferenceEntry> visitor) {
        reads.read("read the reference data", connection -> ReferenceRows.ofWindow(jdbc, window.windowNo(), visitor));
    }

    @Override
    public long receivedCount() {
        return window.received();
    }

    @Override
    public long heldCount() {
        return held.size();
    }

    @Override
    public void received(Phase phase, Consumer<Queued> visitor) {
        Set<Kind> kinds = QueueReader.present(phase, receivedOfKind);
        ReadAhead ahead = phase == Phase.DEBITS ? debits : null;
        if (ahead != null) {
            debits = null;
            try (ahead) {
                ahead.each(visitor);
            }
        } else if (!kinds.isEmpty()) {
            reads.read(
                    "read the queue",
                    connection -> new QueueReader(connection).ofWindow(window.windowNo(), kinds, visitor));
        }
    }

    @Override
    public void held(Phase phase, Consumer<Queued> visitor) {
        if (!held.isEmpty()) {
            reads.read(
                    "read what is held",
                    connection -> new QueueReader(connection).ofHeld(held, phase.kinds(), visitor));
        }
    }

    @Override
    public void cancels(CancelVisitor visitor) {
        if (receivedOfKind[Kind.CANCELS.code() - 1] > 0) {
            reads.read(
                    "read the cancels",
                    connection -> new QueueReader(connection).cancels(window.windowNo(), held::containsKey, visitor));
        }
    }

    @Override
    public @Nullable SettledSubmission reversible(UUID submissionId) {
        return reversible.get(submissionId);
    }

    @Override
    public Map<String, List<Long>> publishing() {
        Map<String, List<Long>> publishing = new HashMap<>();
        if (receivedOfKind[Kind.TASK_COMPLETIONS.code() - 1] == 0 && held.isEmpty()) {
            return publishing;
        }
        reads.read("see which tasks are being published", connection -> {
            String here = "(SELECT intake_no, kind, task_id FROM submissions WHERE window_no = " + window.windowNo()
                    + (held.isEmpty()
                            ? ""
                            : " UNION ALL SELECT intake_no, kind, task_id FROM submissions WHERE intake_no IN ("
                                    + QueueReader.numbers(held.keySet()) + ")")
                    + ")";
            try (var rows = new BinaryRows(
                    connection,
                    "SELECT p.task_id, p.intake_no FROM " + here + " p WHERE p.kind = "
                            + Kind.TASK_PUBLICATIONS.code() + " AND p.task_id IN (SELECT c.task_id FROM " + here
                            + " c WHERE c.kind = " + Kind.TASK_COMPLETIONS.code() + ") ORDER BY p.intake_no")) {
                while (rows.next()) {
                    LocalDate until = held.get(rows.int8(1));
                    if (until == null || !until.isBefore(window.businessDate())) {
                        publishing
                                .computeIfAbsent(rows.text(0), task -> new ArrayList<>())
                                .add(rows.int8(1));
                    }
                }
            }
        });
        return publishing;
    }
}
