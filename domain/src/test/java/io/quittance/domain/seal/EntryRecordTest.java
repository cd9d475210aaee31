package io.quittance.domain.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EntryRecordTest {

    private static final Bytes16 FROM = Bytes16.parse("0x101112131415161718191a1b1c1d1e1f");
    private static final Bytes16 TO = Bytes16.parse("0x202122232425262728292a2b2c2d2e2f");
    private static final Bytes16 SALT = Bytes16.parse("0xf0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    private static final Instant CUT_OFF = Instant.parse("2025-04-03T17:00:00Z");
    private static final BigInteger AMOUNT = new BigInteger("0102030405060708090a0b0c0d0e0f10", 16);

    private static final EntryRecord RECORD =
            new EntryRecord(0x0102030405060708L, FROM, TO, AMOUNT, 0xA1A2A3A4L, 0xEE, CUT_OFF, SALT);

    @Test
    void theLayoutIsFrozen() {
        assertThat(HexFormat.of().formatHex(RECORD.encode()))
                .isEqualTo(
                        "01" // version
                                + "0102030405060708" // seq
                                + "101112131415161718191a1b1c1d1e1f" // from
                                + "202122232425262728292a2b2c2d2e2f" // to
                                + "0102030405060708090a0b0c0d0e0f10" // amount
                                + "a1a2a3a4" // asset
                                + "ee" // type
                                + "000631e2b340c400" // cut-off
                                + "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"); // salt
    }

    @Test
    void aRecordFitsOnePermutation() {
        assertThat(EntryRecord.LENGTH).isLessThan(Keccak256.RATE);
    }

    @ParameterizedTest
    @MethodSource("io.quittance.domain.seal.Seeds#few")
    void whatIsEncodedIsDecodedAgain(long seed) {
        var random = Seeds.random(seed);
        for (int i = 0; i < 200; i++) {
            var record = new EntryRecord(
                    random.nextLong(1, Long.MAX_VALUE),
                    new Bytes16(random.nextLong(), random.nextLong()),
                    new Bytes16(random.nextLong(), random.nextLong()),
                    new BigInteger(1 + random.nextInt(128), random).add(BigInteger.ONE),
                    random.nextLong(1L << 32),
                    random.nextInt(256),
                    Micros.toInstant(random.nextLong(Long.MAX_VALUE)),
                    new Bytes16(random.nextLong(), random.nextLong()));
            byte[] target = new byte[EntryRecord.LENGTH + 9];

            record.encode(target, 5);

            byte[] written = Arrays.copyOfRange(target, 5, 5 + EntryRecord.LENGTH);
            assertThat(EntryRecord.decode(written)).isEqualTo(record);
            assertThat(written).isEqualTo(record.encode());
        }
    }

    static Named<?>[] notRecords() {
        return new Named<?>[] {
            Named.of("one byte too few", Arrays.copyOf(RECORD.encode(), EntryRecord.LENGTH - 1)),
            Named.of("one byte too many", Arrays.copyOf(RECORD.encode(), EntryRecord.LENGTH + 1)),
            Named.of("version 0", with(0, 1, 0)),
            Named.of("version 2", with(0, 1, 2)),
            Named.of("seq 0", with(1, 8, 0)),
            Named.of("seq of 64 bits", with(1, 1, 0x80)),
            Named.of("amount 0", with(41, 16, 0)),
            Named.of("cut-off of 64 bits", with(62, 1, 0x80)),
        };
    }

    @ParameterizedTest
    @MethodSource("notRecords")
    void otherBytesAreRefused(byte[] bytes) {
        assertThatThrownBy(() -> EntryRecord.decode(bytes)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFieldOutOfItsRangeIsRefused() {
        BigInteger tooLarge = BigInteger.TWO.pow(128);

        assertThatThrownBy(() -> new EntryRecord(0, FROM, TO, AMOUNT, 0, 0, CUT_OFF, SALT))
                .hasMessageContaining("seq");
        assertThatThrownBy(() -> new EntryRecord(1, FROM, TO, BigInteger.ZERO, 0, 0, CUT_OFF, SALT))
                .hasMessageContaining("amount");
        assertThatThrownBy(() -> new EntryRecord(1, FROM, TO, tooLarge, 0, 0, CUT_OFF, SALT))
                .hasMessageContaining("amount");
        assertThatThrownBy(() -> new EntryRecord(1, FROM, TO, AMOUNT, -1, 0, CUT_OFF, SALT))
                .hasMessageContaining("asset");
        assertThatThrownBy(() -> new EntryRecord(1, FROM, TO, AMOUNT, 1L << 32, 0, CUT_OFF, SALT))
                .hasMessageContaining("asset");
        assertThatThrownBy(() -> new EntryRecord(1, FROM, TO, AMOUNT, 0, 256, CUT_OFF, SALT))
                .hasMessageContaining("type");
        assertThatThrownBy(() -> new EntryRecord(1, FROM, TO, AMOUNT, 0, 0, CUT_OFF.plusNanos(1), SALT))
                .hasMessageContaining("microseconds");
        assertThatThrownBy(() -> new EntryRecord(1, FROM, TO, AMOUNT, 0, 0, Instant.EPOCH.minusSeconds(1), SALT))
                .hasMessageContaining("microseconds");
    }

    @Test
    void aSaltIsNeverPrinted() {
        assertThat(RECORD.toString()).doesNotContain("f0f1f2f3");
        assertThat(new AccountOpening(Vectors.account(1), SALT).toString()).doesNotContain("f0f1f2f3");
    }

    private static byte[] with(int offset, int length, int value) {
        byte[] bytes = RECORD.encode();
        Arrays.fill(bytes, offset, offset + length, (byte) value);
        return bytes;
    }
}
