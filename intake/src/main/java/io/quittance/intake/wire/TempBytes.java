package io.quittance.intake.wire;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are written once and then read: few in memory, many in a temporary file, which is gone when this is closed. The
 * last of the disk is left to others, among them perhaps the database. Not thread-safe.
 */
public final class TempBytes implements AutoCloseable {

    private static final int IN_MEMORY = 1 << 20;
    private static final int BUFFER = 1 << 16;
    private static final long LOOK_EVERY = 16L << 20;
    private static final long LEFT_TO_OTHERS = 256L << 20;

    private final OutputStream writer = new Writer();
    private ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private @Nullable Path file;
    private @Nullable OutputStream toFile;

    /** Where to write them; an {@link IOException} says that there is no room for them. */
    public OutputStream writer() {
        return writer;
    }

    /** Reads what was written, from the beginning. Nothing is written any more. */
    public InputStream open() throws IOException {
        endWriting();
        return file == null ? new ByteArrayInputStream(memory.toByteArray()) : Files.newInputStream(file);
    }

    /** Writes all of it to a stream, which stays open. Nothing is written any more. */
    public void sendTo(OutputStream out) throws IOException {
        endWriting();
        if (file == null) {
            memory.writeTo(out);
        } else {
            Files.copy(file, out);
        }
    }

    private void endWriting() throws IOException {
        if (toFile != null) {
            toFile.flush();
        }
    }

    @Override
    public void close() throws IOException {
        memory = new ByteArrayOutputStream(0);
        if (file != null) {
            try (var ended = toFile) {
                Files.deleteIfExists(file);
            }
        }
    }

    private final class Writer extends OutputStream {

        private long sinceLook;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            OutputStream out = toFile;
            if (out == null && memory.size() + length > IN_MEMORY) {
                file = Files.createTempFile("quittance-", ".part");
                requireRoom(file);
                out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER);
                toFile = out;
                memory.writeTo(out);
                memory = new ByteArrayOutputStream(0);
            }
            if (out == null) {
                memory.write(bytes, offset, length);
                return;
            }
            sinceLook += length;
            if (sinceLook > LOOK_EVERY) {
                requireRoom(Objects.requireNonNull(file));
                sinceLook = 0;
            }
            out.write(bytes, offset, length);
        }

        private void requireRoom(Path path) throws IOException {
            if (Files.getFileStore(path).getUsableSpace() < LEFT_TO_OTHERS) {
                throw new IOException("less than " + (LEFT_TO_OTHERS >> 20) + " MB are left in "
                        + path.toAbsolutePath().getParent());
            }
        }
    }
}
