package io.quittance.domain.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class Keccak256Test {

    /** Known from Ethereum: the empty code hash, the empty trie's preimage, a token's Transfer event, and text. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
            ''                                 | c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470
            abc                                | 4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45
            Transfer(address,address,uint256)  | ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef
            """)
    void itIsTheHashThatEthereumUses(String text, String hash) {
        assertThat(Keccak256.of(text)).isEqualTo(Hash32.parse(hash));
    }

    @Test
    void everyLengthAroundTheBordersOfABlockHashesAsInTheLibrary() {
        String[] lines = Vectors.text("keccak256.txt").split("\n");

        assertThat(lines).hasSizeGreaterThan(300);
        for (String line : lines) {
            String[] lengthAndHash = line.split(" ");
            byte[] input = Vectors.counting(Integer.parseInt(lengthAndHash[0]));
            assertThat(Keccak256.of(input)).as(lengthAndHash[0] + " bytes").hasToString(lengthAndHash[1]);
        }
    }

    @ParameterizedTest
    @MethodSource("io.quittance.domain.seal.Seeds#few")
    void anInstanceHashesAnyRangeToAnyPlaceAndKeepsNothingFromTheHashBefore(long seed) {
        var random = Seeds.random(seed);
        var keccak = new Keccak256();
        for (int i = 0; i < 500; i++) {
            byte[] input = Seeds.bytes(random, 400);
            int offset = random.nextInt(100);
            int length = random.nextInt(300);
            byte[] output = new byte[64];

            keccak.hash(input, offset, length, output, 16);

            byte[] expected = new byte[64];
            System.arraycopy(
                    Keccak256.hash(Arrays.copyOfRange(input, offset, offset + length)), 0, expected, 16, Hash32.LENGTH);
            assertThat(output).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("io.quittance.domain.seal.Seeds#few")
    void theFastPathForPairsGivesTheSameHashEvenOntoItsOwnInput(long seed) {
        byte[] pair = Seeds.bytes(Seeds.random(seed), 64);
        byte[] expected = Keccak256.hash(pair);
        var keccak = new Keccak256();
        keccak.hash(new byte[300], 0, 300, new byte[32], 0);

        keccak.hashPair(pair, 0, pair, 32, pair, 16);

        assertThat(Arrays.copyOfRange(pair, 16, 48)).isEqualTo(expected);
    }

    @Test
    void aRangeOutsideOfItsArrayIsRefusedBeforeAnythingIsWritten() {
        var keccak = new Keccak256();
        byte[] input = "abc".getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> keccak.hash(input, 1, 3, new byte[32], 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> keccak.hash(input, 0, 3, new byte[32], 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
