package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the README run, one after another, as a newcomer would type them; the Chinese one has the same. */
class ReadmeIT {

    private static final Path CHECKOUT = Path.of(System.getProperty("quittance.checkout"));

    @Test
    void theChineseReadmeHasTheSameCommands() throws IOException {
        assertThat(commands(CHECKOUT.resolve("ops/docs/zh/README.md")))
                .isEqualTo(commands(CHECKOUT.resolve("README.md")));
    }

    @Test
    void everyCommandOfTheReadmeWorks(@TempDir Path folder) throws IOException, InterruptedException {
        String port = String.valueOf(freePort());
        String script = String.join("\n", commands(CHECKOUT.resolve("README.md")))
                .replace("/tmp/", folder + "/")
                .replace("quittance serve", "quittance serve --port " + port)
                .replace(":8080", ":" + port);
        Path file = Files.writeString(folder.resolve("readme.sh"), "set -eux\n" + script + "\n");
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
        assertThat(output).contains("All checks passed", "VERIFIED", "all equal", "The books are in order");
    }

    private static List<String> commands(Path readme) throws IOException {
        var blocks = new ArrayList<String>();
        StringBuilder block = null;
        for (String line : Files.readAllLines(readme)) {
            if (block == null && line.equals("```sh")) {
                block = new StringBuilder();
            } else if (block != null && line.equals("```")) {
                blocks.add(block.toString());
                block = null;
            } else if (block != null) {
                block.append(line).append('\n');
            }
        }
        assertThat(blocks).isNotEmpty();
        return blocks;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
