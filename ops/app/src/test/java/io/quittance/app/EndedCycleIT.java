package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.report.BankViews;
import io.quittance.jobs.BooksCheck;
import io.quittance.jobs.CycleProgress;
import io.quittance.jobs.CycleRunner;
import io.quittance.jobs.Replay;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.json.JsonMapper;

/** A signal, or the end of the database, at a time that nobody chose: in order, soon, in one sentence, and nothing lost. */
@ResourceLock(SmallBank.CYCLES_IN_PROCESS)
class EndedCycleIT {

    private static final Duration SOON = Duration.ofSeconds(10);

    private static final List<String> STEPS = List.of(
            "cutOff",
            "screenSubmissions",
            "matchOrders",
            "netPositions",
            "postJournal",
            "sealCycle",
            "commitOnChain",
            "reconcile",
            "publishReport");

    @TempDir
    Path folder;

    private Path data;

    @AfterEach
    void endWhatIsLeft() {
        if (data != null) {
            Program.servicesAlive(data).forEach(pid -> Program.signal("QUIT", pid));
        }
    }

    /**
     * The first signals meet the cycle of the second date. As a run that is told to end may still get some steps further,
     * later signals meet the empty cycles after it, which a cut-off by hand begins.
     */
    @Test
    void aSignalInEachStepEndsTheRunInOrderAndTheNextOneResumes() throws InterruptedException {
        data = SmallBank.beforeSecond(folder.resolve("data"));

        for (String step : STEPS) {
            try (Program.Running run = stoppedAt(step)) {
                long start = System.nanoTime();
                run.signal("TERM");
                run.signal("CONT");
                assertThat(run.process().waitFor(SOON.toMillis(), TimeUnit.MILLISECONDS))
                        .as("ends within %s in %s, after %d ms", SOON, step, (System.nanoTime() - start) / 1_000_000)
                        .isTrue();
                Program.Result result = run.result();
                assertThat(result.exit()).as("%s: %s", step, result).isEqualTo(Trouble.INTERRUPTED);
                assertThat(result.complaints()).as("%s: %s", step, result).containsExactly("quittance: interrupted.");
                assertThat(Program.servicesAlive(data)).as(step).isEmpty();
            }
        }

        Program.Result last = Program.run(data, "cycle", "--until-final", "--json");
        assertThat(last.exit()).as(last.err()).isEqualTo(Trouble.DONE);
        requireAsUndisturbed();
    }

    @Test
    void aRunThatIsToldToEndStopsBeforeItsNextStepAndIsResumed() {
        data = SmallBank.beforeSecond(folder.resolve("data"));

        try (BankSession session = SmallBank.open(data)) {
            var runner = session.get(CycleRunner.class);
            var begun = new ArrayList<String>();
            assertThatThrownBy(() -> runner.cutOffAndRun(new CycleProgress() {
                        @Override
                        public void stepStarts(long cycle, String step) {
                            begun.add(step);
                        }

                        @Override
                        public void reached(String point) {
                            if (point.equals("postJournal.loaded")) {
                                CompletableFuture.runAsync(() -> runner.end(Duration.ZERO))
                                        .join();
                            }
                        }
                    }))
                    .isInstanceOf(CycleRunner.CycleFailed.class)
                    .hasMessageContaining("told to end before sealCycle");
            assertThat(begun).endsWith("postJournal");
            assertThat(runner.end(Duration.ZERO)).isTrue();
            assertThat(runner.runDue(CycleProgress.NONE)).isInstanceOf(CycleRunner.Answer.NothingDue.class);
        }

        try (BankSession session = SmallBank.open(data)) {
            assertThat(session.get(CycleRunner.class).cutOffAndRun(CycleProgress.NONE))
                    .isEqualTo(new CycleRunner.Answer.Completed(2));
        }
        requireAsUndisturbed();
    }

    /** A run of the cycle, stopped at the start of a step; one that has that step behind it already is let through. */
    private Program.Running stoppedAt(String step) {
        while (true) {
            Program.Running run = Program.start(data, Map.of("QUITTANCE_STOP_AT", step), "cycle");
            Program.until(
                    "the run to stop at " + step + " or to end",
                    () -> !run.process().isAlive() || ProgramProcess.isStopped(run.pid()));
            if (run.process().isAlive()) {
                return run;
            }
            Program.Result ended = run.result();
            assertThat(ended.exit()).as(ended.err()).isEqualTo(Trouble.DONE);
        }
    }

    private void requireAsUndisturbed() {
        try (BankSession session = SmallBank.open(data)) {
            assertThat(session.get(BankViews.class).cycle(2).orElseThrow().headerHash())
                    .hasToString(JsonMapper.shared()
                            .readTree(SmallBank.undisturbedSecond().out())
                            .get("headerHash")
                            .asString());
            assertThat(session.get(Reconciliation.class).proveBooks())
                    .allMatch(identity -> identity.verdict() == Identity.Verdict.MATCHED);
            assertThat(session.get(BooksCheck.class).seals())
                    .allMatch(identity -> identity.verdict() == Identity.Verdict.MATCHED);
            var replayed = new ArrayList<Replay.Replayed>();
            session.get(Replay.class).run(replayed::add);
            assertThat(replayed).hasSizeGreaterThanOrEqualTo(2).allMatch(Replay.Replayed::equal);
        }
    }

    @Test
    void aServiceWhoseDatabaseEndsSaysSoAndTheNextOneGoesOn() {
        data = SmallBank.beforeSecond(folder.resolve("data"));

        try (Program.Running service = Program.serve(data, "--cron", "0 0 0 1 1 ? 2099")) {
            Program.until("the service has said all", () -> service.outSoFar().contains("operator's key"));
            long postmaster = Long.parseLong(
                    Program.read(new DataDirectory(data).postgres().resolve("postmaster.pid"))
                            .lines()
                            .findFirst()
                            .orElseThrow());
            Program.signal("QUIT", postmaster);

            Program.Result result = service.result();
            assertThat(result.exit()).as(result.err()).isEqualTo(Trouble.MACHINE_LACKS);
            assertThat(result.complaints())
                    .as(result.err())
                    .singleElement()
                    .asString()
                    .contains("The embedded PostgreSQL ended by itself", "nothing is lost");
        }

        Program.Result next = Program.run(data, "cycle", "--until-final", "--json");
        assertThat(next.exit()).as(next.err()).isEqualTo(Trouble.DONE);
        requireAsUndisturbed();
    }
}
