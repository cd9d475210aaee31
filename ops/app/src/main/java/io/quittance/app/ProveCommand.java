package io.quittance.app;

import io.quittance.domain.report.BankViews;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "prove",
        mixinStandardHelpOptions = true,
        description =
                "Writes the inclusion proof of a settled transfer: a file that anyone can check against the chain.")
final class ProveCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Parameters(
            paramLabel = "TRANSACTION",
            description = "The transfer's number, or a submission's id: then its first transfer.")
    private String transaction = "";

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Where to write it (default: standard output).")
    private @Nullable Path out;

    @Override
    public Integer call() {
        try (BankSession session = common.openExisting()) {
            BankViews views = session.get(BankViews.class);
            long seq = seq(views);
            String proof = views.proof(seq)
                    .orElseThrow(() -> Trouble.wrongUsage(views.archiveOf(seq)
                            .map(file -> "Transfer " + seq + " is archived in " + file
                                    + "; its proof needs the month back in the journal.")
                            .orElse("There is no settled transfer " + seq + ", or its cycle is not sealed yet.")));
            if (out == null) {
                System.out.print(proof);
                System.out.flush();
            } else {
                Files.writeString(out, proof);
                common.console().line("The proof of transfer %d is in %s", seq, out);
            }
            return Trouble.DONE;
        } catch (IOException failure) {
            throw Trouble.wrongUsage("The proof cannot be written to " + out + ": " + failure.getMessage());
        }
    }

    private long seq(BankViews views) {
        if (transaction.matches("[0-9]{1,18}")) {
            return Long.parseLong(transaction);
        }
        try {
            BankViews.SubmissionView submission = views.submission(UUID.fromString(transaction))
                    .orElseThrow(() -> Trouble.wrongUsage("There is no submission " + transaction + "."));
            List<BankViews.Posting> postings = submission.postings();
            if (postings.isEmpty()) {
                throw Trouble.wrongUsage(
                        submission.archive() == null
                                ? "Submission " + transaction + " has no settled transfer."
                                : "The transfers of submission " + transaction + " are archived in "
                                        + submission.archive() + "; their proof needs the month back in the journal.");
            }
            return postings.getFirst().seq();
        } catch (IllegalArgumentException notAnId) {
            throw Trouble.wrongUsage("\"" + transaction + "\" is neither a transfer's number nor a submission's id.");
        }
    }
}
