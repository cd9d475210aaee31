package io.quittance.intake.file;

import io.quittance.domain.intake.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Cuts a stream of bytes into records and keeps each as it was written: a line, or in CSV as many lines as a quoted value
 * goes over. Not thread-safe; holds one record at a time.
 */
final class RecordReader {

    private static final int BUFFER = 1 << 16;
    private static final String SEPARATORS = ",;\t|";
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final InputStream in;
    private final boolean quotes;
    private final int maxRecord;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;

    private byte[] record = new byte[512];
    private int length;
    private long lineNo;
    private long lastLine;
    private boolean ended;
    private boolean quoteOpen;
    private boolean severalLines;
    private char separator;

    /** @param quotes whether a line feed within double quotes belongs to the record, as in CSV */
    RecordReader(InputStream in, boolean quotes, FileLimits limits) {
        this.in = in;
        this.quotes = quotes;
        this.maxRecord = Math.toIntExact(limits.maxLine().toBytes());
    }

    /** What separates values from now on; before, all that can. */
    void separator(char known) {
        separator = known;
    }

    static boolean isSeparator(char c) {
        return SEPARATORS.indexOf(c) >= 0;
    }

    /** Goes to the next record; false at the end of the file. */
    boolean next() throws IOException, Unacceptable {
        length = 0;
        ended = false;
        severalLines = false;
        lineNo = lastLine + 1;
        boolean quoted = false;
        boolean quoteMayOpen = true;
        boolean any = false;
        while (position < limit || fill()) {
            any = true;
            byte b = buffer[position++];
            if (b == '\n') {
                lastLine++;
                if (!quoted) {
                    ended = true;
                    break;
                }
                severalLines = true;
            } else if (quotes) {
                if (b != '"') {
                    quoteMayOpen = b == separator || (separator == 0 && isSeparator((char) b));
                } else if (quoted) {
                    // May turn out to be the first of a doubled quote; then the next one opens again.
                    quoted = false;
                    quoteMayOpen = true;
                } else {
                    quoted = quoteMayOpen;
                }
            }
            append(b);
            if (length == BYTE_ORDER_MARK.length && lineNo == 1 && startsWith(BYTE_ORDER_MARK)) {
                length = 0;
                quoteMayOpen = true;
            }
        }
        quoteOpen = quoted;
        if (any && !ended) {
            lastLine++;
        }
        if (length > 0 && record[length - 1] == '\r') {
            length--;
        }
        if (length > maxRecord) {
            throw tooLong();
        }
        return any;
    }

    private void append(byte b) throws Unacceptable {
        if (length == record.length) {
            record = Arrays.copyOf(record, Math.min(maxRecord + 2, record.length * 2));
        }
        // One more than the limit, for the carriage return that may turn out to belong to the line's end.
        if (length > maxRecord) {
            throw tooLong();
        }
        record[length++] = b;
    }

    private Unacceptable tooLong() {
        return new Unacceptable(
                Reason.FILE_TOO_LARGE,
                lineNo,
                "the line that starts here has more than " + maxRecord + " bytes"
                        + (severalLines ? "; a quote was opened in it that does not close" : ""));
    }

    private boolean fill() throws IOException {
        int read;
        do {
            read = in.read(buffer, 0, BUFFER);
        } while (read == 0);
        if (read < 0) {
            return false;
        }
        position = 0;
        limit = read;
        return true;
    }

    /** The line on which the record starts, counted from 1. */
    long lineNo() {
        return lineNo;
    }

    boolean isEmpty() {
        return length == 0;
    }

    /** Whether a line feed ended the record, rather than the file. */
    boolean ended() {
        return ended;
    }

    /** Whether the file ended within quotes. */
    boolean quoteOpen() {
        return quoteOpen;
    }

    /** Whether a value of the record goes over several lines. */
    boolean severalLines() {
        return severalLines;
    }

    /** The record as it was written, without its line end. */
    String text() throws Unacceptable {
        String text = new String(record, 0, length, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0 && !isUtf8()) {
            throw ended
                    ? new Unacceptable(Reason.FILE_NOT_UTF8, lineNo, "this line is not UTF-8; save the file as UTF-8")
                    : new Unacceptable(
                            Reason.FILE_TRUNCATED, lineNo, "the file ends within a character; send all of it");
        }
        if (text.indexOf('\0') >= 0) {
            throw new Unacceptable(
                    Reason.FILE_NOT_UTF8, lineNo, "this line has a byte 0, as UTF-16 does; save the file as UTF-8");
        }
        return text;
    }

    /** Whether the record is a control line of this name. */
    boolean isControl(String name) {
        byte[] start = name.getBytes(StandardCharsets.US_ASCII);
        return startsWith(start) && (length == start.length || record[start.length] == ',');
    }

    private boolean startsWith(byte[] start) {
        return length >= start.length && Arrays.equals(record, 0, start.length, start, 0, start.length);
    }

    /** Adds the record with its line end to a digest, CRLF read as LF. */
    void addTo(MessageDigest digest) {
        int from = 0;
        if (severalLines) {
            for (int i = 0; i + 1 < length; i++) {
                if (record[i] == '\r' && record[i + 1] == '\n') {
                    digest.update(record, from, i - from);
                    from = i + 1;
                }
            }
        }
        digest.update(record, from, length - from);
        if (ended) {
            digest.update((byte) '\n');
        }
    }

    private boolean isUtf8() {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(record, 0, length));
            return true;
        } catch (CharacterCodingException malformed) {
            return false;
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
