package io.quittance.bench;

import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.Submission;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;

/** What the population hands in. The same seed gives the same submissions. Not thread-safe. */
interface Workload {

    /** What has to be settled once before {@link #cycle}: tasks to complete, orders to cancel. May be nothing. */
    void prepare(SubmissionLoad.Sink sink);

    /** What the next cycle has to know that is not a submission. May be nothing. */
    List<ReferenceLine> reference(int submissions);

    /**
     * The next cycle's submissions.
     *
     * @param submissions how many
     */
    void cycle(int submissions, SubmissionLoad.Sink sink);

    /** Names of the mixes on the command line. */
    enum Mix {
        /** Transfers between accounts, all of which settle. */
        TRANSFERS,
        /** Every kind that needs no second person. */
        ALL,
        /** Transfers, nine of ten of which pay or are paid by one of ten accounts. */
        HOT,
        /** Transfers between a million accounts, unless another number is asked for. */
        WIDE,
        /** Transfers between accounts whose popularity follows Zipf's law. */
        ZIPF;

        private static final int ACCOUNTS_MAX = 100_000;
        private static final int ACCOUNTS_WIDE = 1_000_000;

        /** Whether each submission settles as one transfer; otherwise some are refused, as some always are. */
        boolean settlesWhole() {
            return this != ALL;
        }

        /** How many accounts trade if nothing is said. */
        int accounts(int submissions) {
            return this == WIDE ? ACCOUNTS_WIDE : Math.min(ACCOUNTS_MAX, submissions);
        }

        /** @param total how many submissions all cycles together will have, at most */
        Workload over(Population population, Instant now, long seed, long total) {
            return switch (this) {
                case TRANSFERS, WIDE ->
                    new Transfers(population, new Popularity.Uniform(population.accounts()), 0, seed, total);
                case ALL -> new AllKinds(population, now, seed, total);
                case HOT ->
                    new Transfers(
                            population,
                            new Popularity.Uniform(population.accounts()),
                            Transfers.HOT_PER_MILLE,
                            seed,
                            total);
                case ZIPF -> new Transfers(population, new Popularity.Zipf(population.accounts()), 0, seed, total);
            };
        }
    }

    /**
     * Account to account, small amounts, random pairs. Amounts are so small that even the account that pays most can pay
     * all of it from what it starts with: what a cycle brings in can be paid on from the next one only.
     */
    final class Transfers implements Workload {

        static final int HOT_ACCOUNTS = 10;
        static final int HOT_PER_MILLE = 900;
        private static final int AMOUNT_MAX = 200_000;

        private final Population population;
        private final Popularity popularity;
        private final int hotPerMille;
        private final int amountMax;
        private final SplittableRandom random;
        private int cycle;

        /** @param hotPerMille of a thousand transfers, how many pay or are paid by a hot account */
        Transfers(Population population, Popularity popularity, int hotPerMille, long seed, long total) {
            this.population = population;
            this.popularity = popularity;
            this.hotPerMille = hotPerMille;
            this.random = new SplittableRandom(seed);
            double busiest = Math.max(popularity.greatestShare(), hotPerMille / 2_000.0 / HOT_ACCOUNTS);
            // Uniform amounts are half the maximum on average; the other half is the margin for chance.
            this.amountMax = (int) Math.max(1, Math.min(AMOUNT_MAX, Population.START_UTOKEN / (total * busiest)));
        }

        @Override
        public void prepare(SubmissionLoad.Sink sink) {}

        @Override
        public List<ReferenceLine> reference(int submissions) {
            return List.of();
        }

        @Override
        public void cycle(int submissions, SubmissionLoad.Sink sink) {
            cycle++;
            for (int i = 0; i < submissions; i++) {
                int from = popularity.next(random);
                boolean hot = random.nextInt(1_000) < hotPerMille;
                boolean hotPays = hot && random.nextBoolean();
                if (hotPays) {
                    from = random.nextInt(HOT_ACCOUNTS);
                }
                int to = from;
                while (to == from) {
                    to = hot && !hotPays ? random.nextInt(HOT_ACCOUNTS) : popularity.next(random);
                }
                sink.accept(new Line.OfSubmission(
                        "t" + cycle + "-" + i,
                        new Submission.Transfer(
                                population.account(from),
                                population.account(to),
                                1 + random.nextInt(amountMax),
                                null,
                                null)));
            }
        }
    }
}
