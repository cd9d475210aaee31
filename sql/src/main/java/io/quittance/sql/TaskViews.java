package io.quittance.sql;

import static io.quittance.sql.JdbcValues.instantOrNull;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.uuid;
import static io.quittance.sql.JdbcValues.uuidOrNull;

import io.quittance.domain.ledger.Task;
import io.quittance.domain.report.BankViews.TaskView;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Tasks on the ledger, page by page. Inside the caller's snapshot. */
final class TaskViews {

    /** What a listed task is called outside. */
    private static final String OPEN = "open";

    private static final String PAGE = """
            SELECT t.task_id, t.publisher, t.reward_utoken, t.capability, t.due_at, t.state, t.published_cycle,
                t.agent_account
            FROM seen.tasks t
            WHERE (:state::text IS NULL OR t.state = :state)
                AND (:capability::text IS NULL OR t.capability = :capability)
                AND (:after::text IS NULL OR t.task_id > :after)
            ORDER BY t.task_id LIMIT :limit
            """;

    private final JdbcClient jdbc;

    TaskViews(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @throws IllegalArgumentException if the status is none of open, completed, expired */
    List<TaskView> page(@Nullable String status, @Nullable String capability, @Nullable String after, int limit) {
        return jdbc.sql(PAGE)
                .param(
                        "state",
                        JdbcValues.text(status == null ? null : stateOf(status).name()))
                .param("capability", JdbcValues.text(capability))
                .param("after", JdbcValues.text(after))
                .param("limit", limit)
                .query((row, n) -> new TaskView(
                        text(row, "task_id"),
                        uuid(row, "publisher"),
                        row.getLong("reward_utoken"),
                        row.getString("capability"),
                        instantOrNull(row, "due_at"),
                        statusOf(Task.State.valueOf(text(row, "state"))),
                        row.getLong("published_cycle"),
                        uuidOrNull(row, "agent_account")))
                .list();
    }

    private static Task.State stateOf(String status) {
        for (Task.State state : Task.State.values()) {
            if (statusOf(state).equals(status)) {
                return state;
            }
        }
        throw new IllegalArgumentException("a task is open, completed or expired, not " + status);
    }

    private static String statusOf(Task.State state) {
        return state == Task.State.LISTED ? OPEN : state.name().toLowerCase(Locale.ROOT);
    }
}
