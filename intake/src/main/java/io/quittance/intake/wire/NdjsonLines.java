package io.quittance.intake.wire;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The lines of an NDJSON text as they arrive; no more of it is in memory than one line. Not thread-safe. */
public final class NdjsonLines {

    /**
     * A line that is not empty.
     *
     * @param number counted from 1, with the empty ones
     * @param utf8 without its line end; null if it is longer than the limit
     */
    public record NdjsonLine(long number, byte @Nullable [] utf8) {}

    private static final int BUFFER = 64 * 1024;

    private final InputStream in;
    private final int maxLine;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;
    private byte[] line = new byte[1_024];
    private long number;

    /** @param maxLine the most bytes of a line */
    public NdjsonLines(InputStream in, int maxLine) {
        this.in = in;
        this.maxLine = maxLine;
    }

    /**
     * The next line, or null at the end of the text. Of a line that is too long the rest is read and forgotten.
     *
     * @throws IOException if the text cannot be read to its end
     */
    public @Nullable NdjsonLine next() throws IOException {
        while (position < limit || fill()) {
            number++;
            int length = readLine();
            if (length < 0) {
                return new NdjsonLine(number, null);
            }
            if (length > 0) {
                return new NdjsonLine(number, Arrays.copyOf(line, length));
            }
        }
        return null;
    }

    /** Reads up to and with the line feed; answers the length without line end, or -1 if that is over the limit. */
    private int readLine() throws IOException {
        int length = 0;
        boolean tooLong = false;
        boolean ended = false;
        while (!ended && (position < limit || fill())) {
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            int more = end - position;
            if (tooLong || length + more > maxLine + 1) { // One more, for a carriage return.
                tooLong = true;
            } else {
                if (length + more > line.length) {
                    line = Arrays.copyOf(line, Math.min(maxLine + 1, Math.max(length + more, 2 * line.length)));
                }
                System.arraycopy(buffer, position, line, length, more);
                length += more;
            }
            ended = end < limit;
            position = ended ? end + 1 : end;
        }
        if (!tooLong && length > 0 && line[length - 1] == '\r') {
            length--;
        }
        return tooLong || length > maxLine ? -1 : length;
    }

    private boolean fill() throws IOException {
        int read;
        do {
            read = in.read(buffer, 0, BUFFER);
        } while (read == 0);
        position = 0;
        limit = Math.max(read, 0);
        return read > 0;
    }
}
