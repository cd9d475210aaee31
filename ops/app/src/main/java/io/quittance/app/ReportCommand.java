package io.quittance.app;

import io.quittance.domain.report.BankViews;
import io.quittance.jobs.CycleReports;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = "Writes the reports of a cycle again, up to date.")
final class ReportCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "CYCLE", description = "The cycle's number.")
    private long cycle;

    @Override
    public Integer call() {
        Console console = common.console();
        try (BankSession session = common.openExisting()) {
            BankViews.CycleView view = session.get(BankViews.class)
                    .cycle(cycle)
                    .orElseThrow(() -> Trouble.wrongUsage("There is no cycle " + cycle + "."));
            Path files = session.get(CycleReports.class).write(cycle);
            if (common.json) {
                System.out.println(Json.of(CycleTable.asMap(view)));
            } else {
                CycleTable.print(console, view);
            }
            console.line("  reports                %s", files);
            return Trouble.DONE;
        }
    }
}
