package io.quittance.bench;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.cycle.Instrument;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * Every kind that needs no second person, in fixed shares of each hundred: 35 transfers, 25 orders, 20 spends, 7
 * publications, 5 completions, 5 deposits, 3 cancels. One transfer in a hundred asks for more than there is.
 */
final class AllKinds implements Workload {

    private static final int ORDERS = 25;
    private static final int SPENDS = 20;
    private static final int PUBLICATIONS = 7;
    private static final int COMPLETIONS = 5;
    private static final int DEPOSITS = 5;
    private static final int CANCELS = 3;
    /** At most one account of so many is frozen at a time. */
    private static final int FROZEN_OF_ACCOUNTS = 20;

    private static final long PREPARED_REWARD_UTOKEN = 10_000;
    private static final int AMOUNT_MAX = 200_000;
    /** Within the daily limit of an account, and beyond its means. */
    private static final long TOO_MUCH_UTOKEN = 5_000_000_000L;

    private final Population population;
    private final Instant now;
    private final SplittableRandom random;
    private final List<Kind> hundred;
    private final long total;
    private int cycle;

    // What the cycles so far have used up.
    private int completed;
    private int cancelled;
    private int deposited;
    private int events;
    private final List<UUID> frozen = new ArrayList<>();

    /** @param total how many submissions all cycles together will have, at most */
    AllKinds(Population population, Instant now, long seed, long total) {
        this.population = population;
        this.now = now;
        this.random = new SplittableRandom(seed);
        this.hundred = hundred(seed);
        this.total = total;
    }

    /** The kinds of a hundred submissions, well mixed. */
    private static List<Kind> hundred(long seed) {
        var kinds = new ArrayList<Kind>(Collections.nCopies(100, Kind.TRANSFERS));
        int next = fill(kinds, 0, Kind.ORDERS, ORDERS);
        next = fill(kinds, next, Kind.SPENDS, SPENDS);
        next = fill(kinds, next, Kind.TASK_PUBLICATIONS, PUBLICATIONS);
        next = fill(kinds, next, Kind.TASK_COMPLETIONS, COMPLETIONS);
        next = fill(kinds, next, Kind.COMPUTE_DEPOSITS, DEPOSITS);
        fill(kinds, next, Kind.CANCELS, CANCELS);
        Collections.shuffle(kinds, new Random(seed));
        return List.copyOf(kinds);
    }

    private static int fill(List<Kind> kinds, int from, Kind kind, int count) {
        Collections.fill(kinds.subList(from, from + count), kind);
        return from + count;
    }

    /** As many of a kind as so many submissions can have, and a hundred more for the ends. */
    private long atMost(int ofHundred) {
        return total * ofHundred / 100 + 100L;
    }

    @Override
    public void prepare(SubmissionLoad.Sink sink) {
        for (int i = 0; i < atMost(COMPLETIONS); i++) {
            sink.accept(new Line.OfSubmission(
                    "task-" + i,
                    new Submission.TaskPublication(
                            publisher(i), preparedTask(i), PREPARED_REWARD_UTOKEN, null, null, null)));
        }
        for (int i = 0; i < atMost(CANCELS); i++) {
            Instrument instrument = population.instrumentOf(i);
            sink.accept(new Line.OfSubmission(
                    restingKey(i),
                    new Submission.Order(
                            restingOwner(i),
                            instrument.computeClass(),
                            Submission.Side.BUY,
                            Submission.OrderType.LIMIT,
                            1,
                            onTick(instrument, 5_000), // Beyond the band: it rests until it is cancelled.
                            Submission.TimeInForce.GTC,
                            null)));
        }
    }

    private UUID publisher(int task) {
        return population.account(task % population.accounts());
    }

    private UUID agent(int task) {
        return population.account((task + 1) % population.accounts());
    }

    private static String preparedTask(int task) {
        return "prepared-" + task;
    }

    private UUID restingOwner(int order) {
        return population.account((population.accounts() - 1) - order % population.accounts());
    }

    private static String restingKey(int order) {
        return "resting-" + order;
    }

    private Submission.ComputeDeposit deposit(int number) {
        return population.minute(
                number % population.machines(),
                number / population.machines(),
                number % 2 == 0 ? Submission.DepositMode.MINT : Submission.DepositMode.KEEP);
    }

    @Override
    public List<ReferenceLine> reference(int submissions) {
        var evidence = new ArrayList<ReferenceLine>();
        long deposits = countOf(Kind.COMPUTE_DEPOSITS, submissions);
        for (int i = 0; i < deposits; i++) {
            evidence.add(Population.evidenceOf(deposit(deposited + i)));
        }
        changeAccounts(submissions, evidence);
        return evidence;
    }

    /** One account for each thousand submissions is frozen, and free again a cycle later. */
    private void changeAccounts(int submissions, List<ReferenceLine> lines) {
        for (UUID account : frozen) {
            lines.add(new ReferenceLine.AccountEvent("event-" + events++, account, AccountChange.UNFREEZE, null, null));
        }
        frozen.clear();
        int count = Math.min(submissions / 1_000, population.accounts() / FROZEN_OF_ACCOUNTS);
        for (int i = 0; i < count; i++) {
            UUID account = population.account(events % population.accounts());
            frozen.add(account);
            lines.add(new ReferenceLine.AccountEvent("event-" + events++, account, AccountChange.FREEZE, null, null));
        }
    }

    private long countOf(Kind kind, int submissions) {
        long rest = hundred.subList(0, submissions % 100).stream()
                .filter(kind::equals)
                .count();
        return (long) (submissions / 100) * Collections.frequency(hundred, kind) + rest;
    }

    @Override
    public void cycle(int submissions, SubmissionLoad.Sink sink) {
        cycle++;
        for (int i = 0; i < submissions; i++) {
            Submission submission = switch (hundred.get(i % 100)) {
                case TRANSFERS -> transfer();
                case ORDERS -> order();
                case SPENDS -> spend();
                case TASK_PUBLICATIONS ->
                    new Submission.TaskPublication(
                            anyAccount(), "task-" + cycle + "-" + i, 1_000 + random.nextInt(50_000), null, null, null);
                case TASK_COMPLETIONS -> completion(completed++);
                case COMPUTE_DEPOSITS -> deposit(deposited++);
                case CANCELS -> cancel(cancelled++);
                default -> throw new IllegalStateException("not in the mix");
            };
            sink.accept(new Line.OfSubmission("m" + cycle + "-" + i, submission));
        }
    }

    private UUID anyAccount() {
        return population.account(random.nextInt(population.accounts()));
    }

    private Submission transfer() {
        int from = random.nextInt(population.accounts());
        int to = (from + 1 + random.nextInt(population.accounts() - 1)) % population.accounts();
        long amount = random.nextInt(100) == 0 ? TOO_MUCH_UTOKEN : 1 + random.nextInt(AMOUNT_MAX);
        return new Submission.Transfer(population.account(from), population.account(to), amount, null, null);
    }

    /** Buyers are anyone, sellers own machines; limits lie within 5 % of the first reference. */
    private Submission order() {
        boolean buy = random.nextBoolean();
        int machine = random.nextInt(population.machines());
        Instrument instrument = population.instrumentOf(machine);
        int way = random.nextInt(10);
        boolean market = way == 0;
        Long limit = market ? null : Long.valueOf(onTick(instrument, 9_500 + random.nextInt(1_001)));
        return new Submission.Order(
                buy ? anyAccount() : population.account(machine),
                instrument.computeClass(),
                buy ? Submission.Side.BUY : Submission.Side.SELL,
                market ? Submission.OrderType.MARKET : Submission.OrderType.LIMIT,
                1 + random.nextInt(5),
                limit,
                way == 1 ? Submission.TimeInForce.GTC : Submission.TimeInForce.IOC,
                null);
    }

    /** A share of the first reference, in basis points, on a whole tick. */
    private static long onTick(Instrument instrument, int bps) {
        long limit = Population.referenceUtoken(instrument) * bps / 10_000;
        return limit - limit % instrument.tickUtoken();
    }

    /** By price version, by amount, or in credits of one's own. */
    private Submission spend() {
        String service = Population.service(random.nextInt(Population.SERVICES + 1));
        Instant used = now.minus(Duration.ofHours(1));
        long in = 1_000 + random.nextInt(4_000);
        long out = 100 + random.nextInt(900);
        int way = random.nextInt(10);
        if (way == 0) {
            int machine = random.nextInt(population.machines());
            return new Submission.Spend(
                    population.account(machine),
                    service,
                    null,
                    used,
                    in,
                    out,
                    null,
                    null,
                    population.instrumentOf(machine).computeClass(),
                    1_000L,
                    null);
        }
        return way < 4
                ? new Submission.Spend(
                        anyAccount(), service, null, used, in, out, null, 1L + random.nextInt(50_000), null, null, null)
                : new Submission.Spend(
                        anyAccount(),
                        service,
                        Population.MODEL,
                        used,
                        in,
                        out,
                        Population.PRICE_VERSION,
                        null,
                        null,
                        null,
                        null);
    }

    private Submission completion(int task) {
        return new Submission.TaskCompletion(publisher(task), preparedTask(task), agent(task), null, null);
    }

    private Submission cancel(int order) {
        return new Submission.Cancel(restingOwner(order), restingKey(order));
    }
}
