package io.quittance.app;

import io.quittance.domain.report.JournalExtract;
import io.quittance.domain.report.JournalText;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Writes the journal of some business dates as plain text that hledger reads.")
final class ExportCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(names = "--from", required = true, paramLabel = "DATE", description = "The first business date.")
    private LocalDate from = LocalDate.EPOCH;

    @Option(names = "--to", required = true, paramLabel = "DATE", description = "The last business date.")
    private LocalDate to = LocalDate.EPOCH;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Where to write it (default: standard output).")
    private @Nullable Path out;

    @Override
    public Integer call() {
        if (to.isBefore(from)) {
            throw Trouble.wrongUsage("The period ends on " + to + ", before it begins on " + from + ".");
        }
        if (out == null && common.json) {
            throw Trouble.wrongUsage("With --json the journal needs a file: name one with --out.");
        }
        if (out != null && (out.getFileName() == null || Files.isDirectory(out))) {
            throw Trouble.wrongUsage(out + " is a directory; name a file in it.");
        }
        try (BankSession session = common.openExisting()) {
            var journal = session.get(JournalExtract.class);
            if (out == null) {
                write(journal, new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
            } else {
                Path unfinished = out.resolveSibling(out.getFileName() + ".part");
                long transfers;
                try {
                    try (Writer file = Files.newBufferedWriter(unfinished)) {
                        transfers = write(journal, file);
                    }
                    Files.move(unfinished, out, StandardCopyOption.REPLACE_EXISTING);
                } finally {
                    Files.deleteIfExists(unfinished);
                }
                common.console().line("%,d transfers of %s to %s are in %s", transfers, from, to, out);
                if (common.json) {
                    System.out.println(Json.of(Map.of("file", out.toString(), "transfers", transfers)));
                }
            }
            return Trouble.DONE;
        } catch (JournalExtract.Archived archived) {
            throw Trouble.wrongUsage("Of this period " + archived.getMessage()
                    + "; begin it later, or put the months back with 'ops/quittance archive --restore FILE'.");
        } catch (IOException | UncheckedIOException failure) {
            throw Trouble.wrongUsage(
                    "The journal cannot be written" + (out == null ? "" : " to " + out) + ": " + failure.getMessage());
        }
    }

    private long write(JournalExtract journal, Writer target) throws IOException {
        var buffered = new BufferedWriter(target);
        var text = new JournalText(line -> {
            try {
                buffered.write(line);
                buffered.write('\n');
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        });
        journal.read(from, to, text);
        buffered.flush();
        return text.transfers();
    }
}
