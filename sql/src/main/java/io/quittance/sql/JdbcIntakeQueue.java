package io.quittance.sql;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Receipt;
import java.time.LocalDate;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** {@link IntakeQueue} in table submissions and the tables of reference data. */
final class JdbcIntakeQueue implements IntakeQueue, AutoCloseable {

    private final IntakeTransactions transactions;
    private final QueueWriter writer;
    private final GroupCommit singles;

    /**
     * @param bankSecret salts the hashes that stand for free text
     * @param layOutWindows called when there is no window to join; see {@link IntakeTransactions}
     */
    JdbcIntakeQueue(DataSource application, byte[] bankSecret, Runnable layOutWindows) {
        this.transactions = new IntakeTransactions(application, layOutWindows);
        this.writer = new QueueWriter(application, bankSecret);
        this.singles = new GroupCommit(transactions, writer, GroupCommit.WAITING_MAX);
    }

    @Override
    public List<Receipt> accept(Client client, List<Line> lines, @Nullable LocalDate businessDate) {
        if (businessDate == null && lines.size() == 1 && lines.getFirst() instanceof Line.OfSubmission single) {
            boolean waits = single.kind() == Kind.REVERSALS; // For whoever uses the same approval at this moment.
            return List.of(waits ? singles.takeAlone(client, single) : singles.take(client, single));
        }
        return transactions
                .run(client, lines, () -> writer.write(client, lines, businessDate))
                .receipts();
    }

    @Override
    public List<Receipt> acceptAll(Client client, List<Line> lines) {
        try {
            return transactions.run(client, lines, () -> {
                List<Receipt> receipts = writer.write(client, lines, null).receipts();
                if (receipts.stream().anyMatch(Receipt.Refused.class::isInstance)) {
                    throw new NotAll(receipts);
                }
                return receipts;
            });
        } catch (NotAll refused) {
            return refused.receipts;
        }
    }

    @Override
    public void close() {
        singles.close();
    }

    /** Some of the lines were refused: rolls the others back. */
    private static final class NotAll extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient List<Receipt> receipts;

        NotAll(List<Receipt> receipts) {
            super("not all lines can be taken", null, false, false);
            this.receipts = receipts;
        }
    }
}
