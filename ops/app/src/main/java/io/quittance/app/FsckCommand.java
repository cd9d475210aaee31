package io.quittance.app;

import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.report.AccountRecords;
import io.quittance.jobs.BooksCheck;
import io.quittance.jobs.JournalArchiving;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "fsck",
        mixinStandardHelpOptions = true,
        description =
                "Checks the books: that they conserve, that balances are the journal, that nothing is missing or changed.")
final class FsckCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(names = "--seals", description = "Also hash every sealed cycle again and compare it with its root.")
    private boolean seals;

    @Option(
            names = "--archive",
            paramLabel = "FILE",
            description = "Also prove the file of an archived month against the seals of its cycles; may be repeated.")
    private List<Path> archives = new ArrayList<>();

    @Override
    public Integer call() {
        Console console = common.console();
        List<Identity> identities = new ArrayList<>();
        List<AccountRecords.Unclaimed> unclaimed;
        try (BankSession session = common.openExisting()) {
            // The books are proved by the database, the queue is hashed here: together they use what the machine has.
            CompletableFuture<List<Identity>> queue = CompletableFuture.supplyAsync(
                    session.get(BooksCheck.class)::queue,
                    task -> Thread.ofPlatform().daemon().name("queue").start(task));
            identities.addAll(session.get(Reconciliation.class).proveBooks());
            unclaimed = session.get(AccountRecords.class).unclaimed();
            identities.addAll(queue.join());
            if (seals) {
                identities.addAll(session.get(BooksCheck.class).seals());
            }
            for (Path file : archives) {
                if (!Files.isRegularFile(file)) {
                    throw Trouble.wrongUsage("There is no file " + file + ".");
                }
                identities.addAll(session.get(JournalArchiving.class).check(file));
            }
        }
        boolean good = identities.stream().allMatch(identity -> identity.verdict() == Identity.Verdict.MATCHED);
        for (Identity identity : identities) {
            boolean matched = identity.verdict() == Identity.Verdict.MATCHED;
            console.line(
                    "%-6s %-54s %-12s %s%s",
                    matched ? "ok" : "WRONG",
                    identity.name(),
                    identity.asset(),
                    matched ? identity.found() : identity.expected() + " expected, " + identity.found() + " found",
                    identity.detail().isEmpty() ? "" : " (" + identity.detail() + ")");
        }
        unclaimed.forEach(item -> AccountCommand.print(console, item));
        console.line(good ? "The books are in order." : "THE BOOKS ARE NOT IN ORDER.");
        if (common.json) {
            System.out.println(Json.of(Map.of("good", good, "checks", identities, "unclaimed", unclaimed)));
        }
        return good ? Trouble.DONE : Trouble.CHECK_FAILED;
    }
}
