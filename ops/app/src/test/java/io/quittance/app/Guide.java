package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;

/** A document whose blocks of commands run, one after another, and print what it shows beneath them. */
final class Guide {

    static final Path CHECKOUT = Path.of(System.getProperty("quittance.checkout"));

    /** Stands for whatever was left out: characters within a line, or alone on a line any number of lines. */
    private static final String LEFT_OUT = "…";

    /** Commands, and the lines that the document shows beneath them. */
    record Step(String commands, List<String> output) {}

    private Guide() {}

    /** Its steps; each shows what it prints. */
    static List<Step> steps(Path document) throws IOException {
        var steps = new ArrayList<Step>();
        List<String> block = null;
        boolean commands = false;
        for (String line : Files.readAllLines(document)) {
            if (block == null && (line.equals("```sh") || line.equals("```text"))) {
                block = new ArrayList<>();
                commands = line.equals("```sh");
            } else if (block != null && line.equals("```")) {
                if (commands) {
                    steps.add(new Step(String.join("\n", block), List.of()));
                } else {
                    assertThat(steps.getLast().output())
                            .as("two outputs of one block")
                            .isEmpty();
                    steps.set(steps.size() - 1, new Step(steps.getLast().commands(), block));
                }
                block = null;
            } else if (block != null) {
                block.add(line);
            }
        }
        assertThat(steps).hasSizeGreaterThan(5);
        assertThat(steps).filteredOn(step -> step.output().isEmpty()).isEmpty();
        return steps;
    }

    /** Runs all of it in a folder that stands for /tmp, with a home of its own and a free port in place of 8080. */
    static void run(Path document, Path folder) throws IOException, InterruptedException {
        List<Step> steps = steps(document);
        String port = String.valueOf(freePort());
        String script = steps.stream()
                .map(step -> step.commands()
                        .replace("/tmp/", folder + "/")
                        .replace("quittance serve", "quittance serve --port " + port)
                        .replace(":8080", ":" + port))
                .collect(Collectors.joining("\necho '-- next --'\n"));
        Path file = Files.writeString(folder.resolve("readme.sh"), "set -eu\n" + script + "\n");
        Path log = folder.resolve("readme.log");
        var builder = new ProcessBuilder("bash", file.toString())
                .directory(CHECKOUT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("QUITTANCE_HOME", folder.resolve("home").toString());

        Process process = builder.start();
        boolean ended = process.waitFor(15, TimeUnit.MINUTES);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }

        String output = Files.readString(log);
        assertThat(ended).as(output).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        List<String> printed = List.of(output.replace(folder + "/", "/tmp/").split("-- next --\n"));
        assertThat(printed).hasSameSizeAs(steps);
        var differences = new SoftAssertions();
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            String actual = printed.get(i).strip();
            differences
                    .assertThatCode(() -> requireShown(step.output(), actual))
                    .doesNotThrowAnyException();
        }
        differences.assertAll();
    }

    private static void requireShown(List<String> shown, String printed) {
        List<String> actual = printed.lines()
                .map(Guide::withoutWhatVaries)
                .filter(line -> !line.startsWith("quittance: building "))
                .toList();
        int at = 0;
        boolean skipping = false;
        for (String line : shown) {
            if (line.startsWith("quittance: building ")) {
                continue;
            }
            if (line.equals(LEFT_OUT) || line.strip().equals(LEFT_OUT)) {
                skipping = true;
                continue;
            }
            Pattern wanted = pattern(withoutWhatVaries(line));
            while (skipping
                    && at < actual.size()
                    && !wanted.matcher(actual.get(at)).matches()) {
                at++;
            }
            assertThat(at < actual.size() ? actual.get(at) : "(the end)")
                    .as("where the document shows \"%s\", of:%n%s", line, printed)
                    .matches(wanted);
            at++;
            skipping = false;
        }
        assertThat(skipping ? List.of() : actual.subList(at, actual.size()))
                .as("more than the document shows")
                .isEmpty();
    }

    private static Pattern pattern(String line) {
        return Pattern.compile(
                List.of(line.split(LEFT_OUT, -1)).stream().map(Pattern::quote).collect(Collectors.joining(".*")));
    }

    /** Ports, seconds, the chain's own transaction hashes, and what depends on today's date. */
    private static String withoutWhatVaries(String line) {
        return line.replaceAll("127\\.0\\.0\\.1:\\d+", "127.0.0.1:PORT")
                .replaceAll("\\b\\d+\\.\\d s\\b", "SECONDS s")
                .replaceAll("FINAL in 0x[0-9a-f]{64}", "FINAL in HASH")
                .replaceAll("(\"open_dates\":\\[|\"business_date\":)\"\\d{4}-\\d\\d-\\d\\d\"", "$1DATE")
                .replaceAll("\"received_at\":\"[^\"]*\"", "\"received_at\":TIME");
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
