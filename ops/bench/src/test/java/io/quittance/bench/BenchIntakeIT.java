package io.quittance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_OUT)
class BenchIntakeIT {

    private static final List<String> TARGETS = List.of("pgbench_ratio", "p99_at_half_load", "bulk_rate", "cut_off_ms");

    @Test
    void underLoadNothingThatWasAcknowledgedIsLostAlsoAcrossACutOff() {
        BenchRun answer = BenchRun.of("intake", "--seconds", "2", "--json");

        assertThat(answer.exitCode()).isZero();
        BenchRun.assertShape(answer.json(), TARGETS);
        assertThat(answer.json().get("checks"))
                .extracting(check -> check.get("name").asString())
                .containsExactly(
                        "singles: nothing was turned away",
                        "singles with cut off: nothing was turned away",
                        "half load: nothing was turned away",
                        "arrays: nothing was turned away",
                        "ndjson: nothing was turned away",
                        "every acknowledged line is in the queue once");
        Map<String, Double> rows = answer.rows();
        assertThat(rows.get("singles.per_second")).isPositive();
        assertThat(rows.get("half_load.per_second")).isLessThan(rows.get("singles.per_second"));
        assertThat(rows.get("singles.p50")).isLessThanOrEqualTo(rows.get("singles.p99"));
        assertThat(rows.get("cut_off")).isPositive();
    }

    @Test
    void whatItCannotDoIsWrongUsage(@TempDir Path directory) throws Exception {
        Files.createFile(directory.resolve("mine"));

        assertThat(BenchRun.of("intake", "--seconds", "1").exitCode()).isEqualTo(2);
        assertThat(BenchRun.of("intake", "--data-dir", directory.toString()).exitCode())
                .isEqualTo(2);
    }
}
