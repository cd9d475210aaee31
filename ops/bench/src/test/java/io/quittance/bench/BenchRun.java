package io.quittance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a benchmark answered on the command line. */
record BenchRun(int exitCode, String standardOutput) {

    static BenchRun of(String... arguments) {
        PrintStream before = System.out;
        var bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            return new BenchRun(QuittanceBench.run(arguments), bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
        }
    }

    JsonNode json() {
        return JsonMapper.shared().readTree(standardOutput);
    }

    Map<String, Double> rows() {
        return rows(json());
    }

    static Map<String, Double> rows(JsonNode json) {
        var rows = new TreeMap<String, Double>();
        json.get("rows")
                .forEach(row ->
                        rows.put(row.get("name").asString(), row.get("value").asDouble()));
        return rows;
    }

    static List<String> skipped(JsonNode json) {
        return json.get("skipped")
                .valueStream()
                .map(entry -> entry.get("name").asString())
                .toList();
    }

    /** What every benchmark's JSON has. */
    static void assertShape(JsonNode json, List<String> targets) {
        JsonNode machine = json.get("machine");
        assertThat(machine.propertyNames()).containsExactly("cores", "memory", "jdk", "postgres", "load");
        assertThat(machine.get("cores").isIntegralNumber()).isTrue();
        assertThat(machine.get("memory").isIntegralNumber()).isTrue();
        assertThat(machine.get("postgres").asString()).matches("\\d+\\.\\d+.*");

        assertThat(json.get("rows")).isNotEmpty().allSatisfy(row -> {
            assertThat(row.propertyNames()).containsExactly("name", "value", "unit");
            assertThat(row.get("value").isNumber()).isTrue();
        });
        assertThat(json.get("targets"))
                .extracting(target -> target.get("name").asString())
                .containsExactlyElementsOf(targets);
        List<String> skipped = skipped(json);
        assertThat(json.get("targets")).allSatisfy(target -> {
            assertThat(target.propertyNames()).containsExactly("name", "target", "measured", "met");
            assertThat(target.get("target").isNumber()).isTrue();
            boolean measured = target.get("measured").isNumber();
            assertThat(target.get("measured").isNull()).isNotEqualTo(measured);
            assertThat(target.get("met").isBoolean()).isEqualTo(measured);
            assertThat(skipped.contains(target.get("name").asString())).isNotEqualTo(measured);
        });
        assertThat(json.get("skipped"))
                .allSatisfy(entry -> assertThat(entry.get("why").asString()).isNotBlank());
        assertThat(json.get("checks"))
                .isNotEmpty()
                .allSatisfy(check -> assertThat(check.get("passed").asBoolean()).isTrue());
    }
}
