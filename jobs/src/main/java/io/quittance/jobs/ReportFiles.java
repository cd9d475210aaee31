package io.quittance.jobs;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The files of one report while they are written: each is on the disk when its method returns. Not thread-safe. */
final class ReportFiles {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final DefaultIndenter INDENT = new DefaultIndenter("  ", "\n");
    private static final ObjectWriter JSON = JsonMapper.shared()
            .writer()
            .with(new DefaultPrettyPrinter().withObjectIndenter(INDENT).withArrayIndenter(INDENT));

    private final Path directory;
    private final List<Written> written = new ArrayList<>();

    private record Written(String name, long sizeBytes, String sha256) {}

    /** @param directory empty */
    ReportFiles(Path directory) {
        this.directory = directory;
    }

    /** Takes the cells of one row after the other. */
    interface Row {
        void write(String... cells);
    }

    private interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** @param header the columns' names with commas between */
    void csv(String name, String header, Consumer<Row> rows) throws IOException {
        String[] columns = header.split(",", -1);
        write(name, out -> {
            CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(out, StandardCharsets.UTF_8);
            csv.writeRecord(columns);
            rows.accept(cells -> {
                if (cells.length != columns.length) {
                    throw new IllegalArgumentException(
                            name + " has " + columns.length + " columns, a row has " + cells.length + " cells");
                }
                csv.writeRecord(cells);
            });
            csv.flush();
        });
    }

    void json(String name, ObjectNode json) throws IOException {
        write(name, out -> {
            out.write(JSON.writeValueAsBytes(json));
            out.write('\n');
        });
    }

    /** Lists what was written before it, in that order; call it last. */
    void manifest(String name, long cycle) throws IOException {
        ObjectNode manifest = JsonNodeFactory.instance.objectNode();
        manifest.put("format_version", 1).put("cycle", cycle);
        var files = manifest.putArray("files");
        for (Written file : written) {
            files.addObject()
                    .put("name", file.name())
                    .put("size_bytes", file.sizeBytes())
                    .put("sha256", file.sha256());
        }
        json(name, manifest);
    }

    private void write(String name, Content content) throws IOException {
        MessageDigest sha256 = sha256();
        try (FileChannel file =
                FileChannel.open(directory.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var out = new BufferedOutputStream(
                    new DigestOutputStream(Channels.newOutputStream(file), sha256), BUFFER_BYTES);
            content.writeTo(out);
            out.flush();
            file.force(true);
            written.add(new Written(name, file.size(), HexFormat.of().formatHex(sha256.digest())));
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
