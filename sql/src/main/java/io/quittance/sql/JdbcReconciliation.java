package io.quittance.sql;

import io.quittance.domain.reconciliation.Identity;
import io.quittance.domain.reconciliation.Reconciliation;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** {@link Reconciliation} by the functions reconcile_cycle and prove_books. */
final class JdbcReconciliation implements Reconciliation {

    private static final String RECONCILE = "SELECT check_name, asset, expected, found FROM reconcile_cycle(:cycle)";
    private static final String POSITIONS = RECONCILE + """
             WHERE check_name IN ('accounts whose position is not their journal',
                'accounts whose running balance is not their journal')
            """;
    private static final String PROVE = "SELECT check_name, asset, expected, found, first_wrong FROM prove_books()";
    private static final String KEEP = """
            INSERT INTO reconciliation_checks (cycle, check_name, asset, expected, found, verdict, detail)
            VALUES (:cycle, :name, :asset, :expected, :found, :verdict, :detail)
            ON CONFLICT (cycle, check_name, asset) DO NOTHING
            """;
    private static final String COMPLETE = """
            UPDATE reconciliation_checks SET expected = :expected, found = :found, verdict = :verdict, detail = :detail,
                checked_at = clock_timestamp()
            WHERE cycle = :cycle AND check_name = :name AND verdict <> 'MATCHED'
            """;
    private static final String KEPT = """
            SELECT check_name, asset, expected, found, verdict, detail FROM reconciliation_checks
            WHERE cycle = :cycle ORDER BY check_name, asset
            """;
    private static final String PENDING = """
            SELECT cycle FROM reconciliation_checks WHERE check_name = :name AND verdict = 'PENDING' ORDER BY cycle
            """;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    /** One snapshot of the books for all proofs; it can write nothing, and waits for nobody. */
    private final TransactionTemplate snapshot;

    JdbcReconciliation(DataSource application) {
        this.jdbc = JdbcClient.create(application);
        var manager = new JdbcTransactionManager(application);
        this.transaction = new TransactionTemplate(manager);
        this.snapshot = new TransactionTemplate(manager);
        this.snapshot.setReadOnly(true);
        this.snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    }

    @Override
    public List<Identity> reconcile(long cycle, Identity onChain) {
        transaction.executeWithoutResult(status -> {
            List<Identity> found = jdbc.sql(RECONCILE)
                    .param("cycle", cycle)
                    .query(JdbcReconciliation::compared)
                    .list();
            found.forEach(identity -> keep(cycle, identity));
            keep(cycle, onChain);
            completeOnChain(cycle, onChain);
        });
        return kept(cycle);
    }

    private void keep(long cycle, Identity identity) {
        jdbc.sql(KEEP)
                .param("cycle", cycle)
                .param("name", identity.name())
                .param("asset", identity.asset())
                .param("expected", identity.expected())
                .param("found", identity.found())
                .param("verdict", identity.verdict().name())
                .param("detail", identity.detail())
                .update();
    }

    @Override
    public void completeOnChain(long cycle, Identity onChain) {
        jdbc.sql(COMPLETE)
                .param("cycle", cycle)
                .param("name", onChain.name())
                .param("expected", onChain.expected())
                .param("found", onChain.found())
                .param("verdict", onChain.verdict().name())
                .param("detail", onChain.detail())
                .update();
    }

    @Override
    public List<Identity> kept(long cycle) {
        return jdbc.sql(KEPT)
                .param("cycle", cycle)
                .query((row, n) -> new Identity(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        Identity.Verdict.valueOf(row.getString(5)),
                        row.getString(6)))
                .list();
    }

    @Override
    public List<Identity> proveBooks() {
        return Objects.requireNonNull(snapshot.execute(
                status -> jdbc.sql(PROVE).query(JdbcReconciliation::proved).list()));
    }

    @Override
    public List<Identity> provePositions(long cycle) {
        return Objects.requireNonNull(snapshot.execute(status -> jdbc.sql(POSITIONS)
                .param("cycle", cycle)
                .query(JdbcReconciliation::compared)
                .list()));
    }

    @Override
    public List<Long> pendingOnChain() {
        return jdbc.sql(PENDING).param("name", ON_CHAIN).query(Long.class).list();
    }

    private static Identity proved(ResultSet row, int n) throws SQLException {
        Identity both = compared(row, n);
        String firstWrong = row.getString(5);
        return both.verdict() == Identity.Verdict.MATCHED || firstWrong == null
                ? both
                : new Identity(both.name(), both.asset(), both.expected(), both.found(), both.verdict(), firstWrong);
    }

    private static Identity compared(ResultSet row, int n) throws SQLException {
        return Identity.of(row.getString(1), row.getString(2), row.getString(3), row.getString(4));
    }
}
