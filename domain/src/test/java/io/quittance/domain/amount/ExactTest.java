package io.quittance.domain.amount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExactTest {

    private static final long MAX = Long.MAX_VALUE;

    @ParameterizedTest(name = "{0} × {1} ÷ {2}")
    @CsvSource({
        "0, 0, 1, 0, 0",
        "0, 9223372036854775807, 1, 0, 0",
        "1, 1, 2, 0, 1",
        "7, 3, 21, 1, 1",
        "7, 3, 20, 1, 2",
        "7, 3, 22, 0, 1",
        "9223372036854775807, 1, 1, 9223372036854775807, 9223372036854775807",
        "9223372036854775807, 9223372036854775807, 9223372036854775807, 9223372036854775807, 9223372036854775807",
        "9223372036854775807, 2, 3, 6148914691236517204, 6148914691236517205",
        "4611686018427387904, 2, 1, -1, -1",
        "3037000500, 3037000500, 1, -1, -1",
        "3037000499, 3037000499, 1, 9223372030926249001, 9223372030926249001",
        "9223372036854775807, 9223372036854775807, 9223372036854775806, -1, -1",
        "9223372036854775806, 9223372036854775807, 9223372036854775806, 9223372036854775807, 9223372036854775807"
    })
    void divisionRoundsAsItsNameSays(long a, long b, long divisor, long down, long up) {
        if (down < 0) {
            assertThatThrownBy(() -> Exact.mulDivDown(a, b, divisor)).isInstanceOf(ArithmeticException.class);
            assertThatThrownBy(() -> Exact.mulDivUp(a, b, divisor)).isInstanceOf(ArithmeticException.class);
        } else {
            assertThat(Exact.mulDivDown(a, b, divisor)).isEqualTo(down);
            assertThat(Exact.mulDivUp(a, b, divisor)).isEqualTo(up);
        }
    }

    /** 2^63 − 1 and a half: down it fits, up it does not. */
    @Test
    void roundingUpMayOverflowWhereRoundingDownDoesNot() {
        long factor = 0x5555_5555_5555_5555L; // Three of it are 2^64 − 1, which is odd.
        assertThat(Exact.mulDivDown(factor, 3, 2)).isEqualTo(MAX);
        assertThatThrownBy(() -> Exact.mulDivUp(factor, 3, 2)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void operandsOutOfRangeAreBugs() {
        for (long[] bad : new long[][] {{-1, 1, 1}, {1, -1, 1}, {1, 1, 0}, {1, 1, -1}}) {
            assertThatThrownBy(() -> Exact.mulDivDown(bad[0], bad[1], bad[2]))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Exact.mulDivUp(bad[0], bad[1], bad[2]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void bothAgreeWithBigIntegersOfAnySize() {
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            long a = random.nextLong() >>> 1 + random.nextInt(63);
            long b = random.nextLong() >>> 1 + random.nextInt(63);
            long divisor = (random.nextLong() >>> 1 + random.nextInt(63)) | 1;
            BigInteger[] exact = BigInteger.valueOf(a)
                    .multiply(BigInteger.valueOf(b))
                    .divideAndRemainder(BigInteger.valueOf(divisor));
            BigInteger up = exact[0].add(BigInteger.valueOf(exact[1].signum()));
            if (up.bitLength() < 64) {
                assertThat(Exact.mulDivDown(a, b, divisor)).isEqualTo(exact[0].longValueExact());
                assertThat(Exact.mulDivUp(a, b, divisor)).isEqualTo(up.longValueExact());
            } else {
                assertThatThrownBy(() -> Exact.mulDivUp(a, b, divisor)).isInstanceOf(ArithmeticException.class);
            }
        }
    }
}
