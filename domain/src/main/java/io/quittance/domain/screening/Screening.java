package io.quittance.domain.screening;

import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.StillOpen;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.amount.Exact;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.cycle.Instrument;
import io.quittance.domain.cycle.SettlementCalendar;
import io.quittance.domain.intake.Phase;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.LimitCounter;
import io.quittance.domain.ledger.OpenOrder;
import io.quittance.domain.ledger.Task;
import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.ledger.TransferList;
import io.quittance.domain.ledger.UnclaimedItem;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Judges the submissions of a cycle and moves what is admitted over the books, phase by phase: {@link #administer},
 * {@link #credit}, {@link #debit}. What cannot settle is held or refused here, as a value; nothing later can fail for
 * want of funds, limit or right. One use per cycle; not thread-safe.
 */
public final class Screening {

    /** Business dates that a submission waits by rule when it named no last date. */
    private static final int WAIT_BY_RULE = 7;

    private static final int UTOKEN = Asset.UTOKEN.id();

    private final CycleContext cycle;
    private final Books books;
    private final TransferList transfers;
    private final Outcomes outcomes = new Outcomes();
    private final List<OpenOrder> admitted = new ArrayList<>();
    private final List<OpenOrder> ended = new ArrayList<>();
    private final Set<Long> cancelled = new HashSet<>();
    private final List<SettledDeposit> deposits = new ArrayList<>();
    private final Map<Long, Long> reversals = new LinkedHashMap<>();
    private final List<UnclaimedItem> setAside = new ArrayList<>();
    private final List<UnclaimedItem> paidOut = new ArrayList<>();
    private @Nullable AccountChanges changes;

    /** A deposit that settled: its interval is taken from now on. */
    public record SettledDeposit(long intakeNo, String resourceId, Instant from, Instant to) {}

    public Screening(CycleContext cycle, Books books, TransferList transfers) {
        this.cycle = cycle;
        this.books = books;
        this.transfers = transfers;
    }

    /** What was decided so far. */
    public Outcomes outcomes() {
        return outcomes;
    }

    /** Orders admitted in this cycle, in intake order. */
    public List<OpenOrder> admittedOrders() {
        return admitted;
    }

    /** Orders that ended in {@link #administer}. */
    public List<OpenOrder> endedOrders() {
        return ended;
    }

    public List<SettledDeposit> deposits() {
        return deposits;
    }

    /** Intake number of each submission that was reversed in this cycle, and of the reversal that did it. */
    public Map<Long, Long> reversals() {
        return reversals;
    }

    /** What was set aside in this cycle. */
    public List<UnclaimedItem> setAside() {
        return setAside;
    }

    /** What was set aside before this cycle and paid out in it. */
    public List<UnclaimedItem> paidOut() {
        return paidOut;
    }

    /** A closing of an account that found something open, and what. */
    public record RefusedClosing(String eventKey, UUID accountId, StillOpen open) {}

    /** Closings that this cycle refused. */
    public List<RefusedClosing> refusedClosings() {
        return changes == null ? List.of() : changes.refusedClosings();
    }

    // ---- Phase 0: administration ----------------------------------------------------------------------------------

    /** Phase 0, before all else: what the bank decided about accounts since the last cut-off, in the order in which it did. */
    public void change(List<ReferenceLine.AccountEvent> events, CycleInput input) {
        if (!events.isEmpty()) {
            changes = new AccountChanges(books, input);
            changes.apply(events);
        }
    }

    /** Phase 0: reversals, cancels, clock expiries, and the end of orders whose account lost the right to keep them. */
    public void administer(CycleInput input) {
        input.received(Phase.REVERSALS, item -> {
            if (item.submission() instanceof Submission.Reversal reversal) {
                decide(item, reverse(item, reversal, input.reversible(reversal.reversedSubmission())));
            }
        });
        input.cancels((item, named) -> {
            if (item.submission() instanceof Submission.Cancel cancel) {
                decide(item, cancel(item, cancel, named));
            }
        });
        expireOrders();
    }

    private Verdict reverse(Queued item, Submission.Reversal reversal, @Nullable SettledSubmission original) {
        if (original == null || !original.archived() && !original.reversible()) {
            return Verdict.refuse(Reason.NOTHING_TO_REVERSE);
        }
        if (books.reversed.contains(original.intakeNo())) {
            return Verdict.refuse(Reason.REVERSED_BEFORE);
        }
        if (original.archived()) {
            return Verdict.refuse(Reason.ARCHIVED);
        }
        Map<Long, Long> asked = new HashMap<>();
        boolean fromSuspense = false;
        for (SettledSubmission.Leg leg : original.legs()) {
            int payer = books.indexOf(leg.to());
            if (leg.asset() != UTOKEN && books.statusOf(books.indexOf(leg.from())) == AccountStatus.CLOSED) {
                return Verdict.refuse(Reason.RECEIVER_CLOSED); // Nothing but µToken can be set aside.
            }
            if (!books.isSystem(payer)) {
                long sum = asked.merge((long) payer << 8 | leg.asset(), leg.amount(), Math::addExact);
                if (sum > books.available(payer, leg.asset())) {
                    if (!reversal.takeFromSuspense() || leg.asset() != UTOKEN) {
                        return new Verdict.Refuse(
                                Reason.FUNDS, "asked=" + sum + " available=" + books.available(payer, leg.asset()));
                    }
                    fromSuspense = true; // In full, whatever of it the account still has.
                }
            } else if (leg.asset() != UTOKEN
                    && leg.to().equals(SystemAccount.INVENTORY.id(leg.asset()))
                    && leg.amount() > books.posted(payer, leg.asset())) {
                return Verdict.refuse(Reason.NOTHING_TO_REVERSE); // The bank has sold on or consumed what it took in.
            }
        }
        int suspense = books.system(SystemAccount.SUSPENSE, UTOKEN);
        long fromCustomers = asked.values().stream().reduce(0L, Math::addExact);
        if (fromSuspense && fromCustomers > books.posted(suspense, UTOKEN)) {
            return new Verdict.Refuse(
                    Reason.FUNDS, "asked=" + fromCustomers + " suspense=" + books.posted(suspense, UTOKEN));
        }
        int number = 0;
        for (SettledSubmission.Leg leg : original.legs()) {
            int payer = books.indexOf(leg.to());
            int from = fromSuspense && !books.isSystem(payer) ? suspense : payer;
            move(
                    TransferList.PHASE_ADMINISTRATION,
                    item.intakeNo(),
                    number++,
                    TransactionType.REVERSAL,
                    leg.asset(),
                    from,
                    books.indexOf(leg.from()),
                    leg.amount(),
                    null,
                    true);
            if (books.statusOf(books.indexOf(leg.from())) == AccountStatus.CLOSED) {
                setAside(
                        TransferList.PHASE_ADMINISTRATION,
                        item,
                        number++,
                        books.indexOf(leg.from()),
                        leg.amount(),
                        null);
            }
        }
        books.reversed.add(original.intakeNo());
        reversals.put(original.intakeNo(), item.intakeNo());
        if (original.deposit() != null) {
            books.freeInterval(
                    original.deposit().resourceId(), original.deposit().meteredFrom());
        }
        return Verdict.ADMIT;
    }

    private Verdict cancel(Queued item, Submission.Cancel cancel, CycleInput.@Nullable Named named) {
        if (named == null || !named.accountId().equals(cancel.accountId())) {
            return Verdict.refuse(Reason.NOTHING_TO_CANCEL);
        }
        OpenOrder resting = books.orders.get(named.intakeNo());
        if (resting != null) {
            end(resting, Outcome.State.CANCELLED, Reason.CANCELLED_BY_SENDER);
            return Verdict.ADMIT;
        }
        boolean withinReach = switch (named.standing()) {
            case HELD -> true;
            case ORDER_OF_THIS_WINDOW -> named.intakeNo() < item.intakeNo();
            case ELSEWHERE -> false;
        };
        if (!withinReach || !cancelled.add(named.intakeNo())) {
            return Verdict.refuse(Reason.NOTHING_TO_CANCEL);
        }
        outcomes.add(
                named.submissionId(),
                new Outcome(named.intakeNo(), Outcome.State.CANCELLED, Reason.CANCELLED_BY_SENDER, "", null, 0, 0));
        return Verdict.ADMIT;
    }

    /** Whether a held submission is to be judged again: it was not cancelled, and its last date is not past. */
    private boolean stillWaits(Queued item) {
        if (cancelled.contains(item.intakeNo())) {
            return false;
        }
        if (hasExpired(item)) {
            outcomes.add(
                    item.submissionId(),
                    new Outcome(item.intakeNo(), Outcome.State.EXPIRED, Reason.HOLD_EXPIRED, "", null, 0, 0));
            return false;
        }
        return true;
    }

    private boolean hasExpired(Queued item) {
        LocalDate until = item.waitsUntil();
        return until != null && until.isBefore(cycle.businessDate());
    }

    private void expireOrders() {
        for (OpenOrder order : List.copyOf(books.orders.values())) {
            LocalDate last = order.goodThrough;
            if (last != null && last.isBefore(cycle.businessDate())) {
                end(order, Outcome.State.EXPIRED, Reason.ORDER_EXPIRED);
            } else if (books.statusOf(order.account) != AccountStatus.ACTIVE
                    || !books.levelOf(order.account).fullTrade()) {
                end(order, Outcome.State.CANCELLED, Reason.RIGHT_LOST);
            } else if (!isTradedAsAdmitted(order)) {
                end(order, Outcome.State.CANCELLED, Reason.INSTRUMENT_CHANGED);
            }
        }
    }

    /** Orders of another lot or tick would not mean the same lots and prices in one round. */
    private boolean isTradedAsAdmitted(OpenOrder order) {
        String computeClass = books.assets().get(order.asset).code();
        return cycle.parameters()
                .instrument(computeClass)
                .filter(now -> now.lotGpuMs() == order.lotGpuMs && now.tickUtoken() == order.tickUtoken)
                .isPresent();
    }

    /** Ends an order that rests: what it reserved is free again. */
    private void end(OpenOrder order, Outcome.State state, Reason reason) {
        books.release(order.account, order.reservedAsset(), order.worstCase());
        releaseLimit(order, order.limitReserved);
        order.limitReserved = 0;
        outcomes.add(order.submissionId, ending(order, state, reason));
        order.openLots = 0;
        books.orders.remove(order.intakeNo);
        ended.add(order);
    }

    /** How an order ended: settled if anything was filled, with the reason why no more was. */
    public static Outcome ending(OpenOrder order, Outcome.State state, Reason reason) {
        Outcome.State end = order.filledLots > 0 ? Outcome.State.SETTLED : state;
        return new Outcome(order.intakeNo, end, reason, "", null, order.filledLots, 0);
    }

    // ---- Phase 1: credits -----------------------------------------------------------------------------------------

    /**
     * Phase 1: what was set aside and can be received again; deposits, completions and refunds, what is held before what is new, in intake order; what they bring is
     * available in phase 2.
     */
    public void credit(CycleInput input) {
        payOut();
        Set<String> publishing = publishing(input);
        Set<String> completing = new HashSet<>();
        input.held(Phase.CREDITS, item -> {
            if (stillWaits(item)) {
                credit(item, publishing, completing);
            }
        });
        input.received(Phase.CREDITS, item -> credit(item, publishing, completing));
        refundExpiredTasks(completing);
    }

    private void payOut() {
        for (UnclaimedItem item : List.copyOf(books.unclaimed.values())) {
            if (mayReceive(item.account()) == Verdict.ADMIT) {
                move(
                        TransferList.PHASE_CREDITS,
                        item.intakeNo(),
                        0,
                        TransactionType.UNCLAIMED,
                        UTOKEN,
                        books.system(SystemAccount.UNCLAIMED, UTOKEN),
                        item.account(),
                        item.amountUtoken(),
                        null,
                        true);
                books.unclaimed.remove(item.intakeNo());
                paidOut.add(item);
            }
        }
    }

    /**
     * Sets aside what an account was just given and may not keep. Two transfers rather than one around the account: so the
     * journal says whose it is.
     */
    private void setAside(int phase, Queued item, int leg, int account, long amount, @Nullable String taskId) {
        int unclaimed = books.system(SystemAccount.UNCLAIMED, UTOKEN);
        move(phase, item.intakeNo(), leg, TransactionType.UNCLAIMED, UTOKEN, account, unclaimed, amount, taskId, true);
        var aside = new UnclaimedItem(item.intakeNo(), account, amount, cycle.number());
        if (books.unclaimed.put(item.intakeNo(), aside) != null) {
            throw new IllegalStateException("a submission sets aside one amount: " + item.submissionId());
        }
        setAside.add(aside);
    }

    /** Tasks that a publication of this cycle still may publish: not cancelled, and if held, not past its last date. */
    private Set<String> publishing(CycleInput input) {
        Map<String, List<Long>> publications = input.publishing();
        if (publications.isEmpty()) {
            return Set.of();
        }
        Set<Long> gone = new HashSet<>(cancelled);
        input.held(Phase.DEBITS, item -> {
            if (item.submission() instanceof Submission.TaskPublication && hasExpired(item)) {
                gone.add(item.intakeNo());
            }
        });
        Set<String> names = new HashSet<>();
        publications.forEach((task, intakeNos) -> {
            if (!gone.containsAll(intakeNos)) {
                names.add(task);
            }
        });
        return names;
    }

    /**
     * @param publishing names of tasks that are not there yet, but may be after this cycle
     * @param completing takes the names of tasks whose completion waits
     */
    private void credit(Queued item, Set<String> publishing, Set<String> completing) {
        switch (item.submission()) {
            case Submission.ComputeDeposit deposit -> decide(item, deposit(item, deposit));
            case Submission.TaskCompletion completion -> {
                boolean underWay = publishing.contains(completion.taskId());
                if (decide(item, complete(item, completion, underWay)) == Outcome.State.HELD) {
                    completing.add(completion.taskId());
                }
            }
            case Submission.TaskPublication ignored -> throw misplaced(item);
            case Submission.Order ignored -> throw misplaced(item);
            case Submission.Spend ignored -> throw misplaced(item);
            case Submission.Transfer ignored -> throw misplaced(item);
            case Submission.Cancel ignored -> throw misplaced(item);
            case Submission.Reversal ignored -> throw misplaced(item);
        }
    }

    private static IllegalStateException misplaced(Queued item) {
        return new IllegalStateException(item.submission().kind() + " is judged in another phase");
    }

    private Verdict deposit(Queued item, Submission.ComputeDeposit deposit) {
        int account = books.indexOf(deposit.accountId());
        Verdict fault = mayTrade(account, false);
        ReferenceLine.ComputeResource resource = books.resources.get(deposit.resourceId());
        if (resource == null || !resource.accountId().equals(deposit.accountId())) {
            return Verdict.first(fault, Verdict.refuse(Reason.UNKNOWN_RESOURCE));
        }
        BankParameters.ComputeClass computeClass =
                cycle.parameters().computeClass(resource.computeClass()).orElse(null);
        if (computeClass == null) {
            return Verdict.first(fault, Verdict.refuse(Reason.UNKNOWN_CLASS));
        }
        if (fault != Verdict.ADMIT) {
            return fault;
        }
        if (books.overlaps(deposit.resourceId(), deposit.meteredFrom(), deposit.meteredTo())) {
            return Verdict.refuse(Reason.OVERLAP);
        }
        if (!deposit.meteredTo().isBefore(cycle.cutOff())) {
            return Verdict.refuse(Reason.INTERVAL_OPEN);
        }
        long intervalMs =
                Duration.between(deposit.meteredFrom(), deposit.meteredTo()).toMillis();
        if (BigInteger.valueOf(intervalMs)
                        .multiply(BigInteger.valueOf(resource.gpuCount()))
                        .compareTo(BigInteger.valueOf(deposit.gpuMs()))
                < 0) {
            return new Verdict.Refuse(
                    Reason.MORE_THAN_CAPACITY, "interval_ms=" + intervalMs + " gpu_count=" + resource.gpuCount());
        }
        var asked = new ReferenceLine.Metering(
                deposit.resourceId(), deposit.meteredFrom(), deposit.meteredTo(), deposit.gpuMs());
        ReferenceLine.Metering evidence = books.evidence.get(asked.name());
        if (evidence == null) {
            return new Verdict.Wait(Reason.EVIDENCE);
        }
        if (evidence.gpuMs() != deposit.gpuMs()) {
            return new Verdict.Refuse(Reason.EVIDENCE_MISMATCH, "metered_gpu_ms=" + evidence.gpuMs());
        }
        int asset = computeClass.asset().id();
        int source = books.system(SystemAccount.SOURCE, asset);
        if (deposit.mode() == Submission.DepositMode.KEEP) {
            if (!bears(source, asset, deposit.gpuMs())) {
                return Verdict.refuse(Reason.AMOUNT_OVERFLOW);
            }
            move(1, item.intakeNo(), 0, TransactionType.DEPOSIT, asset, source, account, deposit.gpuMs(), null, true);
        } else {
            long mint;
            try {
                mint = Exact.mulDivDown(
                        deposit.gpuMs(), computeClass.mintRateUtokenPerGpuHour(), BankParameters.GPU_HOUR_MS);
            } catch (ArithmeticException tooLarge) {
                return Verdict.lacks(Reason.PROVIDER_CAP); // More than any cap.
            }
            LimitCounter counter = books.partyLimit(books.partyOf(account));
            long cap = cycle.parameters().providerCapUtoken();
            if (mint > cap - counter.minted) {
                return new Verdict.Lacks(
                        Reason.PROVIDER_CAP, "cap=" + cap + " minted=" + counter.minted + " asked=" + mint);
            }
            if (mint == 0) {
                return Verdict.refuse(Reason.MINTS_NOTHING);
            }
            int issuance = books.system(SystemAccount.ISSUANCE, UTOKEN);
            if (!bears(source, asset, deposit.gpuMs()) || !bears(issuance, UTOKEN, mint)) {
                return Verdict.refuse(Reason.AMOUNT_OVERFLOW);
            }
            counter.minted += mint;
            counter.touched = true;
            int inventory = books.system(SystemAccount.INVENTORY, asset);
            move(1, item.intakeNo(), 0, TransactionType.DEPOSIT, asset, source, inventory, deposit.gpuMs(), null, true);
            move(1, item.intakeNo(), 1, TransactionType.DEPOSIT, UTOKEN, issuance, account, mint, null, true);
        }
        books.settleInterval(deposit.resourceId(), deposit.meteredFrom(), deposit.meteredTo());
        deposits.add(
                new SettledDeposit(item.intakeNo(), deposit.resourceId(), deposit.meteredFrom(), deposit.meteredTo()));
        return Verdict.ADMIT;
    }

    /** Whether an account from which an asset comes can give this much more, and all that it ever gave fit 64 bits. */
    private boolean bears(int origin, int asset, long amount) {
        return books.posted(origin, asset) >= amount - Long.MAX_VALUE;
    }

    private Verdict complete(Queued item, Submission.TaskCompletion completion, boolean underWay) {
        int agent = books.indexOf(completion.agentAccount());
        Verdict fault = mayReceive(agent);
        // Accepted while it could be paid: the publisher has given the money away, whatever befell the agent since.
        boolean aside = fault != Verdict.ADMIT
                && changes != null
                && agent >= 0
                && books.statusOf(agent) != AccountStatus.CLOSED
                && changes.lostRight(agent);
        if (aside) {
            fault = Verdict.ADMIT;
        }
        Task task = books.tasks.get(completion.taskId());
        if (task == null) {
            return Verdict.first(
                    fault, underWay ? new Verdict.Wait(Reason.TASK_NOT_READY) : Verdict.refuse(Reason.UNKNOWN_TASK));
        }
        boolean byPublisher = books.indexOf(completion.accountId()) == task.publisher;
        // An agent's own completion is a claim, whoever brings it.
        boolean claim = completion.accountId().equals(completion.agentAccount());
        if (!byPublisher && (!item.byOperator() || claim)) {
            fault = Verdict.first(fault, Verdict.refuse(Reason.NOT_PUBLISHER));
        }
        // A deadline compares the time of receipt; the clock's own expiry comes after what was timely.
        boolean late = task.dueAt != null && item.receivedAt().isAfter(task.dueAt);
        if (task.state != Task.State.LISTED || late) {
            fault = Verdict.first(fault, Verdict.refuse(Reason.TASK_NOT_OPEN));
        }
        if (fault != Verdict.ADMIT) {
            return fault;
        }
        move(
                TransferList.PHASE_CREDITS,
                item.intakeNo(),
                0,
                TransactionType.REWARD,
                UTOKEN,
                books.system(SystemAccount.ESCROW, UTOKEN),
                agent,
                task.rewardUtoken,
                task.taskId,
                true);
        if (aside) {
            setAside(TransferList.PHASE_CREDITS, item, 1, agent, task.rewardUtoken, task.taskId);
        }
        task.state = Task.State.COMPLETED;
        task.changedIn = cycle.number();
        task.agent = agent;
        return Verdict.ADMIT;
    }

    /** A task whose time is over goes back to its publisher, unless a timely completion of it still waits. */
    private void refundExpiredTasks(Set<String> completing) {
        List<Task> due = books.tasks.values().stream()
                .filter(t -> t.state == Task.State.LISTED && t.dueAt != null && !t.dueAt.isAfter(cycle.cutOff()))
                .filter(t -> !completing.contains(t.taskId))
                .sorted(java.util.Comparator.comparingLong(t -> t.intakeNo))
                .toList();
        for (Task task : due) {
            move(
                    TransferList.PHASE_CREDITS,
                    task.intakeNo,
                    1,
                    TransactionType.REFUND,
                    UTOKEN,
                    books.system(SystemAccount.ESCROW, UTOKEN),
                    task.publisher,
                    task.rewardUtoken,
                    task.taskId,
                    true);
            task.state = Task.State.EXPIRED;
            task.changedIn = cycle.number();
        }
    }

    // ---- Phase 2: debits and reservations ---------------------------------------------------------------------------

    /**
     * Phase 2: on a new business date the resting buys take their place in its limits; then what is held, then what is
     * new, in intake order. What is received here is available from the next cycle.
     */
    public void debit(boolean newBusinessDate, CycleInput input) {
        if (newBusinessDate) {
            reserveLimitsAnew();
        }
        input.held(Phase.DEBITS, item -> {
            if (stillWaits(item)) {
                debit(item);
            }
        });
        input.received(Phase.DEBITS, item -> {
            if (!cancelled.contains(item.intakeNo())) {
                debit(item);
            }
        });
    }

    private void debit(Queued item) {
        switch (item.submission()) {
            case Submission.TaskPublication publication -> decide(item, publish(item, publication));
            case Submission.Order order -> decideOrder(item, order);
            case Submission.Spend spend -> decide(item, spend(item, spend));
            case Submission.Transfer transfer -> decide(item, transfer(item, transfer));
            case Submission.ComputeDeposit ignored -> throw misplaced(item);
            case Submission.TaskCompletion ignored -> throw misplaced(item);
            case Submission.Cancel ignored -> throw misplaced(item);
            case Submission.Reversal ignored -> throw misplaced(item);
        }
    }

    private void reserveLimitsAnew() {
        for (OpenOrder order : books.orders.values()) {
            order.limitReserved = 0;
            order.sitsOut = false;
            if (order.side == Submission.Side.BUY) {
                long worst = order.worstCase();
                if (limitFor(order.account, worst, true) == Verdict.ADMIT) {
                    reserveLimit(order, worst);
                } else {
                    order.sitsOut = true;
                }
            }
        }
    }

    private Verdict publish(Queued item, Submission.TaskPublication publication) {
        int account = books.indexOf(publication.accountId());
        Verdict right = mayTrade(account, false);
        if (right != Verdict.ADMIT) {
            return right;
        }
        if (books.tasks.containsKey(publication.taskId())) {
            return Verdict.refuse(Reason.TASK_EXISTS);
        }
        Verdict paid = pay(
                item.intakeNo(),
                TransactionType.ESCROW,
                UTOKEN,
                account,
                books.system(SystemAccount.ESCROW, UTOKEN),
                publication.rewardUtoken(),
                publication.taskId());
        if (paid != Verdict.ADMIT) {
            return paid;
        }
        books.tasks.put(
                publication.taskId(),
                new Task(
                        publication.taskId(),
                        account,
                        publication.rewardUtoken(),
                        publication.capability(),
                        publication.dueAt(),
                        cycle.number(),
                        item.intakeNo()));
        return Verdict.ADMIT;
    }

    private Verdict transfer(Queued item, Submission.Transfer transfer) {
        int from = books.indexOf(transfer.accountId());
        int to = books.indexOf(transfer.toAccount());
        Verdict fault = Verdict.first(mayTrade(from, true), mayReceive(to));
        if (from == to) {
            fault = Verdict.first(fault, Verdict.refuse(Reason.SAME_ACCOUNT));
        }
        if (fault != Verdict.ADMIT) {
            return fault;
        }
        return pay(item.intakeNo(), TransactionType.TRANSFER, UTOKEN, from, to, transfer.amountUtoken(), null);
    }

    private Verdict spend(Queued item, Submission.Spend spend) {
        int account = books.indexOf(spend.accountId());
        Verdict fault = mayTrade(account, false);
        ReferenceLine.Service service = books.services.get(spend.service());
        if (service == null) {
            fault = Verdict.first(fault, Verdict.refuse(Reason.UNKNOWN_SERVICE));
        }
        if (spend.computeClass() != null && spend.gpuMs() != null) {
            return spendCredits(item, account, spend.computeClass(), spend.gpuMs(), fault);
        }
        if (service == null) {
            return fault;
        }
        long amount = 0;
        Verdict priced = Verdict.ADMIT;
        if (spend.priceVersion() == null) {
            amount = java.util.Objects.requireNonNull(spend.amountUtoken(), "form: an amount or a price version");
        } else {
            ReferenceLine.Price price = books.priceAt(
                    spend.service(), java.util.Objects.requireNonNullElse(spend.model(), ""), spend.usedAt());
            BigInteger due = price == null ? BigInteger.ZERO : priceOf(spend, price);
            if (price == null || !price.priceVersion().equals(spend.priceVersion())) {
                priced = new Verdict.Refuse(
                        Reason.PRICE_MISMATCH, price == null ? "" : "version_in_force=" + price.priceVersion());
            } else if (due.bitLength() > 63) {
                priced = Verdict.refuse(Reason.AMOUNT_OVERFLOW);
            } else {
                amount = due.longValueExact();
                if (spend.amountUtoken() != null && spend.amountUtoken() != amount) {
                    priced = new Verdict.Refuse(Reason.PRICE_MISMATCH, "amount_utoken=" + amount);
                }
            }
        }
        fault = Verdict.first(fault, priced);
        if (amount == 0 && priced == Verdict.ADMIT) {
            return fault; // Recorded usage that moves nothing, so nobody need be able to receive it.
        }
        int receiver = books.system(SystemAccount.REDEMPTION, UTOKEN);
        if (service.payeeAccount() != null) {
            receiver = books.indexOf(service.payeeAccount());
            fault = Verdict.first(fault, mayReceive(receiver));
            if (receiver == account) {
                fault = Verdict.first(fault, Verdict.refuse(Reason.SAME_ACCOUNT));
            }
        }
        return fault != Verdict.ADMIT
                ? fault
                : pay(item.intakeNo(), TransactionType.SPEND, UTOKEN, account, receiver, amount, null);
    }

    private Verdict spendCredits(Queued item, int account, String computeClass, long gpuMs, Verdict fault) {
        BankParameters.ComputeClass paidIn =
                cycle.parameters().computeClass(computeClass).orElse(null);
        if (paidIn == null) {
            return Verdict.first(fault, Verdict.refuse(Reason.UNKNOWN_CLASS));
        }
        if (fault != Verdict.ADMIT) {
            return fault;
        }
        int asset = paidIn.asset().id();
        int consumed = books.system(SystemAccount.CONSUMED, asset);
        return pay(item.intakeNo(), TransactionType.SPEND, asset, account, consumed, gpuMs, null);
    }

    /** {@code ⌈input × price + output × price⌉} µToken, rounded once; prices are per million tokens. */
    static BigInteger priceOf(Submission.Spend spend, ReferenceLine.Price price) {
        BigInteger exact = BigInteger.valueOf(spend.inputTokens())
                .multiply(BigInteger.valueOf(price.inputUtokenPerMtok()))
                .add(BigInteger.valueOf(spend.outputTokens())
                        .multiply(BigInteger.valueOf(price.outputUtokenPerMtok())));
        BigInteger million = BigInteger.valueOf(1_000_000);
        return exact.add(million.subtract(BigInteger.ONE)).divide(million);
    }

    private void decideOrder(Queued item, Submission.Order order) {
        int account = books.indexOf(order.accountId());
        boolean basicOrder =
                order.orderType() == Submission.OrderType.LIMIT && order.timeInForce() == Submission.TimeInForce.IOC;
        Verdict fault = mayTrade(account, !basicOrder);
        Instrument instrument =
                cycle.parameters().instrument(order.computeClass()).orElse(null);
        if (instrument == null) {
            decide(item, Verdict.first(fault, Verdict.refuse(Reason.UNKNOWN_CLASS)));
            return;
        }
        Long limit = order.limitUtokenPerLot();
        if (limit != null && limit % instrument.tickUtoken() != 0) {
            fault = Verdict.first(fault, Verdict.refuse(Reason.OFF_TICK));
        }
        if (fault != Verdict.ADMIT) {
            decide(item, fault);
            return;
        }
        if (order.goodThrough() != null && order.goodThrough().isBefore(cycle.businessDate())) {
            decide(item, Verdict.refuse(Reason.GOOD_THROUGH_PASSED));
            return;
        }
        int asset = cycle.parameters()
                .computeClass(order.computeClass())
                .orElseThrow()
                .asset()
                .id();
        long reference = books.references.getOrDefault(asset, instrument.initialReferenceTicks());
        long ticks = limit != null
                ? limit / instrument.tickUtoken()
                : order.side() == Submission.Side.BUY ? instrument.bandHigh(reference) : 0;
        var open = new OpenOrder(
                item.intakeNo(),
                item.submissionId(),
                account,
                asset,
                order.side(),
                order.orderType(),
                ticks,
                order.timeInForce(),
                order.goodThrough(),
                order.lots(),
                instrument.lotGpuMs(),
                instrument.tickUtoken(),
                instrument.feeBps(),
                cycle.number());
        long worst;
        try {
            worst = open.worstCase();
        } catch (ArithmeticException tooLarge) {
            decide(item, Verdict.refuse(Reason.AMOUNT_OVERFLOW));
            return;
        }
        if (order.side() == Submission.Side.BUY) {
            Verdict within = limitFor(account, worst, true);
            if (within != Verdict.ADMIT) {
                decide(item, within);
                return;
            }
        }
        Verdict funded = fundsFor(account, open.reservedAsset(), worst);
        if (funded != Verdict.ADMIT) {
            decide(item, funded);
            return;
        }
        books.reserve(account, open.reservedAsset(), worst);
        if (order.side() == Submission.Side.BUY) {
            reserveLimit(open, worst);
        }
        books.orders.put(item.intakeNo(), open);
        admitted.add(open);
    }

    // ---- Rights, limits, funds ------------------------------------------------------------------------------------

    private Verdict mayTrade(int account, boolean fullTrade) {
        if (account < 0 || books.isSystem(account)) {
            return Verdict.refuse(Reason.UNKNOWN_ACCOUNT);
        }
        return switch (books.statusOf(account)) {
            case CLOSED -> Verdict.refuse(Reason.ACCOUNT_CLOSED);
            case FROZEN -> Verdict.refuse(Reason.ACCOUNT_FROZEN);
            case ACTIVE -> {
                boolean has = fullTrade
                        ? books.levelOf(account).fullTrade()
                        : books.levelOf(account).basicTrade();
                yield has
                        ? Verdict.ADMIT
                        : new Verdict.Lacks(
                                Reason.KYC,
                                "level=" + books.levelOf(account) + " needs="
                                        + (fullTrade ? "full_trade" : "basic_trade"));
            }
        };
    }

    private Verdict mayReceive(int account) {
        if (account < 0 || books.isSystem(account)) {
            return Verdict.refuse(Reason.UNKNOWN_ACCOUNT);
        }
        return switch (books.statusOf(account)) {
            case CLOSED -> Verdict.refuse(Reason.RECEIVER_CLOSED);
            case FROZEN -> Verdict.refuse(Reason.RECEIVER_FROZEN);
            case ACTIVE -> books.levelOf(account).basicTrade() ? Verdict.ADMIT : Verdict.lacks(Reason.RECEIVER_KYC);
        };
    }

    /** Debits at once, within limits and funds; what the receiver gets is available from the next cycle. */
    private Verdict pay(
            long intakeNo, TransactionType type, int asset, int from, int to, long amount, @Nullable String taskId) {
        boolean counts = asset == UTOKEN && (books.isSystem(to) || books.partyOf(from) != books.partyOf(to));
        if (asset == UTOKEN) {
            Verdict within = limitFor(from, amount, counts);
            if (within != Verdict.ADMIT) {
                return within;
            }
        }
        Verdict funded = fundsFor(from, asset, amount);
        if (funded != Verdict.ADMIT) {
            return funded;
        }
        if (counts) {
            books.partyLimit(books.partyOf(from)).use(amount);
        }
        if (asset == UTOKEN && books.ownCap(from) != Long.MAX_VALUE) {
            books.accountLimit(from).use(amount);
        }
        move(TransferList.PHASE_DEBITS, intakeNo, 0, type, asset, from, to, amount, taskId, false);
        return Verdict.ADMIT;
    }

    private Verdict limitFor(int account, long amount, boolean countsForParty) {
        if (countsForParty) {
            long limit = cycle.parameters().dailyLimit(books.levelOf(account));
            LimitCounter counter = books.partyLimit(books.partyOf(account));
            if (amount > counter.left(limit)) {
                return new Verdict.Lacks(Reason.LIMIT, limitDetail(limit, counter, amount));
            }
            if (amount > counter.room()) {
                return Verdict.refuse(Reason.AMOUNT_OVERFLOW); // Of whom has no limit.
            }
        }
        long cap = books.ownCap(account);
        if (cap != Long.MAX_VALUE) {
            LimitCounter counter = books.accountLimit(account);
            if (amount > counter.left(cap)) {
                return new Verdict.Lacks(Reason.AGENT_LIMIT, limitDetail(cap, counter, amount));
            }
        }
        return Verdict.ADMIT;
    }

    private static String limitDetail(long limit, LimitCounter counter, long asked) {
        return "limit=" + limit + " used=" + counter.used + " reserved=" + counter.reserved + " left="
                + counter.left(limit) + " asked=" + asked;
    }

    private Verdict fundsFor(int account, int asset, long amount) {
        long available = books.available(account, asset);
        return amount <= available
                ? Verdict.ADMIT
                : new Verdict.Lacks(Reason.FUNDS, "asked=" + amount + " available=" + available);
    }

    private void reserveLimit(OpenOrder order, long amount) {
        books.partyLimit(books.partyOf(order.account)).reserve(amount);
        if (books.ownCap(order.account) != Long.MAX_VALUE) {
            books.accountLimit(order.account).reserve(amount);
        }
        order.limitReserved = amount;
    }

    private void releaseLimit(OpenOrder order, long amount) {
        if (amount > 0 && books.limitDate().equals(cycle.businessDate())) {
            books.partyLimit(books.partyOf(order.account)).release(amount);
            if (books.ownCap(order.account) != Long.MAX_VALUE) {
                books.accountLimit(order.account).release(amount);
            }
        }
    }

    private void move(
            int phase,
            long intakeNo,
            int leg,
            TransactionType type,
            int asset,
            int from,
            int to,
            long amount,
            @Nullable String taskId,
            boolean available) {
        books.move(from, to, asset, amount, available);
        transfers.add(phase, intakeNo, leg, type, asset, from, to, amount, taskId);
    }

    /** Notes what was decided, and answers it. */
    private Outcome.State decide(Queued item, Verdict verdict) {
        if (verdict == Verdict.ADMIT && item.waitsUntil() == null) {
            outcomes.settledPlainly();
            return Outcome.State.SETTLED;
        }
        Outcome outcome = outcome(item, verdict);
        outcomes.add(item.submissionId(), outcome);
        return outcome.state();
    }

    private Outcome outcome(Queued item, Verdict verdict) {
        long no = item.intakeNo();
        LocalDate asked = item.submission().holdUntil();
        return switch (verdict) {
            case Verdict.Admit ignored -> Outcome.settled(no);
            case Verdict.Refuse refuse -> Outcome.rejected(no, refuse.reason(), refuse.detail());
            case Verdict.Lacks lacks ->
                asked != null && !asked.isBefore(cycle.businessDate())
                        ? Outcome.held(no, lacks.reason(), lacks.detail(), asked)
                        : Outcome.rejected(no, lacks.reason(), lacks.detail());
            case Verdict.Wait wait -> {
                LocalDate until = item.waitsUntil() != null ? item.waitsUntil() : asked;
                if (until == null) {
                    until = SettlementCalendar.after(cycle.businessDate(), WAIT_BY_RULE);
                }
                yield until.isBefore(cycle.businessDate())
                        ? Outcome.rejected(no, wait.reason(), "")
                        : Outcome.held(no, wait.reason(), "", until);
            }
        };
    }
}
