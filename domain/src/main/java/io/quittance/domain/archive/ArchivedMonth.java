package io.quittance.domain.archive;

import io.quittance.domain.seal.Hash32;
import java.time.LocalDate;
import java.time.YearMonth;

/**
 * A month whose transfers are in a file and not in the journal. Months are of the cut-offs, in UTC.
 *
 * @param lastSeq one less than {@code firstSeq} if nothing moved
 * @param lastDate the business date of its last cycle
 * @param file the file's name, without its folder
 * @param sha256 of the whole file
 * @param baseDigest of all balances at its end
 */
public record ArchivedMonth(
        YearMonth month,
        long firstCycle,
        long lastCycle,
        long firstSeq,
        long lastSeq,
        LocalDate lastDate,
        String file,
        Hash32 sha256,
        Hash32 baseDigest) {}
