package io.quittance.jobs;

import java.nio.file.Path;

/** Writes what people and programs read about a cycle. */
public interface CycleReports {

    /**
     * Writes the reports of a published cycle; a second time writes the same again, up to date.
     *
     * @return the directory that they are in
     */
    Path write(long cycle);
}
