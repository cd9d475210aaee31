package io.quittance.sql;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Receipt;
import java.time.LocalDate;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** {@link IntakeQueue} in table submissions and the tables of reference data. */
final class JdbcIntakeQueue implements IntakeQueue {

    private final IntakeTransactions transactions;
    private final QueueWriter writer;

    /**
     * @param bankSecret salts the hashes that stand for free text
     * @param layOutWindows called when there is no window to join; see {@link IntakeTransactions}
     */
    JdbcIntakeQueue(DataSource application, byte[] bankSecret, Runnable layOutWindows) {
        this.transactions = new IntakeTransactions(application, layOutWindows);
        this.writer = new QueueWriter(application, bankSecret);
    }

    @Override
    public List<Receipt> accept(Client client, List<Line> lines, @Nullable LocalDate businessDate) {
        return transactions
                .run(client, lines, () -> writer.write(client, lines, businessDate, null))
                .receipts();
    }
}
