package io.quittance.domain.settlement;

import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.OpenOrder;
import io.quittance.domain.ledger.Task;
import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.ledger.TransferList;
import io.quittance.domain.ledger.UnclaimedItem;
import io.quittance.domain.matching.MatchingRound;
import io.quittance.domain.matching.MatchingRounds;
import io.quittance.domain.netting.MultilateralNetting;
import io.quittance.domain.netting.NetPositions;
import io.quittance.domain.screening.CycleInput;
import io.quittance.domain.screening.Outcome;
import io.quittance.domain.screening.Outcomes;
import io.quittance.domain.screening.Screening;
import io.quittance.domain.seal.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One cycle over the books, in memory: {@link #screen}, {@link #match}, {@link #settleFills}, {@link #net}. A pure function
 * of the books before it and its input: the same input gives the same transfers in the same order, whether it runs for the
 * first time, again after a crash, or years later in a replay. The books given are changed into the books after it.
 *
 * <p>The stages run once each, in this order; {@link #settle} runs them all. Not thread-safe.
 */
public final class SettlementCycle {

    private final CycleInput input;
    private final InputsDigest inputs;
    private final Books books;
    private final TransferList transfers;
    private final Screening screening;
    private final Outcomes outcomes;
    private final List<OpenOrder> changedOrders = new ArrayList<>();
    private List<MatchingRound> rounds = List.of();
    private @Nullable NetPositions positions;
    private @Nullable Hash32 inputsHash;
    private boolean firstOfDate;
    private Stage stage = Stage.NEW;

    /** How far a run has come. */
    public enum Stage {
        NEW,
        SCREENED,
        MATCHED,
        FILLED,
        NETTED
    }

    public SettlementCycle(Books books, CycleInput input) {
        this.books = books;
        this.input = input;
        this.inputs = new InputsDigest(input);
        this.transfers = new TransferList(input.receivedCount());
        this.screening = new Screening(input.context(), books, transfers);
        this.outcomes = screening.outcomes();
    }

    /** Runs all stages. */
    public SettlementCycle settle() {
        screen();
        match();
        settleFills();
        net();
        return this;
    }

    /** Phases 0 to 2: who and what is new, administration, credits, debits and reservations. */
    public void screen() {
        enter(Stage.NEW);
        var events = new ArrayList<ReferenceLine.AccountEvent>();
        inputs.reference(entry -> {
            if (entry.line() instanceof ReferenceLine.AccountEvent event) {
                events.add(event);
            } else {
                books.apply(entry.line());
            }
        });
        screening.change(events, inputs);
        firstOfDate = books.startRun(input.context().businessDate());
        if (firstOfDate) {
            books.orders.values().forEach(order -> order.limitReserved = 0); // Past dates' counters never change.
        }
        screening.administer(inputs);
        screening.credit(inputs);
        screening.debit(firstOfDate, inputs);
        inputsHash = inputs.finish();
        changedOrders.addAll(screening.endedOrders());
    }

    /** Phase 3: the auction of each instrument. */
    public void match() {
        enter(Stage.SCREENED);
        rounds = MatchingRounds.run(input.context().parameters(), books);
    }

    /** Phase 4: fills move both legs, reservations shrink to what is still open, the rest of this round's orders lapses. */
    public void settleFills() {
        enter(Stage.MATCHED);
        for (MatchingRound round : rounds) {
            for (int i = 0; i < round.orders().size(); i++) {
                settle(round, i);
            }
            books.references.put(round.asset(), round.referenceAfter());
        }
        burnRedeemed();
        books.settleIncoming();
        transfers.sort();
    }

    private void settle(MatchingRound round, int i) {
        OpenOrder order = round.orders().get(i);
        long fill = round.result().fill(i);
        long cut = round.result().selfTradeCancelled(i);
        long reservedBefore = order.worstCase();
        if (fill > 0) {
            trade(order, round, fill);
        }
        order.filledLots += fill;
        order.openLots -= fill + cut;
        boolean lapses = order.openLots > 0 && order.timeInForce == Submission.TimeInForce.IOC;
        long openAfter = lapses ? 0 : order.openLots;
        long reservedAfter = openAfter == 0 ? 0 : order.worstCase();
        long spentOfReserved = fill == 0 ? 0 : taken;
        books.release(order.account, order.reservedAsset(), reservedBefore - reservedAfter);
        useLimit(order, spentOfReserved, reservedAfter);
        if (openAfter == 0) {
            books.orders.remove(order.intakeNo);
            outcomes.add(order.submissionId, endOf(order, lapses));
            order.openLots = 0;
        } else if (fill > 0 || cut > 0 || order.admittedCycle == input.context().number()) {
            outcomes.add(
                    order.submissionId,
                    new Outcome(
                            order.intakeNo, Outcome.State.ADMITTED, null, "", null, order.filledLots, order.openLots));
        }
        if (fill > 0 || cut > 0 || openAfter == 0) {
            changedOrders.add(order);
        }
    }

    /** µToken that the fill just settled took from its buyer, fee included; 0 for a sell. */
    private long taken;

    private void trade(OpenOrder order, MatchingRound round, long fill) {
        int clearing = books.system(SystemAccount.CLEARING, round.asset());
        int fees = books.system(SystemAccount.FEES, 0);
        long notional =
                Math.multiplyExact(Math.multiplyExact(fill, round.result().price()), order.tickUtoken);
        long gpuMs = Math.multiplyExact(fill, order.lotGpuMs);
        long fee = order.feeFor(notional);
        int phase = TransferList.PHASE_FILLS + round.asset();
        boolean buys = order.side == Submission.Side.BUY;
        // What is traded was reserved: it is debited out of the reservation, which is released right after.
        if (buys) {
            move(phase, order, 0, TransactionType.TRADE, Asset.UTOKEN.id(), order.account, clearing, notional);
            move(phase, order, 1, TransactionType.TRADE, round.asset(), clearing, order.account, gpuMs);
        } else {
            move(phase, order, 0, TransactionType.TRADE, round.asset(), order.account, clearing, gpuMs);
            move(phase, order, 1, TransactionType.TRADE, Asset.UTOKEN.id(), clearing, order.account, notional);
        }
        if (fee > 0) {
            move(phase, order, 2, TransactionType.FEE, Asset.UTOKEN.id(), order.account, fees, fee);
        }
        order.notional = Math.addExact(order.notional, notional);
        order.feeCharged = Math.addExact(order.feeCharged, fee);
        taken = buys ? Math.addExact(notional, fee) : 0;
    }

    private void move(
            int phase, OpenOrder order, int leg, TransactionType type, int asset, int from, int to, long amount) {
        books.move(from, to, asset, amount, books.isSystem(to) || type == TransactionType.TRADE);
        transfers.add(phase, order.intakeNo, leg, type, asset, from, to, amount, null);
    }

    private void useLimit(OpenOrder order, long used, long reservedAfter) {
        if (order.side != Submission.Side.BUY || order.sitsOut) {
            return;
        }
        var counters = new ArrayList<io.quittance.domain.ledger.LimitCounter>();
        counters.add(books.partyLimit(books.partyOf(order.account)));
        if (books.ownCap(order.account) != Long.MAX_VALUE) {
            counters.add(books.accountLimit(order.account));
        }
        for (var counter : counters) {
            counter.release(order.limitReserved - reservedAfter);
            counter.use(used);
        }
        order.limitReserved = reservedAfter;
    }

    private static Outcome endOf(OpenOrder order, boolean lapses) {
        if (order.filledLots == order.lots) {
            return new Outcome(order.intakeNo, Outcome.State.SETTLED, null, "", null, order.filledLots, 0);
        }
        return lapses
                ? Screening.ending(order, Outcome.State.EXPIRED, Reason.ORDER_EXPIRED)
                : Screening.ending(order, Outcome.State.CANCELLED, Reason.SELF_TRADE); // Lots were cut, now or before.
    }

    /** What was spent at house services leaves circulation; where reversals outweigh spends it comes back. */
    private void burnRedeemed() {
        int redemption = books.system(SystemAccount.REDEMPTION, 0);
        int issuance = books.system(SystemAccount.ISSUANCE, 0);
        books.settleIncoming();
        long redeemed = books.posted(redemption, 0);
        if (redeemed > 0) {
            endOfCycle(TransactionType.BURN, redemption, issuance, redeemed);
        } else if (redeemed < 0) {
            endOfCycle(TransactionType.REVERSAL, issuance, redemption, -redeemed);
        }
    }

    private void endOfCycle(TransactionType type, int from, int to, long amount) {
        books.move(from, to, 0, amount, true);
        transfers.add(TransferList.PHASE_END, TransferList.NO_SUBMISSION, 0, type, 0, from, to, amount, null);
    }

    /** What each account pays and receives of each asset. */
    public void net() {
        enter(Stage.FILLED);
        positions = MultilateralNetting.net(transfers, books);
        books.lastCycle = input.context().number();
        books.lastSeq += transfers.size();
    }

    private void enter(Stage expected) {
        if (stage != expected) {
            throw new IllegalStateException("the stages of a cycle run once each, in their order");
        }
        stage = Stage.values()[stage.ordinal() + 1];
    }

    public Stage stage() {
        return stage;
    }

    public CycleInput input() {
        return input;
    }

    /** The books: before {@link #screen} as they were before the cycle, after {@link #net} as it leaves them. */
    public Books books() {
        return books;
    }

    /** In the order of the books, once {@link #settleFills} has run. */
    public TransferList transfers() {
        return transfers;
    }

    /** What became of the submissions that were judged or whose order changed. */
    public Outcomes outcomes() {
        return outcomes;
    }

    public List<MatchingRound> rounds() {
        return rounds;
    }

    /** @throws IllegalStateException before {@link #net} has run */
    public NetPositions positions() {
        return due(positions);
    }

    /**
     * The hash of what the cycle took in: slot {@link io.quittance.domain.seal.Slot#INPUTS}.
     *
     * @throws IllegalStateException before {@link #screen} has run
     */
    public Hash32 inputsHash() {
        return due(inputsHash);
    }

    private static <T> T due(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("this stage of the cycle has not run yet");
        }
        return value;
    }

    /** Orders admitted in this cycle, in intake order; some may have ended in it. */
    public List<OpenOrder> admittedOrders() {
        return screening.admittedOrders();
    }

    /** Orders that were filled, cut or ended in this cycle. */
    public List<OpenOrder> changedOrders() {
        return changedOrders;
    }

    public List<Screening.SettledDeposit> deposits() {
        return screening.deposits();
    }

    /** Intake number of each submission that was reversed, and of the reversal that did it. */
    public Map<Long, Long> reversals() {
        return screening.reversals();
    }

    /** What was set aside in this cycle for who may not receive it. */
    public List<UnclaimedItem> setAside() {
        return screening.setAside();
    }

    /** What was set aside before this cycle and paid out in it. */
    public List<UnclaimedItem> paidOut() {
        return screening.paidOut();
    }

    /** Closings of accounts that found something open. */
    public List<Screening.RefusedClosing> refusedClosings() {
        return screening.refusedClosings();
    }

    /** Whether this is the first cycle of its business date, once {@link #screen} has run. */
    public boolean isFirstOfDate() {
        return firstOfDate;
    }

    /** Tasks that were published, completed or expired in this cycle, in the order of their publication. */
    public List<Task> changedTasks() {
        return books.tasks.values().stream()
                .filter(task -> task.changedIn == input.context().number())
                .sorted(java.util.Comparator.comparingLong(task -> task.intakeNo))
                .toList();
    }
}
