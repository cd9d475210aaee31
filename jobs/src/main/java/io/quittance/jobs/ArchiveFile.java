package io.quittance.jobs;

import io.quittance.domain.archive.JournalArchives;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.settlement.CycleStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The file of an archived month: a ZIP with {@code cycles.csv}, {@code transfers.csv}, {@code balances.csv} and {@code
 * manifest.txt}. Nothing in it depends on when or where it was written: the same month gives the same bytes.
 */
final class ArchiveFile {

    static final String CYCLES = "cycles.csv";
    static final String TRANSFERS = "transfers.csv";
    static final String BALANCES = "balances.csv";
    static final String MANIFEST = "manifest.txt";

    static final String CYCLE_COLUMNS = "cycle,first_seq,transfers,entry_root,header_hash,header";

    private ArchiveFile() {}

    /** A figure of the manifest, by its name; in the order of the file. */
    static final class Manifest {
        private final Map<String, String> figures = new LinkedHashMap<>();

        void put(String name, Object value) {
            figures.put(name, String.valueOf(value));
        }

        /** Empty if the manifest does not have it. */
        String get(String name) {
            return figures.getOrDefault(name, "");
        }

        String text() {
            var text = new StringBuilder();
            figures.forEach((name, value) ->
                    text.append(name).append(": ").append(value).append('\n'));
            return text.toString();
        }

        static Manifest of(String text) {
            var manifest = new Manifest();
            text.lines().forEach(line -> {
                int colon = line.indexOf(": ");
                manifest.figures.put(
                        colon < 0 ? line : line.substring(0, colon), colon < 0 ? "" : line.substring(colon + 2));
            });
            return manifest;
        }
    }

    /** Counts transfers as their lines go by. */
    static final class Tally {
        long transfers;
        long first;
        long last;
        final SortedMap<Integer, BigInteger> amounts = new TreeMap<>();

        BigInteger amount() {
            return amounts.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
        }

        void add(Transfer transfer) {
            if (transfers++ == 0) {
                first = transfer.seq();
            }
            last = transfer.seq();
            amounts.merge(transfer.asset(), BigInteger.valueOf(transfer.amount()), BigInteger::add);
        }
    }

    /** What is sealed of a line of {@code transfers.csv}, and its cycle. */
    record Transfer(long seq, long cycle, int asset, UUID from, UUID to, long amount, int type, int leg) {

        /** @throws IllegalArgumentException if it is none */
        static Transfer of(String line) {
            String[] fields = line.split(",", 12);
            if (fields.length != 12) {
                throw new IllegalArgumentException("not a transfer: " + line);
            }
            return new Transfer(
                    Long.parseLong(fields[0]),
                    Long.parseLong(fields[1]),
                    Integer.parseInt(fields[3]),
                    UUID.fromString(fields[4]),
                    UUID.fromString(fields[5]),
                    Long.parseLong(fields[6]),
                    Integer.parseInt(fields[7]),
                    Integer.parseInt(fields[8]));
        }

        void into(CycleStore.TransferSink sink) {
            sink.transfer(
                    seq,
                    from.getMostSignificantBits(),
                    from.getLeastSignificantBits(),
                    to.getMostSignificantBits(),
                    to.getLeastSignificantBits(),
                    amount,
                    asset,
                    type,
                    leg);
        }
    }

    /** The digest that the database calls base_digest, over lines of {@code balances.csv} in their order. */
    static final class BaseDigest {
        private final MessageDigest all = sha256();
        private final MessageDigest part = sha256();
        private long current = -1;

        void add(String line) {
            String[] fields = line.split(",", -1);
            if (fields.length != 3) {
                throw new IllegalArgumentException("not a balance: " + line);
            }
            int asset = Integer.parseInt(fields[0]);
            UUID account = UUID.fromString(fields[1]);
            long high = account.getMostSignificantBits();
            long key = (long) asset << 8 | high >>> 56;
            if (key != current) {
                finishPart();
                current = key;
            }
            part.update(java.nio.ByteBuffer.allocate(28)
                    .putInt(asset)
                    .putLong(high)
                    .putLong(account.getLeastSignificantBits())
                    .putLong(Long.parseLong(fields[2]))
                    .flip());
        }

        private void finishPart() {
            if (current >= 0) {
                all.update(part.digest());
            }
        }

        Hash32 finish() {
            finishPart();
            current = -1;
            return Hash32.of(all.digest());
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** SHA-256 of the whole file. */
    static Hash32 digest(Path file) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return Hash32.of(digest.digest());
    }

    /** Writes the entries one after the other. */
    static final class Writer implements AutoCloseable {
        private final ZipOutputStream zip;
        private MessageDigest digest = sha256();

        Writer(OutputStream out) {
            zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
        }

        void begin(String name) throws IOException {
            var entry = new ZipEntry(name);
            entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
            zip.putNextEntry(entry);
            digest = sha256();
        }

        void line(byte[] utf8) {
            try {
                zip.write(utf8);
                zip.write('\n');
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            digest.update(utf8);
            digest.update((byte) '\n');
        }

        void line(String line) {
            line(line.getBytes(StandardCharsets.UTF_8));
        }

        /** Ends an entry; answers the SHA-256 of what it holds. */
        String end() throws IOException {
            zip.closeEntry();
            return HexFormat.of().formatHex(digest.digest());
        }

        void finish() throws IOException {
            zip.finish();
        }

        @Override
        public void close() throws IOException {
            zip.close();
        }
    }

    /** An entry as it is read, with the SHA-256 of what was read. */
    static final class Entry implements AutoCloseable {
        private final DigestInputStream in;
        private final BufferedReader lines;

        Entry(ZipFile zip, String name) throws IOException {
            ZipEntry entry = zip.getEntry(name);
            if (entry == null) {
                throw new IOException("it has no " + name);
            }
            in = new DigestInputStream(zip.getInputStream(entry), sha256());
            lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16);
        }

        InputStream stream() {
            return in;
        }

        /** The next line of CSV, which a quoted field may break; null at the end. */
        @Nullable
        String next() throws IOException {
            String line = lines.readLine();
            while (line != null && (line.chars().filter(c -> c == '"').count() & 1) == 1) {
                String more = lines.readLine();
                if (more == null) {
                    break;
                }
                line += "\n" + more;
            }
            return line;
        }

        /** Reads what is left and answers the SHA-256 of everything. */
        String finish() throws IOException {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    /** The manifest of a file. */
    static Manifest manifest(ZipFile zip) throws IOException {
        try (var entry = new Entry(zip, MANIFEST)) {
            return Manifest.of(new String(entry.stream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** What {@code cycles.csv} says of a cycle. */
    record SealedCycle(long cycle, long firstSeq, long transfers, String entryRoot, String headerHash) {

        static SealedCycle of(String line) {
            String[] fields = line.split(",", -1);
            if (fields.length != 6) {
                throw new IllegalArgumentException("not a cycle: " + line);
            }
            return new SealedCycle(
                    Long.parseLong(fields[0]),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[2]),
                    fields[3],
                    fields[4]);
        }
    }

    static List<SealedCycle> cycles(Entry entry) throws IOException {
        var cycles = new ArrayList<SealedCycle>();
        entry.next();
        for (String line = entry.next(); line != null; line = entry.next()) {
            cycles.add(SealedCycle.of(line));
        }
        return cycles;
    }

    /** The columns that a file of this kind begins its entries with. */
    static Map<String, String> columns() {
        return Map.of(
                CYCLES, CYCLE_COLUMNS,
                TRANSFERS, JournalArchives.TRANSFER_COLUMNS,
                BALANCES, JournalArchives.BALANCE_COLUMNS);
    }
}
