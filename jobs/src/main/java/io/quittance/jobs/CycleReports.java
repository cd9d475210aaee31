package io.quittance.jobs;

/** Writes what people and programs read about a cycle. */
public interface CycleReports {

    /** Writes the reports of a published cycle; a second time writes the same again, up to date. */
    void write(long cycle);
}
