package io.quittance.intake.file;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the lines of a file are written. */
public enum FileFormat {
    /** RFC 4180 with a line of column names, separated by comma, semicolon, tab or bar. */
    CSV("text/csv", ".csv"),
    /** One flat JSON object per line. */
    NDJSON("application/x-ndjson", ".ndjson");

    private static final Pattern NAME = Pattern.compile(".+\\.(csv|tsv|ndjson|jsonl)(\\.(gz|zst))?", Pattern.DOTALL);

    private final String mediaType;
    private final String suffix;

    FileFormat(String mediaType, String suffix) {
        this.mediaType = mediaType;
        this.suffix = suffix;
    }

    public String mediaType() {
        return mediaType;
    }

    /** The end of a file's name, with its dot. */
    public String suffix() {
        return suffix;
    }

    /**
     * The format that a file's name tells by its end, upper or lower case, with {@code .gz} or {@code .zst} after it or not;
     * empty if it tells none.
     */
    public static Optional<FileFormat> ofName(String fileName) {
        Matcher name = NAME.matcher(fileName.toLowerCase(Locale.ROOT));
        if (!name.matches()) {
            return Optional.empty();
        }
        return Optional.of(name.group(1).endsWith("sv") ? CSV : NDJSON);
    }
}
