package io.quittance.domain.settlement;

import io.quittance.domain.amount.Asset;
import io.quittance.domain.cycle.ClosedWindow;
import io.quittance.domain.cycle.Windows;
import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.report.BankViews.Posting;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.seal.CycleSecret;
import io.quittance.domain.seal.EntryDomain;
import io.quittance.domain.seal.EntryLeaf;
import io.quittance.domain.seal.EntryRecord;
import io.quittance.domain.seal.InclusionProof;
import io.quittance.domain.seal.ProofFile;
import io.quittance.domain.seal.ProofFinding;
import io.quittance.domain.seal.SealHeader;
import io.quittance.domain.seal.SealedNodes;
import java.util.Locale;
import java.util.Optional;

/**
 * Makes the proof file of a settled transfer: its record is built again from the journal and the bank's secret, its place
 * in the sealed tree is read from the kept pieces. Thread-safe if the ports are.
 */
public final class EntryProofs {

    private final EntryDomain domain;
    private final BankSecret secret;
    private final SealStore seals;
    private final Windows windows;

    public EntryProofs(EntryDomain domain, BankSecret secret, SealStore seals, Windows windows) {
        this.domain = domain;
        this.secret = secret;
        this.seals = seals;
        this.windows = windows;
    }

    /**
     * The proof of a transfer, with both accounts opened: for who may see the transfer, which names them as well.
     *
     * @return empty if its cycle is not sealed yet
     * @throws IllegalStateException if the journal no longer is what was sealed
     */
    public Optional<ProofFile> of(Posting posting) {
        SealHeader header = seals.header(posting.cycle()).orElse(null);
        if (header == null) {
            return Optional.empty();
        }
        ClosedWindow window = windows.find(posting.cycle()).orElseThrow();
        int asset = window.parameters().assets().stream()
                .filter(a -> a.code().equals(posting.asset()))
                .mapToInt(Asset::id)
                .findFirst()
                .orElseThrow();
        int type = TransactionType.valueOf(posting.transactionType().toUpperCase(Locale.ROOT))
                .code();
        CycleSecret cycleSecret = secret.forCycle(posting.cycle());
        EntryRecord record = cycleSecret.record(
                posting.seq(),
                posting.fromAccount(),
                posting.toAccount(),
                posting.amount(),
                asset,
                type,
                posting.createdAt());
        InclusionProof proof = SealedNodes.prove(
                        EntryLeaf.of(domain.separator(), posting.seq(), record.hash()),
                        header.leafCount(),
                        seals.chunks(posting.cycle()))
                .orElseThrow(() -> altered(posting, "its leaf is not in the sealed tree"));
        ProofFile file = ProofFile.of(
                domain,
                header,
                record,
                cycleSecret.openFrom(posting.seq(), posting.fromAccount()),
                cycleSecret.openTo(posting.seq(), posting.toAccount()),
                proof);
        ProofFinding finding = file.verifyOffline();
        if (finding != ProofFinding.HOLDS) {
            throw altered(posting, finding.toString());
        }
        return Optional.of(file);
    }

    private static IllegalStateException altered(Posting posting, String why) {
        return new IllegalStateException(
                "transfer " + posting.seq() + " of cycle " + posting.cycle() + " is not what was sealed: " + why);
    }
}
