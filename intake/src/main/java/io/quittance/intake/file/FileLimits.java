package io.quittance.intake.file;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How much one file may hold. It is kept in the directory of temporary files while it is taken in.
 *
 * @param maxLine the longest line, over its line breaks within quotes
 * @param maxFile the longest file, unpacked
 */
@ConfigurationProperties("quittance.files")
public record FileLimits(
        @DefaultValue("64KB") DataSize maxLine,
        @DefaultValue("2GB") DataSize maxFile) {

    public static final FileLimits DEFAULT = new FileLimits(DataSize.ofKilobytes(64), DataSize.ofGigabytes(2));

    public FileLimits {
        if (maxLine.toBytes() < 1_024
                || maxLine.toBytes() > DataSize.ofMegabytes(16).toBytes()) {
            throw new IllegalArgumentException("quittance.files.max-line must be from 1KB to 16MB, not " + maxLine);
        }
        if (maxFile.toBytes() < maxLine.toBytes()) {
            throw new IllegalArgumentException(
                    "quittance.files.max-file must not be less than quittance.files.max-line");
        }
    }
}
