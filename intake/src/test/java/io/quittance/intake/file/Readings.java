package io.quittance.intake.file;

import io.quittance.domain.intake.FileIntake.NumberedLine;
import io.quittance.domain.intake.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files read to their end, a few lines at a time. */
final class Readings {

    sealed interface Reading {}

    record Contents(
            Kind kind,
            @Nullable String fileId,
            @Nullable LocalDate businessDate,
            @Nullable String columnHeader,
            List<NumberedLine> lines)
            implements Reading {}

    record Unusable(List<FileError> errors) implements Reading {}

    private Readings() {}

    static Reading read(byte[] file, FileFormat format, @Nullable Kind given, FileLimits limits) {
        try (var open = new SubmissionFile(new ByteArrayInputStream(file), format, given, limits)) {
            var lines = new ArrayList<NumberedLine>();
            for (List<NumberedLine> some = open.next(2); !some.isEmpty(); some = open.next(2)) {
                lines.addAll(some);
            }
            return new Contents(open.kind(), open.fileId(), open.businessDate(), open.columnHeader(), lines);
        } catch (Unacceptable unacceptable) {
            return new Unusable(List.of(unacceptable.error()));
        } catch (UnusableFile unusable) {
            return new Unusable(unusable.errors());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
