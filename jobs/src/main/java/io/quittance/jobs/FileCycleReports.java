package io.quittance.jobs;

import io.quittance.domain.amount.Asset;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import io.quittance.domain.report.BankViews;
import io.quittance.domain.report.BankViews.CycleView;
import io.quittance.domain.report.BankViews.RoundView;
import io.quittance.domain.report.CycleFigures;
import io.quittance.domain.report.TrialBalance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reports as files, one directory per cycle ({@code cycle-000001}):
 *
 * <ul>
 *   <li>{@code summary.json}: the cycle as the API shows it; {@code summary.csv}: the same as names and values
 *   <li>{@code trial-balance.csv}: opening, debits, credits and closing by asset and class of account
 *   <li>{@code positions.csv}: the same by account, of all that moved
 *   <li>{@code refusals.csv}: what was refused, is held, expired or was cancelled, and why
 *   <li>{@code rounds.csv}: the matching round of each instrument
 *   <li>{@code reconciliation.csv}: the identities, each with both sides
 *   <li>{@code manifest.json}: size and SHA-256 of each of these files
 * </ul>
 *
 * <p>CSV is UTF-8, RFC 4180 quoting, lines ended by LF, a header in any case. Amounts are whole µToken or GPU-milliseconds,
 * as the column's name or the column {@code unit} says. Text of others that a spreadsheet could take for a formula has an
 * apostrophe in front, see {@link Cells#guarded}.
 *
 * <p>The same cycle again gives the same bytes except for what was learnt since: the chain, and identities that were
 * pending. So the time that the report itself took is not in it.
 *
 * <p>A directory is there whole or not at all, whenever the program or the machine stops; a new one takes the place of the
 * old one. Thread-safe; several processes may share a directory, with one instance each.
 */
public final class FileCycleReports implements CycleReports {

    private static final Comparator<Identity> BY_NAME =
            Comparator.comparing(Identity::name).thenComparing(Identity::asset);
    private static final String LOCK_FILE = ".lock";

    private final Path directory;
    private final BankViews views;
    private final CycleFigures figures;
    private final Reconciliation reconciliation;

    /** @param directory where the cycles' directories go; made when first needed */
    public FileCycleReports(Path directory, BankViews views, CycleFigures figures, Reconciliation reconciliation) {
        this.directory = directory;
        this.views = views;
        this.figures = figures;
        this.reconciliation = reconciliation;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the cycle is not published
     * @throws IllegalStateException if its trial balance does not tie: then something is wrong with the books or with this
     *     program, and an earlier report is left as it is
     * @throws UncheckedIOException if the files cannot be written; an earlier report is left as it is
     */
    @Override
    public synchronized Path write(long cycle) {
        TrialBalance balance = figures.trialBalance(cycle);
        List<String> differences = balance.differences();
        if (!differences.isEmpty()) {
            throw new IllegalStateException(
                    "the trial balance of cycle " + cycle + " does not tie: " + String.join("; ", differences));
        }
        CycleView view = views.cycle(cycle)
                .orElseThrow(() -> new IllegalArgumentException("cycle " + cycle + " is not published"));
        try {
            Files.createDirectories(directory);
            try (FileChannel file = FileChannel.open(
                            directory.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock ignored = file.lock()) {
                return ReportDirectory.replace(directory, cycle, files -> fill(files, view, balance));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("the report of cycle " + cycle + " cannot be written", failure);
        }
    }

    private void fill(ReportFiles files, CycleView view, TrialBalance balance) throws IOException {
        ObjectNode summary = CycleSummary.json(view);
        files.json("summary.json", summary);
        files.csv(
                "summary.csv",
                "name,value",
                row -> CycleSummary.flat(summary).forEach((name, value) -> row.write(name, Cells.guarded(value))));
        files.csv("trial-balance.csv", "asset,unit,account_class,opening,debits,credits,closing", row -> {
            for (TrialBalance.Line line : balance.lines()) {
                row.write(
                        line.asset(),
                        unit(line.asset()),
                        line.accountClass(),
                        line.opening().toString(),
                        line.debits().toString(),
                        line.credits().toString(),
                        line.closing().toString());
            }
        });
        files.csv(
                "positions.csv",
                "asset,unit,account_id,account_class,opening,debits,credits,net,closing",
                row -> figures.positions(view.number(), position -> write(row, position)));
        files.csv(
                "refusals.csv",
                "submission_id,client,submission_key,kind,state,reason,sentence,retry,detail,hold_until",
                row -> figures.refusals(view.number(), refusal -> write(row, refusal)));
        files.csv(
                "rounds.csv",
                "compute_class,price_utoken_per_lot,volume_lots,demand_lots,supply_lots,decided_by,orders_in,orders_filled,"
                        + "reference_before_utoken_per_lot,reference_after_utoken_per_lot",
                row -> CycleSummary.rounds(view).forEach(round -> write(row, round)));
        files.csv(
                "reconciliation.csv",
                "identity,asset,expected,found,verdict,detail",
                row -> reconciliation.kept(view.number()).stream()
                        .sorted(BY_NAME)
                        .forEach(identity -> write(row, identity)));
        files.manifest("manifest.json", view.number());
    }

    private static String unit(String asset) {
        return asset.equals(Asset.UTOKEN.code()) ? "utoken" : "gpu_ms";
    }

    private static void write(ReportFiles.Row row, CycleFigures.Position position) {
        row.write(
                position.asset(),
                unit(position.asset()),
                position.accountId().toString(),
                position.accountClass(),
                Long.toString(position.opening()),
                Long.toString(position.debits()),
                Long.toString(position.credits()),
                Long.toString(position.net()),
                Long.toString(position.closing()));
    }

    private static void write(ReportFiles.Row row, CycleFigures.Refusal refusal) {
        Reason reason = refusal.reason();
        row.write(
                refusal.submissionId().toString(),
                Cells.guarded(refusal.client()),
                Cells.guarded(refusal.submissionKey()),
                refusal.kind().wireName(),
                refusal.state().name(),
                reason == null ? "" : reason.name(),
                reason == null ? "" : reason.sentence(),
                reason == null ? "" : retry(refusal.state(), reason),
                Cells.guarded(refusal.detail()),
                Cells.text(refusal.holdUntil()));
    }

    /** What is held is offered again by itself, whatever the reason says of what is refused. */
    private static String retry(BankViews.SubmissionState state, Reason reason) {
        return (state == BankViews.SubmissionState.HELD ? Reason.Retry.NOT_NEEDED : reason.retry()).name();
    }

    private static void write(ReportFiles.Row row, RoundView round) {
        row.write(
                round.computeClass(),
                Cells.text(round.priceUtokenPerLot()),
                Long.toString(round.volumeLots()),
                Long.toString(round.demandLots()),
                Long.toString(round.supplyLots()),
                round.decidedBy(),
                Long.toString(round.ordersIn()),
                Long.toString(round.ordersFilled()),
                Long.toString(round.referenceBefore()),
                Long.toString(round.referenceAfter()));
    }

    private static void write(ReportFiles.Row row, Identity identity) {
        row.write(
                identity.name(),
                identity.asset(),
                Cells.guarded(identity.expected()),
                Cells.guarded(identity.found()),
                identity.verdict().name(),
                Cells.guarded(identity.detail()));
    }
}
