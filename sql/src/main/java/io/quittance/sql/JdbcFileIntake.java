package io.quittance.sql;

import static io.quittance.sql.JdbcValues.bigint;
import static io.quittance.sql.JdbcValues.date;
import static io.quittance.sql.JdbcValues.dateOrNull;
import static io.quittance.sql.JdbcValues.hash;
import static io.quittance.sql.JdbcValues.instant;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.utc;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Receipt;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * {@link FileIntake} in tables submission_files, submissions and refused_lines. That a file is taken once is decided by
 * the unique constraints of submission_files: its row is written last, with the counts of its lines, and where another
 * hand-in of the same file has just committed, all of it rolls back.
 */
final class JdbcFileIntake implements FileIntake {

    private static final String NEXT_NUMBER = "SELECT nextval('submission_files_file_no_seq')";
    /** The file of the request comes first where two files match. */
    private static final String EARLIER = """
            SELECT file_no, coalesce(request_key = :requestKey, false) AS same_request,
                coalesce(file_id = :fileId, false) AS same_id
            FROM submission_files
            WHERE client_id = :client
                AND (content_sha256 = :content OR file_id = :fileId OR request_key = :requestKey)
            ORDER BY same_request DESC, file_no LIMIT 1
            """;

    private static final String ADD_FILE = """
            INSERT INTO submission_files (file_no, client_id, file_id, kind, business_date, content_sha256, size_bytes,
                original_name, column_header, request_key, lines, queued, repeated, refused, received_at, window_no,
                first_intake_no, last_intake_no)
            OVERRIDING SYSTEM VALUE
            VALUES (:fileNo, :client, :fileId, :kind, :businessDate, :content, :bytes, :originalName, :columnHeader,
                :requestKey, :lines, :queued, :repeated, :refused, :receivedAt, :window, :first, :last)
            ON CONFLICT DO NOTHING
            """;
    private static final String ADD_REFUSED = """
            INSERT INTO refused_lines (file_no, line_no, submission_key, raw, fields, codes, details)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """;
    private static final String FIND = """
            SELECT file_no, file_id, kind, business_date, content_sha256, received_at, lines, queued, repeated, refused,
                column_header, request_key
            FROM seen.submission_files
            WHERE file_no = :fileNo AND (client_id = :client OR :seesEverything)
            """;
    private static final String REFUSED = """
            SELECT line_no, submission_key, raw, fields, codes, details
            FROM seen.refused_lines WHERE file_no = :fileNo ORDER BY line_no LIMIT :max
            """;

    private static final String OWNS_OF_ENTERPRISE = """
            SELECT EXISTS (SELECT FROM client_rights r JOIN token_accounts a ON a.account_id = r.account_id
                WHERE r.client_id = :client AND r.access = 'OWNER' AND a.account_type = 'enterprise')
            """;

    private static final int REFUSED_PER_ROUND_TRIP = 1_000;
    /** What a slow machine writes: by it a file is not put into a window that would have to wait for it. */
    private static final long BYTES_PER_MILLISECOND = 4_000;

    private final JdbcClient jdbc;
    private final JdbcTemplate batches;
    private final IntakeTransactions transactions;
    private final QueueWriter writer;
    private final DoorReads reads;

    /** The arguments are those of {@link JdbcIntakeQueue}, and connections to read through. */
    JdbcFileIntake(DataSource application, DoorDatabase doors, byte[] bankSecret, Runnable layOutWindows) {
        this.jdbc = JdbcClient.create(application);
        this.batches = new JdbcTemplate(application);
        this.transactions = new IntakeTransactions(application, layOutWindows);
        this.writer = new QueueWriter(application, bankSecret);
        this.reads = new DoorReads(doors);
    }

    @Override
    public Accepted accept(Client client, Manifest manifest, Content content) {
        try {
            return accept(client, manifest, content, new SubmissionTaking.Way.Copy(batches));
        } catch (DuplicateKeyException notAllNew) {
            return accept(client, manifest, content, new SubmissionTaking.Way.Insert());
        }
    }

    private Accepted accept(Client client, Manifest manifest, Content content, SubmissionTaking.Way way) {
        try {
            return transactions.run(client, manifest.kind().isReference(), true, () -> {
                refuseDuplicate(client, manifest);
                return write(client, manifest, content, way);
            });
        } catch (AcceptedMeanwhile race) {
            refuseDuplicate(client, manifest);
            throw new IllegalStateException("a file was in the way and is gone", race);
        }
    }

    private void refuseDuplicate(Client client, Manifest manifest) {
        jdbc.sql(EARLIER)
                .param("client", client.id())
                .param("content", manifest.contentSha256().bytes())
                .param("fileId", JdbcValues.text(manifest.fileId()))
                .param("requestKey", JdbcValues.text(manifest.requestKey()))
                .query((row, n) -> {
                    long fileNo = row.getLong("file_no");
                    String same = row.getBoolean("same_request")
                            ? "under the same request key"
                            : row.getBoolean("same_id") ? "with the same file id" : "with the same content";
                    return new DuplicateFile(fileNo, "a file " + same + " was accepted as number " + fileNo);
                })
                .optional()
                .ifPresent(duplicate -> {
                    throw duplicate;
                });
    }

    private Accepted write(Client client, Manifest manifest, Content content, SubmissionTaking.Way way) {
        long fileNo =
                Objects.requireNonNull(jdbc.sql(NEXT_NUMBER).query(Long.class).single());
        OpenWindow window =
                writer.join(manifest.businessDate(), Duration.ofMillis(manifest.bytes() / BYTES_PER_MILLISECOND));
        var counts = new Counts();
        var known = new SubmissionTaking.Known();
        try (var ahead = new LinesAhead(content, QueueWriter.BATCH_LINES_MAX, lines -> writer.prepare(client, lines))) {
            for (LinesAhead.Batch batch = ahead.next(); !batch.lines().isEmpty(); batch = ahead.next()) {
                List<Receipt> receipts = writer.write(batch.prepared(), window, fileNo, known, way);
                addRefused(fileNo, counts.add(batch.lines(), receipts));
            }
        }
        if (!client.policy().allows(counts.lines, counts.refused)) {
            throw new TooManyRefused(counts.lines, counts.refused, counts.firstRefused);
        }
        var accepted = new Accepted(
                fileNo,
                manifest.fileId(),
                manifest.kind(),
                manifest.businessDate(),
                manifest.contentSha256(),
                window.now(),
                counts.lines,
                counts.queued,
                counts.repeated,
                counts.refused,
                manifest.columnHeader(),
                manifest.requestKey());
        addFile(client, manifest, accepted, window, counts);
        return accepted;
    }

    /** How many lines there were, and what became of them. */
    private static final class Counts {

        private long lines;
        private long queued;
        private long repeated;
        private long refused;
        /** Intake numbers of the first and the last line that it brought to the queue. */
        private @Nullable Long first;

        private @Nullable Long last;
        private final List<RefusedLine> firstRefused = new ArrayList<>();

        /**
         * Counts a batch.
         *
         * @param receipts of its lines that have the right form, in their order
         * @return its refused lines
         */
        List<RefusedLine> add(List<NumberedLine> batch, List<Receipt> receipts) {
            Iterator<Receipt> next = receipts.iterator();
            List<RefusedLine> refusals = new ArrayList<>();
            for (NumberedLine line : batch) {
                Line read = line.line();
                if (read == null) {
                    refusals.add(new RefusedLine(line.lineNo(), line.submissionKey(), line.raw(), line.errors()));
                    continue;
                }
                switch (next.next()) {
                    case Receipt.Queued answer -> {
                        count(answer.repeated());
                        if (!answer.repeated()) {
                            first = first == null ? answer.intakeNo() : first;
                            last = answer.intakeNo();
                        }
                    }
                    case Receipt.Recorded answer -> count(answer.repeated());
                    case Receipt.Refused answer ->
                        refusals.add(new RefusedLine(line.lineNo(), line.submissionKey(), line.raw(), answer.errors()));
                }
            }
            lines += batch.size();
            refused += refusals.size();
            int room = Math.min(refusals.size(), TooManyRefused.TOLD - firstRefused.size());
            firstRefused.addAll(refusals.subList(0, room));
            return refusals;
        }

        private void count(boolean again) {
            repeated += again ? 1 : 0;
            queued += again ? 0 : 1;
        }
    }

    private void addFile(Client client, Manifest manifest, Accepted file, OpenWindow window, Counts counts) {
        int added = jdbc.sql(ADD_FILE)
                .param("fileNo", file.fileNo())
                .param("client", client.id())
                .param("fileId", JdbcValues.text(file.fileId()))
                .param("kind", file.kind().code())
                .param("businessDate", date(file.businessDate()))
                .param("content", file.contentSha256().bytes())
                .param("bytes", manifest.bytes())
                .param("originalName", JdbcValues.text(storable(manifest.originalName())))
                .param("columnHeader", JdbcValues.text(storable(file.columnHeader())))
                .param("requestKey", JdbcValues.text(file.requestKey()))
                .param("lines", file.lines())
                .param("queued", file.queued())
                .param("repeated", file.repeated())
                .param("refused", file.refused())
                .param("receivedAt", utc(file.receivedAt()))
                .param("window", bigint(counts.first == null ? null : window.windowNo()))
                .param("first", bigint(counts.first))
                .param("last", bigint(counts.last))
                .update();
        if (added == 0) {
            throw new AcceptedMeanwhile();
        }
    }

    private void addRefused(long fileNo, List<RefusedLine> refused) {
        batches.batchUpdate(ADD_REFUSED, refused, REFUSED_PER_ROUND_TRIP, (statement, line) -> {
            statement.setLong(1, fileNo);
            statement.setLong(2, line.lineNo());
            statement.setString(3, storable(line.submissionKey()));
            statement.setString(4, storable(line.raw()));
            setTexts(statement, 5, line.errors(), FormError::field);
            setTexts(statement, 6, line.errors(), error -> error.reason().name());
            setTexts(statement, 7, line.errors(), FormError::detail);
        });
    }

    private static void setTexts(
            PreparedStatement statement, int index, List<FormError> errors, Function<FormError, String> part)
            throws SQLException {
        Object[] texts =
                errors.stream().map(error -> storable(part.apply(error))).toArray();
        statement.setArray(index, statement.getConnection().createArrayOf("text", texts));
    }

    /** A text column cannot hold the character NUL, which a line that was refused for it has. */
    private static @Nullable String storable(@Nullable String text) {
        return text == null ? null : text.replace('\0', '\uFFFD');
    }

    @Override
    public boolean actsForEnterprise(Client client) {
        return jdbc.sql(OWNS_OF_ENTERPRISE)
                .param("client", client.id())
                .query(Boolean.class)
                .single();
    }

    @Override
    public Optional<Accepted> find(Client client, long fileNo) {
        return reads.as(
                client,
                () -> reads.jdbc()
                        .sql(FIND)
                        .param("fileNo", bigint(fileNo))
                        .param("client", client.id())
                        .param("seesEverything", client.seesEverything())
                        .query((row, n) -> accepted(row))
                        .optional());
    }

    private static Accepted accepted(ResultSet row) throws SQLException {
        return new Accepted(
                row.getLong("file_no"),
                row.getString("file_id"),
                Kind.ofCode(row.getInt("kind")),
                dateOrNull(row, "business_date"),
                hash(row, "content_sha256"),
                instant(row, "received_at"),
                row.getLong("lines"),
                row.getLong("queued"),
                row.getLong("repeated"),
                row.getLong("refused"),
                row.getString("column_header"),
                row.getString("request_key"));
    }

    @Override
    public void refusedLines(Client client, long fileNo, long max, Consumer<RefusedLine> visitor) {
        reads.as(client, () -> {
            reads.jdbc()
                    .sql(REFUSED)
                    .withFetchSize(REFUSED_PER_ROUND_TRIP)
                    .param("fileNo", fileNo)
                    .param("max", max)
                    .query(row -> {
                        visitor.accept(new RefusedLine(
                                row.getLong("line_no"),
                                row.getString("submission_key"),
                                text(row, "raw"),
                                errors(row)));
                    });
            return fileNo;
        });
    }

    private static List<FormError> errors(ResultSet row) throws SQLException {
        String[] fields = (String[]) row.getArray("fields").getArray();
        String[] codes = (String[]) row.getArray("codes").getArray();
        String[] details = (String[]) row.getArray("details").getArray();
        List<FormError> errors = new ArrayList<>(fields.length);
        for (int i = 0; i < fields.length; i++) {
            errors.add(new FormError(fields[i], Reason.valueOf(codes[i]), details[i]));
        }
        return errors;
    }

    /** Another hand-in of the file has committed since the look-up: rolls this one back. */
    private static final class AcceptedMeanwhile extends RuntimeException {
        private static final long serialVersionUID = 1L;

        AcceptedMeanwhile() {
            super("the file was accepted meanwhile", null, false, false);
        }
    }
}
