package io.quittance.intake.file;

import io.quittance.domain.intake.FileIntake;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a file. */
public sealed interface FileAnswer {

    /**
     * The file is durable.
     *
     * @param refused its lines that were refused at the door, in order
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
