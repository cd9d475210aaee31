package io.quittance.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.UUID;

/**
 * The transfers of a cycle as its journal has them, in that order, for peers that shall do the same. Accounts are those of the
 * population, by index.
 */
final class PostedTransfers {

    private static final int FETCH = 10_000;

    private final long firstId;
    private final int[] from;
    private final int[] to;
    private final long[] amount;

    private PostedTransfers(long firstId, int[] from, int[] to, long[] amount) {
        this.firstId = firstId;
        this.from = from;
        this.to = to;
        this.amount = amount;
    }

    /**
     * @param owner a connection as the owner of the tables, in auto-commit
     * @param count how many of the first ones
     */
    static PostedTransfers of(Connection owner, long cycle, int count) throws SQLException {
        int[] from = new int[count];
        int[] to = new int[count];
        long[] amount = new long[count];
        long firstId = 0;
        int read = 0;
        owner.setAutoCommit(false); // Else the driver fetches all rows at once.
        try (var query = owner.prepareStatement("""
                SELECT id, from_account, to_account, amount FROM token_transactions WHERE cycle = ? ORDER BY id LIMIT ?
                """)) {
            query.setFetchSize(FETCH);
            query.setLong(1, cycle);
            query.setInt(2, count);
            try (var row = query.executeQuery()) {
                while (row.next()) {
                    firstId = read == 0 ? row.getLong(1) : firstId;
                    from[read] = Population.indexOf(row.getObject(2, UUID.class));
                    to[read] = Population.indexOf(row.getObject(3, UUID.class));
                    amount[read++] = row.getLong(4);
                }
            }
        } finally {
            owner.rollback();
            owner.setAutoCommit(true);
        }
        if (read != count) {
            throw new IllegalStateException("the cycle has " + read + " transfers, not " + count);
        }
        return new PostedTransfers(firstId, from, to, amount);
    }

    int count() {
        return amount.length;
    }

    /** Its number in the journal; the others follow without a gap. */
    long firstId() {
        return firstId;
    }

    /** Index of the account that pays. */
    int from(int index) {
        return from[index];
    }

    /** Index of the account that is paid. */
    int to(int index) {
        return to[index];
    }

    long amount(int index) {
        return amount[index];
    }

    /**
     * What each account has after the first transfers.
     *
     * @param start of each account
     * @param transfers how many of the first ones
     */
    long[] balances(int accounts, long start, int transfers) {
        long[] balances = new long[accounts];
        Arrays.fill(balances, start);
        for (int i = 0; i < transfers; i++) {
            balances[from[i]] -= amount[i];
            balances[to[i]] += amount[i];
        }
        return balances;
    }
}
