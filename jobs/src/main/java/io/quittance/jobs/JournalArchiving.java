package io.quittance.jobs;

import io.quittance.domain.archive.ArchivedMonth;
import io.quittance.domain.archive.JournalArchives;
import io.quittance.domain.archive.JournalMonth;
import io.quittance.domain.cycle.Bank;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.cycle.Windows;
import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.seal.DataRoot;
import io.quittance.domain.seal.EntryDomain;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.SealHeader;
import io.quittance.domain.seal.Slot;
import io.quittance.domain.settlement.CycleSealer;
import io.quittance.domain.settlement.CycleStore;
import io.quittance.domain.settlement.SealStore;
import io.quittance.domain.settlement.SlotRecords;
import io.quittance.jobs.ArchiveFile.SealedCycle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Takes whole months out of the journal and puts them back. A month leaves only when its file is written, forced to the
 * disk, read back and proved against the seals of its cycles; then one transaction takes its rows away. Whatever dies before
 * leaves the journal as it was, and archiving once more writes the same bytes.
 */
public final class JournalArchiving {

    private final JournalArchives archives;
    private final Windows windows;
    private final SealStore seals;
    private final BankStore banks;
    private final BankSecret secret;

    /** @param archives as the owner of the tables to archive and restore, as any reader to check */
    public JournalArchiving(
            JournalArchives archives, Windows windows, SealStore seals, BankStore banks, BankSecret secret) {
        this.archives = archives;
        this.windows = windows;
        this.seals = seals;
        this.banks = banks;
        this.secret = secret;
    }

    /** A file is not what left the journal; the message says where it differs. */
    public static final class Altered extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Altered(String message) {
            super(message);
        }
    }

    /** The name of a month's file. */
    public static String fileName(YearMonth month) {
        return "journal-" + month + ".zip";
    }

    /**
     * Archives the oldest month of the journal.
     *
     * @param folder where its file goes
     * @param reached told the name of each point of no way back, for tests of recovery
     * @throws JournalArchives.NotNow if the month cannot leave
     */
    public JournalMonth archive(YearMonth wanted, Path folder, Consumer<String> reached) throws IOException {
        JournalMonth month = archives.archivable(wanted);
        Files.createDirectories(folder);
        Path file = folder.resolve(fileName(wanted));
        Path unfinished = folder.resolve(fileName(wanted) + ".part");
        ArchiveFile.Manifest manifest;
        var tally = new ArchiveFile.Tally();
        try (FileChannel channel = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            manifest = write(month, channel, tally, reached);
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
        reached.accept("archive.written");
        requireSound(check(unfinished, null));
        Hash32 sha256 = ArchiveFile.digest(unfinished);
        reached.accept("archive.checked");
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel entry = FileChannel.open(folder, StandardOpenOption.READ)) {
            entry.force(true); // The name, too, is there after a crash.
        }
        reached.accept("archive.named");
        archives.detach(
                month,
                fileName(wanted),
                Files.size(file),
                sha256,
                tally.transfers,
                tally.amount(),
                Hash32.parse(manifest.get("base_digest")));
        reached.accept("archive.detached");
        return month;
    }

    private ArchiveFile.Manifest write(
            JournalMonth month, FileChannel channel, ArchiveFile.Tally tally, Consumer<String> reached)
            throws IOException {
        Bank bank = bank();
        var manifest = new ArchiveFile.Manifest();
        try (var file = new ArchiveFile.Writer(Channels.newOutputStream(channel))) {
            file.begin(ArchiveFile.CYCLES);
            file.line(ArchiveFile.CYCLE_COLUMNS);
            for (long cycle = month.firstCycle(); cycle <= month.lastCycle(); cycle++) {
                SealHeader header = seals.header(cycle).orElseThrow();
                file.line(String.join(
                        ",",
                        String.valueOf(cycle),
                        String.valueOf(header.firstSeq()),
                        String.valueOf(header.leafCount()),
                        header.entryRoot().toString(),
                        header.hash().toString(),
                        HexFormat.of().formatHex(header.encode())));
            }
            String cycles = file.end();

            file.begin(ArchiveFile.TRANSFERS);
            file.line(JournalArchives.TRANSFER_COLUMNS);
            archives.transfers(month, line -> {
                tally.add(ArchiveFile.Transfer.of(new String(line, java.nio.charset.StandardCharsets.UTF_8)));
                file.line(line);
            });
            String transfers = file.end();
            reached.accept("archive.half");

            file.begin(ArchiveFile.BALANCES);
            file.line(JournalArchives.BALANCE_COLUMNS);
            var base = new ArchiveFile.BaseDigest();
            archives.balances(month, line -> {
                base.add(new String(line, java.nio.charset.StandardCharsets.UTF_8));
                file.line(line);
            });
            String balances = file.end();

            manifest.put("format", "quittance journal archive 1");
            manifest.put("bank", bank.name());
            manifest.put("chain_id", bank.chainId());
            manifest.put("registry", bank.registry());
            manifest.put("month", month.month());
            manifest.put("first_cycle", month.firstCycle());
            manifest.put("last_cycle", month.lastCycle());
            manifest.put("transfers", month.transfers());
            manifest.put("first_seq", month.firstSeq());
            manifest.put("last_seq", month.lastSeq());
            tally.amounts.forEach((asset, amount) -> manifest.put("amount_of_asset_" + asset, amount));
            manifest.put("base_digest", HexFormat.of().formatHex(base.finish().bytes()));
            manifest.put("sha256_of_cycles", cycles);
            manifest.put("sha256_of_transfers", transfers);
            manifest.put("sha256_of_balances", balances);
            file.begin(ArchiveFile.MANIFEST);
            manifest.text().lines().forEach(file::line);
            file.end();
            file.finish();
            channel.force(true);
        }
        return manifest;
    }

    /**
     * Proves a file against the database: it is the one that was recorded, byte for byte; the entry root and the data root of
     * each of its cycles, hashed again from its rows, are the sealed ones; its figures and balances are what its manifest says.
     */
    public List<Identity> check(Path file) {
        ArchivedMonth recorded = null;
        try (var zip = new ZipFile(file.toFile())) {
            String month = ArchiveFile.manifest(zip).get("month");
            recorded = archives.archived().stream()
                    .filter(a -> a.month().toString().equals(month))
                    .findFirst()
                    .orElse(null);
        } catch (IOException | RuntimeException unreadable) {
            // Said below; by its name the month can still be told.
        }
        if (recorded == null) {
            recorded = archives.archived().stream()
                    .filter(a -> a.file().equals(String.valueOf(file.getFileName())))
                    .findFirst()
                    .orElse(null);
        }
        if (recorded == null) {
            return List.of(broken(
                    "archive " + file.getFileName(),
                    "a file of an archived month",
                    archives.archived().isEmpty() ? "nothing is archived" : "no month in it is archived"));
        }
        return check(file, recorded);
    }

    private List<Identity> check(Path file, @Nullable ArchivedMonth recorded) {
        var identities = new ArrayList<Identity>();
        String name = String.valueOf(file.getFileName());
        try {
            if (recorded != null) {
                identities.add(Identity.of(
                        "archive " + name + " is the one recorded",
                        "",
                        recorded.sha256().toString(),
                        ArchiveFile.digest(file).toString()));
            }
            try (var zip = new ZipFile(file.toFile())) {
                ArchiveFile.Manifest manifest = ArchiveFile.manifest(zip);
                cycles(zip, manifest, identities);
                transfers(zip, manifest, identities);
                balances(zip, manifest, recorded, identities);
            }
        } catch (IOException | IllegalArgumentException unreadable) {
            identities.add(
                    broken("archive " + name + " can be read", "an archive", String.valueOf(unreadable.getMessage())));
        }
        return identities;
    }

    private static Identity broken(String name, String expected, String found) {
        return new Identity(name, "", expected, found, Identity.Verdict.BREAK, "");
    }

    private void cycles(ZipFile zip, ArchiveFile.Manifest manifest, List<Identity> identities) throws IOException {
        try (var entry = new ArchiveFile.Entry(zip, ArchiveFile.CYCLES)) {
            List<SealedCycle> cycles = ArchiveFile.cycles(entry);
            for (SealedCycle cycle : cycles) {
                identities.add(Identity.of(
                        "header of archived cycle " + cycle.cycle(),
                        "",
                        seals.header(cycle.cycle())
                                .map(h -> h.hash().toString())
                                .orElse("not sealed"),
                        cycle.headerHash()));
            }
            identities.add(Identity.of(
                    "cycles of the archive",
                    "",
                    manifest.get("first_cycle") + ".." + manifest.get("last_cycle"),
                    cycles.isEmpty()
                            ? "none"
                            : cycles.getFirst().cycle() + ".."
                                    + cycles.getLast().cycle()));
            identities.add(Identity.of(
                    "digest of " + ArchiveFile.CYCLES, "", manifest.get("sha256_of_cycles"), entry.finish()));
        }
    }

    /** Seals the rows again, cycle by cycle. */
    private void transfers(ZipFile zip, ArchiveFile.Manifest manifest, List<Identity> identities) throws IOException {
        Bank bank = bank();
        var domain = new EntryDomain(bank.chainId(), bank.registry());
        var tally = new ArchiveFile.Tally();
        try (var entry = new ArchiveFile.Entry(zip, ArchiveFile.TRANSFERS)) {
            entry.next();
            @Nullable String line = entry.next();
            long last = Long.parseLong(manifest.get("last_cycle"));
            for (long cycle = Long.parseLong(manifest.get("first_cycle")); cycle <= last; cycle++) {
                Optional<SealHeader> header = seals.header(cycle);
                if (header.isEmpty()) {
                    identities.add(broken("entry root of archived cycle " + cycle, "a seal", "not sealed"));
                    continue;
                }
                var sealer = new CycleSealer(
                        secret,
                        domain,
                        windows.find(cycle).orElseThrow(),
                        header.get().leafCount());
                var records = new SlotRecords(Slot.TRANSFERS);
                CycleStore.TransferSink both = (seq, fromHigh, fromLow, toHigh, toLow, amount, asset, type, leg) -> {
                    records.transfer(seq, asset, fromHigh, fromLow, toHigh, toLow, amount, type, leg);
                    sealer.transfer(seq, fromHigh, fromLow, toHigh, toLow, amount, asset, type, leg);
                };
                String found = "";
                while (line != null) {
                    ArchiveFile.Transfer transfer = ArchiveFile.Transfer.of(line);
                    if (transfer.cycle() != cycle) {
                        break;
                    }
                    tally.add(transfer);
                    if (found.isEmpty()) {
                        try {
                            transfer.into(both);
                        } catch (IllegalStateException gap) {
                            found = String.valueOf(gap.getMessage());
                        }
                    }
                    line = entry.next();
                }
                if (found.isEmpty()) {
                    try {
                        found = sealer.tree().root().toString();
                    } catch (IllegalStateException gap) {
                        found = String.valueOf(gap.getMessage());
                    }
                }
                identities.add(Identity.of(
                        "entry root of archived cycle " + cycle,
                        "",
                        header.get().entryRoot().toString(),
                        found));
                Map<Slot, Hash32> slots = new EnumMap<>(Slot.class);
                slots.putAll(seals.slots(cycle));
                slots.put(Slot.TRANSFERS, records.finish());
                identities.add(Identity.of(
                        "data root of archived cycle " + cycle,
                        "",
                        header.get().dataRoot().toString(),
                        DataRoot.of(slots).root().toString()));
            }
            identities.add(Identity.of(
                    "transfers of the archive",
                    "",
                    manifest.get("transfers") + " up to " + manifest.get("last_seq"),
                    tally.transfers + " up to "
                            + (tally.transfers == 0 ? manifest.get("last_seq") : String.valueOf(tally.last))
                            + (line == null ? "" : ", and more of a cycle that is not its")));
            tally.amounts.forEach((asset, amount) -> identities.add(Identity.of(
                    "amounts of asset " + asset + " in the archive",
                    "",
                    manifest.get("amount_of_asset_" + asset),
                    amount.toString())));
            identities.add(Identity.of(
                    "digest of " + ArchiveFile.TRANSFERS, "", manifest.get("sha256_of_transfers"), entry.finish()));
        }
    }

    private static void balances(
            ZipFile zip, ArchiveFile.Manifest manifest, @Nullable ArchivedMonth recorded, List<Identity> identities)
            throws IOException {
        try (var entry = new ArchiveFile.Entry(zip, ArchiveFile.BALANCES)) {
            entry.next();
            var base = new ArchiveFile.BaseDigest();
            for (String line = entry.next(); line != null; line = entry.next()) {
                base.add(line);
            }
            String expected = recorded == null
                    ? manifest.get("base_digest")
                    : HexFormat.of().formatHex(recorded.baseDigest().bytes());
            identities.add(Identity.of(
                    "balances at the end of the archive",
                    "",
                    expected,
                    HexFormat.of().formatHex(base.finish().bytes())));
            identities.add(Identity.of(
                    "digest of " + ArchiveFile.BALANCES, "", manifest.get("sha256_of_balances"), entry.finish()));
        }
    }

    private static void requireSound(List<Identity> identities) {
        identities.stream()
                .filter(identity -> identity.verdict() != Identity.Verdict.MATCHED)
                .findFirst()
                .ifPresent(wrong -> {
                    throw new Altered(
                            wrong.name() + ": " + wrong.expected() + " expected, " + wrong.found() + " found");
                });
    }

    /**
     * Puts the newest archived month back into the journal.
     *
     * @throws Altered if a byte of the file is not what left
     * @throws JournalArchives.NotNow if another month has to come back first, or a cycle is under way
     */
    public ArchivedMonth restore(Path file, Consumer<String> reached) throws IOException {
        List<Identity> identities = check(file);
        requireSound(identities);
        try (var zip = new ZipFile(file.toFile());
                var entry = new ArchiveFile.Entry(zip, ArchiveFile.TRANSFERS)) {
            ArchiveFile.Manifest manifest = ArchiveFile.manifest(zip);
            YearMonth month = YearMonth.parse(manifest.get("month"));
            ArchivedMonth recorded = archives.archived().stream()
                    .filter(a -> a.month().equals(month))
                    .findFirst()
                    .orElseThrow();
            archives.restore(month, entry.stream(), () -> {
                reached.accept("restore.loaded");
                try {
                    return Objects.equals(entry.finish(), manifest.get("sha256_of_transfers"));
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
            reached.accept("restore.attached");
            return recorded;
        }
    }

    private Bank bank() {
        return banks.find().orElseThrow(() -> new IllegalStateException("no bank is open in this database"));
    }
}
