package io.quittance.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.cycle.Instrument;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WorkloadTest {

    private static final Instant NOW = Instant.parse("2026-01-05T00:30:00Z");
    private static final BankParameters PARAMETERS = new BankParameters(
            1,
            "test",
            1_000_000_000_000L,
            List.of(new BankParameters.ComputeClass(new Asset(1, "GPU-H100"), 2_000_000)),
            List.of(new Instrument(
                    "GPU-H100", 360_000, 10, 2_000, 22_000, "ADJACENT", "AGE_PRO_RATA", "DECREMENT", 10)),
            BankParameters.defaultDailyLimits());

    private final Population population = new Population(1_000, PARAMETERS, NOW);

    private Workload workload(Workload.Mix mix, long seed) {
        return mix.over(population, NOW, seed, 2_000);
    }

    private static List<Line.OfSubmission> cycle(Workload workload, int submissions) {
        var lines = new ArrayList<Line.OfSubmission>();
        workload.cycle(submissions, lines::add);
        return lines;
    }

    @Test
    void theSameSeedMakesTheSameSubmissionsAndAnotherOneOthers() {
        for (Workload.Mix mix : Workload.Mix.values()) {
            List<Line.OfSubmission> first = cycle(workload(mix, 7), 500);

            assertThat(cycle(workload(mix, 7), 500)).isEqualTo(first);
            assertThat(cycle(workload(mix, 8), 500)).isNotEqualTo(first);
        }
    }

    @Test
    void noKeyIsUsedTwiceOverAllCycles() {
        for (Workload.Mix mix : Workload.Mix.values()) {
            Workload workload = workload(mix, 1);
            var lines = new ArrayList<Line.OfSubmission>();
            workload.prepare(lines::add);
            workload.cycle(1_000, lines::add);
            workload.cycle(1_000, lines::add);

            Set<String> keys = new HashSet<>();
            assertThat(lines)
                    .allSatisfy(
                            line -> assertThat(keys.add(line.submissionKey())).isTrue());
        }
    }

    @Test
    void ofEachHundredTheKindsHaveTheirShares() {
        Map<Kind, Long> shares = cycle(workload(Workload.Mix.ALL, 1), 1_000).stream()
                .collect(Collectors.groupingBy(Line.OfSubmission::kind, Collectors.counting()));

        assertThat(shares)
                .isEqualTo(Map.of(
                        Kind.TRANSFERS, 350L,
                        Kind.ORDERS, 250L,
                        Kind.SPENDS, 200L,
                        Kind.TASK_PUBLICATIONS, 70L,
                        Kind.TASK_COMPLETIONS, 50L,
                        Kind.COMPUTE_DEPOSITS, 50L,
                        Kind.CANCELS, 30L));
    }

    @Test
    void everyDepositHasItsEvidenceAndNoMinuteOfAMachineComesTwice() {
        Workload workload = workload(Workload.Mix.ALL, 1);
        Set<String> minutes = new HashSet<>();
        for (int submissions : new int[] {137, 1_000, 863}) {
            Set<ReferenceLine> evidence = workload.reference(submissions).stream()
                    .filter(ReferenceLine.Metering.class::isInstance)
                    .collect(Collectors.toSet());
            List<Submission.ComputeDeposit> deposits = cycle(workload, submissions).stream()
                    .map(Line.OfSubmission::submission)
                    .filter(Submission.ComputeDeposit.class::isInstance)
                    .map(Submission.ComputeDeposit.class::cast)
                    .toList();

            assertThat(deposits).hasSameSizeAs(evidence).allSatisfy(deposit -> {
                assertThat(evidence).contains(Population.evidenceOf(deposit));
                assertThat(minutes.add(deposit.resourceId() + deposit.meteredFrom()))
                        .isTrue();
                assertThat(deposit.meteredTo()).isBefore(NOW);
            });
        }
    }

    @Test
    void anAccountOfAThousandSubmissionsIsFrozenForOneCycle() {
        Workload workload = workload(Workload.Mix.ALL, 1);
        Set<UUID> frozen = Set.of();
        for (int submissions : new int[] {2_000, 1_000, 500}) {
            List<ReferenceLine.AccountEvent> events = workload.reference(submissions).stream()
                    .filter(ReferenceLine.AccountEvent.class::isInstance)
                    .map(ReferenceLine.AccountEvent.class::cast)
                    .toList();
            assertThat(accountsOf(events, AccountChange.UNFREEZE)).isEqualTo(frozen);

            frozen = accountsOf(events, AccountChange.FREEZE);

            assertThat(frozen).hasSize(submissions / 1_000);
        }
    }

    private static Set<UUID> accountsOf(List<ReferenceLine.AccountEvent> events, AccountChange change) {
        return events.stream()
                .filter(event -> event.change() == change)
                .map(ReferenceLine.AccountEvent::accountId)
                .collect(Collectors.toSet());
    }

    @Test
    void whatIsCompletedAndCancelledWasPreparedByTheSameAccount() {
        Workload workload = workload(Workload.Mix.ALL, 1);
        Set<String> tasks = new HashSet<>();
        Set<String> orders = new HashSet<>();
        workload.prepare(line -> {
            if (line.submission() instanceof Submission.TaskPublication task) {
                tasks.add(task.accountId() + " " + task.taskId());
            } else {
                orders.add(line.submission().accountId() + " " + line.submissionKey());
            }
        });

        for (Line.OfSubmission line : cycle(workload, 2_000)) {
            if (line.submission() instanceof Submission.TaskCompletion completion) {
                assertThat(tasks.remove(completion.accountId() + " " + completion.taskId()))
                        .isTrue();
                assertThat(completion.agentAccount()).isNotEqualTo(completion.accountId());
            } else if (line.submission() instanceof Submission.Cancel cancel) {
                assertThat(orders.remove(cancel.accountId() + " " + cancel.cancelledKey()))
                        .isTrue();
            }
        }
    }

    @Test
    void everyLimitIsOnTick() {
        assertThat(cycle(workload(Workload.Mix.ALL, 1), 2_000))
                .filteredOn(line ->
                        line.submission() instanceof Submission.Order order && order.limitUtokenPerLot() != null)
                .isNotEmpty()
                .allSatisfy(line -> assertThat(((Submission.Order) line.submission()).limitUtokenPerLot() % 10)
                        .isZero());
    }

    @Test
    void providersBringInWhatAllAccountsStartWith() {
        long minted = population.deposits().stream()
                .map(line -> (Submission.ComputeDeposit) line.submission())
                .filter(deposit -> deposit.mode() == Submission.DepositMode.MINT)
                .mapToLong(deposit -> deposit.gpuMs() / 3_600_000 * 2_000_000)
                .sum();

        assertThat(minted).isGreaterThanOrEqualTo(1_000 * Population.START_UTOKEN);
    }

    private static long[] paidBy(List<Line.OfSubmission> lines, int accounts) {
        long[] paid = new long[accounts];
        for (Line.OfSubmission line : lines) {
            Submission.Transfer transfer = (Submission.Transfer) line.submission();
            paid[Population.indexOf(transfer.accountId())] += transfer.amountUtoken();
        }
        return paid;
    }

    @Test
    void nobodyPaysMoreThanItStartsWithHoweverPopularItIs() {
        int total = 300_000;
        for (Workload.Mix mix : Workload.Mix.values()) {
            if (mix.settlesWhole()) {
                var lines = new ArrayList<Line.OfSubmission>();
                Workload workload = mix.over(population, NOW, 1, total);
                workload.cycle(total / 2, lines::add);
                workload.cycle(total / 2, lines::add);

                assertThat(Arrays.stream(paidBy(lines, 1_000)).max().orElseThrow())
                        .as(mix.name())
                        .isBetween(Population.START_UTOKEN / 10, Population.START_UTOKEN);
                assertThat(lines).allSatisfy(line -> {
                    Submission.Transfer transfer = (Submission.Transfer) line.submission();
                    assertThat(transfer.toAccount()).isNotEqualTo(transfer.accountId());
                    assertThat(transfer.amountUtoken()).isPositive();
                });
            }
        }
    }

    @Test
    void tenHotAccountsTakePartInNineOfTenTransfersAndPayInHalfOfThem() {
        List<Line.OfSubmission> lines = cycle(workload(Workload.Mix.HOT, 1), 20_000);

        long hot = lines.stream()
                .map(line -> (Submission.Transfer) line.submission())
                .filter(transfer -> isHot(transfer.accountId()) || isHot(transfer.toAccount()))
                .count();
        long paying = lines.stream()
                .filter(line -> isHot(line.submission().accountId()))
                .count();
        assertThat(hot).isBetween(17_800L, 18_300L);
        assertThat(paying).isBetween(8_800L, 9_500L);
    }

    private static boolean isHot(UUID account) {
        return Population.indexOf(account) < Workload.Transfers.HOT_ACCOUNTS;
    }

    @Test
    void popularityByZipfFallsWithTheRank() {
        var zipf = new Popularity.Zipf(1_000);
        var random = new SplittableRandom(1);
        int[] drawn = new int[1_000];
        for (int i = 0; i < 1_000_000; i++) {
            drawn[zipf.next(random)]++;
        }

        for (int rank : new int[] {1, 2, 3, 10, 100, 1_000}) {
            double expected = 1_000_000 * zipf.greatestShare() / rank;
            assertThat((double) drawn[rank - 1])
                    .as("rank " + rank)
                    .isCloseTo(expected, within(4 * Math.sqrt(expected)));
        }
    }

    @Test
    void theWideMixHasAMillionAccountsAndTheOthersAtMostAHundredThousand() {
        assertThat(Workload.Mix.WIDE.accounts(1_000)).isEqualTo(1_000_000);
        assertThat(Workload.Mix.HOT.accounts(1_000)).isEqualTo(1_000);
        assertThat(Workload.Mix.ZIPF.accounts(10_000_000)).isEqualTo(100_000);
    }
}
