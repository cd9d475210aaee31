package io.quittance.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Autocannon, a load generator on Node.js, with what it hands in: {@code ops/bench/load/load.mjs}. */
final class LoadGenerator {

    private static final JsonMapper JSON = new JsonMapper();

    /** Who hands in for these accounts, two at least. */
    record Sender(String key, List<UUID> accounts) {}

    /**
     * One run.
     *
     * @param connections how many at once
     * @param rate requests a second, whatever the answers; 0: each connection sends when it was answered
     * @param lines of each request; 0: single submissions
     * @param ndjson whether several are lines of NDJSON; else an array
     * @param prefix of the submission keys
     */
    record Load(int connections, int seconds, int rate, int lines, boolean ndjson, String prefix) {

        static Load ofSingles(int connections, int seconds, int rate, String prefix) {
            return new Load(connections, seconds, rate, 0, false, prefix);
        }
    }

    /**
     * What became of it.
     *
     * @param taken lines that were acknowledged
     * @param notTaken what was answered otherwise or not at all; empty if nothing was
     * @param p99 of the latency, ms; likewise the others
     */
    record Outcome(long taken, String notTaken, double seconds, double p50, double p99, double p999, double max) {

        double rate() {
            return taken / seconds;
        }
    }

    private final Path script;
    private final URI door;
    private final List<Sender> senders;
    private final Path acknowledged;

    /**
     * Installs what the generator needs if it is not there.
     *
     * @param acknowledged where each run leaves the keys of what was taken
     */
    LoadGenerator(Path checkout, URI door, List<Sender> senders, Path acknowledged)
            throws IOException, InterruptedException {
        Path directory = checkout.resolve("ops/bench/load");
        this.script = directory.resolve("load.mjs");
        this.door = door;
        this.senders = senders;
        this.acknowledged = acknowledged;
        if (!Files.isDirectory(directory.resolve("node_modules/autocannon"))) {
            ProgramOutput.of(directory, "npm", "ci");
        }
    }

    Outcome run(Load load) throws IOException, InterruptedException {
        String arguments = JSON.writeValueAsString(Map.of(
                "url", door.toString(),
                "senders", senders,
                "connections", load.connections,
                "seconds", load.seconds,
                "rate", load.rate,
                "lines", load.lines,
                "ndjson", load.ndjson,
                "prefix", load.prefix,
                "acknowledged", acknowledged.toString()));
        JsonNode answer = JSON.readTree(ProgramOutput.of(script.getParent(), "node", script.toString(), arguments));
        var notTaken = new StringBuilder();
        answer.path("notTaken")
                .properties()
                .forEach(status -> notTaken.append(status.getValue())
                        .append(" answered ")
                        .append(status.getKey())
                        .append(' '));
        if (answer.path("errors").asLong() > 0) {
            notTaken.append(answer.path("errors").asLong()).append(" not answered");
        }
        JsonNode latency = answer.path("latency");
        return new Outcome(
                answer.path("taken").asLong(),
                notTaken.toString().strip(),
                answer.path("seconds").asDouble(),
                latency.path("p50").asDouble(),
                latency.path("p99").asDouble(),
                latency.path("p99_9").asDouble(),
                latency.path("max").asDouble());
    }
}
