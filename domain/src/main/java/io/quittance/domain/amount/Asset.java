package io.quittance.domain.amount;

/**
 * What a transfer moves: µToken, or the compute credits of one class counted in GPU-milliseconds. Each asset has its own
 * conservation law.
 *
 * @param id the number by which sealed records name the asset: 0 is µToken, classes count from 1; never reused
 * @param code {@code UTOKEN} or the compute class, such as {@code GPU-H100}
 */
public record Asset(int id, String code) {

    public static final Asset UTOKEN = new Asset(0, "UTOKEN");

    /** Whether this is a compute class rather than µToken. */
    public boolean isCompute() {
        return id != 0;
    }
}
