package io.quittance.domain.report;

import io.quittance.domain.report.JournalExtract.Opening;
import io.quittance.domain.report.JournalExtract.Party;
import io.quittance.domain.report.JournalExtract.Transfer;
import java.time.LocalDate;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A period of the journal in the plain text that hledger and its kin read. One entry per transfer, its code the seq; in front
 * of them one entry with all openings, so that a period that begins later ties as well. What an account has is positive, what
 * the bank has issued or taken in is negative, as in the books.
 */
public final class JournalText implements JournalExtract.Sink {

    private final Consumer<String> lines;
    private @Nullable LocalDate begins;
    private long firstSeq;
    private boolean opened;
    private long transfers;

    /** @param lines takes line after line, without their ends */
    public JournalText(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public void begin(LocalDate from, LocalDate to, List<String> assets, long first) {
        begins = from;
        firstSeq = first;
        lines.accept("; Quittance, business dates " + from + " to " + to);
        assets.forEach(asset -> lines.accept("commodity 1. " + commodity(asset)));
    }

    @Override
    public void opening(Opening opening) {
        if (!opened) {
            opened = true;
            lines.accept("");
            lines.accept(begins + " (" + (firstSeq - 1) + ") opening balances");
        }
        posting(opening.account(), opening.posted(), opening.asset());
    }

    @Override
    public void transfer(Transfer transfer) {
        transfers++;
        lines.accept("");
        lines.accept(transfer.businessDate() + " (" + transfer.seq() + ") " + transfer.transactionType() + "  ; cycle:"
                + transfer.cycle()
                + (transfer.submissionId() == null ? "" : ", submission:" + transfer.submissionId()));
        posting(transfer.from(), -transfer.amount(), transfer.asset());
        posting(transfer.to(), transfer.amount(), transfer.asset());
    }

    @Override
    public void end() {
        lines.accept("");
        lines.accept("; " + transfers + " transfers");
    }

    /** How many transfers were written. */
    public long transfers() {
        return transfers;
    }

    private void posting(Party party, long amount, String asset) {
        lines.accept("    " + account(party) + "  " + amount + " " + commodity(asset));
    }

    private static String account(Party party) {
        return party.accountClass().equals(TrialBalance.CUSTOMERS)
                ? TrialBalance.CUSTOMERS + ":" + party.accountId()
                : "bank:" + party.accountClass();
    }

    /** A name with anything but letters needs quotes. */
    private static String commodity(String asset) {
        return asset.chars().allMatch(Character::isLetter) ? asset : '"' + asset + '"';
    }
}
