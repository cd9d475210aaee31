package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A disk that is full says so in one sentence and costs nothing: with room again, the next run ends where an undisturbed one
 * does. The database lies on a small file system in memory, which is filled to its last byte while the run stands still.
 */
class FullDiskIT {

    private static final String SIZE = "96m";

    @TempDir
    Path folder;

    private Path data;
    private Path disk;

    @BeforeEach
    void mount() throws IOException, InterruptedException {
        disk = Files.createDirectory(folder.resolve("disk"));
        boolean mounted =
                command("mount", "-t", "tmpfs", "-o", "size=" + SIZE + ",mode=0700", "quittance-test", disk.toString());
        if (!mounted) {
            // Whoever builds on a machine of their own may lack the right; where it is known to be there, it is used.
            boolean mustRun = "true".equals(System.getenv("CI")) && "root".equals(System.getProperty("user.name"));
            assertThat(mustRun).as("a small file system can be mounted").isFalse();
            Assumptions.abort("only root may mount a small file system");
        }
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        if (data != null) {
            Program.servicesAlive(data).forEach(pid -> {
                Program.signal("QUIT", pid);
                Program.until(
                        "process " + pid + " to end",
                        () -> ProcessHandle.of(pid)
                                .filter(ProcessHandle::isAlive)
                                .isEmpty());
            });
        }
        command("umount", disk.toString());
    }

    private static boolean command(String... words) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(words)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({"postJournal, settled_transactions", "sealCycle, seals"})
    void aStepThatFindsNoRoomSaysSoAndIsResumedWithRoom(String step, String table) {
        data = SmallBank.beforeSecond(folder.resolve("data"));
        moveDatabaseToDisk();

        try (Program.Running run = stoppedAt(step)) {
            String before = rowsOf(table);
            fill();
            run.signal("CONT");

            Program.Result result = run.result();
            assertThat(result.exit()).as(result.err()).isEqualTo(Trouble.MACHINE_LACKS);
            assertThat(result.err().lines())
                    .as(result.err())
                    .singleElement()
                    .asString()
                    .contains("The database has no room left", "No space left on device", "nothing is lost");
            makeRoom();
            SmallBank.inDatabase(
                    data,
                    connection -> assertThat(SmallBank.rows(connection, "SELECT count(*) FROM " + table))
                            .containsExactly(before));
        }

        Program.Result resumed = Program.run(data, "cycle", "--until-final", "--json");
        assertThat(resumed.exit()).as(resumed.err()).isEqualTo(Trouble.DONE);
        JsonNode expected =
                JsonMapper.shared().readTree(SmallBank.undisturbedSecond().out());
        JsonNode found = JsonMapper.shared().readTree(resumed.out());
        for (String figure : List.of("number", "headerHash", "settled", "refused", "held", "transfers")) {
            assertThat(found.get(figure)).as(figure).isEqualTo(expected.get(figure));
        }
        assertThat(found.get("verdict").asString()).isEqualTo("RECONCILED");
    }

    /** All tables, each page of which counts as full as soon as there is something in it: so each row needs a new one. */
    private void moveDatabaseToDisk() {
        try (LocalPostgres server = LocalPostgres.start(new DataDirectory(data).postgres())) {
            Path place = Files.createDirectory(disk.resolve("tables"));
            try (Connection other = DriverManager.getConnection(server.url().replace("/postgres?", "/template1?"));
                    var statement = other.createStatement()) {
                statement.execute("CREATE TABLESPACE small LOCATION '" + place + "'");
                statement.execute("ALTER DATABASE postgres SET TABLESPACE small");
            }
            try (Connection connection = DriverManager.getConnection(server.url());
                    var statement = connection.createStatement()) {
                statement.execute("""
                        DO $$
                        DECLARE
                            name text;
                        BEGIN
                            FOR name IN SELECT oid::regclass::text FROM pg_class
                                WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                            LOOP
                                EXECUTE format('ALTER TABLE %s SET (fillfactor = 10)', name);
                            END LOOP;
                        END;
                        $$
                        """);
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private Program.Running stoppedAt(String point) {
        Program.Running run = Program.start(data, Map.of("QUITTANCE_STOP_AT", point), "cycle");
        Program.until("the run stops at " + point, () -> {
            if (!run.process().isAlive()) {
                throw new AssertionError("ended before " + point + ": " + run.result());
            }
            return ProgramProcess.isStopped(run.pid());
        });
        return run;
    }

    private String rowsOf(String table) {
        String url = new DataDirectory(data).announced().orElseThrow().getProperty("database");
        try (Connection connection = DriverManager.getConnection(url)) {
            return SmallBank.rows(connection, "SELECT count(*) FROM " + table).getFirst();
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private Path ballast() {
        return disk.resolve("ballast");
    }

    private void fill() {
        byte[] page = new byte[4096];
        try (OutputStream out = Files.newOutputStream(ballast())) {
            while (true) {
                out.write(page);
            }
        } catch (IOException full) {
            assertThat(disk.toFile().getUsableSpace()).as("%s", full).isZero();
        }
    }

    private void makeRoom() {
        try {
            Files.delete(ballast());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
