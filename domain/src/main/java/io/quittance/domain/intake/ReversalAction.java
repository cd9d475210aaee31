package io.quittance.domain.intake;

import io.quittance.domain.seal.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The exact action that a second person approves before a submission is reversed. The approval carries the action's hash;
 * whoever uses the approval computes the hash again from the reversal it is about to take, so a yes to one reversal is
 * worth nothing for another.
 */
public final class ReversalAction {

    private ReversalAction() {}

    /** The action in words, as the checker reads it: {@code reverse 8f0c… take_from_suspense=false}. */
    public static String words(UUID reversedSubmission, boolean takeFromSuspense) {
        return "reverse " + reversedSubmission + " take_from_suspense=" + takeFromSuspense;
    }

    /**
     * SHA-256 of the UTF-8 text {@code quittance/action/v1}, a line feed, and {@link #words}; the UUID in lower case.
     */
    public static Hash32 hash(UUID reversedSubmission, boolean takeFromSuspense) {
        String text = "quittance/action/v1\n" + words(reversedSubmission, takeFromSuspense);
        return CanonicalContent.digest(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The hash of the action that a reversal submission asks for. */
    public static Hash32 hash(Submission.Reversal reversal) {
        return hash(reversal.reversedSubmission(), reversal.takeFromSuspense());
    }
}
