package io.quittance.domain.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.seal.Hash32;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * The bytes over which inputs are sealed, written out by hand from the layout: version, kind, then the fields, each behind
 * a 1, or a 0 alone. They are frozen: if one of these tests fails, the code is wrong.
 */
class CanonicalContentTest {

    private static final UUID A = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final UUID B = UUID.fromString("ffffffff-ffff-ffff-ffff-fffffffffff0");
    private static final String A_HEX = "01 00112233445566778899aabbccddeeff ";
    private static final String B_HEX = "01 fffffffffffffffffffffffffffffff0 ";
    private static final String NONE = "00 ";
    private static final LocalDate DATE = LocalDate.of(1970, 1, 3);
    private static final String DATE_HEX = "01 0000000000000002 ";
    private static final Instant TIME = Instant.parse("1970-01-01T00:00:01.000002Z");
    private static final String TIME_HEX = "01 00000000000f4242 ";
    private static final Instant LATER = Instant.parse("1970-01-01T00:00:02Z");
    private static final String LATER_HEX = "01 00000000001e8480 ";
    private static final Hash32 HASH = Hash32.parse("ab".repeat(32));
    private static final String HASH_HEX = "01 " + "ab".repeat(32) + " ";

    private static void pinned(byte[] content, String... fields) {
        assertThat(HexFormat.of().formatHex(content))
                .isEqualTo(String.join("", fields).replace(" ", ""));
    }

    private static void pinned(Submission submission, String... fields) {
        pinned(CanonicalContent.of(submission, null), fields);
    }

    private static void pinned(ReferenceLine line, String... fields) {
        pinned(CanonicalContent.of(line, null), fields);
    }

    @Test
    void ofAComputeDeposit() {
        pinned(
                new Submission.ComputeDeposit(A, "r1", 255, Submission.DepositMode.MINT, TIME, LATER, DATE),
                "01 01 ",
                A_HEX,
                "01 00000002 7231 ",
                "01 00000000000000ff ",
                "01 00000004 4d494e54 ",
                TIME_HEX,
                LATER_HEX,
                DATE_HEX);
    }

    @Test
    void ofATaskPublication() {
        pinned(
                new Submission.TaskPublication(A, "é", Long.MAX_VALUE, null, TIME, null),
                "01 02 ",
                A_HEX,
                "01 00000002 c3a9 ",
                "01 7fffffffffffffff ",
                NONE,
                TIME_HEX,
                NONE);
    }

    @Test
    void ofATaskCompletion() {
        pinned(
                new Submission.TaskCompletion(A, "t", B, HASH, DATE),
                "01 03 ",
                A_HEX,
                "01 00000001 74 ",
                B_HEX,
                HASH_HEX,
                DATE_HEX);
        pinned(
                new Submission.TaskCompletion(A, "t", B, null, null),
                "01 03 ",
                A_HEX,
                "01 00000001 74 ",
                B_HEX,
                NONE,
                NONE);
    }

    @Test
    void ofAnOrder() {
        pinned(
                new Submission.Order(
                        A,
                        "X",
                        Submission.Side.SELL,
                        Submission.OrderType.LIMIT,
                        7,
                        9L,
                        Submission.TimeInForce.GTD,
                        DATE),
                "01 04 ",
                A_HEX,
                "01 00000001 58 ",
                "01 00000004 53454c4c ",
                "01 00000005 4c494d4954 ",
                "01 0000000000000007 ",
                "01 0000000000000009 ",
                "01 00000003 475444 ",
                DATE_HEX);
    }

    @Test
    void ofACancel() {
        pinned(new Submission.Cancel(A, "k1"), "01 05 ", A_HEX, "01 00000002 6b31");
    }

    @Test
    void ofASpend() {
        pinned(
                new Submission.Spend(A, "s", "m", TIME, 1, 2, "v", 3L, null, null, null),
                "01 06 ",
                A_HEX,
                "01 00000001 73 ",
                "01 00000001 6d ",
                TIME_HEX,
                "01 0000000000000001 ",
                "01 0000000000000002 ",
                "01 00000001 76 ",
                "01 0000000000000003 ",
                NONE,
                NONE,
                NONE);
        pinned(
                new Submission.Spend(A, "s", null, TIME, 0, 0, null, null, "X", 5L, DATE),
                "01 06 ",
                A_HEX,
                "01 00000001 73 ",
                NONE,
                TIME_HEX,
                "01 0000000000000000 ",
                "01 0000000000000000 ",
                NONE,
                NONE,
                "01 00000001 58 ",
                "01 0000000000000005 ",
                DATE_HEX);
    }

    @Test
    void ofATransferWithTheHashOfItsMemoOnly() {
        pinned(
                CanonicalContent.of(new Submission.Transfer(A, B, 1, "free text", DATE), HASH),
                "01 07 ",
                A_HEX,
                B_HEX,
                "01 0000000000000001 ",
                HASH_HEX,
                DATE_HEX);
        pinned(
                new Submission.Transfer(A, B, 1, null, null),
                "01 07 ",
                A_HEX,
                B_HEX,
                "01 0000000000000001 ",
                NONE,
                NONE);
    }

    @Test
    void ofAReversal() {
        pinned(new Submission.Reversal(A, B, true), "01 08 ", A_HEX, B_HEX, "01 0000000000000001");
        pinned(new Submission.Reversal(A, B, false), "01 08 ", A_HEX, B_HEX, "01 0000000000000000");
    }

    @Test
    void ofAnAccountWithTheHashOfItsHoldersNameOnly() {
        pinned(
                CanonicalContent.of(
                        new ReferenceLine.OpenAccount(A, B, AccountType.AGENT, B, KycLevel.L2, 4L, "Ann"), HASH),
                "01 65 ",
                A_HEX,
                B_HEX,
                "01 00000005 4147454e54 ",
                B_HEX,
                "01 00000002 4c32 ",
                "01 0000000000000004 ",
                HASH_HEX);
    }

    @Test
    void ofAComputeResource() {
        pinned(
                new ReferenceLine.ComputeResource("r", A, "X", 8),
                "01 66 ",
                "01 00000001 72 ",
                A_HEX,
                "01 00000001 58 ",
                "01 0000000000000008");
    }

    @Test
    void ofAMeteringLine() {
        pinned(
                new ReferenceLine.Metering("r", TIME, LATER, 8),
                "01 67 ",
                "01 00000001 72 ",
                TIME_HEX,
                LATER_HEX,
                "01 0000000000000008");
    }

    @Test
    void ofAService() {
        pinned(new ReferenceLine.Service("s", A), "01 68 ", "01 00000001 73 ", A_HEX);
        pinned(new ReferenceLine.Service("s", null), "01 68 ", "01 00000001 73 ", NONE);
    }

    @Test
    void ofAnAccountEvent() {
        pinned(
                new ReferenceLine.AccountEvent("e", new UUID(1, 2), AccountChange.FREEZE, null, null),
                "01 6a ",
                "01 00000001 65 ",
                "01 0000000000000001 0000000000000002 ",
                "01 00000006 465245455a45 ",
                "00 ",
                "00");
        pinned(
                new ReferenceLine.AccountEvent("e", new UUID(1, 2), AccountChange.LEVEL, KycLevel.L2, null),
                "01 6a ",
                "01 00000001 65 ",
                "01 0000000000000001 0000000000000002 ",
                "01 00000005 4c4556454c ",
                "01 00000002 4c32 ",
                "00");
    }

    @Test
    void ofAPrice() {
        pinned(
                new ReferenceLine.Price("s", "m", "v", TIME, 1, 2),
                "01 69 ",
                "01 00000001 73 ",
                "01 00000001 6d ",
                "01 00000001 76 ",
                TIME_HEX,
                "01 0000000000000001 ",
                "01 0000000000000002");
    }

    @Test
    void aLongTextHasRoom() {
        byte[] content = CanonicalContent.of(new Submission.Cancel(A, "日".repeat(255)), null);
        assertThat(content).hasSize(2 + 17 + 1 + 4 + 3 * 255);
    }

    /** A cycle writes millions of lines into one buffer: no line may show in the next. */
    @Test
    void oneBufferServesManyLines() {
        var content = new CanonicalContent();
        for (String key : List.of("k", "日".repeat(255), "short", "")) {
            var cancel = new Submission.Cancel(A, key);
            int length = content.write(cancel, null);
            assertThat(Arrays.copyOf(content.bytes(), length)).isEqualTo(CanonicalContent.of(cancel, null));
        }
    }

    @Test
    void theDigestIsTheSha256OfTheBytes() {
        assertThat(CanonicalContent.digest("abc".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                .isEqualTo(Hash32.parse("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    }

    @Test
    void saltedHashesRepeatAndTellSecretsLinesAndTextsApart() {
        byte[] secret = {1, 2, 3};
        Hash32 hash = CanonicalContent.saltedHash(secret, "line", "text");
        assertThat(CanonicalContent.saltedHash(secret.clone(), "line", "text")).isEqualTo(hash);
        assertThat(CanonicalContent.saltedHash(new byte[] {1, 2, 4}, "line", "text"))
                .isNotEqualTo(hash);
        assertThat(CanonicalContent.saltedHash(secret, "other", "text")).isNotEqualTo(hash);
        assertThat(CanonicalContent.saltedHash(secret, "line", "texts")).isNotEqualTo(hash);
        assertThat(CanonicalContent.saltedHash(secret, "linet", "ext")).isNotEqualTo(hash);
    }
}
