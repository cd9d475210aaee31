package io.quittance.app;

import io.quittance.domain.report.BankViews;
import io.quittance.jobs.ChainFollowing;
import io.quittance.jobs.CycleRunner;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "cycle",
        mixinStandardHelpOptions = true,
        description = "Cuts off now and runs the cycle; one that is unfinished or due already goes first.")
final class CycleCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(names = "--until-final", description = "Wait until the cycle's header is final on the chain.")
    private boolean untilFinal;

    @Override
    public Integer call() {
        Console console = common.console();
        try (BankSession session = common.openExisting()) {
            CycleRunner.Answer answer = session.get(CycleRunner.class).cutOffAndRun(new ShownProgress(console));
            long cycle = switch (answer) {
                case CycleRunner.Answer.Completed completed -> completed.cycle();
                case CycleRunner.Answer.RunElsewhere ignored ->
                    throw Trouble.checkFailed("Another process runs a cycle right now; try again when it is done.");
                case CycleRunner.Answer.NothingDue ignored -> throw Trouble.checkFailed("No window could be cut off.");
            };
            if (untilFinal) {
                FinalOnChain.await(
                        session.get(ChainFollowing.class), session.get(BankViews.class), cycle, Duration.ofMinutes(2));
            }
            BankViews.CycleView view = session.get(BankViews.class).cycle(cycle).orElseThrow();
            if (common.json) {
                System.out.println(Json.of(CycleTable.asMap(view)));
            } else {
                CycleTable.print(console, view);
            }
            return "BREAKS".equals(view.verdict()) ? Trouble.CHECK_FAILED : Trouble.DONE;
        } catch (CycleRunner.CycleFailed failed) {
            throw Trouble.of(failed);
        }
    }
}
