package io.quittance.intake.file;

import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.seal.Hash32;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The first and the last line of a file, which say what it is and let its receiver see that it has all of it. */
final class ControlLines {

    static final String HEAD = "#quittance";
    static final String END = "#end";

    /** A letter or digit first, so that no spreadsheet takes it for a formula; room for the {@code .rN} of rejects. */
    private static final Pattern FILE_ID =
            Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}\\p{P}\\p{S} &&[^,\"]]{0,99}(\\.r[0-9]{1,6})?");

    private static final Pattern REJECTS_ID = Pattern.compile(".*\\.r[0-9]{1,6}");
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,38}");
    private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,38}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");

    private ControlLines() {}

    /** {@code #quittance,1,KIND,FILE_ID,BUSINESS_DATE}; a date that is left empty means the earliest possible. */
    record Head(Kind kind, String fileId, @Nullable LocalDate businessDate) {

        /** Whether the file holds what another was refused for; such a file needs no end line. */
        boolean ofRejects() {
            return REJECTS_ID.matcher(fileId).matches();
        }

        static Head parse(String text) throws Unacceptable {
            String[] parts = text.split(",", -1);
            if (parts.length != 5) {
                throw malformed(1, "the first line has the form #quittance,1,KIND,FILE_ID,BUSINESS_DATE");
            }
            if (!parts[1].equals("1")) {
                throw malformed(1, "the format has version 1");
            }
            Kind kind = Kind.named(parts[2])
                    .orElseThrow(() -> new Unacceptable(
                            Reason.FILE_KIND_UNKNOWN,
                            1,
                            "no kind of this name; the kinds are " + SubmissionFile.kinds()));
            if (!FILE_ID.matcher(parts[3]).matches()) {
                throw malformed(
                        1, "FILE_ID has 1 to 100 printable characters without comma or quote, a letter or digit first");
            }
            return new Head(kind, parts[3], parts[4].isEmpty() ? null : date(parts[4]));
        }

        private static LocalDate date(String text) throws Unacceptable {
            try {
                return LocalDate.parse(text);
            } catch (DateTimeParseException malformed) {
                throw malformed(1, "BUSINESS_DATE is a date such as 2026-03-02, or empty");
            }
        }

        String text() {
            return HEAD + ",1," + kind.wireName() + "," + fileId + "," + (businessDate == null ? "" : businessDate);
        }
    }

    /** {@code #end,COUNT,SUM,HASH}. */
    record End(BigInteger count, BigInteger sum, Hash32 hash) {

        static End parse(String text, long lineNo, boolean ended) throws Unacceptable {
            String[] parts = text.split(",", -1);
            if (parts.length == 4
                    && DIGITS.matcher(parts[1]).matches()
                    && WHOLE.matcher(parts[2]).matches()
                    && SHA256.matcher(parts[3]).matches()) {
                return new End(new BigInteger(parts[1]), new BigInteger(parts[2]), Hash32.parse(parts[3]));
            }
            if (!ended) {
                throw new Unacceptable(
                        Reason.FILE_TRUNCATED, lineNo, "the file ends within its end line; send all of it");
            }
            throw malformed(
                    lineNo, "the end line has the form #end,COUNT,SUM,HASH: two whole numbers and 64 hex digits");
        }
    }

    static Unacceptable malformed(long lineNo, String detail) {
        return new Unacceptable(Reason.FILE_CONTROL_MALFORMED, lineNo, detail);
    }

    /** The id of the file that holds what is refused of a file: {@code X.r1} for {@code X}, {@code X.r2} for that. */
    static String idOfRejects(String fileId) {
        if (!REJECTS_ID.matcher(fileId).matches()) {
            return fileId + ".r1";
        }
        int dot = fileId.lastIndexOf(".r");
        return fileId.substring(0, dot) + ".r" + (Integer.parseInt(fileId.substring(dot + 2)) + 1);
    }
}
