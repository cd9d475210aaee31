package io.quittance.sql;

import static io.quittance.sql.JdbcValues.dateOrNull;
import static io.quittance.sql.JdbcValues.hash;
import static io.quittance.sql.JdbcValues.hashOrNull;
import static io.quittance.sql.JdbcValues.instant;
import static io.quittance.sql.JdbcValues.instantOrNull;
import static io.quittance.sql.JdbcValues.longOrNull;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.uuid;

import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.seal.Hash32;
import java.lang.reflect.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.SqlArrayValue;

/**
 * The one place where a submission becomes columns of table submissions, and columns a submission. What is written and
 * read back has the same canonical content.
 */
final class SubmissionColumns {

    /**
     * The columns that hold what a submission says; the constant's name in lower case is the column's. The type is the
     * server's; values of all types but {@code int8}, {@code bool} and {@code bytea} travel as text.
     */
    enum Column {
        ACCOUNT_ID("uuid"),
        RESOURCE_ID("text"),
        GPU_MS("int8"),
        MODE("text"),
        METERED_FROM("timestamptz"),
        METERED_TO("timestamptz"),
        TASK_ID("text"),
        REWARD_UTOKEN("int8"),
        CAPABILITY("text"),
        DUE_AT("timestamptz"),
        AGENT_ACCOUNT("uuid"),
        RESULT_SHA256("bytea"),
        COMPUTE_CLASS("text"),
        SIDE("text"),
        ORDER_TYPE("text"),
        LOTS("int8"),
        LIMIT_UTOKEN_PER_LOT("int8"),
        TIME_IN_FORCE("text"),
        GOOD_THROUGH("date"),
        CANCELLED_KEY("text"),
        SERVICE("text"),
        MODEL("text"),
        USED_AT("timestamptz"),
        INPUT_TOKENS("int8"),
        OUTPUT_TOKENS("int8"),
        PRICE_VERSION("text"),
        AMOUNT_UTOKEN("int8"),
        TO_ACCOUNT("uuid"),
        MEMO_HASH("bytea"),
        REVERSED_SUBMISSION("uuid"),
        APPROVAL_ID("uuid"),
        TAKE_FROM_SUSPENSE("bool"),
        HOLD_UNTIL("date");

        private final String type;

        Column(String type) {
            this.type = type;
        }

        String columnName() {
            return name().toLowerCase(Locale.ROOT);
        }

        String type() {
            return type;
        }

        private Class<?> element() {
            return switch (type) {
                case "int8" -> Long.class;
                case "bool" -> Boolean.class;
                case "bytea" -> byte[].class;
                default -> String.class;
            };
        }

        /** This column of several rows as one array parameter. */
        SqlArrayValue array(List<@Nullable Object[]> rows) {
            Object values = Array.newInstance(element(), rows.size());
            for (int i = 0; i < rows.size(); i++) {
                Array.set(values, i, rows.get(i)[ordinal()]);
            }
            return new SqlArrayValue(type, (Object[]) values);
        }
    }

    private static final Map<Kind, Set<Column>> OF_KIND = new EnumMap<>(Map.of(
            Kind.COMPUTE_DEPOSITS,
            EnumSet.of(
                    Column.ACCOUNT_ID,
                    Column.RESOURCE_ID,
                    Column.GPU_MS,
                    Column.MODE,
                    Column.METERED_FROM,
                    Column.METERED_TO,
                    Column.HOLD_UNTIL),
            Kind.TASK_PUBLICATIONS,
            EnumSet.of(
                    Column.ACCOUNT_ID,
                    Column.TASK_ID,
                    Column.REWARD_UTOKEN,
                    Column.CAPABILITY,
                    Column.DUE_AT,
                    Column.HOLD_UNTIL),
            Kind.TASK_COMPLETIONS,
            EnumSet.of(
                    Column.ACCOUNT_ID, Column.TASK_ID, Column.AGENT_ACCOUNT, Column.RESULT_SHA256, Column.HOLD_UNTIL),
            Kind.ORDERS,
            EnumSet.of(
                    Column.ACCOUNT_ID,
                    Column.COMPUTE_CLASS,
                    Column.SIDE,
                    Column.ORDER_TYPE,
                    Column.LOTS,
                    Column.LIMIT_UTOKEN_PER_LOT,
                    Column.TIME_IN_FORCE,
                    Column.GOOD_THROUGH),
            Kind.CANCELS,
            EnumSet.of(Column.ACCOUNT_ID, Column.CANCELLED_KEY),
            Kind.SPENDS,
            EnumSet.of(
                    Column.ACCOUNT_ID,
                    Column.SERVICE,
                    Column.MODEL,
                    Column.USED_AT,
                    Column.INPUT_TOKENS,
                    Column.OUTPUT_TOKENS,
                    Column.PRICE_VERSION,
                    Column.AMOUNT_UTOKEN,
                    Column.COMPUTE_CLASS,
                    Column.GPU_MS,
                    Column.HOLD_UNTIL),
            Kind.TRANSFERS,
            EnumSet.of(Column.ACCOUNT_ID, Column.TO_ACCOUNT, Column.AMOUNT_UTOKEN, Column.MEMO_HASH, Column.HOLD_UNTIL),
            Kind.REVERSALS,
            EnumSet.of(Column.ACCOUNT_ID, Column.REVERSED_SUBMISSION, Column.APPROVAL_ID, Column.TAKE_FROM_SUSPENSE)));

    private static final String READ_SUFFIX = java.util.Arrays.stream(Column.values())
            .map(c -> "s." + c.columnName())
            .collect(Collectors.joining(", "));

    /**
     * What {@link #read} needs, as the select list of a query that calls submissions {@code s} and clients {@code c}.
     */
    static final String READ =
            "s.intake_no, s.submission_id, c.name AS client, s.submission_key, s.kind, s.by_operator, "
                    + "s.received_at, s.content_digest, " + READ_SUFFIX;

    private SubmissionColumns() {}

    /** The columns that lines of these kinds can fill, in the order of {@link Column}. */
    static Set<Column> ofKinds(Collection<Kind> kinds) {
        var columns = EnumSet.noneOf(Column.class);
        kinds.forEach(kind -> columns.addAll(Objects.requireNonNull(OF_KIND.get(kind), "a kind that is queued")));
        return columns;
    }

    /**
     * A submission as one value per {@link Column}, in that order; null where it says nothing.
     *
     * @param memoHash the salted hash of its free text; null if it has none
     */
    static @Nullable Object[] values(Submission submission, @Nullable Hash32 memoHash) {
        var row =
                new Row().set(Column.ACCOUNT_ID, submission.accountId()).set(Column.HOLD_UNTIL, submission.holdUntil());
        switch (submission) {
            case Submission.ComputeDeposit d ->
                row.set(Column.RESOURCE_ID, d.resourceId())
                        .set(Column.GPU_MS, d.gpuMs())
                        .set(Column.MODE, d.mode())
                        .set(Column.METERED_FROM, d.meteredFrom())
                        .set(Column.METERED_TO, d.meteredTo());
            case Submission.TaskPublication p ->
                row.set(Column.TASK_ID, p.taskId())
                        .set(Column.REWARD_UTOKEN, p.rewardUtoken())
                        .set(Column.CAPABILITY, p.capability())
                        .set(Column.DUE_AT, p.dueAt());
            case Submission.TaskCompletion c ->
                row.set(Column.TASK_ID, c.taskId())
                        .set(Column.AGENT_ACCOUNT, c.agentAccount())
                        .set(Column.RESULT_SHA256, c.resultSha256());
            case Submission.Order o ->
                row.set(Column.COMPUTE_CLASS, o.computeClass())
                        .set(Column.SIDE, o.side())
                        .set(Column.ORDER_TYPE, o.orderType())
                        .set(Column.LOTS, o.lots())
                        .set(Column.LIMIT_UTOKEN_PER_LOT, o.limitUtokenPerLot())
                        .set(Column.TIME_IN_FORCE, o.timeInForce())
                        .set(Column.GOOD_THROUGH, o.goodThrough());
            case Submission.Cancel c -> row.set(Column.CANCELLED_KEY, c.cancelledKey());
            case Submission.Spend s ->
                row.set(Column.SERVICE, s.service())
                        .set(Column.MODEL, s.model())
                        .set(Column.USED_AT, s.usedAt())
                        .set(Column.INPUT_TOKENS, s.inputTokens())
                        .set(Column.OUTPUT_TOKENS, s.outputTokens())
                        .set(Column.PRICE_VERSION, s.priceVersion())
                        .set(Column.AMOUNT_UTOKEN, s.amountUtoken())
                        .set(Column.COMPUTE_CLASS, s.computeClass())
                        .set(Column.GPU_MS, s.gpuMs());
            case Submission.Transfer t ->
                row.set(Column.TO_ACCOUNT, t.toAccount())
                        .set(Column.AMOUNT_UTOKEN, t.amountUtoken())
                        .set(Column.MEMO_HASH, memoHash);
            case Submission.Reversal r ->
                row.set(Column.REVERSED_SUBMISSION, r.reversedSubmission())
                        .set(Column.APPROVAL_ID, r.approvalId())
                        .set(Column.TAKE_FROM_SUSPENSE, r.takeFromSuspense());
        }
        return row.values;
    }

    /**
     * The submission of the current row of a query over {@link #READ}. Its free text is not in the queue: a transfer comes
     * back without its memo, which its hash stands for. Until when it waits is not in the queue either and is null.
     */
    static Queued read(ResultSet row) throws SQLException {
        return new Queued(
                row.getLong("intake_no"),
                uuid(row, "submission_id"),
                text(row, "client"),
                text(row, "submission_key"),
                submission(row),
                instant(row, "received_at"),
                row.getBoolean("by_operator"),
                hashOrNull(row, "memo_hash"),
                hash(row, "content_digest"),
                null);
    }

    private static Submission submission(ResultSet row) throws SQLException {
        Kind kind = Kind.ofCode(row.getInt("kind"));
        return switch (kind) {
            case COMPUTE_DEPOSITS ->
                new Submission.ComputeDeposit(
                        uuid(row, "account_id"),
                        text(row, "resource_id"),
                        row.getLong("gpu_ms"),
                        Submission.DepositMode.valueOf(text(row, "mode")),
                        instant(row, "metered_from"),
                        instant(row, "metered_to"),
                        dateOrNull(row, "hold_until"));
            case TASK_PUBLICATIONS ->
                new Submission.TaskPublication(
                        uuid(row, "account_id"),
                        text(row, "task_id"),
                        row.getLong("reward_utoken"),
                        row.getString("capability"),
                        instantOrNull(row, "due_at"),
                        dateOrNull(row, "hold_until"));
            case TASK_COMPLETIONS ->
                new Submission.TaskCompletion(
                        uuid(row, "account_id"),
                        text(row, "task_id"),
                        uuid(row, "agent_account"),
                        hashOrNull(row, "result_sha256"),
                        dateOrNull(row, "hold_until"));
            case ORDERS ->
                new Submission.Order(
                        uuid(row, "account_id"),
                        text(row, "compute_class"),
                        Submission.Side.valueOf(text(row, "side")),
                        Submission.OrderType.valueOf(text(row, "order_type")),
                        row.getLong("lots"),
                        longOrNull(row, "limit_utoken_per_lot"),
                        Submission.TimeInForce.valueOf(text(row, "time_in_force")),
                        dateOrNull(row, "good_through"));
            case CANCELS -> new Submission.Cancel(uuid(row, "account_id"), text(row, "cancelled_key"));
            case SPENDS ->
                new Submission.Spend(
                        uuid(row, "account_id"),
                        text(row, "service"),
                        row.getString("model"),
                        instant(row, "used_at"),
                        row.getLong("input_tokens"),
                        row.getLong("output_tokens"),
                        row.getString("price_version"),
                        longOrNull(row, "amount_utoken"),
                        row.getString("compute_class"),
                        longOrNull(row, "gpu_ms"),
                        dateOrNull(row, "hold_until"));
            case TRANSFERS ->
                new Submission.Transfer(
                        uuid(row, "account_id"),
                        uuid(row, "to_account"),
                        row.getLong("amount_utoken"),
                        null,
                        dateOrNull(row, "hold_until"));
            case REVERSALS ->
                new Submission.Reversal(
                        uuid(row, "reversed_submission"),
                        uuid(row, "approval_id"),
                        row.getBoolean("take_from_suspense"));
            case ACCOUNTS, COMPUTE_RESOURCES, METERING, SERVICES, PRICES ->
                throw new IllegalStateException(kind + " is not queued");
        };
    }

    /** One row in the making; values are put into the form in which they travel. */
    private static final class Row {
        private final @Nullable Object[] values = new @Nullable Object[Column.values().length];

        Row set(Column column, @Nullable Object value) {
            values[column.ordinal()] = switch (value) {
                case null -> null;
                case Long number -> number;
                case Boolean flag -> flag;
                case Hash32 hash -> hash.bytes();
                default -> value.toString();
            };
            return this;
        }
    }
}
