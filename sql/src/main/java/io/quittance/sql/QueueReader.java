package io.quittance.sql;

import io.quittance.domain.intake.Queued;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Reads submissions out of the queue, in intake order, within the connection's transaction. */
final class QueueReader {

    private static final int FETCH = 10_000;

    private static final String FROM_QUEUE =
            "SELECT " + SubmissionColumns.READ + " FROM submissions s JOIN clients c ON c.client_id = s.client_id ";
    private static final String OF_WINDOW = FROM_QUEUE + "WHERE s.window_no = ? ORDER BY s.intake_no";
    private static final String OF_INTAKE_NOS = FROM_QUEUE + "WHERE s.intake_no = ANY (?) ORDER BY s.intake_no";
    private static final String OF_ID = FROM_QUEUE + "WHERE s.submission_id = ?";

    private QueueReader() {}

    static List<Queued> ofWindow(Connection connection, long windowNo) throws SQLException {
        try (var query = connection.prepareStatement(OF_WINDOW)) {
            query.setLong(1, windowNo);
            return read(query);
        }
    }

    static List<Queued> ofIntakeNos(Connection connection, Collection<Long> intakeNos) throws SQLException {
        try (var query = connection.prepareStatement(OF_INTAKE_NOS)) {
            query.setArray(1, connection.createArrayOf("bigint", intakeNos.toArray()));
            return read(query);
        }
    }

    static Optional<Queued> ofId(Connection connection, UUID submissionId) throws SQLException {
        try (var query = connection.prepareStatement(OF_ID)) {
            query.setObject(1, submissionId);
            return read(query).stream().findFirst();
        }
    }

    private static List<Queued> read(PreparedStatement query) throws SQLException {
        query.setFetchSize(FETCH);
        var items = new ArrayList<Queued>();
        try (var row = query.executeQuery()) {
            while (row.next()) {
                items.add(SubmissionColumns.read(row));
            }
        }
        return items;
    }
}
