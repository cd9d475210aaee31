package io.quittance.jobs;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What goes into a cell of a CSV file. */
final class Cells {

    /** What makes a spreadsheet calculate, also in full width; and the apostrophe, so that taking one away is exact. */
    private static final String STARTS_FORMULA = "=+-@\uFF1D\uFF0B\uFF0D\uFF20'";

    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]+");

    private Cells() {}

    /** Its text; empty for null. */
    static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    /**
     * Text that others wrote, made harmless to spreadsheets (CWE-1236): one that starts, after blanks, with what starts a
     * formula gets an apostrophe in front. Whole numbers stay as they are. Nothing is lost: a reader that takes away one
     * leading apostrophe, if there is one, has the text again.
     */
    static String guarded(String text) {
        int start = 0;
        while (start < text.length() && isBlank(text.charAt(start))) {
            start++;
        }
        boolean startsFormula = start < text.length() && STARTS_FORMULA.indexOf(text.charAt(start)) >= 0;
        return startsFormula && !WHOLE_NUMBER.matcher(text).matches() ? "'" + text : text;
    }

    private static boolean isBlank(char c) {
        return Character.isWhitespace(c)
                || Character.isSpaceChar(c)
                || Character.isISOControl(c)
                || Character.getType(c) == Character.FORMAT;
    }
}
