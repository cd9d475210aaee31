package io.quittance.sql;

import static io.quittance.sql.JdbcValues.hash;
import static io.quittance.sql.JdbcValues.instant;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.uuid;

import io.quittance.domain.intake.Approvals;
import io.quittance.domain.intake.Client;
import io.quittance.domain.seal.Hash32;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * {@link Approvals} in table approvals. Each step of an approval is one conditional update, so of two at once one wins.
 * The last step, its use, is made by the queue in the transaction that takes the reversal.
 */
final class JdbcApprovals implements Approvals {

    private static final String REQUEST = """
            INSERT INTO approvals (action, action_hash, maker, asked_as, requested_at)
            VALUES (:action, :hash, :maker, :request, bank_now())
            ON CONFLICT (maker, asked_as) DO NOTHING
            """;
    private static final String ASKED = """
            SELECT approval_id FROM approvals WHERE maker = :maker AND asked_as = :request
            """;
    private static final String DECIDE = """
            UPDATE approvals SET state = :state, checker = :checker, decided_at = bank_now()
            WHERE approval_id = :approval AND state = 'REQUESTED' AND maker <> :checker
            """;
    private static final String FIND = """
            SELECT a.approval_id, a.action, a.action_hash, maker.name AS maker, a.requested_at, a.state,
                checker.name AS checker
            FROM approvals a
            JOIN clients maker ON maker.client_id = a.maker
            LEFT JOIN clients checker ON checker.client_id = a.checker
            WHERE a.approval_id = :approval
            """;

    private final JdbcClient jdbc;

    JdbcApprovals(DataSource application) {
        this.jdbc = JdbcClient.create(application);
    }

    @Override
    public Asked request(Client maker, String requestKey, String action, Hash32 actionHash) {
        int asked = jdbc.sql(REQUEST)
                .param("action", action)
                .param("hash", actionHash.bytes())
                .param("maker", maker.id())
                .param("request", requestKey)
                .update();
        UUID id = jdbc.sql(ASKED)
                .param("maker", maker.id())
                .param("request", requestKey)
                .query((row, n) -> uuid(row, "approval_id"))
                .single();
        Approval approval = find(Objects.requireNonNull(id)).orElseThrow();
        if (!approval.actionHash().equals(actionHash)) {
            throw new IllegalArgumentException("the request key was used for another action");
        }
        return new Asked(approval, asked == 0);
    }

    @Override
    public Optional<Approval> decide(Client checker, UUID id, boolean approved) {
        State decision = approved ? State.APPROVED : State.REFUSED;
        int decided = jdbc.sql(DECIDE)
                .param("state", decision.name())
                .param("checker", checker.id())
                .param("approval", id)
                .update();
        Optional<Approval> approval = find(id);
        if (decided == 0 && approval.isPresent()) {
            if (approval.get().maker().equals(checker.name())) {
                throw new SelfApproval();
            }
            throw new IllegalStateException(
                    "approval " + id + " was decided before: " + approval.get().state());
        }
        return approval;
    }

    @Override
    public Optional<Approval> find(UUID id) {
        return jdbc.sql(FIND)
                .param("approval", id)
                .query((row, n) -> approval(row))
                .optional();
    }

    private static Approval approval(ResultSet row) throws SQLException {
        return new Approval(
                uuid(row, "approval_id"),
                text(row, "action"),
                hash(row, "action_hash"),
                text(row, "maker"),
                instant(row, "requested_at"),
                State.valueOf(text(row, "state")),
                row.getString("checker"));
    }
}
