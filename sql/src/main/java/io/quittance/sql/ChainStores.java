package io.quittance.sql;

import io.quittance.domain.commitment.CommitmentStore;
import javax.sql.DataSource;
import org.springframework.transaction.PlatformTransactionManager;

/** Hands out the tables of chain commits behind the domain's port. */
public final class ChainStores {

    private ChainStores() {}

    /** @param transactions manages transactions of {@code database} */
    public static CommitmentStore commitments(DataSource database, PlatformTransactionManager transactions) {
        return new JdbcCommitmentStore(database, transactions);
    }
}
