package io.quittance.app;

import io.quittance.jobs.Replay;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = "Settles the whole history again from the queue, in memory, and compares every root.")
final class ReplayCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        Console console = common.console();
        List<Replay.Replayed> all = new ArrayList<>();
        try (BankSession session = common.openExisting()) {
            session.get(Replay.class).run(cycle -> {
                all.add(cycle);
                console.line(
                        "cycle %d  %s  %s%s",
                        cycle.cycle(),
                        cycle.root(),
                        cycle.equal() ? "equal to its seal" : "DIFFERS FROM ITS SEAL",
                        cycle.onChain() == null
                                ? ""
                                : cycle.onChain() ? ", equal to the chain" : ", NOT WHAT THE CHAIN HAS");
                cycle.why().forEach(why -> console.line("    %s", why));
            });
        }
        boolean equal = all.stream().allMatch(cycle -> cycle.equal() && !Boolean.FALSE.equals(cycle.onChain()));
        if (common.json) {
            System.out.println(Json.of(Map.of(
                    "equal",
                    equal,
                    "cycles",
                    all.stream()
                            .map(c -> Map.of(
                                    "number",
                                    c.cycle(),
                                    "root",
                                    c.root().toString(),
                                    "equal",
                                    c.equal(),
                                    "why",
                                    c.why()))
                            .toList())));
        }
        console.line(equal ? "%d cycles replayed, all equal." : "%d cycles replayed; NOT ALL EQUAL.", all.size());
        return equal ? Trouble.DONE : Trouble.CHECK_FAILED;
    }
}
