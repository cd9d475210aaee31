package io.quittance.app;

import io.quittance.contracts.ChainVerifier;
import io.quittance.domain.commitment.ChainUnavailableException;
import io.quittance.jobs.Replay;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        boolean equal = true;
        try (BankSession session = common.openExisting()) {
            ChainVerifier chain =
                    ChainVerifier.of(session.premises().chain(), session.bank().registry());
            session.get(Replay.class).run(all::add);
            for (Replay.Replayed cycle : all) {
                Optional<ChainVerifier.OnChain> found = chain.find(cycle.cycle());
                boolean onChain = found.filter(f -> f.headerHash().equals(cycle.headerHash()))
                        .isPresent();
                equal &= cycle.equal() && (onChain || found.isEmpty());
                console.line(
                        "cycle %d  %s  %s%s",
                        cycle.cycle(),
                        cycle.root(),
                        cycle.equal() ? "equal to its seal" : "DIFFERS FROM ITS SEAL",
                        found.isEmpty()
                                ? ", not on the chain yet"
                                : onChain ? ", equal to the chain" : ", NOT WHAT THE CHAIN HAS");
                cycle.why().forEach(why -> console.line("    %s", why));
            }
        } catch (ChainUnavailableException unavailable) {
            throw Trouble.machineLacks("The chain gives no usable answer: " + unavailable.getMessage());
        }
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
