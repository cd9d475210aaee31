package io.quittance.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Receipt;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Submissions that come by themselves share transactions, and nothing else. */
class GroupCommitIT {

    private final TestBank bank = new TestBank();
    private final Client acme = bank.client("acme", Client.Scope.SUBMIT);
    private final Client bolt = bank.client("bolt", Client.Scope.SUBMIT);
    private final UUID ofAcme = bank.accountOf(acme);
    private final UUID ofBolt = bank.accountOf(bolt);

    @AfterEach
    void close() {
        bank.close();
    }

    private Receipt take(Client client, String key, UUID from, long amount) {
        return bank.accept(client, TestBank.transfer(key, from, from.equals(ofAcme) ? ofBolt : ofAcme, amount));
    }

    @Test
    void manyAtOnceShareTransactionsAndEachGetsItsOwnAnswer() throws Exception {
        List<Receipt> receipts =
                AtOnce.run(200, i -> take(i % 2 == 0 ? acme : bolt, "k" + i / 2, i % 2 == 0 ? ofAcme : ofBolt, 1 + i));

        Set<UUID> ids = new HashSet<>();
        for (int i = 0; i < receipts.size(); i++) {
            var queued = (Receipt.Queued) receipts.get(i);
            assertThat(queued.submissionKey()).isEqualTo("k" + i / 2);
            assertThat(queued.repeated()).isFalse();
            ids.add(queued.submissionId());
            assertThat(bank.owner
                            .sql("SELECT amount_utoken FROM submissions WHERE submission_id = :id AND intake_no = :no")
                            .param("id", queued.submissionId())
                            .param("no", queued.intakeNo())
                            .query(Long.class)
                            .single())
                    .isEqualTo(1 + i);
        }
        assertThat(ids).hasSize(200);
        assertThat(bank.owner
                        .sql("SELECT count(DISTINCT xmin::text) FROM submissions")
                        .query(Long.class)
                        .single())
                .isLessThan(100);
    }

    @Test
    void aKeyIsItsClientsOwnAlsoInOneTransaction() throws Exception {
        List<Receipt> receipts = AtOnce.run(
                40, i -> take(i % 2 == 0 ? acme : bolt, "same", i % 2 == 0 ? ofAcme : ofBolt, i % 4 < 2 ? 5 : 6));

        assertThat(bank.count("submissions")).isEqualTo(2);
        assertThat(receipts)
                .filteredOn(receipt -> receipt instanceof Receipt.Queued queued && !queued.repeated())
                .hasSize(2);
        assertThat(receipts)
                .filteredOn(receipt -> receipt instanceof Receipt.Refused refused
                        && refused.errors().getFirst().reason() == Reason.KEY_CONFLICT)
                .hasSize(20);
    }

    @Test
    void nobodysRightsAreAnothersInOneTransaction() throws Exception {
        List<Receipt> receipts = AtOnce.run(40, i -> take(i % 2 == 0 ? acme : bolt, "k" + i, ofAcme, 5));

        for (int i = 0; i < receipts.size(); i++) {
            if (i % 2 == 0) {
                assertThat(receipts.get(i)).isInstanceOf(Receipt.Queued.class);
            } else {
                assertThat(((Receipt.Refused) receipts.get(i))
                                .errors()
                                .getFirst()
                                .reason())
                        .isEqualTo(Reason.UNKNOWN_ACCOUNT);
            }
        }
    }

    @Test
    void whoMustWaitForAnotherWriterKeepsNobodyElseWaiting() throws Exception {
        try (ExecutorService pool = Executors.newCachedThreadPool();
                Connection other = bank.database.owner().getConnection()) {
            other.setAutoCommit(false);
            List<Future<Receipt>> waiting = new ArrayList<>();
            for (int i = 0; i < GroupCommit.COMMITTERS; i++) { // Each would have one to wait for.
                String key = "taken" + i;
                try (var statement = other.createStatement()) {
                    statement.execute(
                            "INSERT INTO submissions (window_no, client_id, submission_key, submission_id, kind, by_operator,"
                                    + " received_at, content_digest, account_id) VALUES (" + bank.windows.getFirst()
                                    + ", "
                                    + acme.id() + ", '" + key + "', gen_random_uuid(), 7, false, now(), '', '" + ofAcme
                                    + "')");
                }
                waiting.add(pool.submit(() -> take(acme, key, ofAcme, 5)));
                awaitWaiting(i + 1);
            }

            for (int i = 0; i < 20; i++) {
                String key = "k" + i;
                assertThat(pool.submit(() -> take(bolt, key, ofBolt, 5)).get(30, TimeUnit.SECONDS))
                        .isInstanceOf(Receipt.Queued.class);
            }
            assertThat(waiting).noneMatch(Future::isDone);

            other.rollback();
            for (Future<Receipt> waits : waiting) {
                assertThat(((Receipt.Queued) waits.get()).repeated()).isFalse();
            }
        }
    }

    /** Until so many sessions have waited for a lock for longer than a group would. */
    private void awaitWaiting(int sessions) throws InterruptedException {
        for (int i = 0; i < 3_000; i++) {
            if (bank.owner
                            .sql(
                                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                            + " AND datname = current_database() AND state_change < clock_timestamp() - interval '1 s'")
                            .query(Long.class)
                            .single()
                    >= sessions) {
                return;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("they do not wait");
    }

    @Test
    void whatTheDatabaseWillNotHaveOfOneItTakesOfTheOthers() throws Exception {
        bank.owner
                .sql("ALTER TABLE submissions ADD CONSTRAINT none_of_13 CHECK (amount_utoken <> 13)")
                .update();

        List<Object> answers = AtOnce.run(60, i -> {
            try {
                return take(acme, "k" + i, ofAcme, i + 1);
            } catch (RuntimeException failure) {
                return failure;
            }
        });

        assertThat(answers).filteredOn(Receipt.Queued.class::isInstance).hasSize(59);
        assertThat((Exception) answers.get(12)).hasMessageContaining("none_of_13");
        assertThat(bank.count("submissions")).isEqualTo(59);
    }

    /** Gives no connection until it is let go. */
    private final class Slow extends DelegatingDataSource {
        private final CountDownLatch asked = new CountDownLatch(GroupCommit.COMMITTERS);
        private final CountDownLatch goOn = new CountDownLatch(1);

        Slow() {
            super(bank.database.application());
        }

        @Override
        public Connection getConnection() throws SQLException {
            asked.countDown();
            try {
                goOn.await();
            } catch (InterruptedException stop) {
                throw new SQLException(stop);
            }
            return super.getConnection();
        }
    }

    @Test
    void whoeverIsTooManyIsToldAtOnceAndACloseAnswersAllThatWereTaken() throws Exception {
        var slow = new Slow();
        var group = new GroupCommit(new IntakeTransactions(slow, () -> {}), new QueueWriter(slow, TestBank.SECRET), 10);
        try (ExecutorService pool = Executors.newCachedThreadPool()) {
            List<Future<Receipt>> answers = new ArrayList<>();
            for (int i = 0; i < GroupCommit.COMMITTERS; i++) {
                answers.add(later(pool, group, "first" + i));
                while (slow.asked.getCount() > GroupCommit.COMMITTERS - 1 - i) {
                    Thread.onSpinWait();
                }
            }
            for (int i = 0; i < 10; i++) {
                answers.add(later(pool, group, "k" + i));
            }
            while (group.waiting() < 10) {
                Thread.onSpinWait();
            }
            assertThatThrownBy(() -> group.take(acme, single("more"))).isInstanceOf(IntakeQueue.Overloaded.class);

            Future<?> closing = pool.submit(group::close);
            while (!group.isClosed()) {
                Thread.onSpinWait();
            }
            assertThatThrownBy(() -> group.take(acme, single("late"))).isInstanceOf(IntakeQueue.Overloaded.class);
            slow.goOn.countDown();
            closing.get();

            for (Future<Receipt> answer : answers) {
                assertThat(answer.get()).isInstanceOf(Receipt.Queued.class);
            }
            assertThat(bank.count("submissions")).isEqualTo(answers.size());
        }
    }

    private Future<Receipt> later(ExecutorService pool, GroupCommit group, String key) {
        return pool.submit(() -> group.take(acme, single(key)));
    }

    private Line.OfSubmission single(String key) {
        return (Line.OfSubmission) TestBank.transfer(key, ofAcme, ofBolt, 5);
    }
}
