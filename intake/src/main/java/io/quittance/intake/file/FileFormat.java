package io.quittance.intake.file;

import java.util.Locale;
import java.util.Optional;

/** How the lines of a file are written. */
public enum FileFormat {
    /** RFC 4180 with a line of column names. */
    CSV("text/csv", ".csv"),
    /** One flat JSON object per line. */
    NDJSON("application/x-ndjson", ".ndjson");

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

    /** The format that a file's name tells by its end, upper or lower case; empty if it tells none. */
    public static Optional<FileFormat> ofName(String fileName) {
        String lower = fileName.toLowerCase(Locale.ROOT);
        for (FileFormat format : values()) {
            if (lower.endsWith(format.suffix) && lower.length() > format.suffix.length()) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }
}
