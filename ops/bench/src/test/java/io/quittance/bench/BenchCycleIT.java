package io.quittance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.app.Quittance;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import tools.jackson.databind.JsonNode;

/** The benchmark runs, its JSON keeps its shape, and what it settled is a bank like any other. No figure is judged. */
@ResourceLock(Resources.SYSTEM_OUT)
class BenchCycleIT {

    private static final List<String> TARGETS =
            List.of("settle_rate", "copy_ratio", "growth", "heap", "history_independence", "statement");

    @TempDir
    private Path temporary;

    @Test
    void everyTransferOfTheMixOfTransfersSettles() {
        BenchRun answer = BenchRun.of("cycle", "--transfers", "2000", "--json");

        assertThat(answer.exitCode()).isZero();
        JsonNode json = answer.json();
        assertShape(json);
        Map<String, Double> rows = BenchRun.rows(json);
        assertThat(rows).containsEntry("submissions", 2_000.0).containsEntry("transfers", 2_000.0);
        assertThat(rows).containsEntry("refused", 0.0);
        assertThat(rows.get("transfers_per_second")).isEqualTo(2_000 / rows.get("queued_to_sealed"));
        assertThat(rows.get("raw_copy_rows_per_second")).isEqualTo(2_000 / rows.get("raw_copy"));
        assertThat(rows).containsEntry("cycles", 3.0);
        assertThat(rows.get("settle_to_raw_copy"))
                .isBetween(rows.get("cycles.lowest_ratio"), rows.get("cycles.highest_ratio"));
    }

    @Test
    void theMixOfAllKindsLeavesABankWhoseBooksAndSealsAreInOrder() {
        Path kept = temporary.resolve("bank");

        BenchRun answer = BenchRun.of(
                "cycle",
                "--transfers",
                "2000",
                "--mix",
                "all",
                "--accounts",
                "500",
                "--json",
                "--data-dir",
                kept.toString());

        assertThat(answer.exitCode()).isZero();
        JsonNode json = answer.json();
        assertShape(json);
        Map<String, Double> rows = BenchRun.rows(json);
        assertThat(rows).containsEntry("submissions", 2_000.0).containsEntry("accounts", 500.0);
        assertThat(rows.get("refused")).isBetween(1.0, 100.0);
        assertThat(rows.get("transfers")).isGreaterThan(1_500);

        // The queue was filled past the doors: its digests, the journal and the seals must bear the program's own
        // checks.
        PrintStream before = System.out;
        System.setOut(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
        try {
            assertThat(Quittance.run(new Quittance(), "fsck", "--seals", "--data-dir", kept.toString()))
                    .isZero();
        } finally {
            System.setOut(before);
        }
    }

    @Test
    void withoutANameTheBenchmarksAreListed() {
        BenchRun answer = BenchRun.of();

        assertThat(answer.exitCode()).isZero();
        assertThat(answer.standardOutput()).contains("cycle");
    }

    @Test
    void aDirectoryWithSomethingInItIsWrongUsageAndStaysAsItIs() throws Exception {
        Path file = Files.writeString(temporary.resolve("mine.txt"), "mine");

        BenchRun answer = BenchRun.of("cycle", "--transfers", "2000", "--data-dir", temporary.toString());

        assertThat(answer.exitCode()).isEqualTo(2);
        assertThat(temporary).isDirectoryContaining(file::equals);
        assertThat(file).hasContent("mine");
    }

    @Test
    void figuresOutOfRangeAreWrongUsage() {
        assertThat(BenchRun.of("cycle").exitCode()).isEqualTo(2);
        assertThat(BenchRun.of("cycle", "--transfers", "99").exitCode()).isEqualTo(2);
        assertThat(BenchRun.of("cycle", "--transfers", "2000", "--accounts", "1")
                        .exitCode())
                .isEqualTo(2);
        assertThat(BenchRun.of("cycle", "--transfers", "2000", "--mix", "some").exitCode())
                .isEqualTo(2);
        assertThat(BenchRun.of("cycle", "--transfers", "2000", "--cycles", "0").exitCode())
                .isEqualTo(2);
        assertThat(BenchRun.of("no-such-benchmark").exitCode()).isEqualTo(2);
    }

    @Test
    void everyTransferOfTheOtherMixesSettles() {
        for (String mix : List.of("hot", "wide", "zipf")) {
            BenchRun answer = BenchRun.of("cycle", "--transfers", "500", "--mix", mix, "--accounts", "200", "--json");

            assertThat(answer.exitCode()).as(mix).isZero();
            assertShape(answer.json());
            assertThat(answer.rows()).containsEntry("transfers", 500.0).containsEntry("refused", 0.0);
        }
    }

    @Test
    void withAHistoryTheSameCycleIsMeasuredAgainBehindIt() {
        BenchRun answer = BenchRun.of("cycle", "--transfers", "200", "--history", "2000", "--json");

        assertThat(answer.exitCode()).isZero();
        assertThat(answer.rows())
                .containsEntry("history.cycles_on_each_side", 3.0)
                .hasEntrySatisfying(
                        "history.transfers_behind", behind -> assertThat(behind).isBetween(2_000.0, 2_199.0));
        double ratio = answer.rows().get("history.median_after") / answer.rows().get("history.median_before");
        assertThat(answer.json().get("targets").get(4).get("name").asString()).isEqualTo("history_independence");
        assertThat(answer.json().get("targets").get(4).get("measured").asDouble())
                .isEqualTo(ratio);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void eachStepTellsWhoseTheProcessorsTimeWas() {
        BenchRun answer = BenchRun.of("cycle", "--transfers", "20000", "--json");

        assertThat(answer.exitCode()).isZero();
        Map<String, Double> rows = answer.rows();
        double postgres = rows.get("queued_to_sealed.cpu_postgres");
        double jvm = rows.get("queued_to_sealed.cpu_jvm");
        int cores = answer.json().get("machine").get("cores").asInt();
        assertThat(postgres).isPositive();
        assertThat(jvm).isPositive();
        assertThat(postgres + jvm).isLessThan(cores * rows.get("queued_to_sealed") + 0.5);
        assertThat(rows.get("queued_to_sealed.postgres_share")).isEqualTo(postgres / (jvm + postgres));
        double steps = CycleRun.QUEUED_TO_SEALED.stream()
                .mapToDouble(step -> rows.get("step." + step + ".cpu_postgres"))
                .sum();
        assertThat(steps).isBetween(0.5 * postgres, postgres + 0.01);
    }

    private static void assertShape(JsonNode json) {
        BenchRun.assertShape(json, TARGETS);
        assertThat(BenchRun.rows(json))
                .containsKeys(
                        "step.screenSubmissions",
                        "step.matchOrders",
                        "step.netPositions",
                        "step.postJournal",
                        "step.sealCycle",
                        "settle_to_raw_copy");

        List<String> skipped = BenchRun.skipped(json);
        assertThat(skipped).contains("history_independence").doesNotContain("settle_rate", "copy_ratio");
    }
}
