package io.quittance.sql;

import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.timestamp;
import static io.quittance.sql.JdbcValues.uuid;

import io.quittance.domain.intake.Kind;
import io.quittance.domain.notification.Message;
import io.quittance.domain.notification.MessageQueue;
import io.quittance.domain.notification.RetrySchedule;
import io.quittance.domain.notification.Webhook;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.SqlParameterValue;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * {@link MessageQueue} in tables webhook_messages, webhook_attempts and webhook_progress. Messages are written from what is
 * published, cycle by cycle, for all webhooks in one statement; who writes them holds the one row of the progress.
 */
final class JdbcMessageQueue implements MessageQueue {

    /** Submissions in one message: a body of some 60 kB. */
    private static final int PER_MESSAGE = 500;

    /** A message that was claimed and of which nothing was noted is tried again after this: its process has died. */
    private static final Duration CLAIM = Duration.ofMinutes(3);

    private static final int DELETED_AT_ONCE = 1_000;
    private static final int GONE = 410;

    /** Wire names of the kinds that a cycle decides about, by their codes from 1 on. */
    private static final List<String> KINDS = submissionKinds();

    /** Takes a lock only where there is something to do. */
    private static final String PROGRESS = """
            SELECT p.told_cycle, p.told_final, h.last_cycle,
                EXISTS (SELECT FROM webhooks WHERE ended_at IS NULL) AS is_anyone_told
            FROM webhook_progress p, books_head h
            WHERE p.told_cycle < h.last_cycle
                OR EXISTS (SELECT FROM chain_commits c WHERE c.cycle = p.told_final + 1 AND c.state = 'FINAL')
            FOR UPDATE OF p SKIP LOCKED
            """;

    private static final String TOLD_CYCLE = "UPDATE webhook_progress SET told_cycle = :cycle";
    private static final String TOLD_FINAL = "UPDATE webhook_progress SET told_final = :cycle";

    private static final String SUBMISSIONS = """
            INSERT INTO webhook_messages (webhook_no, event, about, payload)
            WITH y AS (
                SELECT cycle, window_no, business_date FROM settlement_cycles WHERE cycle = :cycle
            ), told AS (
                SELECT webhook_no, client_id, events FROM webhooks
                WHERE ended_at IS NULL AND from_cycle <= :cycle
                    AND events && '{submission.settled,submission.refused,submission.pending}'::text[]
            ), decided AS (
                SELECT w.webhook_no, w.events, s.intake_no, s.submission_id, s.submission_key, s.kind,
                    coalesce(o.state, 'SETTLED') AS state, o.reason, o.filled_lots, o.open_lots
                FROM y
                JOIN submissions s ON s.window_no = y.window_no
                JOIN told w ON w.client_id = s.client_id
                LEFT JOIN submission_outcomes o ON o.cycle = y.cycle AND o.intake_no = s.intake_no
                UNION ALL
                SELECT w.webhook_no, w.events, s.intake_no, s.submission_id, s.submission_key, s.kind,
                    o.state, o.reason, o.filled_lots, o.open_lots
                FROM y
                JOIN submission_outcomes o ON o.cycle = y.cycle
                JOIN submissions s ON s.intake_no = o.intake_no AND s.window_no <> y.window_no
                JOIN told w ON w.client_id = s.client_id
            ), sorted AS (
                SELECT d.*, e.event,
                    (row_number() OVER (PARTITION BY d.webhook_no, e.event ORDER BY d.intake_no) - 1) / :perMessage AS part
                FROM decided d
                CROSS JOIN LATERAL (SELECT CASE
                    WHEN d.state = 'SETTLED' THEN 'submission.settled'
                    WHEN d.state IN ('ADMITTED', 'HELD') THEN 'submission.pending'
                    ELSE 'submission.refused' END AS event) e
                WHERE e.event = ANY (d.events)
            )
            SELECT l.webhook_no, l.event, y.cycle || '.' || l.part,
                json_strip_nulls(json_build_object('type', l.event, 'timestamp', webhook_time(clock_timestamp()),
                    'data', json_build_object('cycle', y.cycle, 'business_date', y.business_date, 'submissions', json_agg(
                        json_build_object(
                            'submission_id', l.submission_id, 'submission_key', l.submission_key,
                            'kind', (:kinds::text[])[l.kind], 'state', lower(l.state), 'reason', l.reason,
                            'filled_lots', CASE WHEN l.kind = :orders THEN l.filled_lots::text END,
                            'open_lots', CASE WHEN l.kind = :orders THEN l.open_lots::text END)
                        ORDER BY l.intake_no))))
            FROM sorted l CROSS JOIN y
            GROUP BY l.webhook_no, l.event, l.part, y.cycle, y.business_date
            ORDER BY l.webhook_no, l.part, l.event
            ON CONFLICT (webhook_no, event, about) DO NOTHING
            """;

    private static final String FILES = """
            INSERT INTO webhook_messages (webhook_no, event, about, payload)
            SELECT w.webhook_no, 'file.done', f.file_no::text,
                json_strip_nulls(json_build_object('type', 'file.done', 'timestamp', webhook_time(clock_timestamp()),
                    'data', json_build_object('file_no', f.file_no, 'file_id', f.file_id, 'cycle', y.cycle,
                        'business_date', y.business_date, 'lines', f.lines, 'queued', f.queued, 'repeated', f.repeated,
                        'refused', f.refused, 'states', n.states, 'results', '/v1/files/' || f.file_no || '/results')))
            FROM settlement_cycles y
            JOIN submission_files f ON f.window_no = y.window_no
            JOIN webhooks w ON w.client_id = f.client_id AND w.ended_at IS NULL AND w.from_cycle <= y.cycle
                AND 'file.done' = ANY (w.events)
            CROSS JOIN LATERAL (
                SELECT json_object_agg(lower(c.state), c.lines ORDER BY c.state) AS states
                FROM (SELECT coalesce(o.state, 'SETTLED') AS state, count(*) AS lines
                      FROM submissions s
                      LEFT JOIN submission_outcomes o ON o.cycle = y.cycle AND o.intake_no = s.intake_no
                      WHERE s.window_no = f.window_no AND s.file_no = f.file_no
                          AND s.intake_no BETWEEN f.first_intake_no AND f.last_intake_no
                      GROUP BY 1) c) n
            WHERE y.cycle = :cycle
            ORDER BY w.webhook_no, f.file_no
            ON CONFLICT (webhook_no, event, about) DO NOTHING
            """;

    private static final String FINAL = """
            INSERT INTO webhook_messages (webhook_no, event, about, payload)
            SELECT w.webhook_no, 'cycle.final', y.cycle::text,
                json_strip_nulls(json_build_object('type', 'cycle.final', 'timestamp', webhook_time(c.final_at),
                    'data', json_build_object('cycle', y.cycle, 'business_date', y.business_date,
                        'cut_off', webhook_time(y.cut_off), 'root', '0x' || encode(e.entry_root, 'hex'),
                        'header_hash', '0x' || encode(e.header_hash, 'hex'), 'leaf_count', e.leaf_count,
                        'chain_transaction', '0x' || encode(c.transaction_hash, 'hex'), 'block_number', c.block_number)))
            FROM chain_commits c
            JOIN settlement_cycles y ON y.cycle = c.cycle
            JOIN seals e ON e.cycle = c.cycle
            JOIN webhooks w ON w.ended_at IS NULL AND w.from_cycle <= y.cycle AND 'cycle.final' = ANY (w.events)
            WHERE c.cycle = :cycle
            ON CONFLICT (webhook_no, event, about) DO NOTHING
            """;

    private static final String BREAKS = """
            INSERT INTO webhook_messages (webhook_no, event, about, payload)
            SELECT w.webhook_no, 'break.opened', b.cycle || ' ' || b.check_name || ' ' || b.asset,
                json_strip_nulls(json_build_object('type', 'break.opened', 'timestamp', webhook_time(b.checked_at),
                    'data', json_build_object('cycle', b.cycle, 'business_date', y.business_date, 'check', b.check_name,
                        'asset', nullif(b.asset, ''), 'expected', b.expected, 'found', b.found)))
            FROM reconciliation_checks b
            JOIN settlement_cycles y ON y.cycle = b.cycle
            JOIN webhooks w ON w.ended_at IS NULL AND w.from_cycle <= b.cycle AND 'break.opened' = ANY (w.events)
            JOIN clients c ON c.client_id = w.client_id AND c.scopes && '{OPERATE,FINANCE,AUDIT}'::text[]
            WHERE b.verdict = 'BREAK'
            ORDER BY b.cycle, b.check_name, b.asset
            ON CONFLICT (webhook_no, event, about) DO NOTHING
            """;

    private static final String DELETE_OLD = """
            DELETE FROM webhook_messages WHERE message_no IN (
                SELECT message_no FROM webhook_messages
                WHERE created_at < clock_timestamp() - interval '30 days' AND state <> 'DUE' LIMIT :limit)
            """;

    private static final String DUE = """
            SELECT w.webhook_no FROM webhooks w
            WHERE w.ended_at IS NULL AND EXISTS (SELECT FROM webhook_messages m
                WHERE m.webhook_no = w.webhook_no AND m.state = 'DUE' AND m.next_at <= clock_timestamp())
            ORDER BY w.webhook_no
            """;
    private static final String CLAIM_ONE = """
            UPDATE webhook_messages SET attempts = attempts + 1, next_at = clock_timestamp() + :claim * interval '1 second'
            WHERE message_no = (
                SELECT m.message_no FROM webhook_messages m
                WHERE m.webhook_no = :webhook AND m.state = 'DUE' AND m.next_at <= clock_timestamp()
                ORDER BY m.next_at, m.message_no LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING message_no, message_id, payload, attempts
            """;
    private static final String NOTE = """
            INSERT INTO webhook_attempts (message_no, attempted_at, status, trouble, millis)
            VALUES (:message, :at, :status, :trouble, :millis)
            """;
    /** Of a message that was made due again meanwhile, the new attempts decide. */
    private static final String SETTLE = """
            UPDATE webhook_messages SET state = :state,
                next_at = coalesce(clock_timestamp() + :wait * interval '1 second', next_at)
            WHERE message_no = :message AND attempts = :attempt AND state = 'DUE'
            """;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    JdbcMessageQueue(DataSource application, PlatformTransactionManager transactions) {
        this.jdbc = JdbcClient.create(application);
        this.transaction = new TransactionTemplate(transactions);
    }

    private record Progress(long toldCycle, long toldFinal, long lastCycle, boolean isAnyoneTold) {}

    @Override
    public boolean tell() {
        return tellOfACycle()
                || jdbc.sql(BREAKS).update() > 0
                || jdbc.sql(DELETE_OLD).param("limit", DELETED_AT_ONCE).update() > 0;
    }

    private boolean tellOfACycle() {
        return Boolean.TRUE.equals(transaction.execute(status -> jdbc.sql(PROGRESS)
                .query((row, n) -> new Progress(
                        row.getLong("told_cycle"),
                        row.getLong("told_final"),
                        row.getLong("last_cycle"),
                        row.getBoolean("is_anyone_told")))
                .optional()
                .map(progress -> {
                    tell(progress);
                    return true;
                })
                .orElse(false)));
    }

    private void tell(Progress progress) {
        if (progress.toldCycle() < progress.lastCycle()) {
            long cycle = progress.isAnyoneTold() ? progress.toldCycle() + 1 : progress.lastCycle();
            if (progress.isAnyoneTold()) {
                jdbc.sql(SUBMISSIONS)
                        .param("cycle", cycle)
                        .param("perMessage", PER_MESSAGE)
                        .param("kinds", JdbcValues.texts(KINDS))
                        .param("orders", Kind.ORDERS.code())
                        .update();
                jdbc.sql(FILES).param("cycle", cycle).update();
            }
            jdbc.sql(TOLD_CYCLE).param("cycle", cycle).update();
        } else {
            long cycle = progress.toldFinal() + 1;
            if (progress.isAnyoneTold()) {
                jdbc.sql(FINAL).param("cycle", cycle).update();
            }
            jdbc.sql(TOLD_FINAL).param("cycle", cycle).update();
        }
    }

    private static List<String> submissionKinds() {
        List<Kind> kinds =
                Arrays.stream(Kind.values()).filter(kind -> !kind.isReference()).toList();
        int last = kinds.stream().mapToInt(Kind::code).max().orElseThrow();
        List<String> names = new ArrayList<>(Collections.nCopies(last, ""));
        kinds.forEach(kind -> names.set(kind.code() - 1, kind.wireName()));
        return names;
    }

    @Override
    public List<Long> due() {
        return jdbc.sql(DUE).query(Long.class).list();
    }

    @Override
    public Optional<Claimed> claim(long number) {
        record Taken(long number, UUID id, String payload, int attempt) {}
        return jdbc.sql(CLAIM_ONE)
                .param("webhook", number)
                .param("claim", CLAIM.toSeconds())
                .query((row, n) -> new Taken(
                        row.getLong("message_no"),
                        uuid(row, "message_id"),
                        text(row, "payload"),
                        row.getInt("attempts")))
                .optional()
                .map(taken -> new Claimed(taken.number(), taken.id(), find(number), taken.payload(), taken.attempt()));
    }

    private Webhook find(long number) {
        return jdbc.sql(JdbcWebhooks.FIND)
                .param("webhook", number)
                .query((row, n) -> JdbcWebhooks.webhook(row))
                .single();
    }

    @Override
    public void note(Claimed message, Message.Attempt attempt) {
        @Nullable
        Duration wait = attempt.trouble() == null
                ? null
                : RetrySchedule.after(message.attempt()).orElse(null);
        String state = attempt.trouble() == null
                ? Message.State.DELIVERED.name()
                : wait == null ? Message.State.FAILED.name() : Message.State.DUE.name();
        transaction.executeWithoutResult(status -> {
            jdbc.sql(NOTE)
                    .param("message", message.number())
                    .param("at", timestamp(attempt.at()))
                    .param("status", new SqlParameterValue(Types.INTEGER, attempt.status()))
                    .param("trouble", JdbcValues.text(attempt.trouble()))
                    .param("millis", attempt.millis())
                    .update();
            jdbc.sql(SETTLE)
                    .param("message", message.number())
                    .param("attempt", message.attempt())
                    .param("state", state)
                    .param("wait", new SqlParameterValue(Types.BIGINT, wait == null ? null : wait.toSeconds()))
                    .update();
            if (attempt.status() != null && attempt.status() == GONE) {
                jdbc.sql(JdbcWebhooks.END)
                        .param("webhook", message.webhook().number())
                        .param("by", new SqlParameterValue(Types.INTEGER, null))
                        .update();
            }
        });
    }
}
