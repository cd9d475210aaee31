package io.quittance.app;

import io.quittance.domain.commitment.Pass;
import io.quittance.domain.report.BankViews;
import io.quittance.jobs.ChainFollowing;
import java.time.Duration;

/** Waits until a cycle's header is final. */
final class FinalOnChain {

    private static final Duration PAUSE = Duration.ofMillis(150);

    private FinalOnChain() {}

    /** @throws Trouble if the chain contradicts, or it takes longer than {@code patience} */
    static void await(ChainFollowing following, BankViews views, long cycle, Duration patience) {
        long until = System.nanoTime() + patience.toNanos();
        while (true) {
            Pass pass = following.pass();
            if ("FINAL".equals(views.cycle(cycle).orElseThrow().chainState())) {
                return;
            }
            if (pass instanceof Pass.Halted halted) {
                throw Trouble.checkFailed("The chain contradicts cycle " + halted.cycle() + ": " + halted.why());
            }
            if (System.nanoTime() > until) {
                throw Trouble.checkFailed("Cycle " + cycle + " is not final on the chain after " + patience.toSeconds()
                        + " s (" + pass + ").");
            }
            java.util.concurrent.locks.LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
