package io.quittance.intake.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.seal.Hash32;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.util.unit.DataSize;

class SpoolTest {

    /** More than is kept in memory, and little when packed. */
    private static final byte[] LONG = "a line of a file\n".repeat(200_000).getBytes(UTF_8);

    private record Packing(String name, Pack pack) {
        @Override
        public String toString() {
            return name;
        }
    }

    private interface Pack {
        byte[] of(byte[] bytes) throws IOException;
    }

    static Stream<Packing> packings() {
        return Stream.of(
                new Packing("gzip", SpoolTest::gzip),
                new Packing(
                        "gzip in parts",
                        bytes -> together(
                                gzip(Arrays.copyOf(bytes, bytes.length / 2)),
                                gzip(Arrays.copyOfRange(bytes, bytes.length / 2, bytes.length)))),
                new Packing("zstd", Zstd::compress),
                new Packing(
                        "zstd in parts",
                        bytes -> together(
                                Zstd.compress(Arrays.copyOf(bytes, bytes.length / 2)),
                                Zstd.compress(Arrays.copyOfRange(bytes, bytes.length / 2, bytes.length)))));
    }

    @ParameterizedTest
    @MethodSource("packings")
    void aPackedFileIsTheFileThatWasPacked(Packing packing) throws Exception {
        for (byte[] file : new byte[][] {LONG, "short".getBytes(UTF_8), {}}) {
            try (Spool plain = spool(file, FileLimits.DEFAULT);
                    Spool packed = spool(packing.pack().of(file), FileLimits.DEFAULT)) {
                assertThat(bytesOf(packed)).isEqualTo(file);
                assertThat(bytesOf(packed)).as("read again").isEqualTo(file);
                assertThat(packed.size()).isEqualTo(file.length);
                assertThat(packed.sha256())
                        .isEqualTo(plain.sha256())
                        .isEqualTo(
                                Hash32.of(MessageDigest.getInstance("SHA-256").digest(file)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("packings")
    void aPackedFileThatIsCutOffOrDamagedIsRefusedAndNeverReadInPart(Packing packing) throws Exception {
        byte[] noise = new byte[10_000];
        new Random(1).nextBytes(noise);
        byte[] packed = packing.pack().of(noise);
        byte[] damaged = packed.clone();
        damaged[damaged.length / 3] ^= 0x55;

        refusedAs(Reason.FILE_TRUNCATED, Arrays.copyOf(packed, packed.length - 5));
        refusedAs(Reason.FILE_TRUNCATED, Arrays.copyOf(packed, packed.length / 3));
        if (packing.name().startsWith("gzip")) { // Zstandard's own checksum is optional, and left out by default.
            refusedAs(Reason.FILE_TRUNCATED, damaged);
        }
    }

    @ParameterizedTest
    @MethodSource("packings")
    void aSmallFileThatUnpacksToMoreThanTheLimitIsRefusedAtTheLimit(Packing packing) throws Exception {
        byte[] bomb = packing.pack().of(new byte[64 << 20]);
        assertThat(bomb.length).isLessThan(100_000);

        refusedAs(Reason.FILE_TOO_LARGE, bomb);
    }

    @Test
    void aFileOverTheLimitIsRefusedAndOneAtTheLimitIsNot() throws Exception {
        var limits = new FileLimits(DataSize.ofKilobytes(1), DataSize.ofKilobytes(2));

        assertThat(bytesOf(spool(new byte[2_048], limits))).hasSize(2_048);
        assertThatThrownBy(() -> spool(new byte[2_049], limits))
                .isInstanceOfSatisfying(
                        Unacceptable.class,
                        refused -> assertThat(refused.error())
                                .isEqualTo(new FileError(
                                        Reason.FILE_TOO_LARGE,
                                        0,
                                        "the file has more than 2048 bytes; split it into several")));
    }

    @Test
    void aSenderThatBreaksOffIsNoDamagedFile() {
        var broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }
        };

        assertThatThrownBy(() -> Spool.of(broken, FileLimits.DEFAULT))
                .isInstanceOf(IOException.class)
                .hasMessage("connection reset");
    }

    @Test
    void aLongFileLeavesNoFileBehindEvenWhileItIsKept() throws Exception {
        try (Spool spool = spool(LONG, FileLimits.DEFAULT);
                InputStream one = spool.open();
                InputStream other = spool.open()) {
            assertThat(java.nio.file.Files.list(java.nio.file.Path.of(System.getProperty("java.io.tmpdir"))))
                    .noneMatch(path -> path.getFileName().toString().matches("quittance-[0-9]+\\.part"));
            assertThat(other.readNBytes(100)).isEqualTo(one.readNBytes(100));
            assertThat(one.read()).isEqualTo(LONG[100]);
            assertThat(one.readAllBytes()).hasSize(LONG.length - 101);
        }
    }

    private static void refusedAs(Reason reason, byte[] packed) {
        var limits = new FileLimits(DataSize.ofKilobytes(64), DataSize.ofMegabytes(16));
        assertThatThrownBy(() -> spool(packed, limits))
                .isInstanceOfSatisfying(
                        Unacceptable.class,
                        refused -> assertThat(refused.error().reason()).isEqualTo(reason));
    }

    private static Spool spool(byte[] file, FileLimits limits) throws IOException, Unacceptable {
        return Spool.of(new ByteArrayInputStream(file), limits);
    }

    private static byte[] bytesOf(Spool spool) throws IOException {
        try (InputStream in = spool.open()) {
            return in.readAllBytes();
        }
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    private static byte[] together(byte[] one, byte[] two) {
        byte[] both = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, both, one.length, two.length);
        return both;
    }
}
