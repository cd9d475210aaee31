package io.quittance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The short form of {@code bench crash}: twenty kills, at least one in each step, and nothing lost, doubled or otherwise. */
@ResourceLock(Resources.SYSTEM_OUT)
class BenchCrashIT {

    private static final int KILLS = 20;

    @Test
    void twentyKillsLoseAndDoubleNothingAndEachCycleIsTheUndisturbedOne() {
        PrintStream before = System.out;
        var bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        int exit;
        try {
            exit = QuittanceBench.run("crash", "--kills", String.valueOf(KILLS), "--seed", "7", "--json");
        } finally {
            System.setOut(before);
        }

        String out = bytes.toString(StandardCharsets.UTF_8);
        assertThat(exit).as(out).isZero();
        JsonNode json = JsonMapper.shared().readTree(out);
        assertThat(json.propertyNames())
                .containsExactly("benchmark", "parameters", "machine", "rows", "targets", "skipped", "checks");
        Map<String, Double> rows = new TreeMap<>();
        json.get("rows")
                .forEach(row ->
                        rows.put(row.get("name").asString(), row.get("value").asDouble()));
        assertThat(rows).containsEntry("kills", (double) KILLS);
        for (String step : Steps.NAMES) {
            assertThat(rows.get("kills_in." + step)).as(step).isPositive();
        }
        for (String kind : new String[] {"application", "backend", "server", "application_and_server"}) {
            assertThat(rows.get("kills." + kind)).as(kind).isPositive();
        }
        assertThat(rows.get("acknowledged")).isGreaterThan(500);
        assertThat(rows.get("files")).isPositive();
        assertThat(rows.get("cycles")).isGreaterThan(KILLS);
        assertThat(json.get("targets")).hasSize(3);
        assertThat(json.get("targets"))
                .extracting(target -> target.get("name").asString())
                .containsExactly("lost", "doubled", "root_mismatches");
        assertThat(json.get("targets")).allSatisfy(target -> {
            assertThat(target.get("measured").asDouble()).isZero();
            assertThat(target.get("met").asBoolean()).isTrue();
        });
        assertThat(json.get("checks"))
                .hasSizeGreaterThan(7)
                .allSatisfy(check -> assertThat(check.get("passed").asBoolean()).isTrue());
    }
}
