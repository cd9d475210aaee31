package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.report.BankViews;
import io.quittance.jobs.BooksCheck;
import io.quittance.jobs.ChainFollowing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whatever dies, and when, the next run ends where an undisturbed one does: same header, no transfer twice, books in
 * order, reports there, final on the chain.
 */
@Execution(ExecutionMode.CONCURRENT)
class KilledCycleIT {

    /** Every named point of a cycle, in the order in which a run comes by. */
    private static final List<String> POINTS = List.of(
            "cutOff",
            "cutOff.closed",
            "screenSubmissions",
            "screenSubmissions.screened",
            "matchOrders",
            "matchOrders.matched",
            "netPositions",
            "netPositions.netted",
            "postJournal",
            "postJournal.loaded",
            "postJournal.published",
            "sealCycle",
            "sealCycle.built",
            "sealCycle.keeping",
            "commitOnChain",
            "commitOnChain.due",
            "commitOnChain.tried",
            "reconcile",
            "reconcile.compared",
            "publishReport",
            "publishReport.before");

    private static final String KILL = "QUITTANCE_KILL_AT";
    private static final String STOP = "QUITTANCE_STOP_AT";

    @TempDir
    Path folder;

    private Path data;

    /** Also ends the database of a test that failed between a kill and the next run. */
    @AfterEach
    void endWhatIsLeft() {
        if (data != null) {
            Program.servicesAlive(data).forEach(pid -> Program.signal("QUIT", pid));
            SmallBank.delete(data);
        }
    }

    /** Each run resumes what the one before left, gets further, and dies at the next point. */
    @Test
    void aCycleThatIsKilledAtEveryPointInTurnStillEndsTheSame() {
        data = SmallBank.beforeSecond(folder.resolve("data"));

        for (String point : POINTS) {
            kill(point);
        }

        requireAsUndisturbed(SmallBank.undisturbedSecond());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cutOff.closed", "postJournal.loaded", "commitOnChain.tried"})
    void aRunThatIsKilledOnceIsResumedToItsEnd(String point) {
        data = SmallBank.beforeFirst(folder.resolve("data"));

        kill(point);

        requireAsUndisturbed(SmallBank.undisturbedFirst());
    }

    @Test
    void aDatabaseThatCrashesWithTheRunLosesNothing() {
        data = SmallBank.beforeFirst(folder.resolve("data"));

        kill("postJournal.loaded");
        crashDatabase();
        kill("postJournal.published");
        crashDatabase();

        requireAsUndisturbed(SmallBank.undisturbedFirst());
    }

    @Test
    void aDatabaseThatCrashesUnderTheRunFailsItInOneSentence() {
        data = SmallBank.beforeSecond(folder.resolve("data"));

        try (Program.Running run = stoppedAt("postJournal.loaded")) {
            crashDatabase();
            run.signal("CONT");

            Program.Result result = run.result();
            assertThat(result.exit()).as(result.err()).isEqualTo(Trouble.MACHINE_LACKS);
            assertThat(result.err().lines())
                    .singleElement()
                    .asString()
                    .contains("The database went away", "resumed by the next run");
        }

        requireAsUndisturbed(SmallBank.undisturbedSecond());
    }

    @Test
    void aChainThatDiesDelaysNoCycle() {
        data = SmallBank.beforeSecond(folder.resolve("data"));

        try (Program.Running run = stoppedAt("commitOnChain.due", "cycle", "--json")) {
            Program.signal("KILL", pidIn(new DataDirectory(data).chain().resolve("anvil.pid")));
            run.signal("CONT");

            Program.Result result = run.result();
            assertThat(result.exit()).as(result.err()).isEqualTo(Trouble.DONE);
            JsonNode cycle = json(result);
            assertThat(cycle.get("headerHash"))
                    .isEqualTo(json(SmallBank.undisturbedSecond()).get("headerHash"));
            assertThat(cycle.get("verdict").asString()).isEqualTo("PENDING");
        }

        requireFinalAndInOrder(2, json(SmallBank.undisturbedSecond()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "screenSubmissions.screened",
                "postJournal.loaded",
                "sealCycle.built",
                "sealCycle.keeping",
                "reconcile.compared"
            })
    void aRunThatWasFrozenAndComesBackWritesNothingOverItsSuccessor(String point) {
        data = SmallBank.beforeSecond(folder.resolve("data"));

        try (Program.Running frozen = stoppedAt(point)) {
            long token = inRunningDatabase(KilledCycleIT::leaseToken);
            // As after thirty seconds without a heartbeat.
            inRunningDatabase(connection -> connection
                    .createStatement()
                    .executeUpdate("UPDATE cycle_lease SET beat_at = now() - interval '1 hour'"));
            Program.Result successor = Program.run(data, "cycle", "--json");
            assertThat(successor.exit()).as(successor.err()).isEqualTo(Trouble.DONE);
            assertThat(inRunningDatabase(KilledCycleIT::leaseToken)).isEqualTo(token + 1);
            List<String> before = inRunningDatabase(KilledCycleIT::rowVersions);
            frozen.signal("CONT");

            Program.Result late = frozen.result();
            assertThat(late.exit()).as(late.err()).isEqualTo(Trouble.CHECK_FAILED);
            assertThat(late.complaints())
                    .as(late.err())
                    .singleElement()
                    .asString()
                    .contains("lease " + token + " was taken over (now " + (token + 1) + ")");
            SmallBank.inDatabase(
                    data,
                    connection -> assertThat(rowVersions(connection))
                            .as("what the woken run wrote")
                            .isEqualTo(before));
        }

        requireFinalAndInOrder(2, json(SmallBank.undisturbedSecond()));
    }

    @Test
    void aLiveRunIsNotTakenOver() {
        data = SmallBank.beforeSecond(folder.resolve("data"));

        try (Program.Running first = stoppedAt("matchOrders.matched", "cycle", "--until-final", "--json")) {
            Program.Result second = Program.run(data, "cycle");

            assertThat(second.exit()).as(second.err()).isEqualTo(Trouble.CHECK_FAILED);
            assertThat(second.complaints()).singleElement().asString().contains("Another process runs a cycle");
            first.signal("CONT");
            assertThat(json(first.result()).get("headerHash"))
                    .isEqualTo(json(SmallBank.undisturbedSecond()).get("headerHash"));
        }
    }

    private void kill(String point) {
        Program.Result killed = Program.run(data, Map.of(KILL, point), "cycle");
        assertThat(killed.killed()).as("%s: %s", point, killed).isTrue();
    }

    /** A run that stands still at a point, as a process that the machine does not let run. */
    private Program.Running stoppedAt(String point, String... command) {
        Program.Running run =
                Program.start(data, Map.of(STOP, point), command.length == 0 ? new String[] {"cycle"} : command);
        Program.until("the run stops at " + point, () -> {
            if (!run.process().isAlive()) {
                throw new AssertionError("ended before " + point + ": " + run.result());
            }
            return ProgramProcess.isStopped(run.pid());
        });
        return run;
    }

    private void crashDatabase() {
        long postmaster = pidIn(new DataDirectory(data).postgres().resolve("postmaster.pid"));
        Program.signal("QUIT", postmaster); // Immediate shutdown: what is not in the log is lost.
        Program.until(
                "the database is down",
                () -> ProcessHandle.of(postmaster)
                        .filter(ProcessHandle::isAlive)
                        .isEmpty());
    }

    private interface Look<T> {
        T at(Connection connection) throws SQLException;
    }

    private <T> T inRunningDatabase(Look<T> look) {
        String url = new DataDirectory(data).announced().orElseThrow().getProperty("database");
        try (var connection = DriverManager.getConnection(url)) {
            return look.at(connection);
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static long leaseToken(Connection connection) throws SQLException {
        return Long.parseLong(
                SmallBank.rows(connection, "SELECT token FROM cycle_lease").getFirst());
    }

    /** Where each row of what a cycle writes lies, and which transaction put it there. */
    private static List<String> rowVersions(Connection connection) throws SQLException {
        var versions = new ArrayList<String>();
        for (String table : List.of(
                "settlement_windows",
                "settlement_cycles",
                "token_transactions",
                "account_balances",
                "books_head",
                "submission_outcomes",
                "orders",
                "tasks",
                "limit_counters",
                "matching_rounds",
                "net_positions",
                "cycle_counts",
                "seals",
                "seal_slots",
                "seal_chunks",
                "chain_commits",
                "reconciliation_checks",
                "cycle_steps")) {
            versions.addAll(SmallBank.rows(
                    connection,
                    "SELECT '" + table + "', tableoid, ctid, xmin FROM " + table + " ORDER BY tableoid, ctid"));
        }
        return versions;
    }

    private static long pidIn(Path file) {
        return Long.parseLong(
                Program.read(file).lines().findFirst().orElseThrow().strip());
    }

    private void requireAsUndisturbed(Program.Result undisturbed) {
        Program.Result resumed = Program.run(data, "cycle", "--until-final", "--json");

        assertThat(resumed.exit()).as(resumed.err()).isEqualTo(Trouble.DONE);
        JsonNode expected = json(undisturbed);
        JsonNode found = json(resumed);
        for (String figure : List.of(
                "number", "root", "headerHash", "submissions", "settled", "refused", "held", "resting", "transfers")) {
            assertThat(found.get(figure)).as(figure).isEqualTo(expected.get(figure));
        }
        assertThat(found.get("chainState").asString()).isEqualTo("FINAL");
        assertThat(found.get("verdict").asString()).isEqualTo("RECONCILED");
        requireFinalAndInOrder(expected.get("number").asLong(), expected);
    }

    /** Looks at the books in this JVM, which knows the program already and is quicker. */
    private void requireFinalAndInOrder(long number, JsonNode expected) {
        try (BankSession session = SmallBank.open(data)) {
            var views = session.get(BankViews.class);
            FinalOnChain.await(session.get(ChainFollowing.class), views, number, Program.PATIENCE);
            assertThat(views.cycle(number).orElseThrow().verdict()).isEqualTo("RECONCILED");
            assertThat(views.cycle(number).orElseThrow().headerHash())
                    .hasToString(expected.get("headerHash").asString());
            assertThat(session.get(Reconciliation.class).proveBooks())
                    .allMatch(identity -> identity.verdict() == Identity.Verdict.MATCHED);
            assertThat(session.get(BooksCheck.class).seals())
                    .allMatch(identity -> identity.verdict() == Identity.Verdict.MATCHED)
                    .filteredOn(identity -> identity.name().startsWith("seal of cycle"))
                    .hasSize((int) number);
            try (var connection = session.get(DataSource.class).getConnection()) {
                assertThat(SmallBank.rows(
                                connection,
                                "SELECT count(*), count(DISTINCT (intake_no, leg, asset, from_account, to_account))"
                                        + " FROM token_transactions WHERE cycle = " + number
                                        + " AND intake_no IS NOT NULL AND transaction_type <> 4"))
                        .allSatisfy(row -> assertThat(row.split("\\|")[0]).isEqualTo(row.split("\\|")[1]));
                assertThat(SmallBank.rows(
                                connection, "SELECT count(*) FROM token_transactions WHERE cycle = " + number))
                        .containsExactly(expected.get("transfers").asString());
            } catch (SQLException failure) {
                throw new IllegalStateException(failure);
            }
        }
        Path reports = new DataDirectory(data).reports();
        assertThat(reports).isDirectory();
        try (var paths = Files.walk(reports)) {
            assertThat(paths.map(Path::toString))
                    .anyMatch(path -> path.contains(String.valueOf(number)))
                    .noneMatch(path -> path.endsWith(".new") || path.endsWith(".tmp"));
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static JsonNode json(Program.Result result) {
        return JsonMapper.shared().readTree(result.out());
    }
}
