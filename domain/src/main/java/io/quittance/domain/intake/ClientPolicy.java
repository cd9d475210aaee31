package io.quittance.domain.intake;

import org.jspecify.annotations.Nullable;

/**
 * What the bank agreed with a client about its files, and the language in which it is answered.
 *
 * @param maxRefusedPercent how many of a file's lines may be refused at the door, 0..100; with more, none of it counts
 * @param controlLines whether its files have control lines
 * @param language {@code en} or {@code zh}, where a request asks for none; null: English
 */
public record ClientPolicy(
        int maxRefusedPercent,
        ControlLines controlLines,
        @Nullable String language) {

    /** What holds for a client for which nothing else was agreed. */
    public static final ClientPolicy DEFAULT = new ClientPolicy(10, ControlLines.ENTERPRISES, null);

    /** Whether a file begins and ends with control lines. */
    public enum ControlLines {
        REQUIRED,
        OPTIONAL,
        /** Required of a client that owns an account of an enterprise and does not operate the bank. */
        ENTERPRISES
    }

    public ClientPolicy {
        if (maxRefusedPercent < 0 || maxRefusedPercent > 100) {
            throw new IllegalArgumentException("a share is from 0 to 100 %, not " + maxRefusedPercent);
        }
    }

    /** Whether a file of so many lines may have so many refused ones. */
    public boolean allows(long lines, long refused) {
        return Math.multiplyExact(refused, 100L) <= Math.multiplyExact(lines, (long) maxRefusedPercent);
    }
}
