package io.quittance.sql;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.intake.ReferenceLine;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Writes lines of any kinds into the open window, inside the caller's transaction. Neighbours of one family go together,
 * as sets; a line sees what the lines before it brought, such as an account opened in the same request. Thread-safe.
 */
final class QueueWriter {

    /** Lines that are looked up and inserted by one statement each: enough that round trips no longer matter. */
    static final int BATCH_LINES_MAX = 5_000;

    private static final Receipt NOT_PERMITTED =
            new Receipt.Refused(List.of(new FormError("", Reason.NOT_PERMITTED, Reason.NOT_PERMITTED.sentence())));

    /** A submission that came by itself. */
    record Single(Client client, Line.OfSubmission line) {}

    /** One receipt per line, and when the lines were received. */
    record Written(List<Receipt> receipts, Instant receivedAt) {}

    private final JdbcClient jdbc;
    private final OpenWindows windows;
    private final NewestParameters parameters;
    private final byte[] bankSecret;

    QueueWriter(DataSource application, byte[] bankSecret) {
        this.jdbc = JdbcClient.create(application);
        this.windows = new OpenWindows(jdbc);
        this.parameters = new NewestParameters(jdbc);
        this.bankSecret = bankSecret.clone();
    }

    /**
     * Writes lines that came by themselves.
     *
     * @throws IntakeTransactions.NothingToJoin if there is no window for them
     */
    Written write(Client client, List<Line> lines, @Nullable LocalDate businessDate) {
        OpenWindow window = join(businessDate, Duration.ZERO);
        return new Written(write(client, lines, window), window.now());
    }

    /**
     * The window that lines are written to which take a while.
     *
     * @param needed how long writing may take: a window that closes before is joined only if there is no other
     * @throws IntakeTransactions.NothingToJoin if there is no window for them
     */
    OpenWindow join(@Nullable LocalDate businessDate, Duration needed) {
        return windows.join(businessDate, needed)
                .or(() -> needed.isZero() ? Optional.empty() : windows.join(businessDate, Duration.ZERO))
                .orElseThrow(() -> new IntakeTransactions.NothingToJoin(businessDate));
    }

    private List<Receipt> write(Client client, List<Line> lines, OpenWindow window) {
        var known = new SubmissionTaking.Known();
        return write(prepare(client, lines), window, null, known, new SubmissionTaking.Way.Insert());
    }

    /** Lines of one client, with what follows from each line alone, as ids and hashes do. */
    record Prepared(Client client, List<Batch> batches) {}

    /** Lines that go together. */
    private sealed interface Batch {

        record OfSubmissions(List<SubmissionTaking.Entry> entries) implements Batch {}

        record OfReference(Kind kind, List<ReferenceTaking.Entry> entries) implements Batch {}
    }

    /** Needs no transaction. */
    Prepared prepare(Client client, List<Line> lines) {
        var batches = new ArrayList<Batch>();
        int next = 0;
        while (next < lines.size()) {
            int end = endOfBatch(lines, next);
            batches.add(batch(client, lines.subList(next, end)));
            next = end;
        }
        return new Prepared(client, batches);
    }

    private Batch batch(Client client, List<Line> lines) {
        Kind kind = lines.getFirst().kind();
        if (kind.isReference()) {
            var entries = new ArrayList<ReferenceTaking.Entry>(lines.size());
            for (Line line : lines) {
                ReferenceLine reference = ((Line.OfReference) line).reference();
                entries.add(ReferenceTaking.Entry.of(reference, bankSecret));
            }
            return new Batch.OfReference(kind, entries);
        }
        var entries = new ArrayList<SubmissionTaking.Entry>(lines.size());
        for (Line line : lines) {
            entries.add(SubmissionTaking.Entry.of(client, (Line.OfSubmission) line, bankSecret));
        }
        return new Batch.OfSubmissions(entries);
    }

    /**
     * Writes lines to a window that was joined, and answers each.
     *
     * @param fileNo the file whose lines they are; null if they came by themselves
     */
    List<Receipt> write(
            Prepared lines,
            OpenWindow window,
            @Nullable Long fileNo,
            SubmissionTaking.Known known,
            SubmissionTaking.Way way) {
        List<Receipt> receipts = new ArrayList<>();
        for (Batch batch : lines.batches()) {
            receipts.addAll(
                    switch (batch) {
                        case Batch.OfSubmissions submissions ->
                            new SubmissionTaking(jdbc, parameters, window, fileNo, known, way)
                                    .take(submissions.entries());
                        case Batch.OfReference reference -> take(lines.client(), reference, window);
                    });
        }
        return receipts;
    }

    private List<Receipt> take(Client client, Batch.OfReference lines, OpenWindow window) {
        return ReferenceTaking.isPermitted(client, lines.kind())
                ? ReferenceTaking.of(lines.kind(), jdbc, parameters, client, window)
                        .take(lines.entries())
                : Collections.nCopies(lines.entries().size(), NOT_PERMITTED);
    }

    /**
     * Writes submissions that have nothing to do with each other, as one set.
     *
     * @return a receipt for each, in their order
     * @throws IntakeTransactions.NothingToJoin if there is no window for them
     */
    List<Receipt> writeTogether(List<Single> singles) {
        OpenWindow window = join(null, Duration.ZERO);
        var entries = new ArrayList<SubmissionTaking.Entry>(singles.size());
        for (Single single : singles) {
            entries.add(SubmissionTaking.Entry.of(single.client(), single.line(), bankSecret));
        }
        return new SubmissionTaking(jdbc, parameters, window).take(entries);
    }

    /** A batch is of submissions of any kinds, or of reference lines of one kind. */
    private static int endOfBatch(List<Line> lines, int from) {
        Kind first = lines.get(from).kind();
        int end = from + 1;
        while (end < lines.size() && end - from < BATCH_LINES_MAX) {
            Kind kind = lines.get(end).kind();
            if (first.isReference() ? kind != first : kind.isReference()) {
                break;
            }
            end++;
        }
        return end;
    }
}
