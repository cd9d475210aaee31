package io.quittance.intake.file;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.intake.wire.Permissions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Takes a file in: keeps it until all of it has come, hands its lines over, says what became of it. Thread-safe; keeps
 * nothing else, so a file may be handed in again after any crash. A file is never in memory as a whole.
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
     * @param in read to its end, not closed; packed by gzip or Zstandard, or as it is
     * @throws IOException if {@code in} cannot be read
     * @throws UncheckedIOException if there is no room to keep the file while it is taken in
     */
    public FileAnswer handIn(
            Client client,
            FileFormat format,
            @Nullable Kind kind,
            @Nullable String originalName,
            @Nullable String requestKey,
            InputStream in)
            throws IOException {
        try (Spool spool = Spool.of(in, limits)) {
            return handIn(client, spool, format, kind, originalName, requestKey);
        } catch (Unacceptable unacceptable) {
            return new FileAnswer.Refused(List.of(unacceptable.error()), null);
        } catch (UnusableFile unusable) {
            return new FileAnswer.Refused(unusable.errors(), null);
        }
    }

    private FileAnswer handIn(
            Client client,
            Spool spool,
            FileFormat format,
            @Nullable Kind given,
            @Nullable String originalName,
            @Nullable String requestKey)
            throws IOException, Unacceptable {
        FileIntake.Manifest manifest;
        try (var file = new SubmissionFile(spool.open(), format, given, limits)) {
            manifest = new FileIntake.Manifest(
                    file.fileId(),
                    file.kind(),
                    file.businessDate(),
                    spool.sha256(),
                    spool.size(),
                    originalName,
                    file.columnHeader(),
                    requestKey);
        }
        Client.Scope scope = Permissions.toHandIn(manifest.kind());
        if (!Permissions.has(client, scope)) {
            return refused(
                    Reason.NOT_PERMITTED,
                    "handing in " + manifest.kind().wireName() + " needs the scope "
                            + scope.name().toLowerCase(Locale.ROOT),
                    null);
        }
        if (manifest.fileId() == null && mustHaveControlLines(client)) {
            return refused(
                    Reason.FILE_CONTROL_MISSING,
                    "begin with #quittance,1,KIND,FILE_ID,BUSINESS_DATE and end with #end,COUNT,SUM,HASH",
                    null);
        }
        try {
            FileIntake.Accepted accepted = intake.accept(client, manifest, () -> open(spool, format, given));
            return new FileAnswer.Taken(accepted, refusedLines(client, accepted), false);
        } catch (FileIntake.DuplicateFile duplicate) {
            return repeated(client, manifest, duplicate);
        } catch (FileIntake.TooManyRefused tooMany) {
            return refused(client, tooMany);
        } catch (IntakeQueue.NoOpenWindow closed) {
            return refused(Reason.FILE_DATE_NOT_OPEN, String.valueOf(closed.getMessage()), null);
        }
    }

    private boolean mustHaveControlLines(Client client) {
        return switch (client.policy().controlLines()) {
            case REQUIRED -> true;
            case OPTIONAL -> false;
            case ENTERPRISES -> !client.may(Client.Scope.OPERATE) && intake.actsForEnterprise(client);
        };
    }

    /** With each of its lines that is wrong, so that all can be mended before it is sent again, whole. */
    private static FileAnswer refused(Client client, FileIntake.TooManyRefused tooMany) {
        var errors = new ArrayList<FileError>();
        errors.add(new FileError(
                Reason.FILE_TOO_MANY_REFUSED,
                0,
                tooMany.refused() + " of " + tooMany.lines() + " lines, where "
                        + client.policy().maxRefusedPercent() + " % may be; mend them and send the whole file again"));
        for (FileIntake.RefusedLine line : tooMany.first()) {
            FormError error = line.errors().getFirst();
            errors.add(new FileError(
                    error.reason(),
                    line.lineNo(),
                    error.field().isEmpty() ? error.detail() : error.field() + ": " + error.detail()));
        }
        return new FileAnswer.Refused(errors, null);
    }

    private FileIntake.Lines open(Spool spool, FileFormat format, @Nullable Kind given) {
        try {
            return new SubmissionFile(spool.open(), format, given, limits);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        } catch (Unacceptable unacceptable) {
            throw new UnusableFile(List.of(unacceptable.error()));
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

    /** As many refused lines of a file as an answer shows, in order. */
    public List<FileIntake.RefusedLine> refusedLines(Client client, FileIntake.Accepted file) {
        var lines = new ArrayList<FileIntake.RefusedLine>();
        if (file.refused() > 0) {
            intake.refusedLines(client, file.fileNo(), FileAnswer.SHOWN, lines::add);
        }
        return lines;
    }

    /**
     * Writes the rejects file of a file.
     *
     * @param out is written to while the database is read, so it is not to wait for anybody
     * @throws IOException if {@code out} cannot be written to
     */
    public void writeRejects(Client client, FileIntake.Accepted file, Appendable out) throws IOException {
        var rejects = new RejectsFile(file, out);
        try {
            intake.refusedLines(client, file.fileNo(), Long.MAX_VALUE, line -> {
                try {
                    rejects.add(line);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException unwritable) {
            throw unwritable.getCause();
        }
    }

    private static FileAnswer refused(Reason reason, String detail, @Nullable Long earlierFileNo) {
        return new FileAnswer.Refused(List.of(new FileError(reason, 0, detail)), earlierFileNo);
    }
}
