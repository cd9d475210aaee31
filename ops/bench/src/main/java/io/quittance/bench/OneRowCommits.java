package io.quittance.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** pgbench's rate of transactions that insert one row, each durable before the next: the limit of what writes row by row. */
final class OneRowCommits {

    private static final String TABLE = """
            CREATE TABLE IF NOT EXISTS bench_commits (
                id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                payer      uuid        NOT NULL,
                payee      uuid        NOT NULL,
                amount     bigint      NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now()
            )
            """;
    private static final String SCRIPT = """
            \\set amount random(1, 1000000)
            INSERT INTO bench_commits (payer, payee, amount)
            VALUES ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', :amount);
            """;
    private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+)");

    private OneRowCommits() {}

    /** Whether pgbench is there. */
    static boolean isThere() throws InterruptedException {
        try {
            ProgramOutput.of(null, "pgbench", "--version");
            return true;
        } catch (IOException missing) {
            return false;
        }
    }

    /** @return transactions a second */
    static double rate(Connection owner, String databaseUrl, Path directory, int clients, int seconds)
            throws SQLException, IOException, InterruptedException {
        try (var statement = owner.createStatement()) {
            statement.execute(TABLE);
        }
        Path script = directory.resolve("one-row.pgbench");
        Files.writeString(script, SCRIPT);
        var server = URI.create(databaseUrl.substring("jdbc:".length()));
        String user = Optional.ofNullable(server.getQuery())
                .flatMap(query ->
                        Pattern.compile("user=([^&]+)").matcher(query).results().findFirst())
                .map(found -> found.group(1))
                .orElse("postgres");
        String output = ProgramOutput.of(
                directory,
                "pgbench",
                "--no-vacuum",
                "--host=" + server.getHost(),
                "--port=" + server.getPort(),
                "--username=" + user,
                "--client=" + clients,
                "--jobs=2",
                "--time=" + seconds,
                "--file=" + script,
                server.getPath().substring(1));
        Matcher tps = TPS.matcher(output);
        if (!tps.find()) {
            throw new IOException("pgbench does not say its rate: " + output);
        }
        return Double.parseDouble(tps.group(1));
    }
}
