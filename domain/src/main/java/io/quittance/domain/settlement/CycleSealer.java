package io.quittance.domain.settlement;

import io.quittance.domain.cycle.ClosedWindow;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.TransferList;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.seal.CycleSecret;
import io.quittance.domain.seal.DataRoot;
import io.quittance.domain.seal.EntryDomain;
import io.quittance.domain.seal.EntrySealer;
import io.quittance.domain.seal.EntryTree;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.SealHeader;
import io.quittance.domain.seal.Slot;
import java.math.BigInteger;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Seals one cycle: takes its transfers in the order of the books, builds the entry tree over them and the header on top.
 * The same for the seal step, for a replay and for a check of the books. One use; not thread-safe.
 */
public final class CycleSealer implements CycleStore.TransferSink {

    private final ClosedWindow window;
    private final CycleSecret cycleSecret;
    private final EntryDomain domain;
    private final EntrySealer entries;
    private final EntryTree.Builder leaves;
    private final byte[] leaf = new byte[Hash32.LENGTH];
    private @Nullable EntryTree tree;
    private final long count;
    private long next;
    private BigInteger total = BigInteger.ZERO;
    private long partial;

    /** @param count how many transfers will come */
    public CycleSealer(BankSecret secret, EntryDomain domain, ClosedWindow window, long count) {
        this.window = window;
        this.cycleSecret = secret.forCycle(window.cycle());
        this.domain = domain;
        this.entries = new EntrySealer(cycleSecret, domain, window.cutOff());
        this.count = count;
        this.leaves = EntryTree.builder(Math.toIntExact(count));
        this.next = window.firstSeq();
    }

    /** Takes the next transfer. Their numbers must come without a gap. */
    @Override
    public void transfer(
            long seq,
            long fromHigh,
            long fromLow,
            long toHigh,
            long toLow,
            long amount,
            int asset,
            int typeCode,
            int leg) {
        if (seq != next || next >= window.firstSeq() + count) {
            throw new IllegalStateException("cycle " + window.cycle() + ": transfer " + seq + " where " + next
                    + " was due, of " + count + " from " + window.firstSeq());
        }
        entries.leaf(seq, fromHigh, fromLow, toHigh, toLow, amount, asset, typeCode, leaf, 0);
        leaves.put(Math.toIntExact(seq - window.firstSeq()), leaf, 0, 1);
        add(asset, amount);
        next++;
    }

    /** Takes all transfers of a run. They are hashed in ranges, so that several workers can do it. */
    public CycleSealer takeAll(TransferList transfers, Books books, Workers workers) {
        if (next != window.firstSeq() || transfers.size() != count) {
            throw new IllegalStateException("cycle " + window.cycle() + ": " + transfers.size()
                    + " transfers where all of " + count + " were due");
        }
        workers.overRanges("seal-" + window.cycle(), transfers.size(), (from, to) -> hash(transfers, books, from, to));
        for (int i = 0; i < transfers.size(); i++) {
            add(transfers.asset(i), transfers.amount(i));
        }
        next += count;
        return this;
    }

    private void hash(TransferList transfers, Books books, int from, int to) {
        var sealer = new EntrySealer(cycleSecret, domain, window.cutOff());
        byte[] hash = new byte[Hash32.LENGTH];
        for (int i = from; i < to; i++) {
            int payer = transfers.from(i);
            int payee = transfers.to(i);
            sealer.leaf(
                    window.firstSeq() + i,
                    books.idHigh(payer),
                    books.idLow(payer),
                    books.idHigh(payee),
                    books.idLow(payee),
                    transfers.amount(i),
                    transfers.asset(i),
                    transfers.typeCode(i),
                    hash,
                    0);
            leaves.put(i, hash, 0, 1);
        }
    }

    private void add(int asset, long amount) {
        if (asset == 0) {
            if (Long.MAX_VALUE - partial < amount) {
                total = total.add(BigInteger.valueOf(partial));
                partial = 0;
            }
            partial += amount;
        }
    }

    /**
     * Builds the tree over what came, the long part of {@link #seal}, which does it if this was not called. A second call
     * gives the same tree.
     *
     * @throws IllegalStateException if not all transfers came
     */
    public EntryTree tree() {
        if (next != window.firstSeq() + count) {
            throw new IllegalStateException("cycle " + window.cycle() + " has " + (next - window.firstSeq())
                    + " transfers in the journal, not " + count);
        }
        EntryTree built = tree;
        if (built == null) {
            built = leaves.build();
            tree = built;
        }
        return built;
    }

    /** A sealed cycle. */
    public record Sealed(SealHeader header, EntryTree tree) {}

    /**
     * Finishes the seal.
     *
     * @param prevHash hash of the header before; the registry's genesis hash for the first cycle
     * @throws IllegalStateException if not all transfers came
     */
    public Sealed seal(CycleCounts counts, Map<Slot, Hash32> slots, Hash32 prevHash) {
        EntryTree built = tree();
        var header = new SealHeader(
                SealHeader.VERSION,
                window.rulesVersion(),
                window.secretVersion(),
                window.cycle(),
                window.businessDate(),
                window.cutOff(),
                window.firstSeq(),
                window.firstSeq() + count - 1,
                count,
                total.add(BigInteger.valueOf(partial)),
                counts.refused(),
                counts.held(),
                built.root(),
                DataRoot.of(slots).root(),
                Hash32.ZERO,
                prevHash);
        return new Sealed(header, built);
    }
}
