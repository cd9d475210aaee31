package io.quittance.intake.file;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.intake.FileIntake.NumberedLine;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Forms;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.seal.Hash32;
import io.quittance.intake.wire.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
 * Reads a file of submissions or of reference lines, line after line. Holds one line at a time.
 *
 * <p>The file may start with {@code #quittance,1,KIND,FILE_ID,BUSINESS_DATE}; then it ends with {@code
 * #end,COUNT,SUM,HASH}, unless FILE_ID ends in {@code .rN}: a rejects file that was mended needs no end line, and one that
 * is there is still checked. COUNT is the number of records without the line of column names; SUM adds up the kind's
 * {@link Kind#summedColumn() column}, 0 if it has none; HASH is the SHA-256 of the bytes between the two control lines,
 * CRLF read as LF. SUM is not compared where a value to be added is no whole number: the line is refused by itself, and
 * the hash covers it.
 *
 * <p>Control lines are told by their start, {@code #quittance,} and {@code #end,}; no other line may begin like that.
 * Empty lines are no records. A byte order mark, CRLF, and a last line without end are fine. In CSV values are separated by
 * the first comma, semicolon, tab or bar that follows the first column's name; control lines have commas.
 *
 * <p>Without an end line a cut-off file is seen if it ends within a character, a quoted value or a JSON object, or before
 * its last column; one that ends within the last value or between two lines cannot be told from a whole one.
 */
final class SubmissionFile implements FileIntake.Lines {

    private static final String KEY_COLUMN = "submission_key";
    private static final int KEY_MAX = 255;
    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,100}");

    private final InputStream in;
    private final RecordReader records;
    private final FileFormat format;
    private CsvReader.CsvReaderBuilder csv = CsvReader.builder();
    private final MessageDigest body = RecordReader.sha256();

    private final Kind kind;
    private ControlLines.@Nullable Head head;
    private ControlLines.@Nullable End end;
    private List<String> columns = List.of();
    private @Nullable String columnHeader;
    /** Whether the reader has not come to the end. */
    private boolean any;
    /** Whether it stands at a line to take in. */
    private boolean atRecord;
    /** Whether what the end of the file says was compared. */
    private boolean ended;

    private long count;
    private BigInteger sum = BigInteger.ZERO;
    private boolean summable = true;

    /**
     * Reads as far as the first line to take in.
     *
     * @param in closed with this
     * @param given the kind that the caller says; null to go by the control line. If both say one they must agree.
     * @throws IOException if {@code in} cannot be read
     */
    SubmissionFile(InputStream in, FileFormat format, @Nullable Kind given, FileLimits limits)
            throws IOException, Unacceptable {
        this.in = in;
        this.records = new RecordReader(in, format == FileFormat.CSV, limits);
        this.format = format;
        any = records.next();
        if (any && records.isControl(ControlLines.HEAD)) {
            head = ControlLines.Head.parse(records.text());
            any = records.next();
        }
        skipToRecord();
        if (!any) {
            requireContent();
        }
        kind = kind(head, given);
        if (any && end == null && format == FileFormat.CSV) {
            requireClosedQuotes();
            readHeader(records.text());
            goOn();
        }
    }

    Kind kind() {
        return kind;
    }

    /** Null if it has no control lines. */
    @Nullable
    String fileId() {
        return head == null ? null : head.fileId();
    }

    /** Null for the earliest possible. */
    @Nullable
    LocalDate businessDate() {
        return head == null ? null : head.businessDate();
    }

    /** The line of column names as it was written; null in NDJSON. */
    @Nullable
    String columnHeader() {
        return columnHeader;
    }

    /**
     * {@inheritDoc}
     *
     * @throws UnusableFile at the first thing for which no line of the file counts
     * @throws UncheckedIOException if the file cannot be read
     */
    @Override
    public List<NumberedLine> next(int max) {
        try {
            var lines = new ArrayList<NumberedLine>();
            skipToRecord();
            while (any && lines.size() < max) {
                requireClosedQuotes();
                lines.add(read(records.text()));
                count++;
                goOn();
                skipToRecord();
            }
            if (!any && !ended) {
                ended = true;
                requireWhole();
            }
            return lines;
        } catch (Unacceptable unacceptable) {
            throw new UnusableFile(List.of(unacceptable.error()));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Goes to the next record that is a line to take in, or to the end of the file. */
    private void skipToRecord() throws IOException, Unacceptable {
        while (any && !atRecord) {
            if (end != null) {
                if (!records.isEmpty()) {
                    throw ControlLines.malformed(records.lineNo(), "nothing may come after the end line");
                }
            } else if (records.isControl(ControlLines.END)) {
                readEnd();
            } else if (records.isControl(ControlLines.HEAD)) {
                throw ControlLines.malformed(
                        records.lineNo(),
                        "a second first line; one file holds what is between one pair of control lines");
            } else {
                records.addTo(body);
                atRecord = !records.isEmpty() || records.quoteOpen();
            }
            if (!atRecord) {
                any = records.next();
            }
        }
    }

    private void goOn() throws IOException, Unacceptable {
        any = records.next();
        atRecord = false;
    }

    private void requireClosedQuotes() throws Unacceptable {
        if (records.quoteOpen()) {
            throw new Unacceptable(
                    Reason.FILE_TRUNCATED,
                    records.lineNo(),
                    "a quote opened on this line does not close before the file ends; send all of it, double each quote "
                            + "within a value");
        }
    }

    /** The kinds that come by file, for people. */
    static String kinds() {
        return Arrays.stream(Kind.values())
                .filter(kind -> kind != Kind.REVERSALS)
                .map(Kind::wireName)
                .collect(Collectors.joining(", "));
    }

    private void readEnd() throws Unacceptable {
        if (head == null) {
            throw ControlLines.malformed(
                    records.lineNo(), "an end line without a first line #quittance,1,KIND,FILE_ID,BUSINESS_DATE");
        }
        end = ControlLines.End.parse(records.text(), records.lineNo(), records.ended());
    }

    private static Kind kind(ControlLines.@Nullable Head head, @Nullable Kind given) throws Unacceptable {
        Kind kind = head == null ? given : head.kind();
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

    private void requireWhole() throws Unacceptable {
        requireContent();
        ControlLines.End said = end;
        List<FileError> mismatches = said == null ? List.of() : compare(said);
        if (!mismatches.isEmpty()) {
            throw new UnusableFile(mismatches);
        }
    }

    private void requireContent() throws Unacceptable {
        if (head != null && end == null && !head.ofRejects()) {
            throw new Unacceptable(
                    Reason.FILE_TRUNCATED, 0, "the file has a first line but no #end line; send all of it");
        }
        if (count == 0 && end == null) {
            throw new Unacceptable(Reason.FILE_EMPTY, 0, "the file has no lines to take in");
        }
    }

    private List<FileError> compare(ControlLines.End said) {
        List<FileError> mismatches = new ArrayList<>();
        if (!said.count().equals(BigInteger.valueOf(count))) {
            mismatches.add(new FileError(
                    Reason.FILE_COUNT_MISMATCH,
                    0,
                    "the end line says " + said.count() + " records, the file has " + count));
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

    private NumberedLine read(String text) throws Unacceptable {
        return format == FileFormat.NDJSON ? readObject(text) : readRow(text);
    }

    private void readHeader(String text) throws Unacceptable {
        if (text.indexOf('\r') >= 0) {
            throw headerMalformed("lines end in LF or CRLF, not in a carriage return alone");
        }
        char separator = separatorOf(text);
        csv = CsvReader.builder().fieldSeparator(separator);
        records.separator(separator);
        List<String> names;
        try {
            names = csv.ofSingleCsvRecord(text).getFields();
        } catch (CsvParseException malformed) {
            throw headerMalformed("the line of column names is no CSV");
        }
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (name.startsWith("quittance_")) {
                continue;
            }
            if (!kind.columns().contains(name)) {
                throw headerMalformed("there is no column " + quoted(name));
            }
            if (!seen.add(name)) {
                throw headerMalformed("the column " + name + " is there twice");
            }
        }
        columns = names;
        columnHeader = text;
    }

    /** What separates the values of a file with these column names: the first character that can and is in no quotes. */
    static char separatorOf(String columnHeader) {
        boolean quoted = false;
        for (int i = 0; i < columnHeader.length(); i++) {
            char c = columnHeader.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && RecordReader.isSeparator(c)) {
                return c;
            }
        }
        return ',';
    }

    private Unacceptable headerMalformed(String detail) {
        return new Unacceptable(
                Reason.FILE_HEADER_MALFORMED,
                records.lineNo(),
                detail + "; the columns of " + kind.wireName() + " are " + String.join(",", kind.columns()));
    }

    private static String quoted(String name) {
        return '"' + (name.length() > 60 ? name.substring(0, 60) + "…" : name) + '"';
    }

    private NumberedLine readRow(String text) throws Unacceptable {
        // CRLF within quotes is read as LF, as in the hash. What is left would end the record in the library's eyes.
        String normal = records.severalLines() ? text.replace("\r\n", "\n") : text;
        if (normal.indexOf('\r') >= 0) {
            return unreadable(text, "the line has a carriage return within it; lines end in LF or CRLF");
        }
        List<String> values;
        try {
            values = csv.ofSingleCsvRecord(normal).getFields();
        } catch (CsvParseException malformed) {
            return unreadable(text, "the line is no CSV: there is text after a closing quote");
        }
        if (values.size() != columns.size()) {
            if (!records.ended() && values.size() < columns.size()) {
                throw cutOff();
            }
            return unreadable(
                    text, "the line has " + values.size() + " values, the file has " + columns.size() + " columns");
        }
        Map<String, String> fields = new LinkedHashMap<>(columns.size() * 2);
        for (int i = 0; i < columns.size(); i++) {
            if (!columns.get(i).startsWith("quittance_")) {
                fields.put(columns.get(i), values.get(i));
            }
        }
        return line(text, fields, List.of());
    }

    private NumberedLine readObject(String text) throws Unacceptable {
        try {
            StrictJson.Fields fields = StrictJson.line(text);
            return line(text, fields.values(), fields.errors());
        } catch (StrictJson.Unreadable unreadable) {
            if (!records.ended() && end == null) {
                throw cutOff();
            }
            return unreadable(text, String.valueOf(unreadable.getMessage()));
        }
    }

    private Unacceptable cutOff() {
        return new Unacceptable(
                Reason.FILE_TRUNCATED, records.lineNo(), "the file ends within this line; send all of it");
    }

    private NumberedLine unreadable(String text, String detail) {
        summable = false;
        FormError error = new FormError("", Reason.MALFORMED_LINE, detail);
        return new NumberedLine(records.lineNo(), text, null, List.of(error));
    }

    private NumberedLine line(String text, Map<String, String> fields, List<FormError> unread) {
        addToSum(fields, unread);
        Forms.Result form = Forms.read(kind, fields);
        List<FormError> errors = unread.isEmpty() ? form.errors() : StrictJson.merged(unread, form.errors());
        return errors.isEmpty()
                ? new NumberedLine(records.lineNo(), text, form.line(), errors)
                : new NumberedLine(records.lineNo(), text, null, readableKey(fields), errors);
    }

    /** Of a line that is refused for another field; null where the key itself is wrong. */
    private static @Nullable String readableKey(Map<String, String> fields) {
        String key = fields.get(KEY_COLUMN);
        return key == null
                        || key.isEmpty()
                        || key.length() > KEY_MAX
                        || key.chars().anyMatch(Character::isISOControl)
                ? null
                : key;
    }

    private void addToSum(Map<String, String> fields, List<FormError> unread) {
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
