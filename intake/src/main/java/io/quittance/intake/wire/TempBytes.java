package io.quittance.intake.wire;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are written once and then read: few in memory, many in a temporary file, which is gone when this is closed. Not
 * thread-safe.
 */
public final class TempBytes implements AutoCloseable {

    private static final int IN_MEMORY = 1 << 20;
    private static final int BUFFER = 1 << 16;

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

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            OutputStream out = toFile;
            if (out == null && memory.size() + length > IN_MEMORY) {
                file = Files.createTempFile("quittance-", ".part");
                out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER);
                toFile = out;
                memory.writeTo(out);
                memory = new ByteArrayOutputStream(0);
            }
            if (out == null) {
                memory.write(bytes, offset, length);
            } else {
                out.write(bytes, offset, length);
            }
        }
    }
}
