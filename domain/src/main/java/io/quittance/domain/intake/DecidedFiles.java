package io.quittance.domain.intake;

import java.util.function.Consumer;

/**
 * The files of which cycles decided lines, cycle by cycle, for whoever writes down where their lines stand. Several processes
 * may ask at once; thread-safe.
 */
public interface DecidedFiles {

    /**
     * A file that came without a request of its own.
     *
     * @param client its sender's name
     * @param originalName what the sender called it
     */
    record DecidedFile(long fileNo, String client, String originalName) {}

    /**
     * Shows the files of one more published cycle: those whose lines were of its window, and those with lines that were held
     * or open before and are decided about again. When the visitor has seen them all, the cycle is done with; whatever it
     * throws is thrown on, and the cycle is shown again. Two processes at once may be shown the same.
     *
     * @return false if there is no further cycle
     */
    boolean next(Consumer<DecidedFile> visitor);
}
