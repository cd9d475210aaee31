package io.quittance.intake.file;

/** Cells of CSV that a spreadsheet may open. */
final class Cells {

    private Cells() {}

    /** A value, quoted where it must be, that no spreadsheet takes for a formula (CWE-1236). */
    static String of(String value, char separator) {
        String safe = value.isEmpty() || "=+-@\t\r".indexOf(value.charAt(0)) < 0 ? value : '\'' + value;
        boolean quote = safe.chars().anyMatch(c -> c == separator || c == '"' || c == '\n' || c == '\r');
        return quote ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }
}
