package io.quittance.bench;

import io.quittance.domain.intake.CanonicalContent;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.intake.SubmissionId;
import io.quittance.domain.seal.Hash32;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Puts submissions into the queue by one binary COPY, past the doors: same columns, same ids and content digests as a door would
 * write, none of its checks. So a benchmark of the cycle does not wait for the intake, which has its own.
 */
final class SubmissionLoad {

    private static final List<String> COLUMNS = List.of(
            "window_no",
            "client_id",
            "submission_key",
            "submission_id",
            "kind",
            "by_operator",
            "received_at",
            "content_digest",
            "account_id",
            "resource_id",
            "gpu_ms",
            "mode",
            "metered_from",
            "metered_to",
            "task_id",
            "reward_utoken",
            "agent_account",
            "compute_class",
            "side",
            "order_type",
            "lots",
            "limit_utoken_per_lot",
            "time_in_force",
            "cancelled_key",
            "service",
            "model",
            "used_at",
            "input_tokens",
            "output_tokens",
            "price_version",
            "amount_utoken",
            "to_account");
    private static final Map<String, Integer> INDEX = new HashMap<>();

    static {
        for (int i = 0; i < COLUMNS.size(); i++) {
            INDEX.put(COLUMNS.get(i), i);
        }
    }

    private static final String COPY =
            "COPY submissions (" + String.join(", ", COLUMNS) + ") FROM STDIN (FORMAT binary)";
    /** The window that a door would choose now. */
    private static final String OPEN_WINDOW = """
            SELECT window_no, bank_now() AS now FROM settlement_windows
            WHERE state = 'OPEN' AND cut_off > bank_now() ORDER BY cut_off LIMIT 1
            """;

    private static final int FLUSH_AT = 1 << 16;

    /** What binary COPY begins with: its signature, no flags, nothing more. */
    private static final byte[] HEADER = "PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);

    private static final short END = -1;
    private static final int NULL = -1;
    private static final Instant POSTGRES_EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    private final CopyIn copy;
    private final Client client;
    private final long windowNo;
    private final Instant now;
    private final @Nullable Object[] row = new @Nullable Object[COLUMNS.size()];
    private final ByteBuffer buffer = ByteBuffer.allocate(2 * FLUSH_AT);

    private SubmissionLoad(CopyIn copy, Client client, long windowNo, Instant now) {
        this.copy = copy;
        this.client = client;
        this.windowNo = windowNo;
        this.now = now;
    }

    /** What submissions are handed to, in the order in which they get their intake numbers. */
    interface Sink extends Consumer<Line.OfSubmission> {}

    /** Where submissions come from. */
    interface Source {
        void writeTo(Sink sink);
    }

    /**
     * Loads all that the source gives into the window that is open now, as one transaction.
     *
     * @param application the application's own data source
     * @return how many
     */
    static long load(DataSource application, Client client, Source source) throws SQLException {
        try (Connection connection = application.getConnection()) {
            long windowNo;
            Instant now;
            try (var query = connection.prepareStatement(OPEN_WINDOW);
                    var found = query.executeQuery()) {
                if (!found.next()) {
                    throw new IllegalStateException("no window is open");
                }
                windowNo = found.getLong(1);
                now = found.getObject(2, OffsetDateTime.class).toInstant();
            }
            CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY);
            try {
                var load = new SubmissionLoad(copy, client, windowNo, now);
                load.buffer.put(HEADER);
                source.writeTo(load::add);
                load.buffer.putShort(END);
                load.flush();
                return copy.endCopy();
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        }
    }

    private void add(Line.OfSubmission line) {
        Submission submission = line.submission();
        Hash32 digest = CanonicalContent.digest(CanonicalContent.of(submission, null));
        Arrays.fill(row, null);
        set("window_no", windowNo);
        set("client_id", client.id());
        set("submission_key", line.submissionKey());
        set("submission_id", SubmissionId.of(client.name(), line.submissionKey()));
        set("kind", (short) submission.kind().code());
        set("by_operator", client.may(Client.Scope.OPERATE));
        set("received_at", now);
        set("content_digest", digest.bytes());
        set("account_id", submission.accountId());
        switch (submission) {
            case Submission.ComputeDeposit deposit -> {
                set("resource_id", deposit.resourceId());
                set("gpu_ms", deposit.gpuMs());
                set("mode", deposit.mode());
                set("metered_from", deposit.meteredFrom());
                set("metered_to", deposit.meteredTo());
            }
            case Submission.TaskPublication publication -> {
                set("task_id", publication.taskId());
                set("reward_utoken", publication.rewardUtoken());
            }
            case Submission.TaskCompletion completion -> {
                set("task_id", completion.taskId());
                set("agent_account", completion.agentAccount());
            }
            case Submission.Order order -> {
                set("compute_class", order.computeClass());
                set("side", order.side());
                set("order_type", order.orderType());
                set("lots", order.lots());
                set("limit_utoken_per_lot", order.limitUtokenPerLot());
                set("time_in_force", order.timeInForce());
            }
            case Submission.Cancel cancel -> set("cancelled_key", cancel.cancelledKey());
            case Submission.Spend spend -> {
                set("service", spend.service());
                set("model", spend.model());
                set("used_at", spend.usedAt());
                set("input_tokens", spend.inputTokens());
                set("output_tokens", spend.outputTokens());
                set("price_version", spend.priceVersion());
                set("amount_utoken", spend.amountUtoken());
                set("compute_class", spend.computeClass());
                set("gpu_ms", spend.gpuMs());
            }
            case Submission.Transfer transfer -> {
                set("to_account", transfer.toAccount());
                set("amount_utoken", transfer.amountUtoken());
            }
            case Submission.Reversal ignored -> throw new IllegalArgumentException("a reversal needs an approval");
        }
        buffer.putShort((short) row.length);
        for (Object value : row) {
            put(value);
        }
        if (buffer.position() > FLUSH_AT) {
            flush();
        }
    }

    /** @param value of the Java type that is the column's: a {@code bigint} is a {@link Long} and so on */
    private void set(String column, @Nullable Object value) {
        row[Objects.requireNonNull(INDEX.get(column))] = value;
    }

    private void put(@Nullable Object value) {
        switch (value) {
            case null -> buffer.putInt(NULL);
            case Long number -> buffer.putInt(Long.BYTES).putLong(number);
            case Integer number -> buffer.putInt(Integer.BYTES).putInt(number);
            case Short number -> buffer.putInt(Short.BYTES).putShort(number);
            case Boolean yes -> buffer.putInt(1).put((byte) (yes ? 1 : 0));
            case UUID id ->
                buffer.putInt(2 * Long.BYTES)
                        .putLong(id.getMostSignificantBits())
                        .putLong(id.getLeastSignificantBits());
            case Instant instant ->
                buffer.putInt(Long.BYTES).putLong(ChronoUnit.MICROS.between(POSTGRES_EPOCH, instant));
            case byte[] bytes -> buffer.putInt(bytes.length).put(bytes);
            default -> {
                byte[] text = value.toString().getBytes(StandardCharsets.UTF_8);
                buffer.putInt(text.length).put(text);
            }
        }
    }

    private void flush() {
        try {
            copy.writeToCopy(buffer.array(), 0, buffer.position());
        } catch (SQLException failure) {
            throw new IllegalStateException("the queue cannot be loaded: " + failure.getMessage(), failure);
        }
        buffer.clear();
    }
}
