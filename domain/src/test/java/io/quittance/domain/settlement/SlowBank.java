package io.quittance.domain.settlement;

import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.auction.SlowRound;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.cycle.Instrument;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.ReferenceEntry;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.intake.SubmissionId;
import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.screening.CycleContext;
import io.quittance.domain.screening.Outcome.State;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The rules of the books written down a second time as plainly as possible: maps, big integers, one submission after
 * another, all reasons collected and the first one taken. Slow, and shares no code with the engine; its rounds are those
 * of {@link SlowRound}.
 */
public final class SlowBank {

    /** What became of a submission in a cycle. */
    public record Judgement(
            State state, @Nullable Reason reason, @Nullable LocalDate holdUntil, long filledLots, long openLots) {

        static Judgement of(State state, @Nullable Reason reason) {
            return new Judgement(state, reason, null, 0, 0);
        }
    }

    /** A movement between two accounts by their names: a customer's id, or the bank's own code. */
    public record Movement(
            int phase,
            long intakeNo,
            int leg,
            TransactionType type,
            String asset,
            String from,
            String to,
            long amount) {}

    public record Balance(String account, String asset) {}

    /** What a date's limit has seen of a party or of an account with a cap. */
    public static final class Counter {
        BigInteger used = BigInteger.ZERO;
        BigInteger reserved = BigInteger.ZERO;
        BigInteger minted = BigInteger.ZERO;

        BigInteger left(long limit) {
            return BigInteger.valueOf(limit).subtract(used).subtract(reserved);
        }

        /** Used, reserved and minted. */
        public List<Long> figures() {
            return List.of(used.longValueExact(), reserved.longValueExact(), minted.longValueExact());
        }
    }

    private record Holder(
            UUID party, KycLevel level, @Nullable Long cap) {}

    private record Interval(String resource, Instant from, Instant to) {}

    private static final class OpenTask {
        UUID publisher;
        long reward;

        @Nullable
        Instant due;

        long intakeNo;
        boolean open = true;
    }

    private static final class Resting {
        long intakeNo;
        long admitted;
        Submission.Order order;
        Instrument instrument;
        long ticks;
        long filled;
        long open;
        BigInteger notional = BigInteger.ZERO;
        BigInteger fee = BigInteger.ZERO;
        BigInteger limitReserved = BigInteger.ZERO;
        boolean sitsOut;

        boolean buys() {
            return order.side() == Submission.Side.BUY;
        }

        String reservedAsset() {
            return buys() ? UTOKEN : order.computeClass();
        }

        /** The fee on all that was traded and {@code more}, rounded up, less what was charged. */
        BigInteger feeFor(BigInteger more) {
            BigInteger[] exact = notional.add(more)
                    .multiply(BigInteger.valueOf(instrument.feeBps()))
                    .divideAndRemainder(BigInteger.valueOf(10_000));
            return exact[0].add(BigInteger.valueOf(exact[1].signum())).subtract(fee);
        }

        BigInteger worstCase() {
            if (open == 0) {
                return BigInteger.ZERO;
            }
            if (!buys()) {
                return times(open, instrument.lotGpuMs());
            }
            BigInteger rest = times(open, ticks, instrument.tickUtoken());
            return rest.add(feeFor(rest));
        }
    }

    private record Aside(UUID account, long amount) {}

    private static final int ADMINISTRATION = 0;
    private static final int CREDITS = 1;
    private static final int DEBITS = 2;
    private static final int FILLS = 16;
    private static final int END = Integer.MAX_VALUE;
    private static final String UTOKEN = "UTOKEN";

    private static final Set<Reason> LACKS = EnumSet.of(
            Reason.KYC, Reason.RECEIVER_KYC, Reason.PROVIDER_CAP, Reason.LIMIT, Reason.AGENT_LIMIT, Reason.FUNDS);
    private static final Set<Reason> WAITS = EnumSet.of(Reason.EVIDENCE, Reason.TASK_NOT_READY);

    private final Map<UUID, Holder> holders = new HashMap<>();
    final Map<UUID, AccountStatus> status = new HashMap<>();
    private final Map<Balance, BigInteger> balances = new HashMap<>();
    private final Map<Balance, BigInteger> reserved = new HashMap<>();
    private final Map<Balance, BigInteger> arriving = new HashMap<>();
    private final Map<UUID, Counter> counters = new HashMap<>();
    private final Map<String, ReferenceLine.ComputeResource> resources = new HashMap<>();
    private final List<ReferenceLine.Metering> evidence = new ArrayList<>();
    private final Map<String, ReferenceLine.Service> services = new HashMap<>();
    private final List<ReferenceLine.Price> prices = new ArrayList<>();
    private final List<Interval> settledIntervals = new ArrayList<>();
    private final Map<String, OpenTask> tasks = new HashMap<>();
    private final TreeMap<Long, Resting> orders = new TreeMap<>();
    private final Map<String, Long> references = new HashMap<>();
    private final TreeMap<Long, Queued> waiting = new TreeMap<>();
    private final Map<Long, LocalDate> waitsUntil = new HashMap<>();
    private final TreeMap<Long, Queued> known = new TreeMap<>();
    private final Map<Long, List<Movement>> journal = new HashMap<>();
    private final Set<Long> reversed = new TreeSet<>();
    private final TreeMap<Long, Aside> unclaimed = new TreeMap<>();
    /** Who could receive at the last cut-off and cannot at this one. */
    private final Set<UUID> lost = new TreeSet<>();

    private BankParameters parameters;
    private LocalDate today = LocalDate.MIN;
    private CycleContext cycle;
    private Map<Long, Judgement> judgements = new TreeMap<>();
    private Function<Queued, String> senders = item -> TestBank.CLIENT;
    private List<Movement> movements = new ArrayList<>();

    public SlowBank(BankParameters parameters) {
        this.parameters = parameters;
    }

    /** Says who handed in which submission, where it is not always the same. */
    public SlowBank sentBy(Function<Queued, String> names) {
        senders = names;
        return this;
    }

    void open(UUID account, UUID party, KycLevel level, @Nullable Long cap, long funds) {
        holders.put(account, new Holder(party, level, cap));
        status.put(account, AccountStatus.ACTIVE);
        shift("issuance", account.toString(), UTOKEN, BigInteger.valueOf(funds));
    }

    BigInteger balance(String account, String asset) {
        return balances.getOrDefault(new Balance(account, asset), BigInteger.ZERO);
    }

    /** What is set aside, by beneficiary. */
    public Map<UUID, Long> unclaimed() {
        var sums = new HashMap<UUID, Long>();
        unclaimed.values().forEach(aside -> sums.merge(aside.account(), aside.amount(), Math::addExact));
        return sums;
    }

    public Map<UUID, AccountStatus> statuses() {
        return status;
    }

    /** What stands on every account, where it is not zero. */
    public Map<Balance, BigInteger> balances() {
        return nonZero(balances);
    }

    /** What is reserved on every account, where it is not zero. */
    public Map<Balance, BigInteger> reserved() {
        return nonZero(reserved);
    }

    private static Map<Balance, BigInteger> nonZero(Map<Balance, BigInteger> all) {
        var some = new HashMap<>(all);
        some.values().removeIf(amount -> amount.signum() == 0);
        return some;
    }

    /** The date's counters by the party or the account they are of. */
    public Map<UUID, Counter> counters() {
        return counters;
    }

    /** The last cycle's movements in the order of the journal. */
    public List<Movement> movements() {
        return movements;
    }

    private BigInteger available(UUID account, String asset) {
        return balance(account.toString(), asset)
                .subtract(reserved.getOrDefault(new Balance(account.toString(), asset), BigInteger.ZERO));
    }

    private Counter counter(UUID subject) {
        return counters.computeIfAbsent(subject, s -> new Counter());
    }

    private static BigInteger times(long... factors) {
        BigInteger product = BigInteger.ONE;
        for (long factor : factors) {
            product = product.multiply(BigInteger.valueOf(factor));
        }
        return product;
    }

    private void shift(String from, String to, String asset, BigInteger amount) {
        balances.merge(new Balance(from, asset), amount.negate(), BigInteger::add);
        balances.merge(new Balance(to, asset), amount, BigInteger::add);
    }

    /** A movement that the receiver can use at once. */
    private void move(
            int phase, Queued item, int leg, TransactionType type, String asset, Object from, Object to, long amount) {
        move(phase, item.intakeNo(), leg, type, asset, from, to, amount);
    }

    private void move(
            int phase,
            long intakeNo,
            int leg,
            TransactionType type,
            String asset,
            Object from,
            Object to,
            long amount) {
        shift(from.toString(), to.toString(), asset, BigInteger.valueOf(amount));
        movements.add(new Movement(phase, intakeNo, leg, type, asset, from.toString(), to.toString(), amount));
    }

    /** A payment that the receiver can use from the next cycle on. */
    private void pay(Queued item, TransactionType type, String asset, UUID from, Object to, long amount) {
        BigInteger paid = BigInteger.valueOf(amount);
        balances.merge(new Balance(from.toString(), asset), paid.negate(), BigInteger::add);
        arriving.merge(new Balance(to.toString(), asset), paid, BigInteger::add);
        movements.add(new Movement(DEBITS, item.intakeNo(), 0, type, asset, from.toString(), to.toString(), amount));
    }

    public Map<Long, Judgement> cycle(CycleContext context, List<ReferenceEntry> reference, List<Queued> received) {
        cycle = context;
        parameters = context.parameters();
        judgements = new TreeMap<>();
        movements = new ArrayList<>();
        for (ReferenceEntry entry : reference) {
            switch (entry.line()) {
                case ReferenceLine.ComputeResource r -> resources.put(r.resourceId(), r);
                case ReferenceLine.Metering m -> evidence.add(m);
                case ReferenceLine.Service s -> services.put(s.service(), s);
                case ReferenceLine.OpenAccount a ->
                    open(a.accountId(), a.partyId(), a.kycLevel(), a.dailyLimitUtoken(), 0);
                case ReferenceLine.Price p -> prices.add(p);
                case ReferenceLine.AccountEvent e -> {} // After who is new.
            }
        }
        decideOnAccounts(reference);
        boolean newDate = context.businessDate().isAfter(today);
        if (newDate) {
            today = context.businessDate();
            counters.clear();
            orders.values().forEach(order -> order.limitReserved = BigInteger.ZERO);
        }
        Set<Long> withdrawn = new TreeSet<>();
        for (Queued item : received) {
            if (item.submission() instanceof Submission.Reversal r) {
                settle(item, reversal(item, r));
            }
        }
        for (Queued item : received) {
            if (item.submission() instanceof Submission.Cancel c) {
                settle(item, cancel(item, c, received, withdrawn));
            }
        }
        endOrders();
        for (long no : List.copyOf(waiting.keySet())) {
            if (waitsUntil.get(no).isBefore(today)) {
                judgements.put(no, Judgement.of(State.EXPIRED, Reason.HOLD_EXPIRED));
                waiting.remove(no);
            }
        }
        for (long no : List.copyOf(unclaimed.keySet())) {
            Aside aside = unclaimed.get(no);
            if (mayReceive(aside.account())) {
                unclaimed.remove(no);
                move(CREDITS, no, 0, TransactionType.UNCLAIMED, UTOKEN, "unclaimed", aside.account(), aside.amount());
            }
        }
        List<Queued> all = new ArrayList<>(waiting.values());
        received.stream().filter(item -> !withdrawn.contains(item.intakeNo())).forEach(all::add);
        Set<String> publishedNow = new TreeSet<>();
        for (Queued item : all) {
            if (item.submission() instanceof Submission.TaskPublication p) {
                publishedNow.add(p.taskId());
            }
        }
        for (Queued item : all) {
            if (item.submission() instanceof Submission.ComputeDeposit d) {
                settle(item, deposit(item, d));
            } else if (item.submission() instanceof Submission.TaskCompletion c) {
                settle(item, completion(item, c, publishedNow));
            }
        }
        refund(all);
        if (newDate) {
            reserveLimitsAnew();
        }
        for (Queued item : all) {
            switch (item.submission()) {
                case Submission.Transfer t -> settle(item, transfer(item, t));
                case Submission.Spend s -> settle(item, spend(item, s));
                case Submission.TaskPublication p -> settle(item, publication(item, p));
                case Submission.Order o -> settle(item, order(item, o));
                case Submission.ComputeDeposit d -> {}
                case Submission.TaskCompletion c -> {}
                case Submission.Cancel c -> {}
                case Submission.Reversal r -> {}
            }
        }
        parameters
                .classes()
                .forEach(computeClass -> parameters
                        .instrument(computeClass.asset().code())
                        .ifPresent(instrument ->
                                round(instrument, computeClass.asset().id())));
        arriving.forEach((where, amount) -> balances.merge(where, amount, BigInteger::add));
        arriving.clear();
        long redeemed = balance("redemption", UTOKEN).longValueExact();
        if (redeemed > 0) {
            move(END, 0, 0, TransactionType.BURN, UTOKEN, "redemption", "issuance", redeemed);
        } else if (redeemed < 0) {
            move(END, 0, 0, TransactionType.REVERSAL, UTOKEN, "issuance", "redemption", -redeemed);
        }
        movements.sort(Comparator.comparingInt(Movement::phase)
                .thenComparingLong(Movement::intakeNo)
                .thenComparingInt(Movement::leg));
        movements.forEach(m ->
                journal.computeIfAbsent(m.intakeNo(), no -> new ArrayList<>()).add(m));
        received.forEach(item -> known.put(item.intakeNo(), item));
        return judgements;
    }

    /** Notes the first of the reasons, if there are any; else the submission has settled already, or its order stands. */
    private void settle(Queued item, Set<Reason> reasons) {
        long no = item.intakeNo();
        waiting.remove(no);
        if (reasons.isEmpty()) {
            judgements.put(no, Judgement.of(State.SETTLED, null));
            return;
        }
        Reason first = reasons.iterator().next(); // An EnumSet goes by the order of the closed list.
        LocalDate until = item.submission().holdUntil();
        if (WAITS.contains(first) && until == null) {
            until = waitsUntil.getOrDefault(no, today.plusDays(7));
        }
        boolean mayWait = until != null && !until.isBefore(today);
        if (mayWait && (LACKS.contains(first) || WAITS.contains(first))) {
            judgements.put(no, new Judgement(State.HELD, first, until, 0, 0));
            waiting.put(no, item);
            waitsUntil.put(no, until);
        } else {
            judgements.put(no, Judgement.of(State.REJECTED, first));
        }
    }

    // ---- What the bank decides about accounts ---------------------------------------------------------------------

    private boolean mayReceive(UUID account) {
        return status.get(account) == AccountStatus.ACTIVE
                && holders.get(account).level() != KycLevel.L0;
    }

    private void decideOnAccounts(List<ReferenceEntry> reference) {
        lost.clear();
        holders.keySet().stream().filter(this::mayReceive).forEach(lost::add);
        for (ReferenceEntry entry : reference) {
            if (entry.line() instanceof ReferenceLine.AccountEvent e) {
                decide(e);
            }
        }
        lost.removeIf(this::mayReceive);
    }

    private void decide(ReferenceLine.AccountEvent e) {
        UUID account = e.accountId();
        boolean closed = status.get(account) == AccountStatus.CLOSED;
        switch (e.change()) {
            case FREEZE -> status.computeIfPresent(account, (a, was) -> closed ? was : AccountStatus.FROZEN);
            case UNFREEZE -> status.computeIfPresent(account, (a, was) -> closed ? was : AccountStatus.ACTIVE);
            case CLOSE -> {
                if (!closed && !hasAnythingOpen(account)) {
                    status.put(account, AccountStatus.CLOSED);
                }
            }
            case LEVEL -> {
                UUID party = holders.get(account).party();
                holders.replaceAll((id, h) -> h.party().equals(party) ? new Holder(party, e.kycLevel(), h.cap()) : h);
            }
        }
    }

    private boolean hasAnythingOpen(UUID account) {
        return balances.entrySet().stream()
                        .anyMatch(b -> b.getKey().account().equals(account.toString())
                                && b.getValue().signum() != 0)
                || orders.values().stream().anyMatch(o -> o.order.accountId().equals(account))
                || tasks.values().stream().anyMatch(t -> t.open && t.publisher.equals(account))
                || waiting.values().stream()
                        .anyMatch(w -> w.submission().accountId().equals(account))
                || unclaimed.values().stream().anyMatch(u -> u.account().equals(account));
    }

    private void setAside(int phase, Queued item, int leg, Object account, long amount) {
        move(phase, item, leg, TransactionType.UNCLAIMED, UTOKEN, account, "unclaimed", amount);
        unclaimed.put(item.intakeNo(), new Aside(UUID.fromString(account.toString()), amount));
    }

    // ---- What comes first -----------------------------------------------------------------------------------------

    private Set<Reason> reversal(Queued item, Submission.Reversal reversal) {
        Set<Reason> faults = EnumSet.noneOf(Reason.class);
        Queued original = known.values().stream()
                .filter(k -> k.submissionId().equals(reversal.reversedSubmission()))
                .findFirst()
                .orElse(null);
        List<Movement> legs = original == null ? List.of() : journal.getOrDefault(original.intakeNo(), List.of());
        Set<TransactionType> undone =
                EnumSet.of(TransactionType.DEPOSIT, TransactionType.SPEND, TransactionType.TRANSFER);
        if (legs.isEmpty() || !legs.stream().allMatch(leg -> undone.contains(leg.type()))) {
            faults.add(Reason.NOTHING_TO_REVERSE);
            return faults;
        }
        if (reversed.contains(original.intakeNo())) {
            faults.add(Reason.REVERSED_BEFORE);
            return faults;
        }
        boolean fromSuspense = false;
        for (Movement leg : legs) {
            if (isClosed(leg.from()) && !leg.asset().equals(UTOKEN)) {
                faults.add(Reason.RECEIVER_CLOSED);
            }
            if (isCustomer(leg.to())) {
                boolean lacks =
                        BigInteger.valueOf(leg.amount()).compareTo(available(UUID.fromString(leg.to()), leg.asset()))
                                > 0;
                if (lacks && reversal.takeFromSuspense() && leg.asset().equals(UTOKEN)) {
                    fromSuspense = true;
                } else if (lacks) {
                    faults.add(Reason.FUNDS);
                }
            } else if (leg.to().startsWith("inventory.")
                    && BigInteger.valueOf(leg.amount()).compareTo(balance(leg.to(), leg.asset())) > 0) {
                faults.add(Reason.NOTHING_TO_REVERSE);
            }
        }
        if (fromSuspense) {
            long asked = legs.stream()
                    .filter(leg -> isCustomer(leg.to()))
                    .mapToLong(Movement::amount)
                    .sum();
            if (BigInteger.valueOf(asked).compareTo(balance("suspense", UTOKEN)) > 0) {
                faults.add(Reason.FUNDS);
            }
        }
        if (faults.isEmpty()) {
            int number = 0;
            for (Movement leg : legs) {
                String from = fromSuspense && isCustomer(leg.to()) ? "suspense" : leg.to();
                move(
                        ADMINISTRATION,
                        item,
                        number++,
                        TransactionType.REVERSAL,
                        leg.asset(),
                        from,
                        leg.from(),
                        leg.amount());
                if (isClosed(leg.from())) {
                    setAside(ADMINISTRATION, item, number++, leg.from(), leg.amount());
                }
            }
            reversed.add(original.intakeNo());
            if (original.submission() instanceof Submission.ComputeDeposit d) {
                settledIntervals.remove(new Interval(d.resourceId(), d.meteredFrom(), d.meteredTo()));
            }
        }
        return faults;
    }

    private boolean isClosed(String account) {
        return isCustomer(account) && status.get(UUID.fromString(account)) == AccountStatus.CLOSED;
    }

    private static boolean isCustomer(String account) {
        return account.length() == 36 && account.charAt(8) == '-';
    }

    private Set<Reason> cancel(Queued item, Submission.Cancel cancel, List<Queued> received, Set<Long> withdrawn) {
        for (Queued other : known.values()) {
            if (isNamed(item, cancel, other)) {
                Resting resting = orders.get(other.intakeNo());
                if (resting != null) {
                    end(resting, State.CANCELLED, Reason.CANCELLED_BY_SENDER);
                    return EnumSet.noneOf(Reason.class);
                }
                if (waiting.remove(other.intakeNo()) != null) {
                    judgements.put(other.intakeNo(), Judgement.of(State.CANCELLED, Reason.CANCELLED_BY_SENDER));
                    return EnumSet.noneOf(Reason.class);
                }
            }
        }
        for (Queued other : received) {
            if (isNamed(item, cancel, other)
                    && other.submission() instanceof Submission.Order
                    && other.intakeNo() < item.intakeNo()
                    && withdrawn.add(other.intakeNo())) {
                judgements.put(other.intakeNo(), Judgement.of(State.CANCELLED, Reason.CANCELLED_BY_SENDER));
                return EnumSet.noneOf(Reason.class);
            }
        }
        return EnumSet.of(Reason.NOTHING_TO_CANCEL);
    }

    /** Whether the other is of the cancel's sender and account, under the key that it names. */
    private boolean isNamed(Queued item, Submission.Cancel cancel, Queued other) {
        return other.submission().accountId().equals(cancel.accountId())
                && other.submissionId().equals(SubmissionId.of(senders.apply(item), cancel.cancelledKey()));
    }

    private void endOrders() {
        for (Resting resting : List.copyOf(orders.values())) {
            Submission.Order order = resting.order;
            Instrument now = parameters.instrument(order.computeClass()).orElse(null);
            if (order.goodThrough() != null && order.goodThrough().isBefore(today)) {
                end(resting, State.EXPIRED, Reason.ORDER_EXPIRED);
            } else if (status.get(order.accountId()) != AccountStatus.ACTIVE
                    || holders.get(order.accountId()).level().ordinal() < KycLevel.L2.ordinal()) {
                end(resting, State.CANCELLED, Reason.RIGHT_LOST);
            } else if (now == null
                    || now.lotGpuMs() != resting.instrument.lotGpuMs()
                    || now.tickUtoken() != resting.instrument.tickUtoken()) {
                end(resting, State.CANCELLED, Reason.INSTRUMENT_CHANGED);
            }
        }
    }

    private void end(Resting order, State state, Reason reason) {
        reserve(order, BigInteger.ZERO, order.worstCase());
        reserveLimit(order, BigInteger.ZERO);
        orders.remove(order.intakeNo);
        judgements.put(
                order.intakeNo, new Judgement(order.filled > 0 ? State.SETTLED : state, reason, null, order.filled, 0));
    }

    private void reserve(Resting order, BigInteger now, BigInteger before) {
        reserved.merge(
                new Balance(order.order.accountId().toString(), order.reservedAsset()),
                now.subtract(before),
                BigInteger::add);
    }

    private void reserveLimit(Resting order, BigInteger now) {
        Holder holder = holders.get(order.order.accountId());
        BigInteger more = now.subtract(order.limitReserved);
        counter(holder.party()).reserved = counter(holder.party()).reserved.add(more);
        if (holder.cap() != null) {
            Counter own = counter(order.order.accountId());
            own.reserved = own.reserved.add(more);
        }
        order.limitReserved = now;
    }

    private void reserveLimitsAnew() {
        for (Resting order : orders.values()) {
            order.sitsOut = false;
            if (order.buys()) {
                Set<Reason> faults = EnumSet.noneOf(Reason.class);
                limitFaults(faults, order.order.accountId(), true, order.worstCase());
                if (faults.isEmpty()) {
                    reserveLimit(order, order.worstCase());
                } else {
                    order.sitsOut = true;
                }
            }
        }
    }

    // ---- Rights, limits, funds ------------------------------------------------------------------------------------

    private void payerFaults(Set<Reason> faults, UUID account, boolean fullTrade) {
        if (!holders.containsKey(account)) {
            faults.add(Reason.UNKNOWN_ACCOUNT);
            return;
        }
        switch (status.get(account)) {
            case CLOSED -> faults.add(Reason.ACCOUNT_CLOSED);
            case FROZEN -> faults.add(Reason.ACCOUNT_FROZEN);
            case ACTIVE -> {}
        }
        KycLevel level = holders.get(account).level();
        if (level == KycLevel.L0 || (fullTrade && level == KycLevel.L1)) {
            faults.add(Reason.KYC);
        }
    }

    private void payeeFaults(Set<Reason> faults, UUID account) {
        if (!holders.containsKey(account)) {
            faults.add(Reason.UNKNOWN_ACCOUNT);
            return;
        }
        switch (status.get(account)) {
            case CLOSED -> faults.add(Reason.RECEIVER_CLOSED);
            case FROZEN -> faults.add(Reason.RECEIVER_FROZEN);
            case ACTIVE -> {}
        }
        if (holders.get(account).level() == KycLevel.L0) {
            faults.add(Reason.RECEIVER_KYC);
        }
    }

    private void limitFaults(Set<Reason> faults, UUID payer, boolean leavesParty, BigInteger asked) {
        Holder holder = holders.get(payer);
        long limit = parameters.dailyLimit(holder.level());
        if (leavesParty
                && limit != Long.MAX_VALUE
                && asked.compareTo(counter(holder.party()).left(limit)) > 0) {
            faults.add(Reason.LIMIT);
        }
        if (holder.cap() != null && asked.compareTo(counter(payer).left(holder.cap())) > 0) {
            faults.add(Reason.AGENT_LIMIT);
        }
    }

    /** @param payee null for one of the bank's own accounts */
    private void meansFaults(Set<Reason> faults, UUID payer, @Nullable UUID payee, long amount) {
        if (!faults.isEmpty()) {
            return; // Whoever may not pay at all has no limit to ask for.
        }
        Holder holder = holders.get(payer);
        BigInteger asked = BigInteger.valueOf(amount);
        boolean leavesParty = payee == null || !holders.get(payee).party().equals(holder.party());
        limitFaults(faults, payer, leavesParty, asked);
        if (asked.compareTo(available(payer, UTOKEN)) > 0) {
            faults.add(Reason.FUNDS);
        }
        if (faults.isEmpty()) {
            use(payer, leavesParty, asked);
        }
    }

    private void use(UUID payer, boolean leavesParty, BigInteger amount) {
        Holder holder = holders.get(payer);
        if (holder.cap() != null) {
            counter(payer).used = counter(payer).used.add(amount);
        }
        if (leavesParty) {
            counter(holder.party()).used = counter(holder.party()).used.add(amount);
        }
    }

    // ---- One method per kind --------------------------------------------------------------------------------------

    private Set<Reason> transfer(Queued item, Submission.Transfer t) {
        Set<Reason> faults = EnumSet.noneOf(Reason.class);
        payerFaults(faults, t.accountId(), true);
        payeeFaults(faults, t.toAccount());
        if (t.accountId().equals(t.toAccount())) {
            faults.add(Reason.SAME_ACCOUNT);
        }
        meansFaults(faults, t.accountId(), t.toAccount(), t.amountUtoken());
        if (faults.isEmpty()) {
            pay(item, TransactionType.TRANSFER, UTOKEN, t.accountId(), t.toAccount(), t.amountUtoken());
        }
        return faults;
    }

    private Set<Reason> spend(Queued item, Submission.Spend s) {
        Set<Reason> faults = EnumSet.noneOf(Reason.class);
        payerFaults(faults, s.accountId(), false);
        ReferenceLine.Service service = services.get(s.service());
        if (service == null) {
            faults.add(Reason.UNKNOWN_SERVICE);
            return faults;
        }
        if (s.computeClass() != null) {
            return spendCredits(item, s, faults);
        }
        long amount = s.priceVersion() == null ? s.amountUtoken() : priced(s, faults);
        if (amount == 0 && !faults.contains(Reason.PRICE_MISMATCH)) {
            return faults;
        }
        UUID payee = service.payeeAccount();
        if (payee != null) {
            payeeFaults(faults, payee);
            if (payee.equals(s.accountId())) {
                faults.add(Reason.SAME_ACCOUNT);
            }
        }
        meansFaults(faults, s.accountId(), payee, amount);
        if (faults.isEmpty()) {
            pay(item, TransactionType.SPEND, UTOKEN, s.accountId(), payee == null ? "redemption" : payee, amount);
        }
        return faults;
    }

    private long priced(Submission.Spend s, Set<Reason> faults) {
        ReferenceLine.Price inForce = prices.stream()
                .filter(p -> p.service().equals(s.service()) && p.model().equals(s.model()))
                .filter(p -> !p.effectiveFrom().isAfter(s.usedAt()))
                .max(Comparator.comparing(ReferenceLine.Price::effectiveFrom))
                .orElse(null);
        if (inForce == null || !inForce.priceVersion().equals(s.priceVersion())) {
            faults.add(Reason.PRICE_MISMATCH);
            return 0;
        }
        BigInteger[] exact = times(s.inputTokens(), inForce.inputUtokenPerMtok())
                .add(times(s.outputTokens(), inForce.outputUtokenPerMtok()))
                .divideAndRemainder(BigInteger.valueOf(1_000_000));
        long amount = exact[0].longValueExact() + exact[1].signum();
        if (s.amountUtoken() != null && s.amountUtoken() != amount) {
            faults.add(Reason.PRICE_MISMATCH);
        }
        return amount;
    }

    private Set<Reason> spendCredits(Queued item, Submission.Spend s, Set<Reason> faults) {
        String asset = s.computeClass();
        if (parameters.computeClass(asset).isEmpty()) {
            faults.add(Reason.UNKNOWN_CLASS);
        }
        if (faults.isEmpty() && BigInteger.valueOf(s.gpuMs()).compareTo(available(s.accountId(), asset)) > 0) {
            faults.add(Reason.FUNDS);
        }
        if (faults.isEmpty()) {
            pay(item, TransactionType.SPEND, asset, s.accountId(), "consumed." + asset, s.gpuMs());
        }
        return faults;
    }

    private Set<Reason> publication(Queued item, Submission.TaskPublication p) {
        Set<Reason> faults = EnumSet.noneOf(Reason.class);
        payerFaults(faults, p.accountId(), false);
        if (tasks.containsKey(p.taskId())) {
            faults.add(Reason.TASK_EXISTS);
        }
        meansFaults(faults, p.accountId(), null, p.rewardUtoken());
        if (faults.isEmpty()) {
            var task = new OpenTask();
            task.publisher = p.accountId();
            task.reward = p.rewardUtoken();
            task.due = p.dueAt();
            task.intakeNo = item.intakeNo();
            tasks.put(p.taskId(), task);
            pay(item, TransactionType.ESCROW, UTOKEN, p.accountId(), "escrow", p.rewardUtoken());
        }
        return faults;
    }

    private Set<Reason> completion(Queued item, Submission.TaskCompletion c, Set<String> publishedNow) {
        Set<Reason> faults = EnumSet.noneOf(Reason.class);
        boolean aside = lost.contains(c.agentAccount()) && status.get(c.agentAccount()) != AccountStatus.CLOSED;
        if (!aside) {
            payeeFaults(faults, c.agentAccount());
        }
        OpenTask task = tasks.get(c.taskId());
        if (task == null) {
            faults.add(publishedNow.contains(c.taskId()) ? Reason.TASK_NOT_READY : Reason.UNKNOWN_TASK);
            return faults;
        }
        boolean publisher = c.accountId().equals(task.publisher);
        boolean operator = item.byOperator() && !c.accountId().equals(c.agentAccount());
        if (!publisher && !operator) {
            faults.add(Reason.NOT_PUBLISHER);
        }
        if (!task.open || (task.due != null && item.receivedAt().isAfter(task.due))) {
            faults.add(Reason.TASK_NOT_OPEN);
        }
        if (faults.isEmpty()) {
            task.open = false;
            move(CREDITS, item, 0, TransactionType.REWARD, UTOKEN, "escrow", c.agentAccount(), task.reward);
            if (aside) {
                setAside(CREDITS, item, 1, c.agentAccount(), task.reward);
            }
        }
        return faults;
    }

    private void refund(List<Queued> judged) {
        tasks.forEach((name, task) -> {
            boolean awaited = judged.stream()
                    .anyMatch(item -> item.submission() instanceof Submission.TaskCompletion c
                            && c.taskId().equals(name)
                            && judgements.get(item.intakeNo()).state() == State.HELD);
            if (task.open && task.due != null && !task.due.isAfter(cycle.cutOff()) && !awaited) {
                task.open = false;
                move(CREDITS, task.intakeNo, 1, TransactionType.REFUND, UTOKEN, "escrow", task.publisher, task.reward);
            }
        });
    }

    private Set<Reason> order(Queued item, Submission.Order o) {
        Set<Reason> faults = EnumSet.noneOf(Reason.class);
        boolean basic = o.orderType() == Submission.OrderType.LIMIT && o.timeInForce() == Submission.TimeInForce.IOC;
        payerFaults(faults, o.accountId(), !basic);
        Instrument instrument = parameters.instrument(o.computeClass()).orElse(null);
        if (instrument == null) {
            faults.add(Reason.UNKNOWN_CLASS);
            return faults;
        }
        if (o.limitUtokenPerLot() != null && o.limitUtokenPerLot() % instrument.tickUtoken() != 0) {
            faults.add(Reason.OFF_TICK);
        }
        if (o.goodThrough() != null && o.goodThrough().isBefore(today)) {
            faults.add(Reason.GOOD_THROUGH_PASSED);
        }
        if (!faults.isEmpty()) {
            return faults;
        }
        var order = new Resting();
        order.intakeNo = item.intakeNo();
        order.admitted = cycle.number();
        order.order = o;
        order.instrument = instrument;
        order.open = o.lots();
        if (o.limitUtokenPerLot() != null) {
            order.ticks = o.limitUtokenPerLot() / instrument.tickUtoken();
        } else if (order.buys()) {
            order.ticks =
                    instrument.bandHigh(references.getOrDefault(o.computeClass(), instrument.initialReferenceTicks()));
        }
        BigInteger worst = order.worstCase();
        if (order.buys()) {
            limitFaults(faults, o.accountId(), true, worst);
        }
        if (worst.compareTo(available(o.accountId(), order.reservedAsset())) > 0) {
            faults.add(Reason.FUNDS);
        }
        if (faults.isEmpty()) {
            reserve(order, worst, BigInteger.ZERO);
            if (order.buys()) {
                reserveLimit(order, worst);
            }
            orders.put(order.intakeNo, order);
        }
        return faults;
    }

    // ---- Rounds ---------------------------------------------------------------------------------------------------

    private void round(Instrument instrument, int asset) {
        String computeClass = instrument.computeClass();
        List<Resting> taking = orders.values().stream()
                .filter(order -> order.order.computeClass().equals(computeClass) && !order.sitsOut)
                .toList();
        List<UUID> parties = taking.stream()
                .map(order -> holders.get(order.order.accountId()).party())
                .distinct()
                .toList();
        long reference = references.getOrDefault(computeClass, instrument.initialReferenceTicks());
        var round = new SlowRound(
                instrument,
                reference,
                taking.stream()
                        .map(order -> new SlowRound.Order(
                                order.buys(),
                                order.order.orderType() == Submission.OrderType.MARKET,
                                order.ticks,
                                order.open,
                                order.intakeNo,
                                parties.indexOf(
                                        holders.get(order.order.accountId()).party()),
                                order.admitted))
                        .toList());
        for (Resting order : taking) {
            SlowRound.Fill fill = round.of(order.intakeNo);
            BigInteger before = order.worstCase();
            BigInteger taken =
                    fill.filled() == 0 ? BigInteger.ZERO : trade(order, FILLS + asset, fill.filled(), round.price());
            order.filled += fill.filled();
            order.open -= fill.filled() + fill.cut();
            boolean lapses = order.open > 0 && order.order.timeInForce() == Submission.TimeInForce.IOC;
            if (lapses) {
                order.open = 0;
            }
            reserve(order, order.worstCase(), before);
            if (order.buys()) {
                reserveLimit(order, order.worstCase());
                use(order.order.accountId(), true, taken);
            }
            if (order.open > 0) {
                if (fill.filled() > 0 || fill.cut() > 0 || order.admitted == cycle.number()) {
                    judgements.put(order.intakeNo, new Judgement(State.ADMITTED, null, null, order.filled, order.open));
                }
                continue;
            }
            orders.remove(order.intakeNo);
            boolean all = order.filled == order.order.lots();
            State unfilled = lapses ? State.EXPIRED : State.CANCELLED;
            judgements.put(
                    order.intakeNo,
                    new Judgement(
                            order.filled > 0 ? State.SETTLED : unfilled,
                            all ? null : lapses ? Reason.ORDER_EXPIRED : Reason.SELF_TRADE,
                            null,
                            order.filled,
                            0));
        }
        references.put(computeClass, round.price() > 0 ? round.price() : reference);
    }

    /** Answers what the buyer pays, fee included. */
    private BigInteger trade(Resting order, int phase, long lots, long price) {
        String computeClass = order.order.computeClass();
        String clearing = "clearing." + computeClass;
        UUID account = order.order.accountId();
        BigInteger notional = times(lots, price, order.instrument.tickUtoken());
        long tokens = notional.longValueExact();
        long gpuMs = times(lots, order.instrument.lotGpuMs()).longValueExact();
        long fee = order.feeFor(notional).longValueExact();
        long no = order.intakeNo;
        if (order.buys()) {
            move(phase, no, 0, TransactionType.TRADE, UTOKEN, account, clearing, tokens);
            move(phase, no, 1, TransactionType.TRADE, computeClass, clearing, account, gpuMs);
        } else {
            move(phase, no, 0, TransactionType.TRADE, computeClass, account, clearing, gpuMs);
            move(phase, no, 1, TransactionType.TRADE, UTOKEN, clearing, account, tokens);
        }
        if (fee > 0) {
            move(phase, no, 2, TransactionType.FEE, UTOKEN, account, "fees", fee);
        }
        order.notional = order.notional.add(notional);
        order.fee = order.fee.add(BigInteger.valueOf(fee));
        return notional.add(BigInteger.valueOf(fee));
    }

    private Set<Reason> deposit(Queued item, Submission.ComputeDeposit d) {
        Set<Reason> faults = EnumSet.noneOf(Reason.class);
        payerFaults(faults, d.accountId(), false);
        ReferenceLine.ComputeResource resource = resources.get(d.resourceId());
        if (resource == null || !resource.accountId().equals(d.accountId())) {
            faults.add(Reason.UNKNOWN_RESOURCE);
            return faults;
        }
        BankParameters.ComputeClass computeClass = parameters.classes().stream()
                .filter(c -> c.asset().code().equals(resource.computeClass()))
                .findFirst()
                .orElse(null);
        if (computeClass == null) {
            faults.add(Reason.UNKNOWN_CLASS);
            return faults;
        }
        if (!d.meteredTo().isBefore(cycle.cutOff())) {
            faults.add(Reason.INTERVAL_OPEN);
        }
        long capacity = Duration.between(d.meteredFrom(), d.meteredTo()).toMillis() * resource.gpuCount();
        if (d.gpuMs() > capacity) {
            faults.add(Reason.MORE_THAN_CAPACITY);
        }
        for (Interval settled : settledIntervals) {
            if (settled.resource().equals(d.resourceId())
                    && settled.from().isBefore(d.meteredTo())
                    && d.meteredFrom().isBefore(settled.to())) {
                faults.add(Reason.OVERLAP);
            }
        }
        List<Long> metered = evidence.stream()
                .filter(m -> m.resourceId().equals(d.resourceId())
                        && m.meteredFrom().equals(d.meteredFrom())
                        && m.meteredTo().equals(d.meteredTo()))
                .map(ReferenceLine.Metering::gpuMs)
                .toList();
        if (metered.isEmpty()) {
            faults.add(Reason.EVIDENCE);
        } else if (!metered.contains(d.gpuMs())) {
            faults.add(Reason.EVIDENCE_MISMATCH);
        }
        String asset = computeClass.asset().code();
        UUID party = holders.get(d.accountId()).party();
        BigInteger gpuMs = BigInteger.valueOf(d.gpuMs());
        BigInteger mint = gpuMs.multiply(BigInteger.valueOf(computeClass.mintRateUtokenPerGpuHour()))
                .divide(BigInteger.valueOf(3_600_000));
        BigInteger mintedThen = counter(party).minted.add(mint);
        if (d.mode() == Submission.DepositMode.MINT) {
            if (mint.signum() == 0) {
                faults.add(Reason.MINTS_NOTHING);
            }
            if (mintedThen.compareTo(BigInteger.valueOf(parameters.providerCapUtoken())) > 0) {
                faults.add(Reason.PROVIDER_CAP);
            }
        }
        if (faults.isEmpty()) {
            settledIntervals.add(new Interval(d.resourceId(), d.meteredFrom(), d.meteredTo()));
            if (d.mode() == Submission.DepositMode.MINT) {
                counter(party).minted = mintedThen;
                move(
                        CREDITS,
                        item,
                        0,
                        TransactionType.DEPOSIT,
                        asset,
                        "source." + asset,
                        "inventory." + asset,
                        d.gpuMs());
                move(
                        CREDITS,
                        item,
                        1,
                        TransactionType.DEPOSIT,
                        UTOKEN,
                        "issuance",
                        d.accountId(),
                        mint.longValueExact());
            } else {
                move(CREDITS, item, 0, TransactionType.DEPOSIT, asset, "source." + asset, d.accountId(), d.gpuMs());
            }
        }
        return faults;
    }
}
