package io.quittance.intake.http;

import io.quittance.intake.wire.TempBytes;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * The answers to the lines of a long request, kept until all of it has come: most clients read no
 * answer while they still send, and two sides that both wait to be read would wait for ever. Not thread-safe.
 */
final class AnswerSpool implements AutoCloseable {

    private final ObjectWriter json;
    private final TempBytes bytes = new TempBytes();
    private long answers;
    private long refused;
    private long repeated;

    AnswerSpool(JsonMapper json) {
        this.json = json.writerFor(LineAnswer.class);
    }

    void add(List<LineAnswer> lines) throws IOException {
        for (LineAnswer line : lines) {
            bytes.writer().write(json.writeValueAsBytes(line));
            bytes.writer().write('\n');
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
        bytes.sendTo(response);
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
