package io.quittance.intake.file;

import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Reason;
import io.quittance.intake.wire.StrictJson;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * Writes what was refused of a file, to be mended and handed in again: a first line with FILE_ID.rN, the sender's own
 * lines byte for byte, and after each what was wrong with it, in columns {@code quittance_*} that a reader ignores.
 *
 * <p>In CSV the added values are quoted where they must be, and none can be taken for a formula by a spreadsheet. In
 * NDJSON they are members added at the end of the sender's object; a line that is no object is repeated as it was.
 */
public final class RejectsFile {

    private static final List<String> ADDED =
            List.of("quittance_line", "quittance_field", "quittance_code", "quittance_reason", "quittance_retry");
    private static final String FIRST_ADDED_MEMBER = ",\"quittance_line\":";

    /** The format of a file's rejects: that of the file. */
    public static FileFormat formatOf(FileIntake.Accepted file) {
        return file.columnHeader() == null ? FileFormat.NDJSON : FileFormat.CSV;
    }

    /** The file id that the rejects carry. A file without an id is named by its number at the bank. */
    public static String fileIdOf(FileIntake.Accepted file) {
        String id = file.fileId();
        return ControlLines.idOfRejects(id == null ? "file-" + file.fileNo() : id);
    }

    private final FileIntake.Accepted file;
    private final Appendable out;
    private final char separator;

    /** Writes what stands above the lines. */
    public RejectsFile(FileIntake.Accepted file, Appendable out) throws IOException {
        this.file = file;
        this.out = out;
        String header = file.columnHeader();
        this.separator = header == null ? ',' : SubmissionFile.separatorOf(header);
        out.append(new ControlLines.Head(file.kind(), fileIdOf(file), file.businessDate()).text())
                .append('\n');
        if (header != null) {
            out.append(header)
                    .append(separator)
                    .append(String.join(String.valueOf(separator), ADDED))
                    .append('\n');
        }
    }

    /** Adds a refused line. LF ends it. */
    public void add(FileIntake.RefusedLine line) throws IOException {
        if (file.columnHeader() == null) {
            writeObject(line, out);
        } else {
            writeRow(line);
        }
        out.append('\n');
    }

    private void writeRow(FileIntake.RefusedLine line) throws IOException {
        out.append(line.raw());
        for (String value : added(line)) {
            out.append(separator).append(Cells.of(value, separator));
        }
    }

    private static void writeObject(FileIntake.RefusedLine line, Appendable out) throws IOException {
        String raw = withoutAdded(line.raw().stripTrailing());
        if (!canTakeMembers(raw)) {
            out.append(line.raw());
            return;
        }
        String open = raw.substring(0, raw.length() - 1);
        out.append(open);
        boolean first = open.strip().equals("{");
        List<String> values = added(line);
        for (int i = 0; i < ADDED.size(); i++) {
            out.append(first && i == 0 ? "\"" : ",\"").append(ADDED.get(i)).append("\":");
            String value = values.get(i);
            out.append(
                    i == 0
                            ? value
                            : '"' + new String(JsonStringEncoder.getInstance().quoteAsCharArray(value)) + '"');
        }
        out.append('}');
    }

    /** What an earlier round of rejects added is taken off again, so that no name comes twice. */
    private static String withoutAdded(String raw) {
        int at = raw.lastIndexOf(FIRST_ADDED_MEMBER);
        return at < 0 ? raw : raw.substring(0, at) + '}';
    }

    private static boolean canTakeMembers(String raw) {
        try {
            StrictJson.Fields fields = StrictJson.line(raw);
            return raw.endsWith("}") && fields.values().keySet().stream().noneMatch(ADDED::contains);
        } catch (StrictJson.Unreadable noObject) {
            return false;
        }
    }

    private static List<String> added(FileIntake.RefusedLine line) {
        return List.of(
                Long.toString(line.lineNo()),
                each(line, FormError::field),
                each(line, error -> error.reason().name()),
                each(line, error -> error.reason().sentence(error.detail())),
                each(line, error -> retryWord(error.reason())));
    }

    private static String each(FileIntake.RefusedLine line, Function<FormError, String> what) {
        return line.errors().stream().map(what).collect(Collectors.joining("; "));
    }

    /** {@code never}, {@code not_needed}, {@code after_mending} or {@code with_new_key}. */
    static String retryWord(Reason reason) {
        return reason.retry().name().toLowerCase(Locale.ROOT);
    }
}
