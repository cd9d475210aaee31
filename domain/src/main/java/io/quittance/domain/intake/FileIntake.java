package io.quittance.domain.intake;

import io.quittance.domain.seal.Hash32;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes whole files. A file and its lines become durable in one transaction, so a crash leaves either all of it or nothing,
 * and a file that was not accepted can be handed in again. No more of a file is in memory than a few thousand lines.
 */
public interface FileIntake {

    /**
     * A file as it was read.
     *
     * @param fileId the sender's own name for the file; null if the file has no control line
     * @param businessDate the date for which it is meant; null for the earliest possible
     * @param contentSha256 hash of all decompressed bytes: tells a file handed in twice
     * @param originalName what the sender called it; for people only
     * @param columnHeader the file's own line of column names, to be repeated above its refused lines; null in NDJSON
     * @param requestKey the idempotency key of the request that brought it, unique per client; null if it came by folder
     */
    record Manifest(
            @Nullable String fileId,
            Kind kind,
            @Nullable LocalDate businessDate,
            Hash32 contentSha256,
            long bytes,
            @Nullable String originalName,
            @Nullable String columnHeader,
            @Nullable String requestKey) {}

    /**
     * One line of the file, in order: its form was right ({@code line}) or wrong ({@code errors}), never both.
     *
     * @param lineNo counted from 1 over the whole file, control and header lines included
     * @param raw the sender's own line without its line end
     * @param submissionKey its key, also where something else about its form is wrong; null if it cannot be read
     */
    record NumberedLine(
            long lineNo,
            String raw,
            @Nullable Line line,
            @Nullable String submissionKey,
            List<FormError> errors) {

        /** One whose form is right, or whose key cannot be read. */
        public NumberedLine(long lineNo, String raw, @Nullable Line line, List<FormError> errors) {
            this(lineNo, raw, line, line == null ? null : line.key(), errors);
        }
    }

    /** What a file holds, as often as it is asked. */
    @FunctionalInterface
    interface Content {

        /** Its lines from the first one. */
        Lines open();
    }

    /** The lines of a file, one after another; one thread at a time. */
    interface Lines extends AutoCloseable {

        /**
         * The next lines.
         *
         * @param max at most so many
         * @return empty at the end of a file that is whole
         * @throws RuntimeException if the file cannot be read, or is not to be taken in
         */
        List<NumberedLine> next(int max);

        @Override
        void close();
    }

    /** One refused line of a file. */
    record RefusedLine(long lineNo, @Nullable String submissionKey, String raw, List<FormError> errors) {}

    /**
     * What became of a file.
     *
     * @param fileNo its number at the bank
     * @param queued lines that are durable, first time
     * @param repeated lines that were there before, word for word
     * @param refused lines refused for form, rights or key
     * @param columnHeader as in the manifest
     * @param requestKey as in the manifest
     */
    record Accepted(
            long fileNo,
            @Nullable String fileId,
            Kind kind,
            @Nullable LocalDate businessDate,
            Hash32 contentSha256,
            Instant receivedAt,
            long lines,
            long queued,
            long repeated,
            long refused,
            @Nullable String columnHeader,
            @Nullable String requestKey) {}

    /**
     * Takes the file. Whatever reading its content throws is thrown on, and nothing of the file is kept. The content may be
     * opened several times, by another thread.
     *
     * @throws DuplicateFile if an accepted file of this client came under the same request key, or has the same file id or
     *     the same content; where two files match, the one of the request key is named
     * @throws IntakeQueue.NoOpenWindow if its business date cannot be submitted to
     * @throws TooManyRefused if more of its lines are refused than the client's policy allows
     */
    Accepted accept(Client client, Manifest manifest, Content content);

    /** Whether the client owns an account of an enterprise. */
    boolean actsForEnterprise(Client client);

    /** The accepted file of this number, if it is this client's or the client is an operator. */
    Optional<Accepted> find(Client client, long fileNo);

    /**
     * Shows the lines of that file that were refused at the door, in order; none where {@link #find} finds no file.
     *
     * @param max at most so many
     * @param visitor is called while the database is read, so it is not to wait for anybody
     */
    void refusedLines(Client client, long fileNo, long max, Consumer<RefusedLine> visitor);

    /** More lines of a file are refused than its sender's policy allows. */
    class TooManyRefused extends RuntimeException {

        /** As many refused lines as it tells. */
        public static final int TOLD = 1_000;

        private static final long serialVersionUID = 1L;
        private final long lines;
        private final long refused;
        private final transient List<RefusedLine> first;

        /** @param first the first of them, at most {@link #TOLD} */
        public TooManyRefused(long lines, long refused, List<RefusedLine> first) {
            super(refused + " of " + lines + " lines are refused", null, false, false);
            this.lines = lines;
            this.refused = refused;
            this.first = List.copyOf(first);
        }

        public long lines() {
            return lines;
        }

        public long refused() {
            return refused;
        }

        public List<RefusedLine> first() {
            return first;
        }
    }

    /** The file was accepted before. */
    class DuplicateFile extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final long earlierFileNo;

        public DuplicateFile(long earlierFileNo, String message) {
            super(message);
            this.earlierFileNo = earlierFileNo;
        }

        public long earlierFileNo() {
            return earlierFileNo;
        }
    }
}
