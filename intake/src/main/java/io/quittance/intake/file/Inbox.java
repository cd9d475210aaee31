package io.quittance.intake.file;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.DecidedFiles;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.report.ClientViews;
import io.quittance.intake.wire.Sentences;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * The folders of the file door: {@code inbox/CLIENT/NAME.csv} goes in, {@code outbox/CLIENT/NAME.result.json} and {@code
 * NAME.rejects.csv} come out, and after each cycle that decides about its lines {@code NAME.NUMBER.results.csv}; the file
 * itself ends unchanged in {@code archive/CLIENT} or {@code refused/CLIENT}.
 *
 * <p>Nothing here is remembered. A file is taken in, its result is written, and only then it is moved; wherever a crash
 * comes, the file is found again in the inbox, and the port says that it was accepted before. Two processes may watch one
 * inbox: one of them gets the second answer, the same.
 */
final class Inbox {

    private static final Logger log = LoggerFactory.getLogger(Inbox.class);
    private static final String MARKER = ".done";

    /** Whose a file is that lies beside the clients' folders; its answer lies beside theirs. */
    private static final String NOBODY = "";

    private final Path inbox;
    private final Path outbox;
    private final Path archive;
    private final Path refused;
    private final Duration quietTime;
    private final InstantSource clock;
    private final ClientDirectory directory;
    private final FileDoor door;
    private final ClientViews views;
    private final JsonMapper json;

    Inbox(
            InboxSettings settings,
            InstantSource clock,
            ClientDirectory directory,
            FileDoor door,
            ClientViews views,
            JsonMapper json)
            throws IOException {
        Path root = settings.directory().toAbsolutePath().normalize();
        this.inbox = Files.createDirectories(root.resolve("inbox"));
        this.outbox = Files.createDirectories(root.resolve("outbox"));
        this.archive = Files.createDirectories(root.resolve("archive"));
        this.refused = Files.createDirectories(root.resolve("refused"));
        this.quietTime = settings.quietTime();
        this.clock = clock;
        this.directory = directory;
        this.door = door;
        this.views = views;
        this.json = json;
    }

    Path watched() {
        return inbox;
    }

    /** Whether a file lies where files are put, and its sender has finished writing it. */
    boolean isReady(Path file) {
        Path folder = file.getParent();
        String name = file.getFileName().toString();
        if (folder == null
                || !(inbox.equals(folder.getParent()) || inbox.equals(folder))
                || name.startsWith(".")
                || FileFormat.ofName(name).isEmpty()
                || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (Files.exists(marker(file))) {
            return true;
        }
        try {
            Instant changed = Files.getLastModifiedTime(file).toInstant();
            return !changed.plus(quietTime).isAfter(clock.instant());
        } catch (IOException gone) {
            return false;
        }
    }

    /**
     * Takes one file in. Safe to call again for the same file after any failure.
     *
     * @throws IOException if a folder cannot be read or written; the file is then still in the inbox
     */
    void take(Path file) throws IOException {
        String client = inbox.equals(file.getParent())
                ? NOBODY
                : inbox.relativize(file).getName(0).toString();
        String name = file.getFileName().toString();
        FileAnswer answer;
        try {
            answer = handIn(client, name, file);
        } catch (NoSuchFileException taken) {
            log.info("inbox client={} name={} is gone: another process took it", client, name);
            return;
        }
        try {
            switch (answer) {
                case FileAnswer.Taken taken -> keep(file, client, name, taken);
                case FileAnswer.Refused no -> sendBack(file, client, name, no);
            }
        } catch (NoSuchFileException taken) {
            log.info("inbox client={} name={} was moved by another process", client, name);
        }
    }

    private FileAnswer handIn(String clientName, String name, Path file) throws IOException {
        if (clientName.equals(NOBODY)) {
            return new FileAnswer.Refused(
                    List.of(new FileError(
                            Reason.NOT_PERMITTED, 0, "put it into the folder of its client: inbox/CLIENT/" + name)),
                    null);
        }
        Optional<Client> client = directory.named(clientName);
        if (client.isEmpty()) {
            return new FileAnswer.Refused(
                    List.of(new FileError(Reason.NOT_PERMITTED, 0, "the folder is not named after a client")), null);
        }
        FileFormat format = FileFormat.ofName(name).orElseThrow();
        try (InputStream in = Files.newInputStream(file)) {
            return door.handIn(client.get(), format, null, name, null, in);
        }
    }

    private void keep(Path file, String client, String name, FileAnswer.Taken taken) throws IOException {
        Path out = Files.createDirectories(outbox.resolve(client));
        String stem = stem(name);
        Path rejects = out.resolve(
                stem + ".rejects" + RejectsFile.formatOf(taken.file()).suffix());
        if (taken.refused().isEmpty()) {
            // What a former file of this name left must not be taken for this one's.
            Files.deleteIfExists(rejects);
        } else {
            Client sender = directory.named(client).orElseThrow();
            replace(rejects, writer -> door.writeRejects(sender, taken.file(), writer));
        }
        var result = FileResult.of(taken.file(), taken.refused(), taken.before(), languageOf(client));
        replace(out.resolve(stem + ".result.json"), pretty(result));
        move(
                file,
                unused(
                        Files.createDirectories(archive.resolve(client)),
                        archivedName(taken.file().fileNo(), name)));
        if (taken.before()) {
            writeResults(client, taken.file().fileNo(), name); // A cycle may have passed before it lay in the archive.
        }
        log.info(
                "inbox client={} name={} file={} kind={} lines={} queued={} repeated={} refused={} before={}",
                client,
                name,
                taken.file().fileNo(),
                taken.file().kind().wireName(),
                taken.file().lines(),
                taken.file().queued(),
                taken.file().repeated(),
                taken.file().refused(),
                taken.before());
    }

    private static String archivedName(long fileNo, String name) {
        return fileNo + "-" + name;
    }

    /**
     * Writes where the lines of a file stand now into its sender's outbox, as {@code NAME.NUMBER.results.csv}, in place of what
     * was there. Nothing for a file that did not come by folder.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    void writeResults(DecidedFiles.DecidedFile file) {
        try {
            if (Files.exists(
                    archive.resolve(file.client()).resolve(archivedName(file.fileNo(), file.originalName())))) {
                writeResults(file.client(), file.fileNo(), file.originalName());
            }
        } catch (InvalidPathException noFile) {
            // Its name came by another door.
        } catch (IOException unwritable) {
            throw new UncheckedIOException(
                    "the results of file " + file.fileNo() + " are left for the next look", unwritable);
        }
    }

    private void writeResults(String client, long fileNo, String name) throws IOException {
        Client sender = directory.named(client).orElseThrow();
        Path out = Files.createDirectories(outbox.resolve(client));
        replace(out.resolve(stem(name) + "." + fileNo + ".results.csv"), writer -> {
            var results = new ResultsFile(writer, Sentences.of(sender));
            try {
                views.of(sender).fileOutcomes(fileNo, line -> {
                    try {
                        results.add(line);
                    } catch (IOException unwritable) {
                        throw new UncheckedIOException(unwritable);
                    }
                });
            } catch (UncheckedIOException unwritable) {
                throw unwritable.getCause();
            }
        });
    }

    private void sendBack(Path file, String client, String name, FileAnswer.Refused no) throws IOException {
        String result = pretty(FileResult.of(no, languageOf(client)));
        Path back = unused(Files.createDirectories(refused.resolve(client)), name);
        replace(back.resolveSibling(back.getFileName() + ".result.json"), result);
        replace(Files.createDirectories(outbox.resolve(client)).resolve(stem(name) + ".result.json"), result);
        move(file, back);
        log.info(
                "inbox client={} name={} refused reason={}",
                client,
                name,
                no.errors().getFirst().reason());
    }

    private Sentences languageOf(String client) {
        return directory.named(client).map(Sentences::of).orElse(Sentences.ENGLISH);
    }

    private String pretty(FileResult result) {
        return json.writerWithDefaultPrettyPrinter().writeValueAsString(result) + "\n";
    }

    /** The marker goes first: if it outlived its file, the next file of the name would be taken half written. */
    private static void move(Path file, Path to) throws IOException {
        Files.deleteIfExists(marker(file));
        Files.move(file, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Whoever reads the outbox sees the old file or the new one, never a part. */
    private static void replace(Path target, String content) throws IOException {
        replace(target, writer -> writer.write(content));
    }

    /** Writes a file's content. */
    private interface Content {
        void writeTo(Writer writer) throws IOException;
    }

    private static void replace(Path target, Content content) throws IOException {
        Path part = target.resolveSibling("." + target.getFileName() + ".part");
        try (Writer writer = Files.newBufferedWriter(part, StandardCharsets.UTF_8)) {
            content.writeTo(writer);
        }
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path unused(Path folder, String name) {
        Path path = folder.resolve(name);
        for (int i = 2; Files.exists(path); i++) {
            path = folder.resolve(stem(name) + "-" + i + name.substring(name.lastIndexOf('.')));
        }
        return path;
    }

    private static String stem(String name) {
        return name.substring(0, name.lastIndexOf('.'));
    }

    private static Path marker(Path file) {
        return file.resolveSibling(file.getFileName() + MARKER);
    }
}
