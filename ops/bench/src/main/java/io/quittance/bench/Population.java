package io.quittance.bench;

import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.amount.Exact;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.cycle.Instrument;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Who is there: accounts that trade, providers that bring the money in, machines, services. The same numbers give the same
 * population.
 *
 * <p>Money comes as it does in a bank: providers deposit compute time and are paid for it in Tokens (one cycle), and hand
 * them on (the next cycle).
 */
final class Population {

    /** What each account starts with, in µToken. */
    static final long START_UTOKEN = 100_000_000L;

    /** Services with a payee; the last one is the house's own, whose earnings are burned. */
    static final int SERVICES = 10;

    static final String MODEL = "bench-model";
    static final String PRICE_VERSION = "v1";

    private static final int MACHINE_GPUS = 1_000;
    private static final int PROVIDER_GPUS = 1_000_000;
    private static final long HOLDER_GPU_MS = Duration.ofDays(1).toMillis() * MACHINE_GPUS;
    private static final int LINES_PER_REQUEST = 5_000;

    private final int accounts;
    private final int machines;
    private final int accountsPerProvider;
    private final int providers;
    private final long providerGpuMs;
    private final String providersClass;
    private final List<Instrument> instruments;
    private final Instant now;

    /**
     * @param accounts that trade; at least 100
     * @param parameters of the bank, which say what a provider may bring in and what is traded
     * @param now the bank's clock
     */
    Population(int accounts, BankParameters parameters, Instant now) {
        this.accounts = accounts;
        this.machines = Math.min(1_000, accounts / 10);
        this.instruments = parameters.instruments();
        this.now = now;
        // Providers' machines are of the first class, and each provider mints what it may on one date.
        long rate = parameters.classes().getFirst().mintRateUtokenPerGpuHour();
        this.providerGpuMs = Exact.mulDivDown(parameters.providerCapUtoken(), BankParameters.GPU_HOUR_MS, rate);
        long minted = Exact.mulDivDown(providerGpuMs, rate, BankParameters.GPU_HOUR_MS);
        this.accountsPerProvider = (int) Math.min(accounts, minted / START_UTOKEN);
        this.providers = (accounts + accountsPerProvider - 1) / accountsPerProvider;
        this.providersClass = parameters.classes().getFirst().asset().code();
    }

    int accounts() {
        return accounts;
    }

    /** Machines; machine {@code i} is of account {@code i}. */
    int machines() {
        return machines;
    }

    /** The market in which the credits of a machine are traded. */
    Instrument instrumentOf(int machine) {
        return instruments.get(machine % instruments.size());
    }

    /** The first reference of a market, in µToken a lot. */
    static long referenceUtoken(Instrument instrument) {
        return instrument.initialReferenceTicks() * instrument.tickUtoken();
    }

    UUID account(int index) {
        return new UUID(0xBE4C_0000_0000_8000L, 0x8000_0000_0000_0000L | index);
    }

    /** The index of an account that trades. */
    static int indexOf(UUID account) {
        return (int) account.getLeastSignificantBits();
    }

    private static UUID party(int index) {
        return new UUID(0xBE4C_0001_0000_8000L, 0x8000_0000_0000_0000L | index);
    }

    private static UUID provider(int index) {
        return new UUID(0xBE4C_0002_0000_8000L, 0x8000_0000_0000_0000L | index);
    }

    static String machine(int index) {
        return "machine-" + index;
    }

    private static String providersMachine(int index) {
        return "provider-" + index;
    }

    static String service(int index) {
        return index == SERVICES ? "house" : "service-" + index;
    }

    /** The minute of a machine that its deposit number {@code turn} is about. */
    Submission.ComputeDeposit minute(int machine, int turn, Submission.DepositMode mode) {
        Instant from = now.minus(Duration.ofDays(30)).plus(Duration.ofMinutes(turn));
        Instant to = from.plus(Duration.ofMinutes(1));
        return new Submission.ComputeDeposit(account(machine), machine(machine), 480_000, mode, from, to, null);
    }

    /** The evidence that lets a deposit settle. */
    static ReferenceLine.Metering evidenceOf(Submission.ComputeDeposit deposit) {
        return new ReferenceLine.Metering(
                deposit.resourceId(), deposit.meteredFrom(), deposit.meteredTo(), deposit.gpuMs());
    }

    /** Opens accounts, machines, services and prices through the queue's own door. */
    void open(IntakeQueue queue, Client client) {
        // In pieces: ten million lines at once would not fit into the heap.
        for (int from = 0; from < accounts; from += LINES_PER_REQUEST) {
            var lines = new ArrayList<ReferenceLine>();
            for (int i = from; i < Math.min(accounts, from + LINES_PER_REQUEST); i++) {
                lines.add(new ReferenceLine.OpenAccount(
                        account(i), party(i), AccountType.PERSONAL, null, KycLevel.L2, null, null));
            }
            tell(queue, client, lines);
        }
        var lines = new ArrayList<ReferenceLine>();
        for (int i = 0; i < providers; i++) {
            lines.add(new ReferenceLine.OpenAccount(
                    provider(i), provider(i), AccountType.ENTERPRISE, null, KycLevel.L3, null, null));
        }
        for (int i = 0; i < machines; i++) {
            lines.add(new ReferenceLine.ComputeResource(
                    machine(i), account(i), instrumentOf(i).computeClass(), MACHINE_GPUS));
        }
        for (int i = 0; i < providers; i++) {
            lines.add(
                    new ReferenceLine.ComputeResource(providersMachine(i), provider(i), providersClass, PROVIDER_GPUS));
        }
        for (int i = 0; i <= SERVICES; i++) {
            lines.add(new ReferenceLine.Service(service(i), i == SERVICES ? null : account(accounts - 1 - i)));
        }
        for (int i = 0; i <= SERVICES; i++) {
            lines.add(new ReferenceLine.Price(
                    service(i), MODEL, PRICE_VERSION, now.minus(Duration.ofDays(90)), 3_000_000, 15_000_000));
        }
        for (Line.OfSubmission deposit : deposits()) {
            lines.add(evidenceOf((Submission.ComputeDeposit) deposit.submission()));
        }
        tell(queue, client, lines);
    }

    /** Hands reference lines in; all of them have to be taken. */
    static void tell(IntakeQueue queue, Client client, List<ReferenceLine> lines) {
        for (int from = 0; from < lines.size(); from += LINES_PER_REQUEST) {
            List<Line> request = new ArrayList<>();
            for (ReferenceLine line : lines.subList(from, Math.min(lines.size(), from + LINES_PER_REQUEST))) {
                request.add(new Line.OfReference(line));
            }
            for (Receipt receipt : queue.accept(client, request, null)) {
                if (receipt instanceof Receipt.Refused refused) {
                    throw new IllegalStateException("a line of the population was refused: " + refused.errors());
                }
            }
        }
    }

    /** First cycle: providers deposit for Tokens, the owners of machines for credits that they keep. */
    List<Line.OfSubmission> deposits() {
        Instant from = now.minus(Duration.ofDays(60));
        var deposits = new ArrayList<Line.OfSubmission>();
        for (int i = 0; i < providers; i++) {
            deposits.add(new Line.OfSubmission(
                    "open-" + deposits.size(),
                    new Submission.ComputeDeposit(
                            provider(i),
                            providersMachine(i),
                            providerGpuMs,
                            Submission.DepositMode.MINT,
                            from,
                            from.plus(Duration.ofHours(1)),
                            null)));
        }
        for (int i = 0; i < machines; i++) {
            deposits.add(new Line.OfSubmission(
                    "open-" + deposits.size(),
                    new Submission.ComputeDeposit(
                            account(i),
                            machine(i),
                            HOLDER_GPU_MS,
                            Submission.DepositMode.KEEP,
                            from,
                            from.plus(Duration.ofDays(1)),
                            null)));
        }
        return deposits;
    }

    /** Second cycle: each account is paid its start. */
    void payOut(SubmissionLoad.Sink sink) {
        for (int i = 0; i < accounts; i++) {
            sink.accept(new Line.OfSubmission(
                    "start-" + i,
                    new Submission.Transfer(provider(i / accountsPerProvider), account(i), START_UTOKEN, null, null)));
        }
    }
}
