package io.quittance.app;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.quittance.domain.archive.ArchivedMonth;
import io.quittance.domain.archive.JournalArchives;
import io.quittance.domain.archive.JournalMonth;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.cycle.Windows;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.settlement.SealStore;
import io.quittance.jobs.JournalArchiving;
import io.quittance.sql.SqlAdapters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "archive",
        mixinStandardHelpOptions = true,
        description = {
            "Takes old months of the journal out into files, or puts one back; without an option, lists them.",
            "A month is of the cut-offs, in UTC. It leaves when it is over and all of its cycles are sealed and reconciled."
        })
final class ArchiveCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(
            names = "--before",
            paramLabel = "MONTH",
            description = "Archives all months before this one, such as 2026-09, each into a file of its own.")
    private @Nullable String before;

    @Option(names = "--restore", paramLabel = "FILE", description = "Puts the newest archived month back.")
    private @Nullable Path restore;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the files go (default: archive inside of the data directory).")
    private @Nullable Path out;

    private final CrashPoint crash = CrashPoint.fromEnvironment();

    @Override
    public Integer call() {
        if (before != null && restore != null) {
            throw Trouble.wrongUsage("Name --before or --restore, not both.");
        }
        if (before == null && out != null) {
            throw Trouble.wrongUsage("--out goes with --before.");
        }
        @Nullable YearMonth end = before == null ? null : month(before);
        Console console = common.console();
        try (BankSession session = common.openExisting();
                HikariDataSource owner = owner(session)) {
            JournalArchives archives = SqlAdapters.journalArchives(owner);
            var archiving = new JournalArchiving(
                    archives,
                    session.get(Windows.class),
                    session.get(SealStore.class),
                    session.get(BankStore.class),
                    session.get(BankSecret.class));
            if (end != null) {
                return archive(archives, archiving, end, folder(session), console);
            }
            if (restore != null) {
                return restore(archiving, restore, console);
            }
            return list(archives.archived(), console);
        } catch (JournalArchives.NotNow notNow) {
            throw Trouble.checkFailed(sentence(notNow));
        } catch (JournalArchiving.Altered altered) {
            throw Trouble.checkFailed(
                    "The file is not what left the journal (" + altered.getMessage() + "); nothing was changed.");
        } catch (IOException failure) {
            throw Trouble.machineLacks("The archive cannot be read or written: " + failure);
        }
    }

    private static String sentence(Exception failure) {
        return "Nothing was changed: " + Trouble.firstLine(failure) + ".";
    }

    private static YearMonth month(String text) {
        try {
            return YearMonth.parse(text);
        } catch (DateTimeException none) {
            throw Trouble.wrongUsage("--before takes a month such as 2026-09, not \"" + text + "\".");
        }
    }

    private Path folder(BankSession session) {
        return out != null ? out : session.premises().directory().archive();
    }

    /** The owner of the tables: nobody else may. */
    private static HikariDataSource owner(BankSession session) {
        var config = new HikariConfig();
        config.setJdbcUrl(session.premises().databaseUrl());
        config.setMaximumPoolSize(2);
        config.setPoolName("archive");
        return DatabaseSessions.open(config);
    }

    private int archive(
            JournalArchives archives, JournalArchiving archiving, YearMonth end, Path folder, Console console)
            throws IOException {
        var done = new ArrayList<JournalMonth>();
        Optional<YearMonth> next = archives.oldest().filter(month -> month.isBefore(end));
        while (next.isPresent()) {
            try {
                JournalMonth month = archiving.archive(next.get(), folder, crash::reached);
                done.add(month);
                console.line(
                        "%s: %,d transfers of cycles %d to %d are in %s",
                        month.month(),
                        month.transfers(),
                        month.firstCycle(),
                        month.lastCycle(),
                        folder.resolve(JournalArchiving.fileName(month.month())));
            } catch (JournalArchives.NotNow stays) {
                if (done.isEmpty()) {
                    throw stays;
                }
                console.line("%s stays: %s.", next.get(), Trouble.firstLine(stays));
                break;
            }
            next = archives.oldest().filter(month -> month.isBefore(end));
        }
        if (done.isEmpty()) {
            console.line("No month before %s is in the journal.", end);
        }
        if (common.json) {
            System.out.println(Json.of(Map.of(
                    "archived",
                    done.stream()
                            .map(month -> Map.of(
                                    "month",
                                    month.month().toString(),
                                    "transfers",
                                    month.transfers(),
                                    "file",
                                    folder.resolve(JournalArchiving.fileName(month.month()))
                                            .toString()))
                            .toList())));
        }
        return Trouble.DONE;
    }

    private int restore(JournalArchiving archiving, Path file, Console console) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw Trouble.wrongUsage("There is no file " + file + ".");
        }
        ArchivedMonth back = archiving.restore(file, crash::reached);
        console.line(
                "%s is back in the journal: %,d transfers of cycles %d to %d",
                back.month(), back.lastSeq() - back.firstSeq() + 1, back.firstCycle(), back.lastCycle());
        if (common.json) {
            System.out.println(Json.of(Map.of("restored", back.month().toString())));
        }
        return Trouble.DONE;
    }

    private int list(List<ArchivedMonth> archived, Console console) {
        for (ArchivedMonth month : archived) {
            console.line(
                    "%s  cycles %d to %d, transfers %d to %d  %s  %s",
                    month.month(),
                    month.firstCycle(),
                    month.lastCycle(),
                    month.firstSeq(),
                    month.lastSeq(),
                    month.file(),
                    month.sha256());
        }
        console.line(archived.isEmpty() ? "Nothing is archived." : "%d months are archived.", archived.size());
        if (common.json) {
            System.out.println(Json.of(Map.of(
                    "archived",
                    archived.stream()
                            .map(month -> Map.of(
                                    "month", month.month().toString(),
                                    "file", month.file(),
                                    "sha256", month.sha256().toString(),
                                    "firstCycle", month.firstCycle(),
                                    "lastCycle", month.lastCycle(),
                                    "firstSeq", month.firstSeq(),
                                    "lastSeq", month.lastSeq()))
                            .toList())));
        }
        return Trouble.DONE;
    }
}
