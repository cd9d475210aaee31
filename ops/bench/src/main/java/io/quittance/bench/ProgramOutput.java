package io.quittance.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Runs a program that is on the path to its end. */
final class ProgramOutput {

    private ProgramOutput() {}

    /**
     * What a program prints.
     *
     * @throws IOException if it is not there or fails
     */
    static String of(@Nullable Path directory, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory == null ? null : directory.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output;
        try (var out = process.getInputStream()) {
            output = new String(out.readAllBytes(), StandardCharsets.UTF_8);
        }
        int code = process.waitFor();
        if (code != 0) {
            throw new IOException(command[0] + " ended with code " + code);
        }
        return output;
    }
}
