package io.quittance.intake.http;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * The answers to the lines of a long request, kept in a temporary file until all of it has come: most clients read no
 * answer while they still send, and two sides that both wait to be read would wait for ever. Not thread-safe.
 */
final class AnswerSpool implements AutoCloseable {

    private final ObjectWriter json;
    private final Path file;
    private final OutputStream out;
    private long answers;
    private long refused;
    private long repeated;

    AnswerSpool(JsonMapper json) throws IOException {
        this.json = json.writerFor(LineAnswer.class);
        this.file = Files.createTempFile("quittance-answers-", ".ndjson");
        this.out = new BufferedOutputStream(Files.newOutputStream(file), 64 * 1024);
    }

    void add(List<LineAnswer> lines) throws IOException {
        for (LineAnswer line : lines) {
            out.write(json.writeValueAsBytes(line));
            out.write('\n');
            answers++;
            refused += line.isTaken() ? 0 : 1;
            repeated += Boolean.TRUE.equals(line.repeated()) ? 1 : 0;
        }
    }

    long answers() {
        return answers;
    }

    boolean allRefused() {
        return refused == answers;
    }

    boolean allRepeated() {
        return repeated == answers;
    }

    /** Sends all of them; none can be added any more. */
    void sendTo(OutputStream response) throws IOException {
        out.close();
        Files.copy(file, response);
    }

    @Override
    public void close() throws IOException {
        try (out) {
            Files.deleteIfExists(file);
        }
    }
}
