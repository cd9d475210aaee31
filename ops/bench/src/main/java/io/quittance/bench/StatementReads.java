package io.quittance.bench;

import io.quittance.domain.report.BankViews;
import io.quittance.domain.report.BankViews.StatementRange;
import io.quittance.domain.report.ClientViews;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * How long pages of statements take with what lies behind the bank: of accounts drawn at random and of the one with the most
 * transfers in one cycle, over ranges drawn at random, from either end.
 *
 * @param ofAny milliseconds of each page, ascending
 * @param ofBusiest the same of the busiest account alone
 * @param busiestEntries its transfers in that cycle
 */
record StatementReads(double[] ofAny, double[] ofBusiest, int busiestEntries) {

    private static final int READS = 400;
    private static final int WARM_UP = 100;
    private static final int PAGE = 100;

    /** Accounts of customers that moved in any cycle: those with more positions are drawn more often. */
    private static final String TRADERS = """
            SELECT account_id FROM net_positions TABLESAMPLE SYSTEM (5) REPEATABLE (1)
            WHERE asset = 0 AND account_id >= '00000000-0000-0001-0000-000000000000' LIMIT 10000
            """;

    private static final String BUSIEST = """
            SELECT account_id, cardinality(entries) FROM net_positions
            WHERE asset = 0 AND account_id >= '00000000-0000-0001-0000-000000000000'
            ORDER BY cardinality(entries) DESC LIMIT 1
            """;

    static StatementReads of(BenchBank bank, long seed) throws SQLException {
        BankViews views = bank.get(ClientViews.class).of(bank.client());
        var random = new Random(seed);
        long last = bank.settledTransfers();
        List<UUID> traders = new ArrayList<>();
        UUID busiest;
        int busiestEntries;
        try (var statement = bank.owner().createStatement()) {
            try (var rows = statement.executeQuery(TRADERS)) {
                while (rows.next()) {
                    traders.add(rows.getObject(1, UUID.class));
                }
            }
            try (var row = statement.executeQuery(BUSIEST)) {
                row.next();
                busiest = row.getObject(1, UUID.class);
                busiestEntries = row.getInt(2);
            }
        }
        if (traders.isEmpty()) {
            traders.add(busiest); // The sample of a small table may hold nothing.
        }
        time(views, random, last, traders, WARM_UP);
        double[] ofAny = time(views, random, last, traders, READS);
        return new StatementReads(ofAny, time(views, random, last, List.of(busiest), READS), busiestEntries);
    }

    private static double[] time(BankViews views, Random random, long last, List<UUID> accounts, int reads) {
        double[] millis = new double[reads];
        for (int i = 0; i < reads; i++) {
            UUID account = accounts.get(random.nextInt(accounts.size()));
            long from = 1 + random.nextLong(last);
            long to = from + random.nextLong(last - from + 1);
            var range = new StatementRange(from, to, null, null);
            boolean newestFirst = random.nextBoolean();
            long start = System.nanoTime();
            boolean there = views.statement(account, "UTOKEN", range, newestFirst, null, PAGE)
                    .isPresent();
            millis[i] = (System.nanoTime() - start) / 1e6;
            if (!there) {
                throw new IllegalStateException("account " + account + " has no statement");
            }
        }
        Arrays.sort(millis);
        return millis;
    }

    static double percentile(double[] ascending, double share) {
        return ascending[(int) Math.min(ascending.length - 1L, Math.round(ascending.length * share))];
    }

    /** The 99th percentile of whichever is slower. */
    double slowest() {
        return Math.max(percentile(ofAny, 0.99), percentile(ofBusiest, 0.99));
    }
}
