package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code demo --keep}: after the checks the service stays up, and Ctrl-C stops all that was started. */
class KeptDemoIT {

    private static final Pattern ADDRESS = Pattern.compile("The service stays up at (http://127\\.0\\.0\\.1:\\d+) ");
    private static final Pattern KEY = Pattern.compile("operator's key, shown this once: (\\S+)");

    @Test
    void aKeptDemoServesItsBankUntilItIsInterrupted(@TempDir Path folder) throws Exception {
        Path demo = folder.resolve("demo");
        try (Program.Running running = Program.startSmallDemo(folder, "--keep")) {
            Program.until("the demo stays up", () -> {
                if (!running.process().isAlive()) {
                    throw new AssertionError("ended: " + running.result());
                }
                return KEY.matcher(running.outSoFar()).find();
            });
            String output = running.outSoFar();
            assertThat(output).contains("All checks passed");
            String address = found(ADDRESS, output);
            List<Long> services = Program.servicesAlive(demo);
            assertThat(services).hasSize(2);

            assertThat(get(address + "/health", null).statusCode()).isEqualTo(200);
            assertThat(get(address + "/v1/cycles/2", found(KEY, output)).body())
                    .contains("2025-04-02", "\"verdict\":\"RECONCILED\"");
            Program.Result asked = Program.run(demo, "report", "1", "--json");
            assertThat(asked.exit()).as(asked.err()).isZero();

            // The JVM ends alike on both; INT is ignored by children of a shell without job control.
            running.signal("TERM");
            Program.Result ended = running.result();
            assertThat(ended.exit()).isEqualTo(Trouble.INTERRUPTED);
            assertThat(ended.err()).isEqualTo("quittance: interrupted.\n");
            assertThat(services)
                    .noneMatch(pid ->
                            ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent());
        }
    }

    private static String found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    private static HttpResponse<String> get(String address, String key) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address));
            if (key != null) {
                request.header("Authorization", "Bearer " + key);
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
