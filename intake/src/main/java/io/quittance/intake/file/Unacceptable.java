package io.quittance.intake.file;

import io.quittance.domain.intake.Reason;

/** Ends the reading of a file that is refused as a whole; never leaves this package. */
final class Unacceptable extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient FileError error;

    Unacceptable(Reason reason, long lineNo, String detail) {
        super(detail, null, false, false);
        this.error = new FileError(reason, lineNo, detail);
    }

    FileError error() {
        return error;
    }
}
