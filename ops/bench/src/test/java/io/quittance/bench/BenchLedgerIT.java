package io.quittance.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Every way of posting ends with the same balances, and a peer that is not there is named. No figure is judged. */
@ResourceLock(Resources.SYSTEM_OUT)
class BenchLedgerIT {

    private static final List<String> TARGETS = List.of("row_at_a_time_ratio");

    @Test
    void theSameTransfersArePostedInEveryWay() {
        BenchRun answer = BenchRun.of("ledger", "--transfers", "1000", "--json");

        assertThat(answer.exitCode()).isZero();
        BenchRun.assertShape(answer.json(), TARGETS);
        assertThat(BenchRun.skipped(answer.json())).containsExactly("tigerbeetle");
        assertThat(answer.json().get("checks"))
                .extracting(check -> check.get("name").asString())
                .containsExactly(
                        "each transfer settled",
                        "raw COPY took the same rows",
                        "row at a time moved the same balances",
                        "row at a time bare moved the same balances",
                        "Spring Batch moved the same balances");
        Map<String, Double> rows = answer.rows();
        assertThat(rows)
                .containsEntry("transfers", 1_000.0)
                .containsEntry("row_at_a_time.transfers", 1_000.0)
                .containsEntry("spring_batch.transfers", 1_000.0);
        assertThat(rows.get("posting")).isLessThan(rows.get("queued_to_sealed"));
        assertThat(answer.json().get("targets").get(0).get("measured").asDouble())
                .isCloseTo(rows.get("settled_per_second") / rows.get("row_at_a_time_per_second"), within(1e-9));
    }

    @Test
    void aTigerBeetleThatIsNotThereIsSkipped() throws Exception {
        int free;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }

        BenchRun answer = BenchRun.of("ledger", "--transfers", "100", "--tigerbeetle", "127.0.0.1:" + free, "--json");

        assertThat(answer.exitCode()).isZero();
        assertThat(answer.json().get("skipped").get(0).get("why").asString()).contains("127.0.0.1:" + free);
    }

    @Test
    void figuresOutOfRangeAreWrongUsage() {
        assertThat(BenchRun.of("ledger").exitCode()).isEqualTo(2);
        assertThat(BenchRun.of("ledger", "--transfers", "99").exitCode()).isEqualTo(2);
    }
}
