package io.quittance.domain.commitment;

import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.SealHeader;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.function.Function;

/** Headers that follow each other, for tests. */
public final class Headers {

    private Headers() {}

    /**
     * The header of {@code cycle} with three transfers.
     *
     * @param prevHash hash of the header before
     */
    public static SealHeader header(long cycle, Hash32 prevHash) {
        return header(cycle, prevHash, 3_000_000);
    }

    public static SealHeader header(long cycle, Hash32 prevHash, long total) {
        byte[] root = new byte[32];
        root[0] = (byte) 0xee;
        root[31] = (byte) cycle;
        return new SealHeader(
                1,
                1,
                1,
                cycle,
                LocalDate.of(2026, 11, 23),
                Instant.parse("2026-11-23T00:00:00Z").plusSeconds(3600 * cycle),
                cycle * 3 - 2,
                cycle * 3,
                3,
                BigInteger.valueOf(total),
                1,
                2,
                Hash32.of(root),
                Hash32.ZERO,
                Hash32.ZERO,
                prevHash);
    }

    /** Headers 1 to {@code count}, chained by {@code hash} from a zero genesis. */
    public static SealHeader[] chain(int count, Function<DueHeader, Hash32> hash) {
        SealHeader[] headers = new SealHeader[count];
        Hash32 previous = Hash32.ZERO;
        for (int i = 0; i < count; i++) {
            headers[i] = header(i + 1, previous);
            previous = hash.apply(DueHeader.of(headers[i]));
        }
        return headers;
    }
}
