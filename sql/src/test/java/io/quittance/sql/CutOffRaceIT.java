package io.quittance.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.KycLevel;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Receipt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Windows close one after another under eight writers; nothing is lost, doubled, or added to what was closed. */
class CutOffRaceIT {

    private static final int WRITERS = 8;
    private static final int CUT_OFFS = 12;
    private static final int LINES_PER_CALL = 3;

    @Test
    @Timeout(120)
    void aCutOffUnderFullLoadLosesNothingAndDoublesNothing() throws Exception {
        try (var bank = new TestBank();
                ExecutorService pool = Executors.newFixedThreadPool(WRITERS)) {
            for (int i = 1; i <= CUT_OFFS; i++) {
                bank.window(TestBank.DATE, TestBank.NOW.plusSeconds(i));
            }
            Client client = bank.client("sender", Client.Scope.SUBMIT);
            UUID mine = bank.accountOf(client);
            UUID theirs = bank.account(KycLevel.L2);
            var stop = new AtomicBoolean();
            var acknowledged = new AtomicLong();
            List<Future<List<Receipt.Queued>>> writers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                int number = writer;
                writers.add(pool.submit(() -> {
                    List<Receipt.Queued> receipts = new ArrayList<>();
                    for (int call = 0; !stop.get(); call++) {
                        List<Line> lines = new ArrayList<>();
                        for (int i = 0; i < LINES_PER_CALL; i++) {
                            lines.add(TestBank.transfer(number + "/" + call + "/" + i, mine, theirs, 1));
                        }
                        for (Receipt receipt : bank.queue.accept(client, lines, null)) {
                            receipts.add((Receipt.Queued) receipt);
                            acknowledged.incrementAndGet();
                        }
                    }
                    return receipts;
                }));
            }

            Map<Long, Set<String>> closed = new HashMap<>();
            try {
                for (int i = 0; i < CUT_OFFS; i++) {
                    long before = acknowledged.get();
                    while (acknowledged.get() < before + 20) { // Some lines get into each window.
                        assertThat(writers).noneMatch(Future::isDone);
                        Thread.sleep(1);
                    }
                    closeEarliest(bank, closed);
                }
            } finally {
                stop.set(true);
            }
            Map<String, Receipt.Queued> receipts = new HashMap<>();
            for (Future<List<Receipt.Queued>> writer : writers) {
                writer.get().forEach(receipt -> {
                    assertThat(receipt.repeated()).isFalse();
                    assertThat(receipts.put(receipt.submissionKey(), receipt)).isNull();
                });
            }

            Map<String, Long> windowOf = new HashMap<>();
            bank.owner.sql("SELECT submission_key, window_no FROM submissions").query(row -> {
                assertThat(windowOf.put(row.getString(1), row.getLong(2))).isNull();
            });
            assertThat(windowOf.keySet()).isEqualTo(receipts.keySet());
            assertThat(closed).hasSize(CUT_OFFS);
            closed.forEach((window, keys) -> {
                Set<String> now = new HashSet<>();
                windowOf.forEach((key, in) -> {
                    if (in.equals(window)) {
                        now.add(key);
                    }
                });
                assertThat(now).as("window %d after its close", window).isEqualTo(keys);
            });
            assertThat(closed.values().stream().filter(keys -> !keys.isEmpty()).count())
                    .as("windows that lines got into")
                    .isGreaterThan(CUT_OFFS / 2);
        }
    }

    /** What the cut-off does: waits for the window's writers, closes it, and reads what is in it. */
    private static void closeEarliest(TestBank bank, Map<Long, Set<String>> closed) {
        new TransactionTemplate(new JdbcTransactionManager(bank.database.owner())).executeWithoutResult(status -> {
            long window = bank.owner
                    .sql("SELECT window_no FROM settlement_windows WHERE state = 'OPEN' ORDER BY cut_off LIMIT 1")
                    .query(Long.class)
                    .single();
            bank.owner
                    .sql("SELECT pg_advisory_xact_lock(7001, :window)")
                    .param("window", (int) window)
                    .query((row, n) -> "")
                    .single();
            bank.closeWindow(window);
            closed.put(
                    window,
                    new HashSet<>(bank.owner
                            .sql("SELECT submission_key FROM submissions WHERE window_no = :window")
                            .param("window", window)
                            .query(String.class)
                            .list()));
        });
    }
}
