package io.quittance.bench;

import java.util.SplittableRandom;

/** Which account takes part in a movement next. */
interface Popularity {

    int next(SplittableRandom random);

    /** How much of all draws falls to the account that is drawn most. */
    double greatestShare();

    /** Everyone alike. */
    record Uniform(int accounts) implements Popularity {

        @Override
        public int next(SplittableRandom random) {
            return random.nextInt(accounts);
        }

        @Override
        public double greatestShare() {
            return 1.0 / accounts;
        }
    }

    /**
     * Zipf's law with exponent 1: the account of rank k comes k times less often than the first. Drawn by rejection-inversion
     * (Hörmann and Derflinger 1996), so that ten million accounts need no table.
     */
    record Zipf(int accounts) implements Popularity {

        private static final double LOW = StrictMath.log(1.5) - 1;
        private static final double EULER = 0.577_215_664_901_532_9;

        @Override
        public int next(SplittableRandom random) {
            double high = StrictMath.log(accounts + 0.5);
            while (true) {
                double u = LOW + random.nextDouble() * (high - LOW);
                int rank = (int) Math.max(1, Math.min(accounts, Math.round(StrictMath.exp(u))));
                if (u >= StrictMath.log(rank + 0.5) - 1.0 / rank) {
                    return rank - 1;
                }
            }
        }

        @Override
        public double greatestShare() {
            return 1 / (StrictMath.log(accounts) + EULER);
        }
    }
}
