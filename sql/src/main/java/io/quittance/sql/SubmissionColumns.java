package io.quittance.sql;

import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.seal.Hash32;
import java.lang.reflect.Array;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
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
     * server's; in an array values of all types but {@code int8}, {@code bool} and {@code bytea} travel as text.
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
                Object value = rows.get(i)[ordinal()];
                Array.set(values, i, value == null || element().isInstance(value) ? value : value.toString());
            }
            return new SqlArrayValue(type, (Object[]) values);
        }

        /** This column of a row, to a copy. */
        void writeTo(BinaryCopy copy, @Nullable Object[] row) {
            Object value = row[ordinal()];
            switch (value) {
                case null -> copy.ofNull();
                case Long number -> copy.ofLong(number.longValue());
                case Boolean flag -> copy.ofBoolean(flag);
                case byte[] bytes -> copy.ofBytes(bytes);
                case UUID id -> copy.ofUuid(id);
                case Instant instant -> copy.ofInstant(instant);
                case LocalDate date -> copy.ofDate(date);
                default -> copy.ofText(value.toString());
            }
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

    /** The columns of some kinds as the select list of a query that calls submissions {@code s}, and how to read them. */
    static final class Selection {

        private static final String ALWAYS = "s.intake_no, s.submission_id, s.kind, s.by_operator, s.received_at";
        private static final int COUNT = 5;

        private final Set<Column> columns;
        /** Place of each column behind those that are always there; −1 if it is not selected. */
        private final int[] places = new int[Column.values().length];

        private int offset;

        Selection(Collection<Kind> kinds) {
            columns = ofKinds(kinds);
            java.util.Arrays.fill(places, -1);
            int place = COUNT;
            for (Column column : columns) {
                places[column.ordinal()] = place++;
            }
        }

        String list() {
            return columns.stream()
                    .map(column -> ", s." + column.columnName())
                    .collect(Collectors.joining("", ALWAYS, ""));
        }

        /**
         * The submission of the current row. Its free text is not in the queue: a transfer comes back without its memo,
         * which its hash stands for. Until when it waits is not in the queue either and is null.
         *
         * @param from place of the selection's first column in the row
         */
        Queued read(BinaryRows row, int from) {
            offset = from;
            Kind kind = Kind.ofCode(row.int2(from + 2));
            return new Queued(
                    row.int8(from),
                    row.uuid(from + 1),
                    submission(kind, row),
                    row.instant(from + 4),
                    row.bool(from + 3),
                    kind == Kind.TRANSFERS ? hashOrNull(row, Column.MEMO_HASH) : null,
                    null);
        }

        private Submission submission(Kind kind, BinaryRows row) {
            return switch (kind) {
                case COMPUTE_DEPOSITS ->
                    new Submission.ComputeDeposit(
                            row.uuid(at(Column.ACCOUNT_ID)),
                            row.text(at(Column.RESOURCE_ID)),
                            row.int8(at(Column.GPU_MS)),
                            Submission.DepositMode.valueOf(row.text(at(Column.MODE))),
                            row.instant(at(Column.METERED_FROM)),
                            row.instant(at(Column.METERED_TO)),
                            row.dateOrNull(at(Column.HOLD_UNTIL)));
                case TASK_PUBLICATIONS ->
                    new Submission.TaskPublication(
                            row.uuid(at(Column.ACCOUNT_ID)),
                            row.text(at(Column.TASK_ID)),
                            row.int8(at(Column.REWARD_UTOKEN)),
                            row.textOrNull(at(Column.CAPABILITY)),
                            row.instantOrNull(at(Column.DUE_AT)),
                            row.dateOrNull(at(Column.HOLD_UNTIL)));
                case TASK_COMPLETIONS ->
                    new Submission.TaskCompletion(
                            row.uuid(at(Column.ACCOUNT_ID)),
                            row.text(at(Column.TASK_ID)),
                            row.uuid(at(Column.AGENT_ACCOUNT)),
                            hashOrNull(row, Column.RESULT_SHA256),
                            row.dateOrNull(at(Column.HOLD_UNTIL)));
                case ORDERS ->
                    new Submission.Order(
                            row.uuid(at(Column.ACCOUNT_ID)),
                            row.text(at(Column.COMPUTE_CLASS)),
                            Submission.Side.valueOf(row.text(at(Column.SIDE))),
                            Submission.OrderType.valueOf(row.text(at(Column.ORDER_TYPE))),
                            row.int8(at(Column.LOTS)),
                            row.int8OrNull(at(Column.LIMIT_UTOKEN_PER_LOT)),
                            Submission.TimeInForce.valueOf(row.text(at(Column.TIME_IN_FORCE))),
                            row.dateOrNull(at(Column.GOOD_THROUGH)));
                case CANCELS ->
                    new Submission.Cancel(row.uuid(at(Column.ACCOUNT_ID)), row.text(at(Column.CANCELLED_KEY)));
                case SPENDS ->
                    new Submission.Spend(
                            row.uuid(at(Column.ACCOUNT_ID)),
                            row.text(at(Column.SERVICE)),
                            row.textOrNull(at(Column.MODEL)),
                            row.instant(at(Column.USED_AT)),
                            row.int8(at(Column.INPUT_TOKENS)),
                            row.int8(at(Column.OUTPUT_TOKENS)),
                            row.textOrNull(at(Column.PRICE_VERSION)),
                            row.int8OrNull(at(Column.AMOUNT_UTOKEN)),
                            row.textOrNull(at(Column.COMPUTE_CLASS)),
                            row.int8OrNull(at(Column.GPU_MS)),
                            row.dateOrNull(at(Column.HOLD_UNTIL)));
                case TRANSFERS ->
                    new Submission.Transfer(
                            row.uuid(at(Column.ACCOUNT_ID)),
                            row.uuid(at(Column.TO_ACCOUNT)),
                            row.int8(at(Column.AMOUNT_UTOKEN)),
                            null,
                            row.dateOrNull(at(Column.HOLD_UNTIL)));
                case REVERSALS ->
                    new Submission.Reversal(
                            row.uuid(at(Column.REVERSED_SUBMISSION)),
                            row.uuid(at(Column.APPROVAL_ID)),
                            row.bool(at(Column.TAKE_FROM_SUSPENSE)));
                case ACCOUNTS, COMPUTE_RESOURCES, METERING, SERVICES, PRICES, ACCOUNT_EVENTS ->
                    throw new IllegalStateException(kind + " is not queued");
            };
        }

        private int at(Column column) {
            return offset + places[column.ordinal()];
        }

        private @Nullable Hash32 hashOrNull(BinaryRows row, Column column) {
            return row.isNull(at(column)) ? null : Hash32.of(row.bytes(at(column)));
        }
    }

    /** One row in the making. */
    private static final class Row {
        private final @Nullable Object[] values = new @Nullable Object[Column.values().length];

        Row set(Column column, @Nullable Object value) {
            values[column.ordinal()] = switch (value) {
                case null -> null;
                case Hash32 hash -> hash.bytes();
                default -> value;
            };
            return this;
        }
    }
}
