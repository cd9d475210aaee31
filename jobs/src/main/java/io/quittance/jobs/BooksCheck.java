package io.quittance.jobs;

import io.quittance.domain.archive.ArchivedMonth;
import io.quittance.domain.archive.JournalArchives;
import io.quittance.domain.cycle.Bank;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.cycle.ClosedWindow;
import io.quittance.domain.cycle.Windows;
import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.screening.CycleInput;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.seal.DataRoot;
import io.quittance.domain.seal.EntryDomain;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.SealHeader;
import io.quittance.domain.seal.Slot;
import io.quittance.domain.settlement.CycleSealer;
import io.quittance.domain.settlement.CycleSlots;
import io.quittance.domain.settlement.CycleStore;
import io.quittance.domain.settlement.SealStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Checks of the books that need hashing: that the queue and the journal still are what was sealed. Reads only. */
public final class BooksCheck {

    private final Windows windows;
    private final CycleStore cycles;
    private final SealStore seals;
    private final BankStore banks;
    private final BankSecret secret;
    private final JournalArchives archives;
    private final Reconciliation reconciliation;

    public BooksCheck(
            Windows windows,
            CycleStore cycles,
            SealStore seals,
            BankStore banks,
            BankSecret secret,
            JournalArchives archives,
            Reconciliation reconciliation) {
        this.windows = windows;
        this.cycles = cycles;
        this.seals = seals;
        this.banks = banks;
        this.secret = secret;
        this.archives = archives;
        this.reconciliation = reconciliation;
    }

    /** For each sealed cycle: the queue's lines, as they are now, against the sealed digest of what was received. */
    public List<Identity> queue() {
        var identities = new ArrayList<Identity>();
        for (long cycle = 1; cycle <= seals.lastSealed(); cycle++) {
            ClosedWindow window = windows.find(cycle).orElseThrow();
            CycleInput input = cycles.input(window, new TreeMap<>());
            Hash32 sealed = Objects.requireNonNullElse(seals.slots(cycle).get(Slot.INPUTS), DataRoot.EMPTY_SLOT);
            Hash32 now = CycleSlots.inputs(input);
            String name = "queue of cycle " + cycle + " is what was sealed";
            List<String> changed = now.equals(sealed) ? List.of() : Replay.changedLines(cycles, window);
            identities.add(
                    now.equals(sealed)
                            ? Identity.of(name, "", sealed.toString(), now.toString())
                            : new Identity(
                                    name,
                                    "",
                                    sealed.toString(),
                                    now.toString(),
                                    Identity.Verdict.BREAK,
                                    "cycle " + cycle + ": " + String.join("; ", changed)));
        }
        return identities;
    }

    /**
     * For each sealed cycle: its rows, hashed again, against its slots; the journal against the sealed root; what statements
     * are read by against the journal; and the chain of headers. Of a cycle whose transfers are archived all but those, which its file is checked with.
     */
    public List<Identity> seals() {
        Bank bank = banks.find().orElseThrow(() -> new IllegalStateException("no bank is open in this database"));
        var domain = new EntryDomain(bank.chainId(), bank.registry());
        var identities = new ArrayList<Identity>();
        Hash32 prevHash = bank.genesisHash();
        for (long cycle = 1; cycle <= seals.lastSealed(); cycle++) {
            SealHeader sealed = seals.header(cycle).orElseThrow();
            ClosedWindow window = windows.find(cycle).orElseThrow();
            Map<Slot, Hash32> slots = seals.slots(cycle);
            Optional<ArchivedMonth> archive = archives.ofCycle(cycle);
            for (Map.Entry<Slot, Hash32> now : cycles.slotsOfRows(cycle).entrySet()) {
                if (archive.isPresent() && now.getKey() == Slot.TRANSFERS) {
                    continue;
                }
                Hash32 then = Objects.requireNonNullElse(slots.get(now.getKey()), DataRoot.EMPTY_SLOT);
                identities.add(Identity.of(
                        now.getKey().name().toLowerCase(Locale.ROOT) + " of cycle " + cycle + " are what was sealed",
                        "",
                        then.toString(),
                        now.getValue().toString()));
            }
            if (archive.isPresent()) {
                identities.add(archived(sealed, prevHash, archive.get()));
                prevHash = sealed.hash();
                continue;
            }
            var sealer = new CycleSealer(secret, domain, window, sealed.leafCount());
            String found;
            try {
                cycles.journal(cycle, sealer);
                found = sealer.seal(cycles.counts(cycle).orElseThrow(), slots, prevHash)
                        .header()
                        .hash()
                        .toString();
            } catch (IllegalStateException gap) {
                found = String.valueOf(gap.getMessage());
            }
            identities.add(
                    Identity.of("seal of cycle " + cycle, "", sealed.hash().toString(), found));
            for (Identity now : reconciliation.provePositions(cycle)) {
                identities.add(new Identity(
                        now.name() + ", cycle " + cycle,
                        now.asset(),
                        now.expected(),
                        now.found(),
                        now.verdict(),
                        now.detail()));
            }
            prevHash = sealed.hash();
        }
        return identities;
    }

    private static Identity archived(SealHeader sealed, Hash32 prevHash, ArchivedMonth archive) {
        var chained =
                Identity.of("seal of cycle " + sealed.cycle(), "", "after " + prevHash, "after " + sealed.prevHash());
        return new Identity(
                chained.name(),
                "",
                chained.expected(),
                chained.found(),
                chained.verdict(),
                "its transfers are archived in " + archive.file() + ": check them with fsck --archive");
    }
}
