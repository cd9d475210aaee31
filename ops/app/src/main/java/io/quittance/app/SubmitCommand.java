package io.quittance.app;

import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.intake.Kind;
import io.quittance.intake.file.FileAnswer;
import io.quittance.intake.file.FileDoor;
import io.quittance.intake.file.FileFormat;
import io.quittance.intake.file.FileLimits;
import io.quittance.intake.file.RejectsFile;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "submit",
        mixinStandardHelpOptions = true,
        description = "Hands in files, as the bank's operator, and says what became of each line.")
final class SubmitCommand implements Callable<Integer> {

    /** How many errors are shown; all of them are in the rejects file. */
    private static final int SHOWN = 20;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(names = "--kind", description = "What the lines are, where the file has no control line.")
    private @Nullable String kind;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "CSV, or NDJSON where the name ends in .ndjson or .jsonl; also packed, .gz or .zst.")
    private List<Path> files = List.of();

    @Override
    public Integer call() {
        Console console = common.console();
        Kind given = kind == null
                ? null
                : Kind.named(kind)
                        .filter(SubmitCommand::comesInFiles)
                        .orElseThrow(() -> Trouble.wrongUsage("There is no kind \"" + kind + "\"; the kinds are "
                                + String.join(
                                        ", ",
                                        java.util.Arrays.stream(Kind.values())
                                                .filter(SubmitCommand::comesInFiles)
                                                .map(Kind::wireName)
                                                .toList())
                                + "."));
        for (Path file : files) {
            if (!Files.isReadable(file)) {
                throw Trouble.wrongUsage("The file " + file + " is not there or cannot be read.");
            }
        }
        boolean allTaken = true;
        var results = new ArrayList<Map<String, Object>>();
        try (BankSession session = common.openExisting()) {
            var door = new FileDoor(session.get(FileIntake.class), FileLimits.DEFAULT);
            var client = LocalClients.operator(session.get(ClientDirectory.class));
            for (Path file : files) {
                FileAnswer answer = handIn(door, client, file, given, console);
                allTaken &=
                        answer instanceof FileAnswer.Taken taken && taken.file().refused() == 0;
                Path rejects = writeRejects(door, client, file, answer, console);
                results.add(tell(file, answer, rejects, console));
            }
        }
        if (common.json) {
            System.out.println(Json.of(Map.of("files", results)));
        }
        return allTaken ? Trouble.DONE : Trouble.WRONG_USAGE;
    }

    private static boolean comesInFiles(Kind kind) {
        return kind != Kind.REVERSALS;
    }

    /** Hands one file in and shows how far it is read. */
    static FileAnswer handIn(
            FileDoor door, io.quittance.domain.intake.Client client, Path file, @Nullable Kind kind, Console console) {
        String name = String.valueOf(file.getFileName());
        FileFormat format = FileFormat.ofName(name).orElse(FileFormat.CSV);
        try (InputStream in =
                new Watched(new BufferedInputStream(Files.newInputStream(file)), name, Files.size(file), console)) {
            return door.handIn(client, format, kind, name, null, in);
        } catch (NoSuchFileException missing) {
            throw Trouble.wrongUsage("The file " + file + " is not there.");
        } catch (IOException failure) {
            throw Trouble.wrongUsage("The file " + file + " cannot be read: " + failure.getMessage());
        } catch (UncheckedIOException noRoom) {
            throw Trouble.wrongUsage("The file " + file + " is not taken in: " + noRoom.getMessage() + ".");
        } finally {
            console.endBar();
        }
    }

    /** Writes what was refused beside the file. Null if nothing was, or it cannot be written there. */
    private static @Nullable Path writeRejects(
            FileDoor door, io.quittance.domain.intake.Client client, Path file, FileAnswer answer, Console console) {
        if (!(answer instanceof FileAnswer.Taken taken) || taken.file().refused() == 0) {
            return null;
        }
        Path rejects = file.resolveSibling(file.getFileName() + ".rejects"
                + RejectsFile.formatOf(taken.file()).suffix());
        try (Writer writer = Files.newBufferedWriter(rejects, StandardCharsets.UTF_8)) {
            door.writeRejects(client, taken.file(), writer);
            return rejects;
        } catch (IOException failure) {
            console.line(
                    "The refused lines cannot be written to %s: %s", rejects, String.valueOf(failure.getMessage()));
            return null;
        }
    }

    private static Map<String, Object> tell(Path file, FileAnswer answer, @Nullable Path rejects, Console console) {
        var result = new LinkedHashMap<String, Object>();
        result.put("file", file.toString());
        switch (answer) {
            case FileAnswer.Taken taken -> {
                FileIntake.Accepted accepted = taken.file();
                result.put("fileNo", accepted.fileNo());
                result.put("kind", accepted.kind().wireName());
                result.put("queued", accepted.queued());
                result.put("repeated", accepted.repeated());
                result.put("refused", accepted.refused());
                console.line(
                        "%s: accepted as file %d, %s%s: %,d queued, %,d repeated, %,d refused",
                        file,
                        accepted.fileNo(),
                        accepted.kind().wireName(),
                        accepted.businessDate() == null ? "" : " for " + accepted.businessDate(),
                        accepted.queued(),
                        accepted.repeated(),
                        accepted.refused());
                var lines = new ArrayList<Map<String, Object>>();
                for (FileIntake.RefusedLine line : taken.refused()) {
                    boolean shown = lines.size() < SHOWN;
                    line.errors().forEach(error -> {
                        if (shown) {
                            console.line(
                                    "  line %d: %s%s: %s",
                                    line.lineNo(),
                                    error.field().isEmpty() ? "" : error.field() + " ",
                                    error.reason(),
                                    error.reason().sentence(error.detail()));
                        }
                        lines.add(Map.of(
                                "line", line.lineNo(),
                                "field", error.field(),
                                "code", error.reason().name(),
                                "detail", error.detail()));
                    });
                }
                result.put("lines", lines);
                if (rejects != null) {
                    result.put("rejects", rejects.toString());
                    console.line("  all refused lines, to be mended and handed in again: %s", rejects);
                }
            }
            case FileAnswer.Refused refused -> {
                result.put("refusedWhole", true);
                console.line("%s: refused, nothing of it counts", file);
                var errors = new ArrayList<Map<String, Object>>();
                refused.errors().forEach(error -> {
                    console.line(
                            "  %s%s: %s",
                            error.lineNo() == 0 ? "" : "line " + error.lineNo() + ": ",
                            error.reason(),
                            error.reason().sentence(error.detail()));
                    errors.add(Map.of(
                            "line", error.lineNo(), "code", error.reason().name(), "detail", error.detail()));
                });
                result.put("errors", errors);
            }
        }
        return result;
    }

    /** Counts what was read. */
    private static final class Watched extends FilterInputStream {

        private static final long EVERY = 1 << 16;

        private final String name;
        private final long size;
        private final Console console;
        private long read;
        private long shown;

        Watched(InputStream in, String name, long size, Console console) {
            super(in);
            this.name = name;
            this.size = size;
            this.console = console;
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            count(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            count(Math.max(count, 0));
            return count;
        }

        private void count(int more) {
            read += more;
            if (read - shown >= EVERY) {
                shown = read;
                console.progress(name, Math.min(read, size - 1), size);
            }
        }
    }
}
