package io.quittance.intake.file;

import java.util.List;

/** Ends the taking in of a file that is refused as a whole, through the port that takes it; nothing of the file is kept. */
final class UnusableFile extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient List<FileError> errors;

    UnusableFile(List<FileError> errors) {
        super("the file is refused as a whole", null, false, false);
        this.errors = List.copyOf(errors);
    }

    /** At least one. */
    List<FileError> errors() {
        return errors;
    }
}
