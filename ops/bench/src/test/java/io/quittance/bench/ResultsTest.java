package io.quittance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ResultsTest {

    private final Results results = new Results("some", Map.of("size", 1), new Machine(2, 1L << 30, "25", "18.6", 0.5));

    private JsonNode json() {
        return JsonMapper.shared().readTree(results.json());
    }

    @Test
    void aTargetIsMetAtItsBoundUnlessItMustStayBelow() {
        results.target("rate", Results.Wanted.AT_LEAST, 10, 10);
        results.target("slow", Results.Wanted.AT_LEAST, 10, 9.99);
        results.target("growth", Results.Wanted.AT_MOST, 11, 11);
        results.target("grown", Results.Wanted.AT_MOST, 11, 11.01);
        results.target("heap", Results.Wanted.BELOW, 2_048, 2_048);

        assertThat(json().get("targets"))
                .extracting(target -> target.get("met").asBoolean())
                .containsExactly(true, false, true, false, false);
    }

    @Test
    void whatIsNotMeasuredIsNullAndSaysWhy() {
        results.skippedTarget("heap", Results.Wanted.BELOW, 2_048, "too small a run");

        JsonNode target = json().get("targets").get(0);
        assertThat(target.get("measured").isNull()).isTrue();
        assertThat(target.get("met").isNull()).isTrue();
        assertThat(json().get("skipped").get(0).get("name").asString()).isEqualTo("heap");
        assertThat(json().get("skipped").get(0).get("why").asString()).isEqualTo("too small a run");
    }

    @Test
    void aMissedTargetIsNoFailedCheckAndAFailedCheckIs() {
        results.target("slow", Results.Wanted.AT_LEAST, 10, 1);
        results.check("good", true, "");
        assertThat(results.allChecksPassed()).isTrue();

        results.check("bad", false, "");
        assertThat(results.allChecksPassed()).isFalse();
    }

    @Test
    void theTableShowsEveryRowTargetAndCheck() {
        results.row("transfers", 1_234_567, "");
        results.target("slow", Results.Wanted.AT_LEAST, 0.2, 0.125);
        results.skippedTarget("heap", Results.Wanted.BELOW, 2_048, "too small a run");
        results.check("the books are equal", true, "20 identities");
        var bytes = new ByteArrayOutputStream();

        results.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));

        assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
                .anyMatch(line -> line.contains("transfers") && line.contains("1,234,567"))
                .anyMatch(line -> line.contains("slow") && line.contains("0.125") && line.endsWith("MISSED"))
                .anyMatch(line -> line.contains("heap") && line.contains("not measured"))
                .anyMatch(line -> line.contains("heap: too small a run"))
                .anyMatch(line -> line.startsWith("ok") && line.contains("the books are equal"));
    }
}
