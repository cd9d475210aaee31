package io.quittance.domain.settlement;

import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission.DepositMode;
import io.quittance.domain.intake.Submission.OrderType;
import io.quittance.domain.intake.Submission.Side;
import io.quittance.domain.intake.Submission.TimeInForce;
import io.quittance.domain.ledger.OpenOrder;
import io.quittance.domain.ledger.Task;
import io.quittance.domain.screening.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A made-up history of a small bank over several cycles and dates, the same for the same seed. Few accounts, names and
 * amounts, so that submissions get into each other's way: limits bind, intervals overlap, tasks are taken, orders cross.
 */
final class RandomHistory {

    /** An account as it is opened. */
    record Holder(
            UUID id, UUID party, KycLevel level, @Nullable Long cap, long funds) {}

    private static final int INTERVALS = 12;

    final TestBank bank;
    final List<Holder> holders = new ArrayList<>();
    private final Random random;
    private final boolean market;
    private final List<Long> sent = new ArrayList<>();
    private final Set<String> meteredNames = new HashSet<>();

    /** @param market whether there are orders, cancels, reversals and priced or credit spends too, or the core kinds alone */
    RandomHistory(long seed, boolean market) {
        this.random = new Random(seed);
        this.market = market;
        BankParameters usual = TestBank.parameters(Map.of(KycLevel.L1, 300L, KycLevel.L2, market ? 20_000L : 700L));
        this.bank = new TestBank(
                new BankParameters(1, "random", 150, usual.classes(), usual.instruments(), usual.dailyLimitUtoken()));
        open("a0", "p0", KycLevel.L2, null);
        open("a1", "p0", KycLevel.L2, 250L);
        open("a2", "p1", KycLevel.L3, null);
        open("a3", "p1", KycLevel.L3, market ? 30_000L : 400L);
        open("a4", "p2", KycLevel.L1, null);
        open("a5", "p3", KycLevel.L2, null);
        open("a6", "p4", KycLevel.L3, null);
        open("a7", "p5", KycLevel.L0, null);
        for (int r = 0; r < 4; r++) {
            bank.resource("r" + r, holders.get(r).id(), r < 3 ? classAt(r) : "GPU-NONE", 1 + r % 2);
        }
        bank.service("house", null);
        bank.service("s1", holders.get(2).id());
        bank.service("s2", holders.get(7).id());
        bank.price("s1", "m", "v1", bank.earlier(), 3_000_000, 500_000);
        bank.price("s1", "m", "v2", bank.earlier().plusSeconds(50), 7, 11);
    }

    private void open(String name, String party, KycLevel level, @Nullable Long cap) {
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

    int cycles() {
        return 3 + random.nextInt(5);
    }

    /** One window: perhaps of the next date and new levels, perhaps after somebody was frozen, then up to twenty submissions. */
    void fillWindow() {
        if (random.nextInt(3) == 0) {
            bank.nextDate(bank.date().plusDays(1 + random.nextInt(random.nextInt(4) == 0 ? 9 : 1)));
            if (market && random.nextBoolean()) {
                changeLevel();
            }
        }
        if (random.nextInt(4) == 0) {
            int fate = random.nextInt(9);
            AccountStatus status =
                    fate == 0 ? AccountStatus.CLOSED : fate < 3 ? AccountStatus.FROZEN : AccountStatus.ACTIVE;
            bank.books().setStatus(bank.index(holder()), status);
        }
        for (int i = random.nextInt(20); i > 0; i--) {
            if (random.nextInt(3) > 0) {
                bank.at(bank.nextCutOff().minusSeconds(random.nextInt(3_600)));
            }
            if (random.nextInt(3) == 0) {
                bank.waiting(bank.date().plusDays(random.nextInt(5) - 1));
            }
            if (random.nextInt(8) == 0) {
                bank.byOperator();
            }
            sent.add(market ? anything() : core());
            bank.at(null);
        }
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
        return random.nextInt(40) == 0 ? TestBank.id("nobody") : holder();
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
        return switch (random.nextInt(10)) {
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

    private String service() {
        return random.nextInt(20) == 0 ? "none" : List.of("house", "s1", "s2").get(random.nextInt(3));
    }

    /** Mostly one of the last dozen. */
    private long earlier() {
        int back = Math.min(sent.size(), random.nextInt(4) == 0 ? sent.size() : 12);
        return back == 0 ? 1 : sent.get(sent.size() - 1 - random.nextInt(back));
    }

    private long cancel() {
        long cancelled = earlier();
        Queued item = bank.items().get(cancelled);
        boolean own = item != null && random.nextInt(5) > 0;
        return bank.cancel(own ? item.submission().accountId() : anyone(), cancelled);
    }

    /** Of something that moved value, if a few tries find it. */
    private long reversal() {
        long reversed = earlier();
        for (int tries = 0; tries < 4 && bank.state(reversed) != Outcome.State.SETTLED; tries++) {
            reversed = earlier();
        }
        return random.nextInt(3) == 0 ? bank.reverseFromSuspense(reversed) : bank.reverse(reversed);
    }

    /** By the publisher, if there is one, in three of four. */
    private long completion() {
        String name = task();
        Task task = bank.books().tasks.get(name);
        boolean byPublisher = task != null && random.nextInt(4) > 0;
        return bank.complete(byPublisher ? bank.books().accountId(task.publisher) : anyone(), name, anyone());
    }

    private long deposit() {
        String resource = "r" + (random.nextInt(12) == 0 ? 3 + random.nextInt(2) : random.nextInt(3));
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
        UUID account = random.nextInt(6) == 0
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
        long offTick = h100 && random.nextInt(40) == 0 ? 1 : 0;
        return bank.order(
                anyone(),
                h100 ? TestBank.H100 : random.nextInt(30) == 0 ? TestBank.L40 : TestBank.A100,
                side,
                marketOrder ? OrderType.MARKET : OrderType.LIMIT,
                1 + random.nextInt(4),
                marketOrder ? null : ticks * (h100 ? 10 : 1) + offTick,
                marketOrder ? TimeInForce.IOC : force,
                !marketOrder && force == TimeInForce.GTD ? bank.date().plusDays(random.nextInt(4) - 1) : null);
    }
}
