package io.quittance.jobs;

/** Is told how a cycle gets on; for people who look on. Called from the thread that runs the cycle. */
public interface CycleProgress {

    CycleProgress NONE = new CycleProgress() {};

    /** A step begins. */
    default void stepStarts(long cycle, String step) {}

    /** A step is done. */
    default void stepDone(long cycle, String step, double seconds) {}

    /**
     * A named point within a step is reached, at which a crash must do no harm. For tests of just that.
     *
     * @param point step and place, such as {@code postJournal.loaded}
     */
    default void reached(String point) {}
}
