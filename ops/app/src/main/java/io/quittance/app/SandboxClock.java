package io.quittance.app;

import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.cycle.Sandbox;
import io.quittance.domain.cycle.Windows;
import io.quittance.jobs.CycleProgress;
import io.quittance.jobs.CycleRunner;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** {@link Sandbox} by the bank's clock in the database and the runner of its cycles. */
final class SandboxClock implements Sandbox {

    private static final Duration CALL_MAX = Duration.ofSeconds(30);

    private final BankStore bank;
    private final Windows windows;
    private final CycleRunner runner;

    SandboxClock(BankStore bank, Windows windows, CycleRunner runner) {
        this.bank = bank;
        this.windows = windows;
        this.runner = runner;
    }

    @Override
    public Time now() {
        return new Time(bank.now(), List.of(), windows.due().isPresent());
    }

    @Override
    public synchronized Time advanceTo(Instant to) {
        Instant now = bank.now();
        if (to.isBefore(now) || to.isAfter(now.plus(STEP_MAX))) {
            throw new IllegalArgumentException(
                    "the clock stands at " + now + " and goes ahead, at most " + STEP_MAX.toDays() + " days at once");
        }
        bank.setClock(to);
        windows.layOut();
        return run(new ArrayList<>(), System.nanoTime());
    }

    @Override
    public synchronized Time cutOffNow() {
        long begun = System.nanoTime();
        var cycles = new ArrayList<Long>();
        Time due = run(cycles, begun);
        if (due.isMoreDue()) {
            return due;
        }
        if (runner.cutOffAndRun(CycleProgress.NONE) instanceof CycleRunner.Answer.Completed completed) {
            cycles.add(completed.cycle());
        }
        return run(cycles, begun);
    }

    /** Runs what is due, while there is time. */
    private Time run(List<Long> cycles, long begun) {
        while (System.nanoTime() - begun < CALL_MAX.toNanos()
                && runner.runDue(CycleProgress.NONE) instanceof CycleRunner.Answer.Completed completed) {
            cycles.add(completed.cycle());
        }
        return new Time(bank.now(), cycles, windows.due().isPresent());
    }
}
