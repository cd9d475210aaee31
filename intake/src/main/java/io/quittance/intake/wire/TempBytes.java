package io.quittance.intake.wire;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are written once and then read: few in memory, many in a temporary file, which is gone when this is closed or
 * the process ends, however it ends. The last of the disk is left to others, among them perhaps the database. Not
 * thread-safe; what {@link #open} gave may be read by another thread.
 */
public final class TempBytes implements AutoCloseable {

    private static final int IN_MEMORY = 1 << 20;
    private static final int BUFFER = 1 << 16;
    private static final long LOOK_EVERY = 16L << 20;
    private static final long LEFT_TO_OTHERS = 256L << 20;

    private final OutputStream writer = new Writer();
    private ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private @Nullable FileChannel file;
    private @Nullable OutputStream toFile;

    /** Where to write them; an {@link IOException} says that there is no room for them. */
    public OutputStream writer() {
        return writer;
    }

    /** Reads what was written, from the beginning, as often as it is asked. Nothing is written any more. */
    public InputStream open() throws IOException {
        endWriting();
        FileChannel channel = file;
        return channel == null ? new ByteArrayInputStream(memory.toByteArray()) : new Reader(channel);
    }

    /** Writes all of it to a stream, which stays open. Nothing is written any more. */
    public void sendTo(OutputStream out) throws IOException {
        try (InputStream in = open()) {
            in.transferTo(out);
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
            file.close();
        }
    }

    private final class Writer extends OutputStream {

        private @Nullable Path folder;
        private long sinceLook;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            OutputStream out = toFile;
            if (out == null && memory.size() + length <= IN_MEMORY) {
                memory.write(bytes, offset, length);
                return;
            }
            if (out == null) {
                out = openFile();
                memory.writeTo(out);
                memory = new ByteArrayOutputStream(0);
            }
            sinceLook += length;
            if (sinceLook > LOOK_EVERY) {
                requireRoom();
            }
            out.write(bytes, offset, length);
        }

        private OutputStream openFile() throws IOException {
            Path path = Files.createTempFile("quittance-", ".part");
            folder = path.toAbsolutePath().getParent();
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            file = channel;
            Files.delete(path); // Its bytes stay while the channel is open, and go with the process.
            requireRoom();
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
            toFile = out;
            return out;
        }

        private void requireRoom() throws IOException {
            sinceLook = 0;
            if (folder != null && Files.getFileStore(folder).getUsableSpace() < LEFT_TO_OTHERS) {
                throw new IOException("less than " + (LEFT_TO_OTHERS >> 20) + " MB are left in " + folder);
            }
        }
    }

    /** Reads the file by a place of its own. */
    private static final class Reader extends InputStream {

        private final FileChannel channel;
        private long position;

        Reader(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = channel.read(ByteBuffer.wrap(bytes, offset, length), position);
            position += Math.max(read, 0);
            return read;
        }
    }
}
