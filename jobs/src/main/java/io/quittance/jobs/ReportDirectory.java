package io.quittance.jobs;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The directory of a cycle, replaced as a whole. It is filled beside its place as {@code .NAME.new} and renamed. As no system
 * renames a directory over a full one, the one before steps aside as {@code .NAME.old} for that instant; if the program
 * stops just then, the next call, for whatever cycle, puts it back.
 */
final class ReportDirectory {

    private static final String PREFIX = "cycle-";
    private static final String NEW = ".new";
    private static final String OLD = ".old";

    private ReportDirectory() {}

    /** Writes the files of a directory. */
    interface Filling {
        void fill(ReportFiles files) throws IOException;
    }

    /**
     * Puts a filled directory in its place. If filling fails, what was there stays.
     *
     * @param parent there; the caller sees to it that nobody else replaces directories in it meanwhile
     * @return its place
     */
    static Path replace(Path parent, long cycle, Filling filling) throws IOException {
        mend(parent);
        String name = String.format(Locale.ROOT, PREFIX + "%06d", cycle);
        Path place = parent.resolve(name);
        Path fresh = Files.createDirectory(parent.resolve("." + name + NEW));
        try {
            filling.fill(new ReportFiles(fresh));
            force(fresh);
        } catch (IOException | RuntimeException failure) {
            try {
                delete(fresh);
            } catch (IOException left) {
                failure.addSuppressed(left); // The next call removes it.
            }
            throw failure;
        }
        Path old = parent.resolve("." + name + OLD);
        if (Files.exists(place)) {
            Files.move(place, old, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
        force(parent);
        delete(old);
        return place;
    }

    /** Removes or completes what a stopped program left. */
    private static void mend(Path parent) throws IOException {
        for (Path leftover : hidden(parent, NEW)) {
            delete(leftover);
        }
        for (Path leftover : hidden(parent, OLD)) {
            String hidden = leftover.getFileName().toString();
            Path place = parent.resolve(hidden.substring(1, hidden.length() - OLD.length()));
            if (Files.exists(place)) {
                delete(leftover);
            } else {
                Files.move(leftover, place, StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    private static List<Path> hidden(Path parent, String ending) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, "." + PREFIX + "*" + ending)) {
            var paths = new ArrayList<Path>();
            found.forEach(paths::add);
            return paths;
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(directory)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.delete(path);
        }
    }

    /** Makes names in a directory last: without it a power cut may take a file's name though not its content. */
    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
