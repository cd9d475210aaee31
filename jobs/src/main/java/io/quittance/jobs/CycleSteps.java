package io.quittance.jobs;

import io.quittance.domain.commitment.ChainUnavailableException;
import io.quittance.domain.commitment.CommitFollower;
import io.quittance.domain.commitment.CommitmentStore;
import io.quittance.domain.cycle.Bank;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.cycle.ClosedWindow;
import io.quittance.domain.cycle.Lease;
import io.quittance.domain.cycle.Windows;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.screening.CycleInput;
import io.quittance.domain.seal.BankSecret;
import io.quittance.domain.seal.EntryDomain;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.SealHeader;
import io.quittance.domain.settlement.CycleCounts;
import io.quittance.domain.settlement.CycleSealer;
import io.quittance.domain.settlement.CycleSlots;
import io.quittance.domain.settlement.CycleStore;
import io.quittance.domain.settlement.SealStore;
import io.quittance.domain.settlement.SettlementCycle;
import io.quittance.domain.settlement.Workers;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of a cycle. Each may run again: it looks first whether its work is done, and clears what an attempt before
 * left unfinished.
 *
 * <p>Up to the posting nothing outside of the run's own rows has changed, so a run that resumes decides everything again
 * from the books and the frozen queue and gets the same; the digest that the first attempt noted says whether it did. From
 * the posting on, steps read only what is published.
 *
 * <p>One cycle at a time, on the thread of the {@link CycleRunner} that holds the lease.
 */
final class CycleSteps {

    /** Version of the rules by which this program settles; frozen in each cycle. */
    static final int RULES_VERSION = 1;

    private static final Logger LOG = LoggerFactory.getLogger(CycleSteps.class);

    private final Windows windows;
    private final CycleStore cycles;
    private final SealStore seals;
    private final BankStore banks;
    private final BankSecret secret;
    private final CommitmentStore commitments;
    private final CommitFollower follower;
    private final ChainIdentity chainIdentity;
    private final Reconciliation reconciliation;
    private final CycleReports reports;
    private final Workers workers;

    private Lease.@Nullable Held lease;
    private long token;
    private CycleProgress progress = CycleProgress.NONE;
    private @Nullable SettlementCycle run;
    private long restingBefore;
    private @Nullable RunAhead ahead;

    CycleSteps(
            Windows windows,
            CycleStore cycles,
            SealStore seals,
            BankStore banks,
            BankSecret secret,
            CommitmentStore commitments,
            CommitFollower follower,
            ChainIdentity chainIdentity,
            Reconciliation reconciliation,
            CycleReports reports,
            Workers workers) {
        this.windows = windows;
        this.cycles = cycles;
        this.seals = seals;
        this.banks = banks;
        this.secret = secret;
        this.commitments = commitments;
        this.follower = follower;
        this.chainIdentity = chainIdentity;
        this.reconciliation = reconciliation;
        this.reports = reports;
        this.workers = workers;
    }

    /** Begins a run under a lease. Forgets what an earlier run left in memory. */
    void begin(Lease.Held held, CycleProgress onlooker) {
        lease = held;
        token = held.token();
        progress = onlooker;
        run = null;
        RunAhead before = ahead;
        ahead = null;
        if (before != null) {
            before.abandon();
        }
    }

    /** 1. The window closes: the set of submissions is fixed and never changes again. */
    void cutOff(long cycle) {
        timed(cycle, "cutOff", () -> {
            ClosedWindow window = windows.close(cycle, RULES_VERSION, secret.version());
            progress.reached("cutOff.closed");
            LOG.info(
                    "cycle={} step=cutOff businessDate={} cutOff={} submissions={}",
                    cycle,
                    window.businessDate(),
                    window.cutOff(),
                    window.received());
            return null;
        });
    }

    /** 2. Each submission is admitted, held or refused. */
    void screenSubmissions(long cycle) {
        unlessPublished(cycle, "screenSubmissions", () -> {
            SettlementCycle current = screened(cycle);
            progress.reached("screenSubmissions.screened");
            return CycleSlots.outcomes(current);
        });
    }

    /** 3. Orders of each instrument meet at one price. */
    void matchOrders(long cycle) {
        unlessPublished(cycle, "matchOrders", () -> {
            SettlementCycle current = matched(cycle);
            progress.reached("matchOrders.matched");
            cycles.saveRounds(token, current);
            return null;
        });
    }

    /** 4. Fills settle, and all that an account pays and receives is taken together. */
    void netPositions(long cycle) {
        unlessPublished(cycle, "netPositions", () -> {
            SettlementCycle current = netted(cycle);
            progress.reached("netPositions.netted");
            cycles.savePositions(token, current);
            return CycleSlots.outcomes(current);
        });
    }

    /** 5. Transfers go into the journal, balances move, all visible at once. */
    void postJournal(long cycle) {
        unlessPublished(cycle, "postJournal", () -> {
            ClosedWindow window = window(cycle);
            SettlementCycle current = netted(cycle);
            CycleCounts counts = CycleCounts.of(current, restingBefore);
            if (!counts.balance()) {
                throw new IllegalStateException("cycle " + cycle + " lost or doubled a submission: " + counts);
            }
            Hash32 transfers = Objects.requireNonNull(ahead, "begun when the run was netted")
                    .loaded();
            progress.reached("postJournal.loaded");
            cycles.publish(token, window, current, counts, CycleSlots.of(current, transfers));
            progress.reached("postJournal.published");
            LOG.info("cycle={} step=postJournal {}", cycle, counts);
            return null;
        });
        run = null;
    }

    /** 6. The journal is sealed, chained to the seal before, and its commit recorded as due. */
    void sealCycle(long cycle) {
        timed(cycle, "sealCycle", () -> {
            if (seals.header(cycle).isPresent()) {
                return null;
            }
            ClosedWindow window = window(cycle);
            CycleCounts counts = cycles.counts(cycle).orElseThrow();
            CycleSealer sealer = hashed(cycle, counts.transfers());
            Hash32 prevHash = cycle == 1
                    ? bank().genesisHash()
                    : seals.header(cycle - 1).orElseThrow().hash();
            CycleSealer.Sealed sealed = sealer.seal(counts, seals.slots(cycle), prevHash);
            progress.reached("sealCycle.built");
            seals.keep(token, sealed, () -> {
                commitments.recordDue(sealed.header());
                progress.reached("sealCycle.keeping");
            });
            LOG.info(
                    "cycle={} step=sealCycle leaves={} root={}",
                    cycle,
                    counts.transfers(),
                    sealed.header().entryRoot());
            return null;
        });
    }

    /** As the run in memory began it, or anew from the journal. */
    private CycleSealer hashed(long cycle, long transfers) {
        RunAhead begun = ahead;
        ahead = null;
        if (begun != null) {
            return begun.sealer();
        }
        CycleSealer sealer = sealer(window(cycle), transfers);
        cycles.journal(cycle, sealer);
        return sealer;
    }

    private CycleSealer sealer(ClosedWindow window, long transfers) {
        Bank bank = bank();
        return new CycleSealer(secret, new EntryDomain(bank.chainId(), bank.registry()), window, transfers);
    }

    /** 7. The header is sent to the chain, once; the follower goes on from there. */
    void commitOnChain(long cycle) {
        timed(cycle, "commitOnChain", () -> {
            progress.reached("commitOnChain.due");
            try {
                follower.tick();
            } catch (ChainUnavailableException later) {
                LOG.warn("cycle={} step=commitOnChain the chain is not there: {}", cycle, later.getMessage());
            }
            progress.reached("commitOnChain.tried");
            return null;
        });
    }

    /** 8. The cycle is compared with intake, with itself and with the chain. */
    void reconcile(long cycle) {
        timed(cycle, "reconcile", () -> {
            SealHeader header = seals.header(cycle).orElseThrow();
            reconciliation.reconcile(cycle, chainIdentity.of(cycle, header));
            progress.reached("reconcile.compared");
            return null;
        });
    }

    /** 9. Reports for people and for programs. */
    void publishReport(long cycle) {
        timed(cycle, "publishReport", () -> {
            progress.reached("publishReport.before");
            reports.write(cycle);
            return null;
        });
    }

    private Bank bank() {
        return banks.find().orElseThrow(() -> new IllegalStateException("no bank is open in this database"));
    }

    private ClosedWindow window(long cycle) {
        return windows.find(cycle).orElseThrow(() -> new IllegalStateException("cycle " + cycle + " is not cut off"));
    }

    private SettlementCycle screened(long cycle) {
        SettlementCycle current = run;
        if (current == null || current.input().context().number() != cycle) {
            ClosedWindow window = window(cycle);
            try (CycleInput input = cycles.input(window)) {
                Books books = cycles.booksBefore(window);
                restingBefore = books.orders.size();
                current = new SettlementCycle(books, input);
                current.screen();
            }
            requireSameAsBefore(cycle, "screenSubmissions", CycleSlots.outcomes(current));
            run = current;
        }
        return current;
    }

    private SettlementCycle matched(long cycle) {
        SettlementCycle current = screened(cycle);
        if (current.stage() == SettlementCycle.Stage.SCREENED) {
            current.match();
        }
        return current;
    }

    private SettlementCycle netted(long cycle) {
        SettlementCycle current = matched(cycle);
        if (current.stage() == SettlementCycle.Stage.MATCHED) {
            current.settleFills();
            ahead = ahead(window(cycle), current);
            current.net();
            requireSameAsBefore(cycle, "netPositions", CycleSlots.outcomes(current));
        }
        return current;
    }

    /** What needs the transfers alone begins now; the rest of the run goes on beside it. */
    private RunAhead ahead(ClosedWindow window, SettlementCycle filled) {
        long held = token;
        CycleSealer sealer = sealer(window, filled.transfers().size());
        return RunAhead.begin(
                window.cycle(),
                () -> cycles.loadTransfers(held, window, filled),
                () -> CycleSlots.transfers(filled.transfers(), filled.books(), window.firstSeq()),
                () -> {
                    sealer.takeAll(filled.transfers(), filled.books(), workers).tree();
                    return sealer;
                });
    }

    /** A resumed run that decides otherwise than the one before it must not go on. */
    private void requireSameAsBefore(long cycle, String step, Hash32 digest) {
        Optional<Hash32> before = cycles.stepDigest(cycle, step);
        if (before.isPresent() && !before.get().equals(digest)) {
            throw new IllegalStateException("cycle " + cycle + " decided otherwise in " + step
                    + " than the run before: " + digest + ", not " + before.get());
        }
    }

    /** An owner that was frozen and is succeeded goes no further, not even to note what it has done. */
    private void requireLease() {
        Objects.requireNonNull(lease, "no run has begun").requireCurrent();
    }

    private interface Work {
        @Nullable
        Hash32 run();
    }

    private void unlessPublished(long cycle, String step, Work work) {
        if (cycles.lastPublished() < cycle) {
            timed(cycle, step, work);
        } else if (!cycles.isStepDone(cycle, step)) {
            cycles.stepDone(token, cycle, step, 0, null); // Published, and killed before it was noted.
        }
    }

    private void timed(long cycle, String step, Work work) {
        progress.stepStarts(cycle, step);
        progress.reached(step);
        requireLease();
        long start = System.nanoTime();
        Hash32 digest = work.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        cycles.stepDone(token, cycle, step, seconds, digest);
        progress.stepDone(cycle, step, seconds);
    }
}
