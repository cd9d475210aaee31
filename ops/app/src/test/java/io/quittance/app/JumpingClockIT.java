package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.jobs.CycleProgress;
import io.quittance.jobs.CycleRunner;
import io.quittance.jobs.Replay;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** A clock that jumps, forth and back, costs no submission, and dates and cut-offs only ever go forward. */
@ResourceLock(SmallBank.CYCLES_IN_PROCESS)
class JumpingClockIT {

    private static final long SEED = 20_250_401;
    private static final int JUMPS = 40;
    private static final int HOURS_FORTH_MAX = 60;
    private static final int HOURS_BACK_MAX = 50;
    private static final int FAR_HOURS = 24 * 12;

    private int sent;

    @Test
    void datesNeverGoBackAndEachSubmissionIsJudgedOnce(@TempDir Path folder) throws SQLException {
        Path data = SmallBank.settled(folder.resolve("data"));
        var random = new Random(SEED);
        try (BankSession session = SmallBank.open(data)) {
            BankStore bank = session.get(BankStore.class);
            var runner = session.get(CycleRunner.class);
            Client client =
                    session.get(ClientDirectory.class).named("small-sender").orElseThrow();
            for (int i = 0; i < JUMPS; i++) {
                int hours = i == JUMPS / 2
                        ? FAR_HOURS // Beyond all windows that are laid out.
                        : random.nextInt(HOURS_FORTH_MAX + HOURS_BACK_MAX) - HOURS_BACK_MAX;
                submit(session, client);
                bank.setClock(bank.now().plus(Duration.ofHours(hours)));
                submit(session, client);
                if (random.nextInt(3) == 0) {
                    runner.cutOffAndRun(CycleProgress.NONE);
                } else {
                    runDue(runner);
                }
            }
            runDue(runner);
            runner.cutOffAndRun(CycleProgress.NONE);

            try (var connection = DriverManager.getConnection(session.premises().databaseUrl())) {
                assertThat(SmallBank.rows(
                                connection,
                                "SELECT cycle, business_date, cut_off FROM (SELECT cycle, business_date, cut_off,"
                                        + " lag(business_date) OVER w AS date_before, lag(cut_off) OVER w AS cut_off_before"
                                        + " FROM settlement_cycles WINDOW w AS (ORDER BY cycle)) c"
                                        + " WHERE business_date < date_before OR cut_off <= cut_off_before"))
                        .as("seed " + SEED)
                        .isEmpty();
                assertThat(SmallBank.rows(
                                connection, "SELECT count(*) FROM submissions WHERE submission_key LIKE 'jump-%'"))
                        .containsExactly(String.valueOf(sent));
                assertThat(SmallBank.rows(
                                connection,
                                "SELECT s.submission_key, c.cycle FROM submissions s LEFT JOIN settlement_cycles c"
                                        + " ON c.window_no = s.window_no LEFT JOIN token_transactions t"
                                        + " ON t.intake_no = s.intake_no WHERE s.submission_key LIKE 'jump-%'"
                                        + " GROUP BY 1, 2 HAVING c.cycle IS NULL OR count(t.id) <> 1"))
                        .as("queued, and not settled once")
                        .isEmpty();
                assertThat(SmallBank.rows(
                                connection, "SELECT count(DISTINCT business_date) > 10 FROM settlement_cycles"))
                        .containsExactly("t");
            }
            assertThat(session.get(Reconciliation.class).proveBooks())
                    .allMatch(identity -> identity.verdict() == Identity.Verdict.MATCHED);
            var replayed = new ArrayList<Replay.Replayed>();
            session.get(Replay.class).run(replayed::add);
            assertThat(replayed).allMatch(Replay.Replayed::equal);
        }
    }

    private void submit(BankSession session, Client client) {
        var transfer = new Submission.Transfer(SmallBank.BUYER, SmallBank.TRADER, 1 + sent, null, null);
        List<Receipt> receipts = session.get(IntakeQueue.class)
                .accept(client, List.of(new Line.OfSubmission("jump-" + ++sent, transfer)), null);
        assertThat(receipts).singleElement().isInstanceOf(Receipt.Queued.class);
    }

    private static void runDue(CycleRunner runner) {
        while (runner.runDue(CycleProgress.NONE) instanceof CycleRunner.Answer.Completed) {
            // Until nothing is due.
        }
    }
}
