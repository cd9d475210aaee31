package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of the README run, one after another, as a newcomer would type them, and print what it shows; the Chinese one
 * has the same.
 */
class ReadmeIT {

    private static final Path ENGLISH = Guide.CHECKOUT.resolve("README.md");
    private static final Path CHINESE = Guide.CHECKOUT.resolve("ops/docs/zh/README.md");

    @Test
    void theChineseReadmeHasTheSameCommandsAndOutputs() throws IOException {
        assertThat(Guide.steps(CHINESE)).isEqualTo(Guide.steps(ENGLISH));
        assertThat(refusals(CHINESE)).isEqualTo(refusals(ENGLISH));
    }

    @Test
    void everyCommandOfTheIntegrationGuidePrintsWhatItShows(@TempDir Path folder)
            throws IOException, InterruptedException {
        Guide.run(Guide.CHECKOUT.resolve("ops/docs/integration.md"), folder);
    }

    @Test
    void everyCommandOfTheReadmePrintsWhatItShows(@TempDir Path folder) throws IOException, InterruptedException {
        Guide.run(ENGLISH, folder);

        List<String> report = Files.readAllLines(folder.resolve("home/demo/reports/cycle-000004/refusals.csv"));
        assertThat(report).containsAll(refusals(ENGLISH));
        assertThat(report.getFirst()).isEqualTo(refusals(ENGLISH).getFirst());
    }

    /** The lines of a report that are shown within the list. */
    private static List<String> refusals(Path readme) throws IOException {
        List<String> lines = Files.readAllLines(readme).stream()
                .dropWhile(line -> !line.equals("    ```text"))
                .skip(1)
                .takeWhile(line -> !line.equals("    ```"))
                .map(String::strip)
                .toList();
        assertThat(lines).hasSize(3);
        return lines;
    }
}
