package io.quittance.domain.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SealHeaderTest {

    private static final SealHeader HEADER = Vectors.header();

    @Test
    void theEncodingIsThatOfSolidity() {
        assertThat("0x" + HexFormat.of().formatHex(HEADER.encode()))
                .isEqualTo(Vectors.text("header.txt").strip());
        assertThat(HEADER.encode()).hasSize(SealHeader.ENCODED_LENGTH);
    }

    @Test
    void theHashIsThatOfTheEncoding() {
        assertThat(HEADER.hash())
                .hasToString("0x293600be8a8fa994cd4c526e70a2a6a41b6c50326a304480ae66e46353625ef0")
                .isEqualTo(Keccak256.of(HEADER.encode()));
    }

    @Test
    void whatIsEncodedIsDecodedAgain() {
        assertThat(SealHeader.decode(HEADER.encode())).isEqualTo(HEADER);
    }

    /** Every byte counts: it is part of some field, or it must be zero. */
    @Test
    void noChangedByteDecodesToTheSameHeader() {
        for (int at = 0; at < SealHeader.ENCODED_LENGTH; at++) {
            byte[] changed = HEADER.encode();
            changed[at] ^= 1;
            try {
                assertThat(SealHeader.decode(changed)).as("byte " + at).isNotEqualTo(HEADER);
                assertThat(SealHeader.decode(changed).encode()).isEqualTo(changed);
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageMatching("(?s).+");
            }
        }
    }

    @Test
    void bytesOfAnotherLengthAreRefused() {
        assertThatThrownBy(() -> SealHeader.decode(Arrays.copyOf(HEADER.encode(), 511)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SealHeader.decode(Arrays.copyOf(HEADER.encode(), 513)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Row by row one field of an empty cycle's header is out of its range. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            # version, rules, secret, cycle, first, last, leaves, date,       cutOff,                      refused, held
                    2,     1,      0,     1,     1,    0,      0, 2025-04-03, 2025-04-03T17:00:00Z,              0,    0
                    1,    -1,      0,     1,     1,    0,      0, 2025-04-03, 2025-04-03T17:00:00Z,              0,    0
                    1, 65536,      0,     1,     1,    0,      0, 2025-04-03, 2025-04-03T17:00:00Z,              0,    0
                    1,     1,     -1,     1,     1,    0,      0, 2025-04-03, 2025-04-03T17:00:00Z,              0,    0
                    1,     1,  65536,     1,     1,    0,      0, 2025-04-03, 2025-04-03T17:00:00Z,              0,    0
                    1,     1,      0,     0,     1,    0,      0, 2025-04-03, 2025-04-03T17:00:00Z,              0,    0
                    1,     1,      0,     1,     0,   -1,      0, 2025-04-03, 2025-04-03T17:00:00Z,              0,    0
                    1,     1,      0,     1,     1,    1,      0, 2025-04-03, 2025-04-03T17:00:00Z,              0,    0
                    1,     1,      0,     1,     1,   -1,     -1, 2025-04-03, 2025-04-03T17:00:00Z,              0,    0
                    1,     1,      0,     1,     1,    0,      0, 0000-04-03, 2025-04-03T17:00:00Z,              0,    0
                    1,     1,      0,     1,     1,    0,      0, 2025-04-03, 1969-12-31T23:59:59Z,              0,    0
                    1,     1,      0,     1,     1,    0,      0, 2025-04-03, 2025-04-03T17:00:00.000000001Z,    0,    0
                    1,     1,      0,     1,     1,    0,      0, 2025-04-03, 2025-04-03T17:00:00Z,             -1,    0
                    1,     1,      0,     1,     1,    0,      0, 2025-04-03, 2025-04-03T17:00:00Z,              0,   -1
            """)
    void aFieldOutOfItsRangeIsRefused(
            int version,
            int rules,
            int secret,
            long cycle,
            long first,
            long last,
            long leaves,
            LocalDate date,
            Instant cutOff,
            long refused,
            long held) {
        assertThatThrownBy(() -> new SealHeader(
                        version,
                        rules,
                        secret,
                        cycle,
                        date,
                        cutOff,
                        first,
                        last,
                        leaves,
                        BigInteger.ZERO,
                        refused,
                        held,
                        EntryTree.EMPTY_ROOT,
                        Hash32.ZERO,
                        Hash32.ZERO,
                        Hash32.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theHeaderOfAnEmptyCycleIsAHeader() {
        var empty = new SealHeader(
                1,
                0,
                0,
                1,
                LocalDate.of(2025, 4, 3),
                Vectors.CUT_OFF,
                1,
                0,
                0,
                BigInteger.ZERO,
                0,
                0,
                EntryTree.EMPTY_ROOT,
                Hash32.ZERO,
                Hash32.ZERO,
                Hash32.ZERO);

        assertThat(SealHeader.decode(empty.encode())).isEqualTo(empty);
    }
}
