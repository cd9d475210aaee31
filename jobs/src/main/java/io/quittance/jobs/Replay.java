package io.quittance.jobs;

import io.quittance.domain.cycle.Bank;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.cycle.ClosedWindow;
import io.quittance.domain.cycle.Windows;
import io.quittance.domain.intake.CanonicalContent;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.screening.CycleInput;
import io.quittance.domain.screening.Outcome;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.seal.EntryDomain;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.SealHeader;
import io.quittance.domain.seal.Slot;
import io.quittance.domain.settlement.CycleCounts;
import io.quittance.domain.settlement.CycleSealer;
import io.quittance.domain.settlement.CycleSlots;
import io.quittance.domain.settlement.CycleStore;
import io.quittance.domain.settlement.SealStore;
import io.quittance.domain.settlement.SettlementCycle;
import io.quittance.domain.settlement.Workers;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Settles the bank's whole history again, in memory, from nothing but the queue, the reference data and the parameters,
 * and compares each cycle with its seal. Writes nothing.
 */
public final class Replay {

    private final Windows windows;
    private final CycleStore cycles;
    private final SealStore seals;
    private final BankStore banks;
    private final BankSecret secret;

    public Replay(Windows windows, CycleStore cycles, SealStore seals, BankStore banks, BankSecret secret) {
        this.windows = windows;
        this.cycles = cycles;
        this.seals = seals;
        this.banks = banks;
        this.secret = secret;
    }

    /**
     * What came of one cycle.
     *
     * @param root the entry root that the replay found
     * @param why in sentences, what differs from the seal; empty if nothing does
     */
    public record Replayed(long cycle, Hash32 root, Hash32 headerHash, List<String> why) {

        public boolean equal() {
            return why.isEmpty();
        }
    }

    /** Receives each cycle as it is through. */
    public interface Listener {
        void replayed(Replayed cycle);
    }

    /** Replays all sealed cycles in order; all of them, also after the first difference. */
    public void run(Listener listener) {
        Bank bank = banks.find().orElseThrow(() -> new IllegalStateException("no bank is open in this database"));
        var domain = new EntryDomain(bank.chainId(), bank.registry());
        Books books = null;
        NavigableMap<Long, LocalDate> held = new TreeMap<>();
        Hash32 prevHash = bank.genesisHash();
        for (long cycle = 1; cycle <= seals.lastSealed(); cycle++) {
            ClosedWindow window = windows.find(cycle).orElseThrow();
            if (books == null) {
                books = new Books(window.parameters().assets());
            }
            long firstSeq = books.lastSeq + 1;
            long restingBefore = books.orders.size();
            CycleInput input = cycles.input(window, held);
            SettlementCycle run = new SettlementCycle(books, input).settle();
            CycleCounts counts = CycleCounts.of(run, restingBefore);
            Map<Slot, Hash32> slots = CycleSlots.of(run, CycleSlots.transfers(run.transfers(), books, firstSeq));
            var sealer = new CycleSealer(secret, domain, withFirstSeq(window, firstSeq), counts.transfers());
            SealHeader header = sealer.takeAll(run.transfers(), books, Workers.ofMachine())
                    .seal(counts, slots, prevHash)
                    .header();
            listener.replayed(compare(header, slots, window));
            held = carriedOut(run);
            prevHash = seals.header(cycle).orElseThrow().hash(); // So that one difference does not hide the next.
        }
    }

    private static ClosedWindow withFirstSeq(ClosedWindow window, long firstSeq) {
        return new ClosedWindow(
                window.cycle(),
                window.windowNo(),
                window.businessDate(),
                window.cutOff(),
                window.rulesVersion(),
                window.secretVersion(),
                window.parameters(),
                firstSeq,
                window.received());
    }

    private Replayed compare(SealHeader found, Map<Slot, Hash32> slots, ClosedWindow window) {
        SealHeader sealed = seals.header(found.cycle()).orElseThrow();
        var why = new ArrayList<String>();
        why.addAll(changedLines(cycles, window));
        if (!found.equals(sealed)) {
            Map<Slot, Hash32> kept = seals.slots(found.cycle());
            slots.forEach((slot, hash) -> {
                if (!Objects.equals(hash, kept.get(slot))) {
                    why.add("slot " + slot + " is " + hash + ", sealed " + kept.get(slot));
                }
            });
            if (!found.entryRoot().equals(sealed.entryRoot())) {
                why.add("entry root is " + found.entryRoot() + ", sealed " + sealed.entryRoot());
            }
            if (found.leafCount() != sealed.leafCount()) {
                why.add("transfers are " + found.leafCount() + ", sealed " + sealed.leafCount());
            }
            if (why.isEmpty()) {
                why.add("header is " + found + ", sealed " + sealed);
            }
        }
        return new Replayed(found.cycle(), found.entryRoot(), found.hash(), why);
    }

    /** Queue lines whose content is no longer what it was when they came in, one sentence each. */
    static List<String> changedLines(CycleStore cycles, ClosedWindow window) {
        var changed = new ArrayList<String>();
        var content = new CanonicalContent();
        cycles.received(window, (item, received) -> {
            int length = content.write(item.submission(), item.memoHash());
            if (!CanonicalContent.digest(Arrays.copyOf(content.bytes(), length)).equals(received)) {
                changed.add("submission " + item.submissionId() + " is not what was received");
            }
        });
        cycles.input(window, new TreeMap<>()).reference(entry -> {
            Hash32 now = CanonicalContent.digest(CanonicalContent.of(entry.line(), entry.nameHash()));
            if (!now.equals(entry.contentDigest())) {
                changed.add(entry.line().kind().wireName() + " " + entry.line().name() + " is not what was received");
            }
        });
        return changed;
    }

    private static NavigableMap<Long, LocalDate> carriedOut(SettlementCycle run) {
        var held = new TreeMap<Long, LocalDate>();
        run.outcomes().each((submissionId, outcome) -> {
            if (outcome.state() == Outcome.State.HELD && outcome.holdUntil() != null) {
                held.put(outcome.intakeNo(), outcome.holdUntil());
            }
        });
        return held;
    }
}
