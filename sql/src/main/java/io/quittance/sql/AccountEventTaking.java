package io.quittance.sql;

import static io.quittance.sql.JdbcValues.hashes;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.texts;
import static io.quittance.sql.JdbcValues.uuid;
import static io.quittance.sql.JdbcValues.written;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.StillOpen;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.ReferenceLine;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Takes what the bank decides about accounts. An event is refused that cannot mean anything, and a closing of an account with
 * something open by the published books; the cycle asks that once more, since the books may move on until then. One writer at a
 * time, as accounts are opened: an event is judged by those before it.
 */
final class AccountEventTaking extends ReferenceTaking {

    private static final String KEPT =
            "SELECT event_key, content_digest FROM account_events WHERE event_key = ANY (:names::text[])";
    /** As the accounts stand at the end of the window, by what was decided so far. */
    private static final String STATES = """
            SELECT a.account_id, s.event
            FROM token_accounts a
            JOIN settlement_windows w ON w.window_no = a.window_no
            JOIN settlement_windows here ON here.window_no = :window
            LEFT JOIN LATERAL (
                SELECT e.event FROM account_events e JOIN settlement_windows ew ON ew.window_no = e.window_no
                WHERE e.account_id = a.account_id AND e.event <> 'level' AND ew.cut_off <= here.cut_off
                    AND NOT EXISTS (SELECT FROM refused_closings r WHERE r.event_key = e.event_key)
                ORDER BY (e.event = 'close') DESC, ew.cut_off DESC, e.ordinal DESC LIMIT 1) s ON true
            WHERE a.account_id = ANY (:accounts::uuid[]) AND a.account_type <> 'system' AND w.cut_off <= here.cut_off
            """;

    private static final String OPEN = """
            SELECT b.account_id, asset_name(b.asset) AS what, b.posted AS amount, 1 AS part, b.asset
            FROM account_balances b
            WHERE b.account_id = ANY (:accounts::uuid[]) AND b.posted <> 0
            UNION ALL
            SELECT o.account_id, 'orders', count(*), 2, 0 FROM orders o
            WHERE o.open_lots > 0 AND o.account_id = ANY (:accounts::uuid[]) GROUP BY o.account_id
            UNION ALL
            SELECT t.publisher, 'tasks', count(*), 2, 0 FROM tasks t
            WHERE t.state = 'LISTED' AND t.publisher = ANY (:accounts::uuid[]) GROUP BY t.publisher
            UNION ALL
            SELECT s.account_id, 'held', count(*), 2, 0 FROM holds h JOIN submissions s ON s.intake_no = h.intake_no
            WHERE s.account_id = ANY (:accounts::uuid[]) GROUP BY s.account_id
            UNION ALL
            SELECT u.account_id, 'unclaimed', sum(u.amount)::bigint, 2, 0 FROM unclaimed_items u
            WHERE u.paid_cycle IS NULL AND u.account_id = ANY (:accounts::uuid[]) GROUP BY u.account_id
            ORDER BY part, asset
            """;
    private static final String ADD = """
            INSERT INTO account_events (event_key, account_id, event, kyc_level, reason, reason_hash, content_digest, window_no,
                decided_by)
            SELECT line.event_key, line.account_id, line.event, line.kyc_level, line.reason, line.reason_hash, line.digest,
                :window, :client
            FROM unnest(:keys::text[], :accounts::uuid[], :events::text[], :levels::text[], :reasons::text[],
                    :reasonHashes::bytea[], :digests::bytea[])
                WITH ORDINALITY AS line (event_key, account_id, event, kyc_level, reason, reason_hash, digest, ordinal)
            ORDER BY line.ordinal
            ON CONFLICT DO NOTHING
            RETURNING content_digest
            """;
    private static final Class<ReferenceLine.AccountEvent> TYPE = ReferenceLine.AccountEvent.class;

    private final Map<UUID, AccountStatus> statusOf = new HashMap<>();
    private final Map<UUID, StillOpen> openOf = new HashMap<>();

    AccountEventTaking(JdbcClient jdbc, Client client, OpenWindow window) {
        super(Kind.ACCOUNT_EVENTS, jdbc, client, window);
    }

    @Override
    Map<String, Kept> kept(Collection<Entry> lines) {
        jdbc.sql(AccountTaking.ONE_AT_A_TIME).query((row, n) -> "").single();
        return keptBy(
                jdbc.sql(KEPT)
                        .param("names", texts(lines.stream().map(Entry::name).toList())),
                (row, n) -> text(row, "event_key"));
    }

    @Override
    void prepare(Collection<Entry> lines) {
        List<@Nullable Object> accounts = each(lines, TYPE, e -> e.accountId());
        jdbc.sql(STATES)
                .param("accounts", written("uuid", accounts))
                .param("window", window.windowNo())
                .query(row -> {
                    String event = row.getString("event");
                    statusOf.put(
                            uuid(row, "account_id"),
                            event == null
                                    ? AccountStatus.ACTIVE
                                    : after(AccountChange.valueOf(event.toUpperCase(java.util.Locale.ROOT))));
                });
        List<@Nullable Object> closing = each(
                lines.stream()
                        .filter(line -> ((ReferenceLine.AccountEvent) line.line()).change() == AccountChange.CLOSE)
                        .toList(),
                TYPE,
                e -> e.accountId());
        if (!closing.isEmpty()) {
            readOpen(closing);
        }
    }

    private void readOpen(List<@Nullable Object> accounts) {
        Map<UUID, Map<String, Long>> posted = new HashMap<>();
        Map<UUID, Map<String, Long>> counts = new HashMap<>();
        jdbc.sql(OPEN).param("accounts", written("uuid", accounts)).query(row -> {
            (row.getInt("part") == 1 ? posted : counts)
                    .computeIfAbsent(uuid(row, "account_id"), account -> new LinkedHashMap<>())
                    .put(text(row, "what"), row.getLong("amount"));
        });
        for (Object account : accounts) {
            Map<String, Long> of = counts.getOrDefault(account, Map.of());
            openOf.put(
                    (UUID) java.util.Objects.requireNonNull(account),
                    new StillOpen(
                            posted.getOrDefault(account, Map.of()),
                            of.getOrDefault("orders", 0L),
                            of.getOrDefault("tasks", 0L),
                            of.getOrDefault("held", 0L),
                            of.getOrDefault("unclaimed", 0L)));
        }
    }

    private static AccountStatus after(AccountChange change) {
        return switch (change) {
            case FREEZE -> AccountStatus.FROZEN;
            case CLOSE -> AccountStatus.CLOSED;
            case UNFREEZE, LEVEL -> AccountStatus.ACTIVE;
        };
    }

    @Override
    List<FormError> missing(ReferenceLine line) {
        var event = (ReferenceLine.AccountEvent) line;
        AccountStatus status = statusOf.get(event.accountId());
        if (status == null) {
            return List.of(error("account_id", Reason.UNKNOWN_ACCOUNT));
        }
        if (status == AccountStatus.CLOSED) {
            return List.of(error("account_id", Reason.ACCOUNT_CLOSED));
        }
        return switch (event.change()) {
            case FREEZE -> status == AccountStatus.FROZEN ? conflict("The account is frozen already.") : List.of();
            case UNFREEZE -> status == AccountStatus.ACTIVE ? conflict("The account is not frozen.") : List.of();
            case CLOSE -> {
                StillOpen open = openOf.getOrDefault(event.accountId(), StillOpen.NOTHING);
                yield open.isNothing()
                        ? List.of()
                        : List.of(new FormError("account_id", Reason.STILL_OPEN, open.words()));
            }
            case LEVEL -> List.of(); // The same level once more is a decision, too.
        };
    }

    private static List<FormError> conflict(String sentence) {
        return List.of(new FormError("event", Reason.STATUS_CONFLICT, sentence));
    }

    @Override
    void admitted(Entry line) {
        var event = (ReferenceLine.AccountEvent) line.line();
        if (event.change() != AccountChange.LEVEL) {
            statusOf.put(event.accountId(), after(event.change()));
        }
    }

    @Override
    Map<String, Kept> add(List<Entry> lines) {
        return addedBy(
                lines,
                jdbc.sql(ADD)
                        .param("keys", written("text", each(lines, TYPE, e -> e.eventKey())))
                        .param("accounts", written("uuid", each(lines, TYPE, e -> e.accountId())))
                        .param(
                                "events",
                                written(
                                        "text",
                                        each(lines, TYPE, e -> e.change().wireName())))
                        .param("levels", written("text", each(lines, TYPE, e -> e.kycLevel())))
                        .param("reasons", written("text", each(lines, TYPE, e -> e.reason())))
                        .param(
                                "reasonHashes",
                                hashes(lines.stream().map(Entry::nameHash).toList()))
                        .param(
                                "digests",
                                hashes(lines.stream().map(Entry::digest).toList()))
                        .param("window", window.windowNo())
                        .param("client", client.id()));
    }
}
