package io.quittance.intake.file;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.intake.wire.Permissions;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Takes a file in: reads it, checks it as a whole, hands its lines over, says what became of it. Thread-safe; keeps
 * nothing, so a file may be handed in again after any crash.
 */
public final class FileDoor {

    private final FileIntake intake;
    private final FileLimits limits;

    public FileDoor(FileIntake intake, FileLimits limits) {
        this.intake = intake;
        this.limits = limits;
    }

    /**
     * Hands a file in. When this returns {@link FileAnswer.Taken}, the file is durable.
     *
     * <p>The same content again is answered as before if it comes under the same request key, or by folder, where a file
     * is seen again after a crash. Otherwise it is refused as a duplicate, with the earlier number; a duplicate is of an
     * accepted file, one that was refused may come again.
     *
     * @param kind what the caller says it is; null to go by its control line
     * @param originalName for people; null if there is none
     * @param requestKey the idempotency key of the request; null if it comes by folder
     * @param in read to its end, not closed
     */
    public FileAnswer handIn(
            Client client,
            FileFormat format,
            @Nullable Kind kind,
            @Nullable String originalName,
            @Nullable String requestKey,
            InputStream in)
            throws IOException {
        return switch (SubmissionFile.read(in, format, kind, limits)) {
            case SubmissionFile.Unusable unusable -> new FileAnswer.Refused(unusable.errors(), null);
            case SubmissionFile.Contents contents -> handIn(client, contents, originalName, requestKey);
        };
    }

    private FileAnswer handIn(
            Client client,
            SubmissionFile.Contents contents,
            @Nullable String originalName,
            @Nullable String requestKey) {
        Client.Scope scope = Permissions.toHandIn(contents.kind());
        if (!Permissions.has(client, scope)) {
            return refused(
                    Reason.NOT_PERMITTED,
                    "handing in " + contents.kind().wireName() + " needs the scope "
                            + scope.name().toLowerCase(Locale.ROOT),
                    null);
        }
        var manifest = new FileIntake.Manifest(
                contents.fileId(),
                contents.kind(),
                contents.businessDate(),
                contents.contentSha256(),
                contents.bytes(),
                originalName,
                contents.columnHeader(),
                requestKey);
        try {
            FileIntake.Accepted accepted = intake.accept(client, manifest, contents.lines());
            return new FileAnswer.Taken(accepted, refusedLines(client, accepted), false);
        } catch (FileIntake.DuplicateFile duplicate) {
            return repeated(client, manifest, duplicate);
        } catch (IntakeQueue.NoOpenWindow closed) {
            return refused(Reason.FILE_DATE_NOT_OPEN, String.valueOf(closed.getMessage()), null);
        }
    }

    private FileAnswer repeated(Client client, FileIntake.Manifest manifest, FileIntake.DuplicateFile duplicate) {
        FileIntake.Accepted earlier = intake.find(client, duplicate.earlierFileNo())
                .orElseThrow(
                        () -> new IllegalStateException("a file is a duplicate of one that is not there", duplicate));
        boolean sameContent =
                earlier.contentSha256().equals(manifest.contentSha256()) && earlier.kind() == manifest.kind();
        String requestKey = manifest.requestKey();
        boolean sameRequest = requestKey == null || requestKey.equals(earlier.requestKey());
        if (sameContent && sameRequest) {
            return new FileAnswer.Taken(earlier, refusedLines(client, earlier), true);
        }
        if (requestKey != null && sameRequest) {
            return refused(
                    Reason.KEY_CONFLICT,
                    "this Idempotency-Key brought file " + earlier.fileNo() + ", with other content",
                    earlier.fileNo());
        }
        return refused(
                Reason.FILE_DUPLICATE,
                (sameContent ? "the same content was accepted as file " : "this FILE_ID was accepted as file ")
                        + earlier.fileNo()
                        + (sameContent ? "" : "; give each file an id of its own"),
                earlier.fileNo());
    }

    private List<FileIntake.RefusedLine> refusedLines(Client client, FileIntake.Accepted file) {
        return file.refused() == 0 ? List.of() : intake.refusedLines(client, file.fileNo());
    }

    private static FileAnswer refused(Reason reason, String detail, @Nullable Long earlierFileNo) {
        return new FileAnswer.Refused(List.of(new FileError(reason, 0, detail)), earlierFileNo);
    }
}
