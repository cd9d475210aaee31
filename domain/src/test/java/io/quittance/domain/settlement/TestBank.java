package io.quittance.domain.settlement;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.cycle.Instrument;
import io.quittance.domain.intake.CanonicalContent;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.ReferenceEntry;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.intake.Submission.DepositMode;
import io.quittance.domain.intake.Submission.OrderType;
import io.quittance.domain.intake.Submission.Side;
import io.quittance.domain.intake.Submission.TimeInForce;
import io.quittance.domain.intake.SubmissionId;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.TransferList;
import io.quittance.domain.screening.CycleContext;
import io.quittance.domain.screening.CycleInput.Named;
import io.quittance.domain.screening.CycleInput.Standing;
import io.quittance.domain.screening.Outcome;
import io.quittance.domain.screening.SettledSubmission;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.Slot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A bank in memory for tests: hands in submissions, cuts off, carries what is held to the next cycle, and checks every
 * conserved quantity after each cycle ({@link Conservation}). Times are fixed: the first cut-off of a date is at 01:00 UTC,
 * the next one an hour later, and a submission is received half an hour before the cut-off unless told otherwise.
 *
 * <p>A submission is known by its intake number; its key is {@code "k" + intake number}. Not thread-safe.
 */
public final class TestBank {

    /** 1 µToken for a GPU-millisecond; lots of 1000 GPU-ms at 10 µToken a tick, reference 1000 ticks, band ±10 %, fee 10 bps. */
    public static final String H100 = "GPU-H100";

    /** 1 µToken for two GPU-milliseconds; lots of 500 GPU-ms at 1 µToken a tick, reference 2000, band ±20 %, no fee. */
    public static final String A100 = "GPU-A100";

    /** A class that mints 1 µToken for a GPU-hour and has no market. */
    public static final String L40 = "GPU-L40";

    public static final LocalDate FIRST_DATE = LocalDate.of(2026, 3, 2);
    public static final String CLIENT = "acme";

    private final Books books;
    private final Map<Long, Queued> items = new TreeMap<>();
    private final Map<UUID, Queued> byId = new HashMap<>();
    private final Map<Long, Outcome> outcomes = new HashMap<>();
    private final Map<Long, String> clients = new HashMap<>();
    private final Map<UUID, List<SettledSubmission.Leg>> journal = new HashMap<>();
    private final LimitTally tally = new LimitTally();

    private BankParameters parameters;
    private List<ReferenceEntry> newReference = new ArrayList<>();
    private List<Queued> received = new ArrayList<>();
    private List<Queued> held = new ArrayList<>();
    private LocalDate date = FIRST_DATE;
    private Instant cutOff = FIRST_DATE.atTime(1, 0).toInstant(ZoneOffset.UTC);
    private @Nullable Instant receiptTime;
    private boolean operator;
    private String client = CLIENT;
    private @Nullable LocalDate holdUntil;
    private long lastIntakeNo;
    private long lastCycle;
    private long lastEvent;

    public TestBank() {
        this(parameters(Map.of()));
    }

    public TestBank(BankParameters parameters) {
        this.parameters = parameters;
        this.books = new Books(parameters.assets());
    }

    /** @param limits daily limits that differ from the defaults */
    public static BankParameters parameters(Map<KycLevel, Long> limits) {
        var all = new HashMap<>(BankParameters.defaultDailyLimits());
        all.putAll(limits);
        return new BankParameters(
                1,
                "test",
                1_000_000,
                List.of(
                        new BankParameters.ComputeClass(new Asset(1, H100), 3_600_000),
                        new BankParameters.ComputeClass(new Asset(2, A100), 1_800_000),
                        new BankParameters.ComputeClass(new Asset(3, L40), 1)),
                List.of(
                        new Instrument(H100, 1_000, 10, 1_000, 1_000, "ADJACENT", "AGE_PRO_RATA", "DECREMENT", 10),
                        new Instrument(A100, 500, 1, 2_000, 2_000, "ADJACENT", "PRO_RATA", "CANCEL_NEWEST", 0)),
                all);
    }

    /** Parameters in force from the next cycle on. */
    public void decide(BankParameters next) {
        parameters = next;
    }

    public BankParameters parameters() {
        return parameters;
    }

    // ---- Who and what there is ------------------------------------------------------------------------------------

    public static UUID id(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    /** A personal account with a party of its own, open at once. */
    public UUID person(String name, KycLevel level) {
        return account(name, id("party of " + name), AccountType.PERSONAL, level, null);
    }

    /** An agent in its owner's party; {@code cap} in µToken a day, null for none. */
    public UUID agentOf(UUID owner, String name, @Nullable Long cap) {
        int index = books.indexOf(owner);
        return account(name, books.partyId(books.partyOf(index)), AccountType.AGENT, books.levelOf(index), cap);
    }

    public UUID account(String name, UUID party, AccountType type, KycLevel level, @Nullable Long cap) {
        books.openAccount(id(name), party, type, cap, level);
        return id(name);
    }

    /** An account without a history gets µToken: issued as if by an earlier deposit. */
    public void give(UUID account, long utoken) {
        books.move(books.system(SystemAccount.ISSUANCE, 0), index(account), 0, utoken, true);
    }

    /** Suspense gets Tokens, as if by an earlier movement. */
    public void putIntoSuspense(long utoken) {
        books.move(books.system(SystemAccount.ISSUANCE, 0), books.system(SystemAccount.SUSPENSE, 0), 0, utoken, true);
    }

    /** An account gets compute credits, as if by an earlier deposit. */
    public void giveCredits(UUID account, String computeClass, long gpuMs) {
        int asset = asset(computeClass);
        books.move(books.system(SystemAccount.SOURCE, asset), index(account), asset, gpuMs, true);
    }

    /** The next cycle sees this line for the first time. */
    public void refer(ReferenceLine line) {
        Hash32 digest = CanonicalContent.digest(CanonicalContent.of(line, null));
        newReference.add(new ReferenceEntry(line, null, digest));
        newReference.sort(java.util.Comparator.comparing(entry -> entry.line().kind())); // As a window shows them.
    }

    /** The bank decides about an account; the next cycle sees it first. */
    public void decide(AccountChange change, UUID account) {
        refer(new ReferenceLine.AccountEvent("e" + ++lastEvent, account, change, null, null));
    }

    /** The party of an account gets another level; the next cycle sees it first. */
    public void level(UUID account, KycLevel level) {
        refer(new ReferenceLine.AccountEvent("e" + ++lastEvent, account, AccountChange.LEVEL, level, null));
    }

    public void resource(String resourceId, UUID account, String computeClass, int gpus) {
        refer(new ReferenceLine.ComputeResource(resourceId, account, computeClass, gpus));
    }

    public void metering(String resourceId, Instant from, Instant to, long gpuMs) {
        refer(new ReferenceLine.Metering(resourceId, from, to, gpuMs));
    }

    /** @param payee null for a house service */
    public void service(String service, @Nullable UUID payee) {
        refer(new ReferenceLine.Service(service, payee));
    }

    public void price(String service, String model, String version, Instant from, long input, long output) {
        refer(new ReferenceLine.Price(service, model, version, from, input, output));
    }

    // ---- How the next submissions come in ---------------------------------------------------------------------------

    /** The next submissions are received at this instant; null for half an hour before the cut-off. */
    public TestBank at(@Nullable Instant receivedAt) {
        receiptTime = receivedAt;
        return this;
    }

    /** The next submission alone may wait until this date, inclusive. */
    public TestBank waiting(LocalDate until) {
        holdUntil = until;
        return this;
    }

    /** The next submission alone is handed in by an operator. */
    public TestBank byOperator() {
        operator = true;
        return this;
    }

    /** The next submission alone is handed in by this client. */
    public TestBank by(String otherClient) {
        client = otherClient;
        return this;
    }

    // ---- Submissions: each answers its intake number ----------------------------------------------------------------

    public long submit(Submission submission) {
        long no = ++lastIntakeNo;
        Instant receivedAt = receiptTime != null ? receiptTime : cutOff.minus(Duration.ofMinutes(30));
        var item = new Queued(no, SubmissionId.of(client, keyOf(no)), submission, receivedAt, operator, null, null);
        clients.put(no, client);
        received.add(item);
        items.put(no, item);
        byId.put(item.submissionId(), item);
        operator = false;
        client = CLIENT;
        holdUntil = null;
        return no;
    }

    public static String keyOf(long intakeNo) {
        return "k" + intakeNo;
    }

    public long transfer(UUID from, UUID to, long amount) {
        return submit(new Submission.Transfer(from, to, amount, null, holdUntil));
    }

    public long publish(UUID publisher, String task, long reward) {
        return publish(publisher, task, reward, null);
    }

    public long publish(UUID publisher, String task, long reward, @Nullable Instant dueAt) {
        return submit(new Submission.TaskPublication(publisher, task, reward, null, dueAt, holdUntil));
    }

    public long complete(UUID sender, String task, UUID agent) {
        return submit(new Submission.TaskCompletion(sender, task, agent, null, holdUntil));
    }

    public long deposit(UUID account, String resource, DepositMode mode, Instant from, Instant to, long gpuMs) {
        return submit(new Submission.ComputeDeposit(account, resource, gpuMs, mode, from, to, holdUntil));
    }

    public long buy(UUID account, long lots, long limitUtokenPerLot, TimeInForce force) {
        return order(account, H100, Side.BUY, OrderType.LIMIT, lots, limitUtokenPerLot, force, null);
    }

    public long sell(UUID account, long lots, long limitUtokenPerLot, TimeInForce force) {
        return order(account, H100, Side.SELL, OrderType.LIMIT, lots, limitUtokenPerLot, force, null);
    }

    public long order(
            UUID account,
            String computeClass,
            Side side,
            OrderType type,
            long lots,
            @Nullable Long limit,
            TimeInForce force,
            @Nullable LocalDate goodThrough) {
        return submit(new Submission.Order(account, computeClass, side, type, lots, limit, force, goodThrough));
    }

    public long cancel(UUID account, long cancelled) {
        return submit(new Submission.Cancel(account, keyOf(cancelled)));
    }

    public long spend(UUID account, String service, long amount) {
        return submit(
                new Submission.Spend(account, service, null, earlier(), 0, 0, null, amount, null, null, holdUntil));
    }

    public long spend(
            UUID account, String service, String model, String version, Instant usedAt, long input, long output) {
        return spend(account, service, model, version, usedAt, input, output, null);
    }

    public long spend(
            UUID account,
            String service,
            String model,
            String version,
            Instant usedAt,
            long input,
            long output,
            @Nullable Long amount) {
        return submit(new Submission.Spend(
                account, service, model, usedAt, input, output, version, amount, null, null, holdUntil));
    }

    public long spendCredits(UUID account, String service, String computeClass, long gpuMs) {
        return submit(new Submission.Spend(
                account, service, null, earlier(), 0, 0, null, null, computeClass, gpuMs, holdUntil));
    }

    public long reverse(long intakeNo) {
        return submit(new Submission.Reversal(submissionId(intakeNo), nextApproval(), false));
    }

    public long reverseFromSuspense(long intakeNo) {
        return submit(new Submission.Reversal(submissionId(intakeNo), nextApproval(), true));
    }

    /** An approval is used once. */
    private UUID nextApproval() {
        return id("approval of " + keyOf(lastIntakeNo + 1));
    }

    // ---- Cycles -----------------------------------------------------------------------------------------------------

    /** Cuts off and settles: every submission handed in so far is judged, and every conserved quantity is checked. */
    public SettlementCycle cutOff() {
        var context = new CycleContext(lastCycle + 1, date, cutOff, parameters);
        var input = new ListedInput(context, newReference, received, held, new Known());
        Conservation before = Conservation.of(books);
        long restingBefore = books.orders.size();
        firstSeq = books.lastSeq + 1;
        var run = new SettlementCycle(books, input).settle();
        lastCounts = CycleCounts.of(run, restingBefore);
        lastOutcomes = new TreeMap<>();
        input.received().forEach(item -> lastOutcomes.put(item.intakeNo(), plainlySettled(item.intakeNo())));
        run.outcomes().each((id, outcome) -> lastOutcomes.put(outcome.intakeNo(), outcome));
        outcomes.putAll(lastOutcomes);
        keepJournal(run);
        tally.add(run);
        before.check(run, lastCounts, tally);
        carryHeld();
        newReference = new ArrayList<>();
        received = new ArrayList<>();
        lastCycle++;
        cutOff = cutOff.plus(Duration.ofHours(1));
        return run;
    }

    /** What a received submission comes to of which the run kept nothing. */
    private static Outcome plainlySettled(long intakeNo) {
        return new Outcome(intakeNo, Outcome.State.SETTLED, null, "", null, 0, 0);
    }

    private long firstSeq;
    private Map<Long, Outcome> lastOutcomes = new TreeMap<>();
    private CycleCounts lastCounts = new CycleCounts(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** What the next cycle sees for the first time. */
    public List<ReferenceEntry> newReference() {
        return newReference;
    }

    /** What was handed in since the last cut-off, in intake order. */
    public List<Queued> received() {
        return received;
    }

    /** Who handed a submission in. */
    public String clientOf(long intakeNo) {
        return clients.getOrDefault(intakeNo, CLIENT);
    }

    /** Counts of the last cycle. */
    public CycleCounts counts() {
        return lastCounts;
    }

    /** What the last cycle decided, by intake number, with what settled plainly. */
    public Map<Long, Outcome> lastOutcomes() {
        return lastOutcomes;
    }

    /** Sequence number of the last cycle's first transfer. */
    public long firstSeq() {
        return firstSeq;
    }

    /** Slots of the last cycle. */
    public Map<Slot, Hash32> slotsOf(SettlementCycle run) {
        return CycleSlots.of(run, CycleSlots.transfers(run.transfers(), run.books(), firstSeq));
    }

    /** Finds what the window's cancels and reversals name among all that was ever handed in. */
    private final class Known implements ListedInput.Resolver {

        private final Map<Long, Standing> standing = new HashMap<>();

        Known() {
            for (Queued item : received) {
                if (item.submission() instanceof Submission.Order) {
                    standing.put(item.intakeNo(), Standing.ORDER_OF_THIS_WINDOW);
                }
            }
            held.forEach(item -> standing.put(item.intakeNo(), Standing.HELD));
        }

        @Override
        public @Nullable Named named(Queued cancel, String submissionKey) {
            String sender = clients.getOrDefault(cancel.intakeNo(), CLIENT);
            Queued item = byId.get(SubmissionId.of(sender, submissionKey));
            return item == null
                    ? null
                    : new Named(
                            item.intakeNo(),
                            item.submissionId(),
                            item.submission().accountId(),
                            standing.getOrDefault(item.intakeNo(), Standing.ELSEWHERE));
        }

        @Override
        public @Nullable SettledSubmission reversible(UUID submissionId) {
            Queued item = byId.get(submissionId);
            return item == null || received.contains(item)
                    ? null
                    : new SettledSubmission(
                            item.intakeNo(),
                            journal.getOrDefault(submissionId, List.of()),
                            item.submission() instanceof Submission.ComputeDeposit deposit ? deposit : null);
        }
    }

    private void keepJournal(SettlementCycle run) {
        TransferList transfers = run.transfers();
        for (int i = 0; i < transfers.size(); i++) {
            if (transfers.intakeNo(i) != TransferList.NO_SUBMISSION) {
                journal.computeIfAbsent(submissionId(transfers.intakeNo(i)), id -> new ArrayList<>())
                        .add(new SettledSubmission.Leg(
                                transfers.type(i),
                                transfers.asset(i),
                                books.accountId(transfers.from(i)),
                                books.accountId(transfers.to(i)),
                                transfers.amount(i)));
            }
        }
    }

    /** As the store does: what the cycle held waits until the date that its outcome says. */
    private void carryHeld() {
        var next = new TreeMap<Long, Queued>();
        for (List<Queued> judged : List.of(held, received)) {
            for (Queued item : judged) {
                Outcome outcome = lastOutcomes.get(item.intakeNo());
                if (outcome.state() == Outcome.State.HELD) {
                    next.put(item.intakeNo(), item.heldUntil(outcome.holdUntil()));
                }
            }
        }
        held = List.copyOf(next.values());
    }

    /** The next cycle is the first one of the next business date. */
    public void nextDate() {
        nextDate(date.plusDays(1));
    }

    public void nextDate(LocalDate next) {
        date = next;
        cutOff = next.atTime(1, 0).toInstant(ZoneOffset.UTC);
    }

    public LocalDate date() {
        return date;
    }

    /** Cut-off of the next cycle. */
    public Instant nextCutOff() {
        return cutOff;
    }

    /** An instant well before any cut-off of the current date. */
    public Instant earlier() {
        return FIRST_DATE.minusDays(1).atTime(12, 0).toInstant(ZoneOffset.UTC);
    }

    // ---- What the books say -----------------------------------------------------------------------------------------

    public Books books() {
        return books;
    }

    public int index(UUID account) {
        return books.indexOf(account);
    }

    public int asset(String computeClass) {
        return parameters.computeClass(computeClass).orElseThrow().asset().id();
    }

    public long tokens(UUID account) {
        return books.posted(index(account), 0);
    }

    public long reservedTokens(UUID account) {
        return books.reserved(index(account), 0);
    }

    public long credits(UUID account, String computeClass) {
        return books.posted(index(account), asset(computeClass));
    }

    public long of(SystemAccount account) {
        return books.posted(books.system(account, 0), 0);
    }

    public long of(SystemAccount account, String computeClass) {
        int asset = asset(computeClass);
        return books.posted(books.system(account, asset), asset);
    }

    /** What the party of an account has used of its limit today. */
    public long used(UUID account) {
        return books.partyLimit(books.partyOf(index(account))).used;
    }

    public long reservedLimit(UUID account) {
        return books.partyLimit(books.partyOf(index(account))).reserved;
    }

    public UUID submissionId(long intakeNo) {
        Queued item = items.get(intakeNo);
        return item == null ? id("no submission " + intakeNo) : item.submissionId();
    }

    /** The newest outcome of a submission; null before its first cycle. */
    public @Nullable Outcome outcome(long intakeNo) {
        return outcomes.get(intakeNo);
    }

    public Outcome.@Nullable State state(long intakeNo) {
        Outcome outcome = outcomes.get(intakeNo);
        return outcome == null ? null : outcome.state();
    }

    public @Nullable Reason reason(long intakeNo) {
        Outcome outcome = outcomes.get(intakeNo);
        return outcome == null ? null : outcome.reason();
    }

    /** Everything that was ever handed in, by intake number. */
    public Map<Long, Queued> items() {
        return items;
    }

    /** What waits for the next cycle, in intake order. */
    public List<Queued> held() {
        return held;
    }
}
