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
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The benchmark runs, its JSON keeps its shape, and what it settled is a bank like any other. No figure is judged. */
@ResourceLock(Resources.SYSTEM_OUT)
class BenchCycleIT {

    private static final List<String> TARGETS =
            List.of("settle_rate", "copy_ratio", "growth", "heap", "history_independence");

    @TempDir
    private Path temporary;

    private record Answer(int exitCode, String standardOutput) {

        JsonNode json() {
            return JsonMapper.shared().readTree(standardOutput);
        }
    }

    private static Answer run(String... arguments) {
        PrintStream before = System.out;
        var bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            return new Answer(QuittanceBench.run(arguments), bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
        }
    }

    @Test
    void everyTransferOfTheMixOfTransfersSettles() {
        Answer answer = run("cycle", "--transfers", "2000", "--json");

        assertThat(answer.exitCode()).isZero();
        JsonNode json = answer.json();
        assertShape(json);
        Map<String, Double> rows = rows(json);
        assertThat(rows).containsEntry("submissions", 2_000.0).containsEntry("transfers", 2_000.0);
        assertThat(rows).containsEntry("refused", 0.0);
        assertThat(rows.get("transfers_per_second")).isEqualTo(2_000 / rows.get("queued_to_sealed"));
        assertThat(rows.get("raw_copy_rows_per_second")).isEqualTo(2_000 / rows.get("raw_copy"));
    }

    @Test
    void theMixOfAllKindsLeavesABankWhoseBooksAndSealsAreInOrder() {
        Path kept = temporary.resolve("bank");

        Answer answer = run(
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
        Map<String, Double> rows = rows(json);
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
        Answer answer = run();

        assertThat(answer.exitCode()).isZero();
        assertThat(answer.standardOutput()).contains("cycle");
    }

    @Test
    void aDirectoryWithSomethingInItIsWrongUsageAndStaysAsItIs() throws Exception {
        Path file = Files.writeString(temporary.resolve("mine.txt"), "mine");

        Answer answer = run("cycle", "--transfers", "2000", "--data-dir", temporary.toString());

        assertThat(answer.exitCode()).isEqualTo(2);
        assertThat(temporary).isDirectoryContaining(file::equals);
        assertThat(file).hasContent("mine");
    }

    @Test
    void figuresOutOfRangeAreWrongUsage() {
        assertThat(run("cycle").exitCode()).isEqualTo(2);
        assertThat(run("cycle", "--transfers", "99").exitCode()).isEqualTo(2);
        assertThat(run("cycle", "--transfers", "2000", "--accounts", "1").exitCode())
                .isEqualTo(2);
        assertThat(run("cycle", "--transfers", "2000", "--mix", "some").exitCode())
                .isEqualTo(2);
        assertThat(run("no-such-benchmark").exitCode()).isEqualTo(2);
    }

    private static void assertShape(JsonNode json) {
        JsonNode machine = json.get("machine");
        assertThat(machine.propertyNames()).containsExactly("cores", "memory", "jdk", "postgres", "load");
        assertThat(machine.get("cores").isIntegralNumber()).isTrue();
        assertThat(machine.get("memory").isIntegralNumber()).isTrue();
        assertThat(machine.get("postgres").asString()).matches("\\d+\\.\\d+.*");

        assertThat(json.get("rows")).isNotEmpty().allSatisfy(row -> {
            assertThat(row.propertyNames()).containsExactly("name", "value", "unit");
            assertThat(row.get("value").isNumber()).isTrue();
        });
        assertThat(rows(json))
                .containsKeys(
                        "step.screenSubmissions",
                        "step.matchOrders",
                        "step.netPositions",
                        "step.postJournal",
                        "step.sealCycle",
                        "settle_to_raw_copy");

        assertThat(json.get("targets"))
                .extracting(target -> target.get("name").asString())
                .containsExactlyElementsOf(TARGETS);
        List<String> skipped = json.get("skipped")
                .valueStream()
                .map(entry -> entry.get("name").asString())
                .toList();
        assertThat(json.get("targets")).allSatisfy(target -> {
            assertThat(target.propertyNames()).containsExactly("name", "target", "measured", "met");
            assertThat(target.get("target").isNumber()).isTrue();
            boolean measured = target.get("measured").isNumber();
            assertThat(target.get("measured").isNull()).isNotEqualTo(measured);
            assertThat(target.get("met").isBoolean()).isEqualTo(measured);
            assertThat(skipped.contains(target.get("name").asString())).isNotEqualTo(measured);
        });
        assertThat(skipped).contains("history_independence").doesNotContain("settle_rate", "copy_ratio");
        assertThat(json.get("skipped"))
                .allSatisfy(entry -> assertThat(entry.get("why").asString()).isNotBlank());
        assertThat(json.get("checks"))
                .isNotEmpty()
                .allSatisfy(check -> assertThat(check.get("passed").asBoolean()).isTrue());
    }

    private static Map<String, Double> rows(JsonNode json) {
        var rows = new TreeMap<String, Double>();
        json.get("rows")
                .forEach(row ->
                        rows.put(row.get("name").asString(), row.get("value").asDouble()));
        return rows;
    }
}
