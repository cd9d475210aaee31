package io.quittance.domain.settlement;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.cycle.Instrument;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.intake.Submission.DepositMode;
import io.quittance.domain.intake.Submission.OrderType;
import io.quittance.domain.intake.Submission.Side;
import io.quittance.domain.intake.Submission.TimeInForce;
import io.quittance.domain.ledger.OpenOrder;
import io.quittance.domain.ledger.Task;
import io.quittance.domain.ledger.UnclaimedItem;
import io.quittance.domain.screening.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A made-up history of a small bank over several cycles and dates, the same for the same seed. Few accounts, names and
 * amounts, so that submissions get into each other's way: limits bind, intervals overlap, tasks are taken, orders cross.
 */
public final class RandomHistory {

    /** An account as it is opened. */
    public record Holder(
            UUID id, UUID party, KycLevel level, @Nullable Long cap, long funds) {}

    private static final int INTERVALS = 12;

    /** Who hands in as operator in histories that go through the doors. */
    public static final String OPERATOR = "operator";

    final TestBank bank;
    final List<Holder> holders = new ArrayList<>();
    private final Random random;
    private final boolean market;
    private final boolean doors;
    private int windows;
    private final List<Long> sent = new ArrayList<>();
    private final Set<String> meteredNames = new HashSet<>();

    /** @param market whether there are orders, cancels, reversals and priced or credit spends too, or the core kinds alone */
    RandomHistory(long seed, boolean market) {
        this(seed, market, false);
    }

    private RandomHistory(long seed, boolean market, boolean doors) {
        this.random = new Random(seed);
        this.market = market;
        this.doors = doors;
        BankParameters usual = TestBank.parameters(Map.of(KycLevel.L1, 300L, KycLevel.L2, market ? 20_000L : 700L));
        this.bank = new TestBank(new BankParameters(
                1, "random", doors ? 1_000_000 : 150, usual.classes(), usual.instruments(), usual.dailyLimitUtoken()));
        open("a0", "p0", KycLevel.L2, null);
        open("a1", "p0", KycLevel.L2, 250L);
        open("a2", "p1", KycLevel.L3, null);
        open("a3", "p1", KycLevel.L3, market ? 30_000L : 400L);
        open("a4", "p2", KycLevel.L1, null);
        open("a5", "p3", KycLevel.L2, null);
        open("a6", "p4", KycLevel.L3, null);
        open("a7", "p5", KycLevel.L0, null);
        if (doors) {
            for (int i = 0; i < 3; i++) { // They begin with nothing, so they may be closed.
                openByLine("b" + i, "q" + i, KycLevel.L3, null, 0);
            }
        }
        for (int r = 0; r < 4; r++) {
            String noClass = doors ? TestBank.L40 : "GPU-NONE";
            bank.resource("r" + r, holders.get(r).id(), r < 3 ? classAt(r) : noClass, 1 + r % 2);
        }
        if (doors) {
            payIn();
        }
        bank.service("house", null);
        bank.service("s1", holders.get(2).id());
        bank.service("s2", holders.get(7).id());
        bank.price("s1", "m", "v1", bank.earlier(), 3_000_000, 500_000);
        bank.price("s1", "m", "v2", bank.earlier().plusSeconds(50), 7, 11);
    }

    /**
     * A history with nothing in it but what a bank takes in through its doors: value comes from deposits, the parameters
     * of the first cycle let it in, and nothing is sent that a door would refuse.
     */
    public static RandomHistory throughDoors(long seed) {
        return new RandomHistory(seed, true, true);
    }

    public TestBank bank() {
        return bank;
    }

    public List<Holder> holders() {
        return holders;
    }

    private void openByLine(String name, String party, KycLevel level, @Nullable Long cap, long funds) {
        UUID id = TestBank.id(name);
        bank.refer(new ReferenceLine.OpenAccount(id, TestBank.id(party), AccountType.PERSONAL, null, level, cap, null));
        holders.add(new Holder(id, TestBank.id(party), level, cap, funds));
    }

    /** Everybody deposits what they begin with: Tokens for an hour of H100, and credits to sell. */
    private void payIn() {
        Instant from = bank.earlier().minusSeconds(7_200);
        Instant to = from.plusSeconds(3_600);
        record PayIn(UUID account, String resource, DepositMode mode, long gpuMs) {}
        var payIns = new ArrayList<PayIn>();
        for (Holder holder : holders) {
            if (holder.funds() == 0) {
                continue;
            }
            String name = "of-" + holder.id();
            payIns.add(new PayIn(holder.id(), name, DepositMode.MINT, holder.funds()));
            for (String computeClass : List.of(TestBank.H100, TestBank.A100)) {
                payIns.add(new PayIn(holder.id(), name + computeClass, DepositMode.KEEP, 1 + random.nextInt(6_000)));
            }
        }
        for (PayIn payIn : payIns) {
            bank.resource(
                    payIn.resource(),
                    payIn.account(),
                    payIn.resource().endsWith(TestBank.A100) ? TestBank.A100 : TestBank.H100,
                    1);
        }
        payIns.forEach(payIn -> bank.metering(payIn.resource(), from, to, payIn.gpuMs()));
        payIns.forEach(payIn ->
                sent.add(bank.deposit(payIn.account(), payIn.resource(), payIn.mode(), from, to, payIn.gpuMs())));
    }

    private void open(String name, String party, KycLevel level, @Nullable Long cap) {
        if (doors) {
            openByLine(name, party, level, cap, 1 + 60L * random.nextInt(2_000));
            return;
        }
        UUID id = bank.account(name, TestBank.id(party), AccountType.PERSONAL, level, cap);
        long funds = (market ? 60L : 1L) * random.nextInt(2_000);
        if (funds > 0) {
            bank.give(id, funds);
        }
        if (market) {
            bank.giveCredits(id, TestBank.H100, 1 + random.nextInt(6_000));
            bank.giveCredits(id, TestBank.A100, 1 + random.nextInt(6_000));
        }
        holders.add(new Holder(id, TestBank.id(party), level, cap, funds));
    }

    private static String classAt(int i) {
        return List.of(TestBank.H100, TestBank.A100, TestBank.L40).get(i);
    }

    public int cycles() {
        return 3 + random.nextInt(5);
    }

    /** One window: perhaps of the next date and new levels, perhaps after somebody was frozen, then up to twenty submissions. */
    public void fillWindow() {
        if (doors) {
            windows++;
            if (windows == 1) {
                return; // Has what was paid in.
            }
            if (windows == 2) {
                bank.nextDate(); // Nobody has more than the new limits allow on their date.
                decide();
            }
        }
        if (random.nextInt(3) == 0) {
            bank.nextDate(bank.date().plusDays(1 + random.nextInt(random.nextInt(4) == 0 ? 9 : 1)));
            if (doors && random.nextBoolean()) {
                decide();
            } else if (market && !doors && random.nextBoolean()) {
                changeLevel();
            }
        }
        if (!doors && random.nextInt(4) == 0) {
            int fate = random.nextInt(9);
            AccountStatus status =
                    fate == 0 ? AccountStatus.CLOSED : fate < 3 ? AccountStatus.FROZEN : AccountStatus.ACTIVE;
            bank.books().setStatus(bank.index(holder()), status);
        }
        if (doors && windows > 2 && random.nextInt(4) > 0) {
            ofClosed().ifPresent(payment -> {
                byOperator();
                sent.add(bank.reverse(payment));
            });
        }
        for (int i = random.nextInt(20); i > 0; i--) {
            // Through the doors, mostly several at one time: they come as one batch.
            if (doors ? random.nextInt(6) == 0 : random.nextInt(3) > 0) {
                bank.at(bank.nextCutOff().minusSeconds((doors ? 1 : 0) + random.nextInt(3_600)));
            }
            if (random.nextInt(3) == 0) {
                bank.waiting(bank.date().plusDays(random.nextInt(5) - 1));
            }
            if (random.nextInt(8) == 0) {
                byOperator();
            }
            sent.add(market ? anything() : core());
            if (!doors) {
                bank.at(null);
            }
        }
        bank.at(null);
        decideOnAccounts();
    }

    /** What the bank decides about accounts before the cut-off; nothing that a door would refuse. */
    private void decideOnAccounts() {
        Map<UUID, AccountStatus> now = new HashMap<>();
        holders.forEach(h -> now.put(h.id(), bank.books().statusOf(bank.index(h.id()))));
        for (int i = random.nextInt(doors ? 4 : 2); i > 0; i--) {
            UUID id = holder();
            int choice = random.nextInt(8);
            if (now.get(id) == AccountStatus.CLOSED) {
                continue;
            }
            if (choice < 2 && bank.books().levelOf(bank.index(id)) != KycLevel.L0) {
                bank.level(id, KycLevel.values()[random.nextInt(4)]);
            } else if (choice == 2) {
                bank.level(id, KycLevel.values()[2 + random.nextInt(2)]);
            } else if (now.get(id) == AccountStatus.FROZEN) {
                change(now, AccountChange.UNFREEZE, id, AccountStatus.ACTIVE);
            } else if (now.get(id) == AccountStatus.ACTIVE && choice == 3) {
                change(now, AccountChange.FREEZE, id, AccountStatus.FROZEN);
            }
        }
        for (UnclaimedItem item : bank.books().unclaimed.values()) {
            UUID id = bank.books().accountId(item.account());
            if (now.get(id) == AccountStatus.FROZEN && random.nextInt(3) > 0) {
                change(now, AccountChange.UNFREEZE, id, AccountStatus.ACTIVE);
            } else if (now.get(id) == AccountStatus.ACTIVE && random.nextInt(3) > 0) {
                bank.level(id, KycLevel.L2);
            }
        }
        for (Holder h : holders) {
            boolean hasPaid = bank.books().lastPosition(bank.index(h.id()), 0) > 0;
            if (random.nextInt(hasPaid ? 2 : 20) == 0
                    && now.get(h.id()) != AccountStatus.CLOSED
                    && hasNothingOpen(h.id())) {
                change(now, AccountChange.CLOSE, h.id(), AccountStatus.CLOSED);
            }
        }
        // Whose work was accepted in this window may be frozen, or seen no more, before it is paid.
        for (Queued item : bank.received()) {
            if (item.submission() instanceof Submission.TaskCompletion c
                    && now.get(c.agentAccount()) == AccountStatus.ACTIVE) {
                switch (random.nextInt(6)) {
                    case 0, 1 -> change(now, AccountChange.FREEZE, c.agentAccount(), AccountStatus.FROZEN);
                    case 2 -> bank.level(c.agentAccount(), KycLevel.L0);
                    default -> {}
                }
            }
        }
    }

    private void change(Map<UUID, AccountStatus> now, AccountChange change, UUID account, AccountStatus then) {
        bank.decide(change, account);
        now.put(account, then);
    }

    private boolean hasNothingOpen(UUID account) {
        int index = bank.index(account);
        return bank.books().assets().stream().allMatch(a -> bank.books().posted(index, a.id()) == 0)
                && bank.books().orders.values().stream().noneMatch(o -> o.account == index)
                && bank.books().tasks.values().stream()
                        .noneMatch(t -> t.state == Task.State.LISTED && t.publisher == index)
                && bank.held().stream()
                        .noneMatch(q -> q.submission().accountId().equals(account))
                && bank.books().unclaimed.values().stream().noneMatch(u -> u.account() == index);
    }

    private void byOperator() {
        bank.byOperator();
        if (doors) {
            bank.by(OPERATOR);
        }
    }

    /** The bank decides new parameters: how much a party may spend, what a market costs, what a deposit is worth. */
    private void decide() {
        BankParameters now = bank.parameters();
        var limits = new EnumMap<KycLevel, Long>(now.dailyLimitUtoken());
        limits.put(KycLevel.L1, 100L * (1 + random.nextInt(5)));
        limits.put(KycLevel.L2, 2_000L * (1 + random.nextInt(12)));
        var classes = new ArrayList<>(now.classes());
        classes.set(1, new BankParameters.ComputeClass(classes.get(1).asset(), 900_000L * (1 + random.nextInt(3))));
        var instruments = new ArrayList<>(now.instruments());
        Instrument h100 = instruments.get(0);
        Instrument a100 = instruments.get(1);
        instruments.set(0, withLotAndFee(h100, h100.lotGpuMs(), random.nextInt(40)));
        if (random.nextInt(4) == 0) {
            instruments.set(1, withLotAndFee(a100, 250L * (1 + random.nextInt(2)), a100.feeBps()));
        }
        bank.decide(new BankParameters(
                now.version() + 1, "random", 100L + random.nextInt(100), classes, instruments, limits));
    }

    private static Instrument withLotAndFee(Instrument was, long lotGpuMs, int feeBps) {
        return new Instrument(
                was.computeClass(),
                lotGpuMs,
                was.tickUtoken(),
                was.bandBps(),
                was.initialReferenceTicks(),
                was.priceRule(),
                was.allocation(),
                was.selfTrade(),
                feeBps);
    }

    /** Mostly down to L2, and mostly of a party with an order that rests: it may not fit the new limit. */
    private void changeLevel() {
        List<OpenOrder> resting = List.copyOf(bank.books().orders.values());
        UUID party = resting.isEmpty() || random.nextInt(4) == 0
                ? holders.get(random.nextInt(holders.size())).party()
                : bank.books().partyId(bank.books().partyOf(resting.get(random.nextInt(resting.size())).account));
        bank.books().setLevel(party, random.nextInt(3) > 0 ? KycLevel.L2 : KycLevel.values()[random.nextInt(4)]);
    }

    private UUID holder() {
        return holders.get(random.nextInt(holders.size())).id();
    }

    private UUID anyone() {
        return !doors && random.nextInt(40) == 0 ? TestBank.id("nobody") : holder();
    }

    private String task() {
        return "t" + random.nextInt(8);
    }

    private long core() {
        return switch (random.nextInt(6)) {
            case 0 -> deposit();
            case 1, 2 -> bank.transfer(anyone(), anyone(), 1 + random.nextInt(400));
            case 3 -> bank.spend(anyone(), service(), random.nextInt(300));
            case 4 ->
                bank.publish(
                        anyone(),
                        task(),
                        1 + random.nextInt(300),
                        random.nextBoolean() ? bank.nextCutOff().plusSeconds(1_800L * random.nextInt(6)) : null);
            default -> completion();
        };
    }

    private long anything() {
        return switch (random.nextInt(doors ? 14 : 10)) {
            case 10, 11 -> passOn();
            case 12 -> bank.publish(holder(), task(), 1 + random.nextInt(100), null);
            case 13 -> completion();
            case 0, 1, 2, 3 -> order();
            case 4 -> cancel();
            case 5 -> reversal();
            case 6 ->
                bank.spend(
                        anyone(),
                        random.nextInt(5) == 0 ? "house" : "s1",
                        "m",
                        random.nextBoolean() ? "v1" : "v2",
                        bank.earlier().plusSeconds(random.nextInt(100)),
                        random.nextInt(40),
                        random.nextInt(40));
            case 7 -> bank.spendCredits(anyone(), service(), classAt(random.nextInt(3)), 1 + random.nextInt(900));
            default -> core();
        };
    }

    /** All that somebody has who began with nothing; or something to begin with. */
    private long passOn() {
        UUID from = holders.get(holders.size() - 1 - random.nextInt(1 + random.nextInt(3)))
                .id();
        UUID rich = holders.get(random.nextBoolean() ? 2 : 6).id();
        return bank.tokens(from) == 0
                ? bank.transfer(rich, from, 1 + random.nextInt(100))
                : bank.transfer(from, rich, bank.tokens(from));
    }

    private String service() {
        return !doors && random.nextInt(20) == 0
                ? "none"
                : List.of("house", "s1", "s2").get(random.nextInt(3));
    }

    /** Mostly one of the last dozen. */
    private long earlier() {
        int back = Math.min(sent.size(), random.nextInt(4) == 0 ? sent.size() : 12);
        return back == 0 ? 1 : sent.get(sent.size() - 1 - random.nextInt(back));
    }

    private long cancel() {
        long cancelled = earlier();
        Queued item = bank.items().get(cancelled);
        boolean ofBank = doors && item != null && item.submission() instanceof Submission.Reversal;
        boolean own = item != null && !ofBank && random.nextInt(5) > 0;
        if (doors && own && item.byOperator()) {
            byOperator(); // A key is its sender's.
        }
        return bank.cancel(own ? item.submission().accountId() : anyone(), cancelled);
    }

    /** Of something that moved value, if a few tries find it. */
    private long reversal() {
        long reversed = earlier();
        for (int tries = 0; tries < 4 && bank.state(reversed) != Outcome.State.SETTLED; tries++) {
            reversed = earlier();
        }
        if (doors) {
            byOperator();
        }
        return random.nextInt(3) == 0 ? bank.reverseFromSuspense(reversed) : bank.reverse(reversed);
    }

    /** A payment by somebody whose account is closed by now. */
    private Optional<Long> ofClosed() {
        List<Long> payments = sent.stream()
                .filter(no -> bank.items().get(no).submission() instanceof Submission.Transfer t
                        && bank.state(no) == Outcome.State.SETTLED
                        && bank.books().statusOf(bank.index(t.accountId())) == AccountStatus.CLOSED)
                .toList();
        return payments.isEmpty() ? Optional.empty() : Optional.of(payments.get(random.nextInt(payments.size())));
    }

    /** By the publisher, if there is one, in three of four. */
    private long completion() {
        List<Task> listed = bank.books().tasks.values().stream()
                .filter(t -> t.state == Task.State.LISTED)
                .sorted(Comparator.comparingLong(t -> t.intakeNo))
                .toList();
        String name = !doors || listed.isEmpty() || random.nextInt(4) == 0
                ? task()
                : listed.get(random.nextInt(listed.size())).taskId;
        Task task = bank.books().tasks.get(name);
        boolean byPublisher = task != null && random.nextInt(4) > 0;
        return bank.complete(byPublisher ? bank.books().accountId(task.publisher) : anyone(), name, anyone());
    }

    private long deposit() {
        String resource = "r" + (random.nextInt(12) == 0 ? 3 + random.nextInt(doors ? 1 : 2) : random.nextInt(3));
        Instant from = bank.earlier().plusMillis(random.nextInt(INTERVALS) * 100L);
        Instant to = random.nextInt(15) == 0 ? bank.nextCutOff() : from.plusMillis(100L + random.nextInt(2) * 100L);
        long gpuMs = 1 + random.nextInt(random.nextInt(5) == 0 ? 320 : 110);
        if (random.nextInt(4) > 0) {
            long metered = random.nextInt(6) == 0 ? gpuMs + 1 : gpuMs;
            var line = new ReferenceLine.Metering(resource, from, to, metered);
            // A name is taken once; the evidence for this interval may be there already, with another quantity.
            if (meteredNames.add(line.name())) {
                bank.refer(line);
            }
        }
        UUID account = !doors && random.nextInt(6) == 0
                ? anyone()
                : holders.get(Math.min(3, resource.charAt(1) - '0')).id();
        DepositMode mode = random.nextInt(3) == 0 ? DepositMode.KEEP : DepositMode.MINT;
        return bank.deposit(account, resource, mode, from, to, gpuMs);
    }

    private long order() {
        Side side = random.nextBoolean() ? Side.BUY : Side.SELL;
        boolean h100 = random.nextInt(3) > 0;
        TimeInForce force = TimeInForce.values()[random.nextInt(3)];
        boolean marketOrder = random.nextInt(6) == 0;
        long ticks = h100 ? 880 + random.nextInt(250) : 1_500 + random.nextInt(1_000);
        long offTick = !doors && h100 && random.nextInt(40) == 0 ? 1 : 0;
        return bank.order(
                anyone(),
                h100 ? TestBank.H100 : !doors && random.nextInt(30) == 0 ? TestBank.L40 : TestBank.A100,
                side,
                marketOrder ? OrderType.MARKET : OrderType.LIMIT,
                1 + random.nextInt(4),
                marketOrder ? null : ticks * (h100 ? 10 : 1) + offTick,
                marketOrder ? TimeInForce.IOC : force,
                !marketOrder && force == TimeInForce.GTD ? bank.date().plusDays(random.nextInt(4) - 1) : null);
    }
}
