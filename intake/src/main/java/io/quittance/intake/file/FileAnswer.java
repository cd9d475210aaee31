package io.quittance.intake.file;

import io.quittance.domain.intake.FileIntake;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a file. */
public sealed interface FileAnswer {

    /** How many refused lines an answer shows; all of them are in the rejects file. */
    int SHOWN = 1_000;

    /**
     * The file is durable.
     *
     * @param refused its first lines that were refused at the door, at most {@link #SHOWN}; the file counts all of them
     * @param before whether it had been taken in before and this is the first answer again
     */
    record Taken(FileIntake.Accepted file, List<FileIntake.RefusedLine> refused, boolean before) implements FileAnswer {
        public Taken {
            refused = List.copyOf(refused);
        }
    }

    /**
     * No line of the file counts, and nothing of it was stored.
     *
     * @param earlierFileNo the accepted file that it repeats; null if it is refused for another reason
     */
    record Refused(List<FileError> errors, @Nullable Long earlierFileNo) implements FileAnswer {
        public Refused {
            errors = List.copyOf(errors);
        }
    }
}
