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
        ALL;

        /** Whether each submission settles as one transfer; otherwise some are refused, as some always are. */
        boolean settlesWhole() {
            return this == TRANSFERS;
        }

        /** @param total how many submissions all cycles together will have, at most */
        Workload over(Population population, Instant now, long seed, long total) {
            return switch (this) {
                case TRANSFERS -> new Transfers(population, seed);
                case ALL -> new AllKinds(population, now, seed, total);
            };
        }
    }

    /** Account to account, small amounts, random pairs. */
    final class Transfers implements Workload {

        private static final int AMOUNT_MAX = 200_000;

        private final Population population;
        private final SplittableRandom random;
        private int cycle;

        Transfers(Population population, long seed) {
            this.population = population;
            this.random = new SplittableRandom(seed);
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
                int from = random.nextInt(population.accounts());
                int to = (from + 1 + random.nextInt(population.accounts() - 1)) % population.accounts();
                sink.accept(new Line.OfSubmission(
                        "t" + cycle + "-" + i,
                        new Submission.Transfer(
                                population.account(from),
                                population.account(to),
                                1 + random.nextInt(AMOUNT_MAX),
                                null,
                                null)));
            }
        }
    }
}
