package io.quittance.intake.file;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import io.quittance.domain.intake.FileIntake.NumberedLine;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Forms;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.seal.Hash32;
import io.quittance.intake.wire.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file of submissions or of reference lines.
 *
 * <p>The file may start with {@code #quittance,1,KIND,FILE_ID,BUSINESS_DATE}; then it ends with {@code
 * #end,COUNT,SUM,HASH}, unless FILE_ID ends in {@code .rN}: a rejects file that was mended needs no end line, and one that
 * is there is still checked. COUNT is the number of records without the line of column names; SUM adds up the kind's
 * {@link Kind#summedColumn() column}, 0 if it has none; HASH is the SHA-256 of the bytes between the two control lines,
 * CRLF read as LF. SUM is not compared where a value to be added is no whole number: the line is refused by itself, and
 * the hash covers it.
 *
 * <p>Control lines are told by their start, {@code #quittance,} and {@code #end,}; no other line may begin like that.
 * Empty lines are no records. A byte order mark, CRLF, and a last line without end are fine.
 *
 * <p>Without an end line a cut-off file is seen if it ends within a character, a quoted value or a JSON object, or before
 * its last column; one that ends within the last value or between two lines cannot be told from a whole one.
 */
public final class SubmissionFile {

    /** A file as it was read. */
    public sealed interface Reading {}

    /**
     * A file that is whole. Its lines may still be wrong one by one.
     *
     * @param fileId null if it has no control lines
     * @param businessDate null for the earliest possible
     * @param columnHeader the line of column names as it was written; null in NDJSON
     * @param contentSha256 the hash of all bytes
     */
    public record Contents(
            Kind kind,
            @Nullable String fileId,
            @Nullable LocalDate businessDate,
            @Nullable String columnHeader,
            List<NumberedLine> lines,
            Hash32 contentSha256,
            long bytes)
            implements Reading {}

    /** A file of which no line counts. At least one error. */
    public record Unusable(List<FileError> errors) implements Reading {
        public Unusable {
            errors = List.copyOf(errors);
        }
    }

    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,100}");

    private final RecordReader records;
    private final FileFormat format;
    private final CsvReader.CsvReaderBuilder csv = CsvReader.builder();
    private final MessageDigest body = RecordReader.sha256();
    private final List<NumberedLine> lines = new ArrayList<>();

    private ControlLines.@Nullable Head head;
    private ControlLines.@Nullable End end;
    private List<String> columns = List.of();
    private @Nullable String columnHeader;
    private BigInteger sum = BigInteger.ZERO;
    private boolean summable = true;

    private SubmissionFile(InputStream in, FileFormat format, FileLimits limits) {
        this.records = new RecordReader(in, format == FileFormat.CSV, limits);
        this.format = format;
    }

    /**
     * Reads to the end, or to the first thing that makes the file unusable. Does not close {@code in}.
     *
     * @param given the kind that the caller says; null to go by the control line. If both say one they must agree.
     * @throws IOException if {@code in} cannot be read
     */
    public static Reading read(InputStream in, FileFormat format, @Nullable Kind given, FileLimits limits)
            throws IOException {
        var file = new SubmissionFile(in, format, limits);
        try {
            return file.read(given);
        } catch (Unacceptable unacceptable) {
            return new Unusable(List.of(unacceptable.error()));
        }
    }

    /** The kinds that come by file, for people. */
    static String kinds() {
        return Arrays.stream(Kind.values())
                .filter(kind -> kind != Kind.REVERSALS)
                .map(Kind::wireName)
                .collect(Collectors.joining(", "));
    }

    private Reading read(@Nullable Kind given) throws IOException, Unacceptable {
        boolean any = records.next();
        if (any && records.isControl(ControlLines.HEAD)) {
            head = ControlLines.Head.parse(records.text());
            any = records.next();
        }
        Kind kind = null;
        while (any && end == null) {
            if (records.isControl(ControlLines.END)) {
                readEnd();
            } else if (records.isControl(ControlLines.HEAD)) {
                throw ControlLines.malformed(
                        records.lineNo(),
                        "a second first line; one file holds what is between one pair of control lines");
            } else {
                records.addTo(body);
                if (!records.isEmpty() || records.quoteOpen()) {
                    kind = kind == null ? kind(given) : kind;
                    readRecord(kind);
                }
            }
            any = records.next();
        }
        while (any) {
            if (!records.isEmpty()) {
                throw ControlLines.malformed(records.lineNo(), "nothing may come after the end line");
            }
            any = records.next();
        }
        requireContent();
        kind = kind == null ? kind(given) : kind;
        List<FileError> mismatches = end == null ? List.of() : compare(end, kind);
        if (!mismatches.isEmpty()) {
            return new Unusable(mismatches);
        }
        return new Contents(
                kind,
                head == null ? null : head.fileId(),
                head == null ? null : head.businessDate(),
                columnHeader,
                lines,
                records.wholeSha256(),
                records.bytes());
    }

    private void readEnd() throws Unacceptable {
        if (head == null) {
            throw ControlLines.malformed(
                    records.lineNo(), "an end line without a first line #quittance,1,KIND,FILE_ID,BUSINESS_DATE");
        }
        end = ControlLines.End.parse(records.text(), records.lineNo(), records.ended());
    }

    private Kind kind(@Nullable Kind given) throws Unacceptable {
        Kind said = head == null ? null : head.kind();
        Kind kind = said == null ? given : said;
        if (kind == null) {
            throw new Unacceptable(
                    Reason.FILE_KIND_UNKNOWN,
                    1,
                    "start the file with #quittance,1,KIND,FILE_ID,BUSINESS_DATE, or name the kind when handing it in; "
                            + "the kinds are " + kinds());
        }
        if (given != null && given != kind) {
            throw ControlLines.malformed(
                    1, "the file says " + kind.wireName() + " but was handed in as " + given.wireName());
        }
        if (kind == Kind.REVERSALS) {
            throw new Unacceptable(Reason.FILE_KIND_UNKNOWN, 1, "reversals come one by one, by the API");
        }
        return kind;
    }

    private void requireContent() throws Unacceptable {
        if (head != null && end == null && !head.ofRejects()) {
            throw new Unacceptable(
                    Reason.FILE_TRUNCATED, 0, "the file has a first line but no #end line; send all of it");
        }
        if (lines.isEmpty() && end == null) {
            throw new Unacceptable(Reason.FILE_EMPTY, 0, "the file has no lines to take in");
        }
    }

    private List<FileError> compare(ControlLines.End said, Kind kind) {
        List<FileError> mismatches = new ArrayList<>();
        if (!said.count().equals(BigInteger.valueOf(lines.size()))) {
            mismatches.add(new FileError(
                    Reason.FILE_COUNT_MISMATCH,
                    0,
                    "the end line says " + said.count() + " records, the file has " + lines.size()));
        }
        if (summable && !said.sum().equals(sum)) {
            mismatches.add(new FileError(
                    Reason.FILE_SUM_MISMATCH,
                    0,
                    "the end line says " + said.sum() + ", "
                            + kind.summedColumn()
                                    .map(column -> "the sum of " + column + " is ")
                                    .orElse("the sum of this kind is ")
                            + sum));
        }
        Hash32 hash = Hash32.of(body.digest());
        if (!said.hash().equals(hash)) {
            mismatches.add(new FileError(
                    Reason.FILE_HASH_MISMATCH,
                    0,
                    "the end line says " + said.hash().toString().substring(2) + ", the SHA-256 of what is between the "
                            + "control lines, CRLF read as LF, is "
                            + hash.toString().substring(2)));
        }
        return mismatches;
    }

    private void readRecord(Kind kind) throws Unacceptable {
        if (records.quoteOpen()) {
            throw new Unacceptable(
                    Reason.FILE_TRUNCATED,
                    records.lineNo(),
                    "a quote opened on this line does not close before the file ends; send all of it, double each quote "
                            + "within a value");
        }
        String text = records.text();
        if (format == FileFormat.NDJSON) {
            readObject(kind, text);
        } else if (columnHeader == null) {
            readHeader(kind, text);
        } else {
            readRow(kind, text);
        }
    }

    private void readHeader(Kind kind, String text) throws Unacceptable {
        if (text.indexOf('\r') >= 0) {
            throw headerMalformed(kind, "lines end in LF or CRLF, not in a carriage return alone");
        }
        List<String> names;
        try {
            names = csv.ofSingleCsvRecord(text).getFields();
        } catch (CsvParseException malformed) {
            throw headerMalformed(kind, "the line of column names is no CSV");
        }
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (name.startsWith("quittance_")) {
                continue;
            }
            if (!kind.columns().contains(name)) {
                throw headerMalformed(
                        kind,
                        "there is no column " + quoted(name)
                                + (names.size() == 1 && (name.contains(";") || name.contains("\t"))
                                        ? "; values are separated by commas"
                                        : ""));
            }
            if (!seen.add(name)) {
                throw headerMalformed(kind, "the column " + name + " is there twice");
            }
        }
        columns = names;
        columnHeader = text;
    }

    private Unacceptable headerMalformed(Kind kind, String detail) {
        return new Unacceptable(
                Reason.FILE_HEADER_MALFORMED,
                records.lineNo(),
                detail + "; the columns of " + kind.wireName() + " are " + String.join(",", kind.columns()));
    }

    private static String quoted(String name) {
        return '"' + (name.length() > 60 ? name.substring(0, 60) + "…" : name) + '"';
    }

    private void readRow(Kind kind, String text) throws Unacceptable {
        // CRLF within quotes is read as LF, as in the hash. What is left would end the record in the library's eyes.
        String normal = records.severalLines() ? text.replace("\r\n", "\n") : text;
        if (normal.indexOf('\r') >= 0) {
            unreadable(text, "the line has a carriage return within it; lines end in LF or CRLF");
            return;
        }
        List<String> values;
        try {
            values = csv.ofSingleCsvRecord(normal).getFields();
        } catch (CsvParseException malformed) {
            unreadable(text, "the line is no CSV: there is text after a closing quote");
            return;
        }
        if (values.size() != columns.size()) {
            if (!records.ended() && values.size() < columns.size()) {
                throw cutOff();
            }
            unreadable(text, "the line has " + values.size() + " values, the file has " + columns.size() + " columns");
            return;
        }
        Map<String, String> fields = new LinkedHashMap<>(columns.size() * 2);
        for (int i = 0; i < columns.size(); i++) {
            if (!columns.get(i).startsWith("quittance_")) {
                fields.put(columns.get(i), values.get(i));
            }
        }
        add(kind, text, fields, List.of());
    }

    private void readObject(Kind kind, String text) throws Unacceptable {
        try {
            StrictJson.Fields fields = StrictJson.line(text);
            add(kind, text, fields.values(), fields.errors());
        } catch (StrictJson.Unreadable unreadable) {
            if (!records.ended() && end == null) {
                throw cutOff();
            }
            unreadable(text, String.valueOf(unreadable.getMessage()));
        }
    }

    private Unacceptable cutOff() {
        return new Unacceptable(
                Reason.FILE_TRUNCATED, records.lineNo(), "the file ends within this line; send all of it");
    }

    private void unreadable(String text, String detail) {
        summable = false;
        FormError error = new FormError("", Reason.MALFORMED_LINE, detail);
        lines.add(new NumberedLine(records.lineNo(), text, null, List.of(error)));
    }

    private void add(Kind kind, String text, Map<String, String> fields, List<FormError> unread) {
        addToSum(kind, fields, unread);
        Forms.Result form = Forms.read(kind, fields);
        List<FormError> errors = unread.isEmpty() ? form.errors() : StrictJson.merged(unread, form.errors());
        lines.add(new NumberedLine(records.lineNo(), text, errors.isEmpty() ? form.line() : null, errors));
    }

    private void addToSum(Kind kind, Map<String, String> fields, List<FormError> unread) {
        String column = kind.summedColumn().orElse(null);
        if (column == null) {
            return;
        }
        String value = fields.getOrDefault(column, "");
        if (WHOLE_NUMBER.matcher(value).matches()) {
            sum = sum.add(new BigInteger(value));
        } else if (!value.isEmpty()
                || unread.stream().anyMatch(error -> error.field().equals(column))) {
            summable = false;
        }
    }
}
