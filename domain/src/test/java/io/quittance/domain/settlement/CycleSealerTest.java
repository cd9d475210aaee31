package io.quittance.domain.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.cycle.ClosedWindow;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.TransferList;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.seal.DataRoot;
import io.quittance.domain.seal.EntryDomain;
import io.quittance.domain.seal.EntryTree;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.SealHeader;
import java.math.BigInteger;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CycleSealerTest {

    private static final BankSecret SECRET = new BankSecret(3, new byte[32]);
    private static final EntryDomain DOMAIN = new EntryDomain(31337, "0x5FbDB2315678afecb367f032d93F642f64180aa3");
    private static final Hash32 BEFORE = Hash32.parse("ab".repeat(32));
    private static final CycleCounts NONE = new CycleCounts(0, 0, 0, 0, 0, 0, 0, 0, 0);

    private static ClosedWindow window(TestBank bank, long firstSeq) {
        return new ClosedWindow(
                5, 9, TestBank.FIRST_DATE, bank.nextCutOff(), 1, SECRET.version(), bank.parameters(), firstSeq, 0);
    }

    private static void feed(CycleSealer sealer, SettlementCycle run, long firstSeq) {
        TransferList transfers = run.transfers();
        Books books = run.books();
        for (int i = 0; i < transfers.size(); i++) {
            UUID from = books.accountId(transfers.from(i));
            UUID to = books.accountId(transfers.to(i));
            sealer.transfer(
                    firstSeq + i,
                    from.getMostSignificantBits(),
                    from.getLeastSignificantBits(),
                    to.getMostSignificantBits(),
                    to.getLeastSignificantBits(),
                    transfers.amount(i),
                    transfers.asset(i),
                    transfers.typeCode(i),
                    transfers.leg(i));
        }
    }

    @Test
    void theHeaderSaysWhatTheCycleDid() {
        var history = new RandomHistory(1, true);
        SettlementCycle run;
        do {
            history.fillWindow();
            run = history.bank.cutOff();
        } while (run.transfers().size() < 10);
        CycleCounts counts = history.bank.counts();
        int count = run.transfers().size();
        var sealer = new CycleSealer(SECRET, DOMAIN, window(history.bank, 41), count);
        feed(sealer, run, 41);
        var slots = history.bank.slotsOf(run);
        SealHeader header = sealer.seal(counts, slots, BEFORE).header();

        long total = 0;
        for (int i = 0; i < count; i++) {
            total += run.transfers().asset(i) == 0 ? run.transfers().amount(i) : 0;
        }
        assertThat(header.cycle()).isEqualTo(5);
        assertThat(header.firstSeq()).isEqualTo(41);
        assertThat(header.lastSeq()).isEqualTo(40 + count);
        assertThat(header.leafCount()).isEqualTo(count);
        assertThat(header.total()).isEqualTo(BigInteger.valueOf(total));
        assertThat(header.secretVersion()).isEqualTo(3);
        assertThat(header.refusedCount()).isEqualTo(counts.refused());
        assertThat(header.heldCount()).isEqualTo(counts.held());
        assertThat(header.dataRoot()).isEqualTo(DataRoot.of(slots).root());
        assertThat(header.prevHash()).isEqualTo(BEFORE);

        var again = new CycleSealer(SECRET, DOMAIN, window(history.bank, 41), count);
        feed(again, run, 41);
        assertThat(again.seal(counts, slots, BEFORE).header()).isEqualTo(header);
        for (int workers : new int[] {1, 2, 7}) {
            var atOnce = new CycleSealer(SECRET, DOMAIN, window(history.bank, 41), count);
            atOnce.takeAll(run.transfers(), run.books(), new Workers(workers));
            assertThat(atOnce.tree()).isSameAs(atOnce.tree());
            CycleSealer.Sealed sealed = atOnce.seal(counts, slots, BEFORE);
            assertThat(sealed.header()).as(workers + " workers").isEqualTo(header);
            assertThat(sealed.tree()).isSameAs(atOnce.tree());
        }
        var later = new CycleSealer(SECRET, DOMAIN, window(history.bank, 42), count);
        feed(later, run, 42);
        assertThat(later.seal(counts, slots, BEFORE).header().entryRoot()).isNotEqualTo(header.entryRoot());
    }

    @Test
    void aCycleWithNothingInItSealsToo() {
        var sealer = new CycleSealer(SECRET, DOMAIN, window(new TestBank(), 41), 0);
        SealHeader header = sealer.seal(NONE, Map.of(), BEFORE).header();
        assertThat(header.entryRoot()).isEqualTo(EntryTree.EMPTY_ROOT);
        assertThat(header.firstSeq()).isEqualTo(41);
        assertThat(header.lastSeq()).isEqualTo(40);
        assertThat(header.leafCount()).isZero();
    }

    @Test
    void aTotalBeyondSixtyFourBitsIsExact() {
        var sealer = new CycleSealer(SECRET, DOMAIN, window(new TestBank(), 1), 4);
        for (long seq = 1; seq <= 3; seq++) {
            sealer.transfer(seq, 0, 1, 0, 2, Long.MAX_VALUE, 0, 9, 0);
        }
        sealer.transfer(4, 0, 1, 0, 2, Long.MAX_VALUE, 1, 9, 0);
        assertThat(sealer.seal(NONE, Map.of(), BEFORE).header().total())
                .as("µToken alone")
                .isEqualTo(BigInteger.valueOf(Long.MAX_VALUE).multiply(BigInteger.valueOf(3)));
    }

    @Test
    void aGapAMissingTransferAndOneTooManyAreFound() {
        var bank = new TestBank();
        var gap = new CycleSealer(SECRET, DOMAIN, window(bank, 1), 3);
        gap.transfer(1, 0, 1, 0, 2, 1, 0, 9, 0);
        assertThatThrownBy(() -> gap.transfer(3, 0, 1, 0, 2, 1, 0, 9, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> gap.seal(NONE, Map.of(), BEFORE)).isInstanceOf(IllegalStateException.class);
        var full = new CycleSealer(SECRET, DOMAIN, window(bank, 1), 1);
        full.transfer(1, 0, 1, 0, 2, 1, 0, 9, 0);
        assertThatThrownBy(() -> full.transfer(2, 0, 1, 0, 2, 1, 0, 9, 0)).isInstanceOf(IllegalStateException.class);
    }
}
