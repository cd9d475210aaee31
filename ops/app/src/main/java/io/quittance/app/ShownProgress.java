package io.quittance.app;

import io.quittance.jobs.CycleProgress;
import java.util.List;

/** Shows the steps of a cycle as they go. */
final class ShownProgress implements CycleProgress {

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

    private final Console console;
    private final CrashPoint crash = CrashPoint.fromEnvironment();

    ShownProgress(Console console) {
        this.console = console;
    }

    @Override
    public void stepStarts(long cycle, String step) {
        console.progress("cycle " + cycle + ": " + step, STEPS.indexOf(step), STEPS.size());
    }

    @Override
    public void stepDone(long cycle, String step, double seconds) {
        console.progress("cycle " + cycle + ": " + step, STEPS.indexOf(step) + 1L, STEPS.size());
    }

    @Override
    public void reached(String point) {
        crash.reached(point);
    }
}
