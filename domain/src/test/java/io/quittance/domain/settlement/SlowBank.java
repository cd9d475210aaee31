package io.quittance.domain.settlement;

import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.ReferenceEntry;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.screening.CycleContext;
import io.quittance.domain.screening.Outcome.State;
import java.math.BigInteger;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rules of the books for the core kinds, written down a second time as plainly as possible: maps, big integers, one
 * submission after another, all reasons collected and the first one taken. Slow, and shares no code with the engine.
 */
final class SlowBank {

    /** What became of a submission in a cycle. */
    record Judgement(
            State state, @Nullable Reason reason, @Nullable LocalDate holdUntil) {}

    private record Holder(
            UUID party, KycLevel level, @Nullable Long cap) {}

    private record Balance(String account, String asset) {}

    private record Interval(String resource, java.time.Instant from, java.time.Instant to) {}

    private static final class OpenTask {
        UUID publisher;
        long reward;
        java.time.@Nullable Instant due;
        long intakeNo;
        boolean open = true;
    }

    private static final Set<Reason> LACKS = EnumSet.of(
            Reason.KYC, Reason.RECEIVER_KYC, Reason.PROVIDER_CAP, Reason.LIMIT, Reason.AGENT_LIMIT, Reason.FUNDS);
    private static final Set<Reason> WAITS = EnumSet.of(Reason.EVIDENCE, Reason.TASK_NOT_READY);

    private final BankParameters parameters;
    private final Map<UUID, Holder> holders = new HashMap<>();
    final Map<UUID, AccountStatus> status = new HashMap<>();
    private final Map<Balance, BigInteger> balances = new HashMap<>();
    private final Map<Balance, BigInteger> arriving = new HashMap<>();
    private final Map<UUID, BigInteger> partyUsed = new HashMap<>();
    private final Map<UUID, BigInteger> accountUsed = new HashMap<>();
    private final Map<UUID, BigInteger> minted = new HashMap<>();
    private final Map<String, ReferenceLine.ComputeResource> resources = new HashMap<>();
    private final List<ReferenceLine.Metering> evidence = new ArrayList<>();
    private final Map<String, ReferenceLine.Service> services = new HashMap<>();
    private final List<Interval> settledIntervals = new ArrayList<>();
    private final Map<String, OpenTask> tasks = new HashMap<>();
    private final TreeMap<Long, Queued> waiting = new TreeMap<>();
    private final Map<Long, LocalDate> waitsUntil = new HashMap<>();
    private LocalDate today = LocalDate.MIN;
    private CycleContext cycle;
    private Map<Long, Judgement> judgements = new TreeMap<>();

    SlowBank(BankParameters parameters) {
        this.parameters = parameters;
    }

    void open(UUID account, UUID party, KycLevel level, @Nullable Long cap, long funds) {
        holders.put(account, new Holder(party, level, cap));
        status.put(account, AccountStatus.ACTIVE);
        shift("issuance", account.toString(), "UTOKEN", BigInteger.valueOf(funds));
    }

    BigInteger balance(String account, String asset) {
        return balances.getOrDefault(new Balance(account, asset), BigInteger.ZERO);
    }

    private void shift(String from, String to, String asset, BigInteger amount) {
        balances.merge(new Balance(from, asset), amount.negate(), BigInteger::add);
        balances.merge(new Balance(to, asset), amount, BigInteger::add);
    }

    private void shiftForNextCycle(String from, String to, String asset, BigInteger amount) {
        balances.merge(new Balance(from, asset), amount.negate(), BigInteger::add);
        arriving.merge(new Balance(to, asset), amount, BigInteger::add);
    }

    Map<Long, Judgement> cycle(CycleContext context, List<ReferenceEntry> reference, List<Queued> received) {
        cycle = context;
        judgements = new TreeMap<>();
        for (ReferenceEntry entry : reference) {
            switch (entry.line()) {
                case ReferenceLine.ComputeResource r -> resources.put(r.resourceId(), r);
                case ReferenceLine.Metering m -> evidence.add(m);
                case ReferenceLine.Service s -> services.put(s.service(), s);
                case ReferenceLine.OpenAccount a -> throw new IllegalArgumentException("not in the model");
                case ReferenceLine.Price p -> {}
            }
        }
        if (context.businessDate().isAfter(today)) {
            today = context.businessDate();
            partyUsed.clear();
            accountUsed.clear();
            minted.clear();
        }
        for (long no : List.copyOf(waiting.keySet())) {
            if (waitsUntil.get(no).isBefore(today)) {
                judgements.put(no, new Judgement(State.EXPIRED, Reason.HOLD_EXPIRED, null));
                waiting.remove(no);
            }
        }
        List<Queued> all = new ArrayList<>(waiting.values());
        all.addAll(received);
        Set<String> publishedNow = new TreeSet<>();
        for (Queued item : all) {
            if (item.submission() instanceof Submission.TaskPublication p) {
                publishedNow.add(p.taskId());
            }
        }
        for (Queued item : all) {
            if (item.submission() instanceof Submission.ComputeDeposit d) {
                settle(item, deposit(d));
            } else if (item.submission() instanceof Submission.TaskCompletion c) {
                settle(item, completion(item, c, publishedNow));
            }
        }
        refund(all);
        for (Queued item : all) {
            switch (item.submission()) {
                case Submission.Transfer t -> settle(item, transfer(t));
                case Submission.Spend s -> settle(item, spend(s));
                case Submission.TaskPublication p -> settle(item, publication(item, p));
                case Submission.ComputeDeposit d -> {}
                case Submission.TaskCompletion c -> {}
                case Submission.Order o -> throw new IllegalArgumentException("not in the model");
                case Submission.Cancel c -> throw new IllegalArgumentException("not in the model");
                case Submission.Reversal r -> throw new IllegalArgumentException("not in the model");
            }
        }
        arriving.forEach((where, amount) -> balances.merge(where, amount, BigInteger::add));
        arriving.clear();
        BigInteger redeemed = balance("redemption", "UTOKEN");
        shift("redemption", "issuance", "UTOKEN", redeemed);
        return judgements;
    }

    /** Notes the first of the reasons, if there are any; else the submission has settled already. */
    private void settle(Queued item, Set<Reason> reasons) {
        long no = item.intakeNo();
        waiting.remove(no);
        if (reasons.isEmpty()) {
            judgements.put(no, new Judgement(State.SETTLED, null, null));
            return;
        }
        Reason first = reasons.iterator().next(); // An EnumSet goes by the order of the closed list.
        LocalDate until = item.submission().holdUntil();
        if (WAITS.contains(first) && until == null) {
            until = waitsUntil.getOrDefault(no, today.plusDays(7));
        }
        boolean mayWait = until != null && !until.isBefore(today);
        if (mayWait && (LACKS.contains(first) || WAITS.contains(first))) {
            judgements.put(no, new Judgement(State.HELD, first, until));
            waiting.put(no, item);
            waitsUntil.put(no, until);
        } else {
            judgements.put(no, new Judgement(State.REJECTED, first, null));
        }
    }

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

    /** @param payee null for one of the bank's own accounts */
    private void meansFaults(Set<Reason> faults, UUID payer, @Nullable UUID payee, long amount) {
        if (!faults.isEmpty()) {
            return; // Whoever may not pay at all has no limit to ask for.
        }
        Holder holder = holders.get(payer);
        BigInteger asked = BigInteger.valueOf(amount);
        boolean leavesParty = payee == null || !holders.get(payee).party().equals(holder.party());
        BigInteger party =
                partyUsed.getOrDefault(holder.party(), BigInteger.ZERO).add(asked);
        long limit = parameters.dailyLimit(holder.level());
        if (leavesParty && limit != Long.MAX_VALUE && party.compareTo(BigInteger.valueOf(limit)) > 0) {
            faults.add(Reason.LIMIT);
        }
        BigInteger own = accountUsed.getOrDefault(payer, BigInteger.ZERO).add(asked);
        if (holder.cap() != null && own.compareTo(BigInteger.valueOf(holder.cap())) > 0) {
            faults.add(Reason.AGENT_LIMIT);
        }
        if (asked.compareTo(balance(payer.toString(), "UTOKEN")) > 0) {
            faults.add(Reason.FUNDS);
        }
        if (faults.isEmpty()) {
            accountUsed.put(payer, own);
            if (leavesParty) {
                partyUsed.put(holder.party(), party);
            }
        }
    }

    private Set<Reason> transfer(Submission.Transfer t) {
        Set<Reason> faults = EnumSet.noneOf(Reason.class);
        payerFaults(faults, t.accountId(), true);
        payeeFaults(faults, t.toAccount());
        if (t.accountId().equals(t.toAccount())) {
            faults.add(Reason.SAME_ACCOUNT);
        }
        meansFaults(faults, t.accountId(), t.toAccount(), t.amountUtoken());
        if (faults.isEmpty()) {
            shiftForNextCycle(
                    t.accountId().toString(), t.toAccount().toString(), "UTOKEN", BigInteger.valueOf(t.amountUtoken()));
        }
        return faults;
    }

    private Set<Reason> spend(Submission.Spend s) {
        Set<Reason> faults = EnumSet.noneOf(Reason.class);
        payerFaults(faults, s.accountId(), false);
        ReferenceLine.Service service = services.get(s.service());
        if (service == null) {
            faults.add(Reason.UNKNOWN_SERVICE);
            return faults;
        }
        if (s.amountUtoken() == 0) {
            return faults;
        }
        UUID payee = service.payeeAccount();
        if (payee != null) {
            payeeFaults(faults, payee);
            if (payee.equals(s.accountId())) {
                faults.add(Reason.SAME_ACCOUNT);
            }
        }
        meansFaults(faults, s.accountId(), payee, s.amountUtoken());
        if (faults.isEmpty()) {
            shiftForNextCycle(
                    s.accountId().toString(),
                    payee == null ? "redemption" : payee.toString(),
                    "UTOKEN",
                    BigInteger.valueOf(s.amountUtoken()));
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
            shift(p.accountId().toString(), "escrow", "UTOKEN", BigInteger.valueOf(p.rewardUtoken()));
        }
        return faults;
    }

    private Set<Reason> completion(Queued item, Submission.TaskCompletion c, Set<String> publishedNow) {
        Set<Reason> faults = EnumSet.noneOf(Reason.class);
        payeeFaults(faults, c.agentAccount());
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
            shift("escrow", c.agentAccount().toString(), "UTOKEN", BigInteger.valueOf(task.reward));
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
                shift("escrow", task.publisher.toString(), "UTOKEN", BigInteger.valueOf(task.reward));
            }
        });
    }

    private Set<Reason> deposit(Submission.ComputeDeposit d) {
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
        BigInteger mintedThen = minted.getOrDefault(party, BigInteger.ZERO).add(mint);
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
                minted.put(party, mintedThen);
                shift("source", "inventory", asset, gpuMs);
                shift("issuance", d.accountId().toString(), "UTOKEN", mint);
            } else {
                shift("source", d.accountId().toString(), asset, gpuMs);
            }
        }
        return faults;
    }
}
