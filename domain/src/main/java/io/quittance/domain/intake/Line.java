package io.quittance.domain.intake;

import org.jspecify.annotations.Nullable;

/** One line of input that has its form: a submission with its key, or a reference line. */
public sealed interface Line {

    Kind kind();

    /** @param submissionKey the sender's idempotency key of the line, 1 to 255 printable characters */
    record OfSubmission(String submissionKey, Submission submission) implements Line {
        @Override
        public Kind kind() {
            return submission.kind();
        }
    }

    record OfReference(ReferenceLine reference) implements Line {
        @Override
        public Kind kind() {
            return reference.kind();
        }
    }

    /** The sender's key, or null for a reference line. */
    default @Nullable String key() {
        return this instanceof OfSubmission submission ? submission.submissionKey() : null;
    }
}
