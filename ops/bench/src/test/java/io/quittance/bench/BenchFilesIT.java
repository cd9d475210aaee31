package io.quittance.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each line of each file is in the queue once, and COPY takes the same rows. No figure is judged. */
@ResourceLock(Resources.SYSTEM_OUT)
class BenchFilesIT {

    @ParameterizedTest
    @ValueSource(strings = {"csv", "ndjson"})
    void aFileIsTakenInBesideCopyOfTheSameRows(String format) {
        BenchRun answer = BenchRun.of("files", "--lines", "6000", "--rounds", "1", "--format", format, "--json");

        assertThat(answer.exitCode()).isZero();
        BenchRun.assertShape(answer.json(), List.of("copy_ratio"));
        assertThat(answer.json().get("checks"))
                .extracting(check -> check.get("name").asString())
                .containsExactly("warm-up: each line is in the queue once", "round 1: each line is in the queue once");
        Map<String, Double> rows = answer.rows();
        assertThat(rows).containsEntry("lines", 6_000.0);
        assertThat(answer.json().get("targets").get(0).get("measured").asDouble())
                .isCloseTo(rows.get("copy") / rows.get("taken_in"), within(1e-9));
    }

    @Test
    void figuresOutOfRangeAreWrongUsage() {
        assertThat(BenchRun.of("files").exitCode()).isEqualTo(2);
        assertThat(BenchRun.of("files", "--lines", "99").exitCode()).isEqualTo(2);
        assertThat(BenchRun.of("files", "--lines", "100", "--rounds", "0").exitCode())
                .isEqualTo(2);
        assertThat(BenchRun.of("files", "--lines", "100", "--format", "pdf").exitCode())
                .isEqualTo(2);
    }
}
