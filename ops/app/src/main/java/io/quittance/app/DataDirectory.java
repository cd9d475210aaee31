package io.quittance.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Where a bank keeps what is not in a database of somebody else's: the embedded PostgreSQL and chain, its secret, inbox and
 * reports. One process owns it at a time; others read where the owner's services are and use them.
 */
final class DataDirectory implements AutoCloseable {

    private static final String SERVICES = "services.properties";

    private final Path root;
    private @Nullable FileChannel channel;
    private @Nullable FileLock lock;

    DataDirectory(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** {@code --data-dir}, else {@code $QUITTANCE_HOME}, else the user's state directory. */
    static Path chosen(@Nullable Path given) {
        if (given != null) {
            return given;
        }
        String home = System.getenv("QUITTANCE_HOME");
        if (home != null && !home.isBlank()) {
            return Path.of(home);
        }
        String state = System.getenv("XDG_STATE_HOME");
        return state != null && !state.isBlank()
                ? Path.of(state, "quittance")
                : userHome().resolve(Path.of(".local", "state", "quittance"));
    }

    /** What the shell means by {@code ~}: {@code $HOME}, which need not be where the system's list of users says. */
    static Path userHome() {
        String home = System.getenv("HOME");
        return Path.of(home != null && !home.isBlank() ? home : System.getProperty("user.home"));
    }

    Path root() {
        return root;
    }

    Path postgres() {
        return root.resolve("postgres");
    }

    Path chain() {
        return root.resolve("chain");
    }

    Path reports() {
        return root.resolve("reports");
    }

    /** Old months of the journal. */
    Path archive() {
        return root.resolve("archive");
    }

    Path files() {
        return root.resolve("files");
    }

    Path secret() {
        return root.resolve("bank-secret");
    }

    /** Says that its bank is a sandbox. */
    Path sandbox() {
        return root.resolve("sandbox");
    }

    /** Makes its bank a sandbox for good. A second time changes nothing. */
    void markSandbox() {
        try {
            if (!Files.exists(sandbox())) {
                Files.createFile(sandbox());
            }
        } catch (IOException failure) {
            throw Trouble.machineLacks("The data directory " + root + " cannot be written to: " + failure.getMessage());
        }
    }

    /** Says that the operator's key was shown; it is shown once. */
    Path operatorKeyShown() {
        return root.resolve("operator-key-shown");
    }

    /**
     * Makes the directory and checks that it can be written to.
     *
     * @throws Trouble in one sentence if it cannot
     */
    void prepare() {
        try {
            Files.createDirectories(root);
            Path probe = Files.createTempFile(root, "probe", "");
            Files.write(probe, new byte[1 << 16]);
            Files.delete(probe);
        } catch (AccessDeniedException denied) {
            throw Trouble.machineLacks("The data directory " + root + " cannot be written to; choose another one with"
                    + " --data-dir or QUITTANCE_HOME.");
        } catch (FileSystemException refused) {
            String why = refused instanceof FileAlreadyExistsException
                    ? "a file is in its place"
                    : Objects.requireNonNullElse(refused.getReason(), "it cannot be made");
            throw Trouble.machineLacks("The data directory " + root + " cannot be used (" + why
                    + "); choose another one" + " with --data-dir or QUITTANCE_HOME.");
        } catch (IOException failure) {
            throw Trouble.machineLacks("The data directory " + root + " cannot be used (" + failure.getMessage()
                    + "); choose another one with --data-dir or QUITTANCE_HOME.");
        }
    }

    /** Takes ownership; false if another process has it. */
    boolean own() {
        try {
            FileChannel opened =
                    FileChannel.open(root.resolve("owner.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                lock = opened.tryLock();
            } catch (OverlappingFileLockException samProcess) {
                lock = null;
            }
            if (lock == null) {
                opened.close();
                return false;
            }
            channel = opened;
            Files.deleteIfExists(root.resolve(SERVICES));
            return true;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Says to others where the services are. */
    void announce(Properties services) {
        try {
            Path temporary = root.resolve(SERVICES + ".new");
            try (var out = Files.newOutputStream(temporary)) {
                services.store(out, null);
            }
            Files.move(
                    temporary,
                    root.resolve(SERVICES),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING,
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** What the owner announced. */
    Optional<Properties> announced() {
        try (var in = Files.newInputStream(root.resolve(SERVICES))) {
            var services = new Properties();
            services.load(in);
            return Optional.of(services);
        } catch (IOException nothing) {
            return Optional.empty();
        }
    }

    /** Deletes everything in it but the owner's lock. */
    void empty() {
        if (!Files.isDirectory(root)) {
            return;
        }
        try (var paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(root) && !path.endsWith("owner.lock")) {
                    Files.delete(path);
                }
            }
        } catch (IOException failure) {
            throw Trouble.machineLacks("The data directory " + root + " cannot be emptied: " + failure.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            if (lock != null) {
                Files.deleteIfExists(root.resolve(SERVICES));
                lock.release();
            }
            if (channel != null) {
                channel.close();
            }
        } catch (IOException ignored) {
            // The system frees the lock with the process.
        }
    }
}
