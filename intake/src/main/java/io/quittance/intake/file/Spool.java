package io.quittance.intake.file;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.seal.Hash32;
import io.quittance.intake.wire.TempBytes;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * All bytes of a file, unpacked, before any of it is taken in: a sender that is slow keeps no window open, and the file can
 * be read as often as it must be. Whether it is packed is told by its first bytes, not by its name.
 */
final class Spool implements AutoCloseable {

    private static final int BUFFER = 1 << 16;
    private static final byte[] GZIP = {0x1F, (byte) 0x8B};
    private static final byte[] ZSTANDARD = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD};

    private final TempBytes bytes;
    private final Hash32 sha256;
    private final long size;

    private Spool(TempBytes bytes, Hash32 sha256, long size) {
        this.bytes = bytes;
        this.sha256 = sha256;
        this.size = size;
    }

    /**
     * Reads {@code in} to its end; does not close it.
     *
     * @throws IOException if {@code in} cannot be read
     * @throws UncheckedIOException if there is no room to keep it
     */
    static Spool of(InputStream in, FileLimits limits) throws IOException, Unacceptable {
        var bytes = new TempBytes();
        try {
            return fill(bytes, in, limits.maxFile().toBytes());
        } catch (IOException | Unacceptable | RuntimeException failure) {
            bytes.close();
            throw failure;
        }
    }

    private static Spool fill(TempBytes bytes, InputStream in, long max) throws IOException, Unacceptable {
        MessageDigest digest = RecordReader.sha256();
        byte[] buffer = new byte[BUFFER];
        long size = 0;
        InputStream plain = in;
        boolean packed = false;
        try {
            var start = new PushbackInputStream(in, ZSTANDARD.length);
            byte[] first = start.readNBytes(ZSTANDARD.length);
            start.unread(first);
            packed = startsWith(first, GZIP) || startsWith(first, ZSTANDARD);
            plain = startsWith(first, GZIP)
                    ? new GZIPInputStream(start, BUFFER)
                    : startsWith(first, ZSTANDARD) ? new ZstdInputStream(start) : start;
            for (int read = plain.read(buffer); read >= 0; read = plain.read(buffer)) {
                size += read;
                if (size > max) {
                    throw new Unacceptable(
                            Reason.FILE_TOO_LARGE,
                            0,
                            "the file has more than " + max + " bytes; split it into several");
                }
                digest.update(buffer, 0, read);
                keep(bytes, buffer, read);
            }
        } catch (ZipException | ZstdIOException | EOFException damaged) {
            if (!packed) {
                throw damaged;
            }
            throw new Unacceptable(
                    Reason.FILE_TRUNCATED,
                    0,
                    "the packed file is damaged or not whole; pack it again and send all of it");
        }
        return new Spool(bytes, Hash32.of(digest.digest()), size);
    }

    private static void keep(TempBytes bytes, byte[] buffer, int length) {
        try {
            bytes.writer().write(buffer, 0, length);
        } catch (IOException noRoom) {
            throw new UncheckedIOException(
                    "there is no room for temporary files (" + noRoom.getMessage() + ")", noRoom);
        }
    }

    private static boolean startsWith(byte[] bytes, byte[] start) {
        return bytes.length >= start.length && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
    }

    /** The file from its beginning. */
    InputStream open() throws IOException {
        return bytes.open();
    }

    /** The hash of all bytes, unpacked. */
    Hash32 sha256() {
        return sha256;
    }

    /** The number of bytes, unpacked. */
    long size() {
        return size;
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
