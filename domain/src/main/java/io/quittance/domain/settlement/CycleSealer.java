package io.quittance.domain.settlement;

import io.quittance.domain.cycle.ClosedWindow;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.seal.DataRoot;
import io.quittance.domain.seal.EntryDomain;
import io.quittance.domain.seal.EntrySealer;
import io.quittance.domain.seal.EntryTree;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.SealHeader;
import io.quittance.domain.seal.Slot;
import java.math.BigInteger;
import java.util.Map;
import java.util.UUID;

/**
 * Seals one cycle: takes its transfers in the order of the books, builds the entry tree over them and the header on top.
 * The same for the seal step, for a replay and for a check of the books. One use; not thread-safe.
 */
public final class CycleSealer implements CycleStore.TransferSink {

    private final ClosedWindow window;
    private final EntrySealer entries;
    private final byte[] leaves;
    private final long count;
    private long next;
    private BigInteger total = BigInteger.ZERO;
    private long partial;

    /** @param count how many transfers will come */
    public CycleSealer(BankSecret secret, EntryDomain domain, ClosedWindow window, long count) {
        this.window = window;
        this.entries = new EntrySealer(secret.forCycle(window.cycle()), domain, window.cutOff());
        this.count = count;
        this.leaves = new byte[Math.toIntExact(Math.multiplyExact(count, Hash32.LENGTH))];
        this.next = window.firstSeq();
    }

    /** Takes the next transfer. Their numbers must come without a gap. */
    @Override
    public void transfer(long seq, UUID from, UUID to, long amount, int asset, int typeCode) {
        if (seq != next || next >= window.firstSeq() + count) {
            throw new IllegalStateException("cycle " + window.cycle() + ": transfer " + seq + " where " + next
                    + " was due, of " + count + " from " + window.firstSeq());
        }
        int at = Math.toIntExact((seq - window.firstSeq()) * Hash32.LENGTH);
        entries.leaf(
                seq,
                from.getMostSignificantBits(),
                from.getLeastSignificantBits(),
                to.getMostSignificantBits(),
                to.getLeastSignificantBits(),
                amount,
                asset,
                typeCode,
                leaves,
                at);
        if (asset == 0) {
            if (Long.MAX_VALUE - partial < amount) {
                total = total.add(BigInteger.valueOf(partial));
                partial = 0;
            }
            partial += amount;
        }
        next++;
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
        if (next != window.firstSeq() + count) {
            throw new IllegalStateException("cycle " + window.cycle() + " has " + (next - window.firstSeq())
                    + " transfers in the journal, not " + count);
        }
        EntryTree tree = EntryTree.of(leaves);
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
                tree.root(),
                DataRoot.of(slots).root(),
                Hash32.ZERO,
                prevHash);
        return new Sealed(header, tree);
    }
}
