package io.quittance.intake.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.intake.FileIntake.NumberedLine;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Submission;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

class SubmissionFileTest {

    private static final String A = "0190a000-0000-7000-8000-000000000001";
    private static final String B = "0190a000-0000-7000-8000-000000000002";
    private static final String COLUMNS = "submission_key,account_id,to_account,amount_utoken,memo\n";
    private static final String TWO_ROWS = "k1," + A + "," + B + ",100,rent\nk2," + A + "," + B + ",50,\n";

    @Test
    void controlLinesSayWhatTheFileIsAndThatItIsWhole() {
        var contents = contents(withControl("F-1", "2026-03-02", COLUMNS + TWO_ROWS, 2, "150"));

        assertThat(contents.kind()).isEqualTo(Kind.TRANSFERS);
        assertThat(contents.fileId()).isEqualTo("F-1");
        assertThat(contents.businessDate()).isEqualTo(LocalDate.of(2026, 3, 2));
        assertThat(contents.columnHeader()).isEqualTo(COLUMNS.strip());
        assertThat(contents.lines()).extracting(NumberedLine::lineNo).containsExactly(3L, 4L);
        assertThat(contents.lines().getFirst().raw()).isEqualTo("k1," + A + "," + B + ",100,rent");
        assertThat(transfer(contents, 0).amountUtoken()).isEqualTo(100);
        assertThat(transfer(contents, 1).memo()).isNull();
    }

    @Test
    void aByteOrderMarkCarriageReturnsAndAMissingLastLineEndChangeNothing() {
        String plain = withControl("F-1", "2026-03-02", COLUMNS + TWO_ROWS, 2, "150");
        String asWindowsWritesIt =
                '\uFEFF' + plain.substring(0, plain.length() - 1).replace("\n", "\r\n");

        assertThat(contents(asWindowsWritesIt).lines())
                .isEqualTo(contents(plain).lines());
        assertThat(lines(Kind.TRANSFERS, COLUMNS + TWO_ROWS.stripTrailing())).hasSize(2);
    }

    @Test
    void aQuotedValueGoesOverLinesAndKeepsItsBytesInTheRawLine() {
        String rows = "k1," + A + "," + B + ",1,\"two\r\nlines, \"\"quoted\"\"\nand #end,x\"\r\nk2," + A + "," + B
                + ",2,x\r\n";

        var contents = contents(withControl("F-1", "", COLUMNS + rows, 2, "3"));

        assertThat(transfer(contents, 0).memo()).isEqualTo("two\nlines, \"quoted\"\nand #end,x");
        assertThat(contents.lines().getFirst().raw()).contains("\"two\r\nlines");
        assertThat(contents.lines()).extracting(NumberedLine::lineNo).containsExactly(3L, 6L);
    }

    @Test
    void aQuoteWithinAnUnquotedValueIsACharacterLikeAnyOther() {
        String rows =
                "k1," + A + "," + B + ",1,5\" disk\nk2," + A + "," + B + ",2,a \"\"b\nk3," + A + "," + B + ",3,\n";

        var contents = contents(withControl("F", "", COLUMNS + rows, 3, "6"));

        assertThat(transfer(contents, 0).memo()).isEqualTo("5\" disk");
        assertThat(transfer(contents, 1).memo()).isEqualTo("a \"\"b");
    }

    @Test
    void aColumnHeaderMayBeQuotedAfterAByteOrderMarkAndLeaveOutOptionalColumns() {
        String file = "\uFEFF\"amount_utoken\",to_account,account_id,submission_key\n7," + B + "," + A + ",k1\n";

        var line = (Line.OfSubmission) lines(Kind.TRANSFERS, file).getFirst().line();

        assertThat(line.submission())
                .isEqualTo(new Submission.Transfer(
                        java.util.UUID.fromString(A), java.util.UUID.fromString(B), 7, null, null));
    }

    @ParameterizedTest
    @ValueSource(chars = {';', '\t', '|', ','})
    void valuesAreSeparatedByAnyOfTheUsualCharactersAndTheOthersAreTextThen(char separator) {
        String rows = ("k1," + A + "," + B + ",1,\"a").replace(',', separator) + separator + "b\"\n"
                + ("k2," + A + "," + B + ",2,").replace(',', separator)
                + ",;|\t".replace(String.valueOf(separator), "") + "\"\n";

        var contents = contents(withControl("F", "", COLUMNS.replace(',', separator) + rows, 2, "3"));

        assertThat(transfer(contents, 0).memo()).isEqualTo("a" + separator + "b");
        assertThat(transfer(contents, 1).memo()).isEqualTo(",;|\t".replace(String.valueOf(separator), "") + "\"");
    }

    @Test
    void columnsOfTheBankAreIgnoredOnTheWayInEvenTwice() {
        String file = COLUMNS.strip() + ",quittance_line,quittance_code,quittance_line\nk1," + A + "," + B
                + ",1,,3,MISSING_VALUE,4\n";

        assertThat(lines(Kind.TRANSFERS, file).getFirst().errors()).isEmpty();
    }

    @Test
    void ndjsonTakesIntegersAndDigitStringsUnderTheSameNamesAndControlLines() {
        String body = """
                {"submission_key":"k1","account_id":"%s","to_account":"%s","amount_utoken":100,"memo":null}

                {"submission_key":"k2","account_id":"%s","to_account":"%s","amount_utoken":"9223372036854775807"}
                """.formatted(A, B, A, B);

        var contents = (Readings.Contents)
                read(withControl("F", "", body, 2, "9223372036854775907").getBytes(UTF_8), FileFormat.NDJSON, null);

        assertThat(transfer(contents, 0).amountUtoken()).isEqualTo(100);
        assertThat(transfer(contents, 1).amountUtoken()).isEqualTo(Long.MAX_VALUE);
        assertThat(contents.columnHeader()).isNull();
        assertThat(contents.lines()).extracting(NumberedLine::lineNo).containsExactly(2L, 4L);
    }

    static Stream<Arguments> badJsonLines() {
        String start = "{\"submission_key\":\"k\",\"account_id\":\"" + A + "\",\"to_account\":\"" + B + "\",";
        return Stream.of(
                Arguments.of(start + "\"amount_utoken\":1.0}", "amount_utoken", Reason.MALFORMED_VALUE),
                Arguments.of(start + "\"amount_utoken\":1e3}", "amount_utoken", Reason.MALFORMED_VALUE),
                Arguments.of(start + "\"amount_utoken\":\"1e3\"}", "amount_utoken", Reason.MALFORMED_VALUE),
                Arguments.of(start + "\"amount_utoken\":-5}", "amount_utoken", Reason.AMOUNT_NOT_POSITIVE),
                Arguments.of(start + "\"amount_utoken\":0}", "amount_utoken", Reason.AMOUNT_NOT_POSITIVE),
                Arguments.of(
                        start + "\"amount_utoken\":9223372036854775808}", "amount_utoken", Reason.AMOUNT_OUT_OF_RANGE),
                Arguments.of(start + "\"amount_utoken\":{\"n\":1}}", "amount_utoken", Reason.MALFORMED_VALUE),
                Arguments.of(start + "\"amount_utoken\":1,\"memo\":7}", "memo", Reason.MALFORMED_VALUE),
                Arguments.of(start + "\"amount_utoken\":1,\"memo\":\"\\ud800\"}", "memo", Reason.MALFORMED_VALUE),
                Arguments.of(start + "\"amount_utoken\":1,\"colour\":\"red\"}", "colour", Reason.UNKNOWN_FIELD),
                Arguments.of(start + "\"amount_utoken\":1,\"colour\":[1.5]}", "colour", Reason.UNKNOWN_FIELD),
                Arguments.of(start + "\"amount_utoken\":1,\"amount_utoken\":1}", "", Reason.MALFORMED_LINE),
                Arguments.of(start + "\"amount_utoken\":1} trailing", "", Reason.MALFORMED_LINE),
                Arguments.of("[" + start + "\"amount_utoken\":1}]", "", Reason.MALFORMED_LINE),
                Arguments.of("7", "", Reason.MALFORMED_LINE),
                Arguments.of("{'a':1}", "", Reason.MALFORMED_LINE));
    }

    @ParameterizedTest
    @MethodSource("badJsonLines")
    void aBadJsonLineIsRefusedByItselfWithOneError(String line, String field, Reason reason) {
        String good = "{\"submission_key\":\"g\",\"account_id\":\"" + A + "\",\"to_account\":\"" + B
                + "\",\"amount_utoken\":1}\n";

        var contents = (Readings.Contents)
                read((good + line + "\n" + good).getBytes(UTF_8), FileFormat.NDJSON, Kind.TRANSFERS);

        assertThat(contents.lines()).extracting(l -> l.errors().isEmpty()).containsExactly(true, false, true);
        assertThat(contents.lines().get(1).errors())
                .extracting(FormError::field, FormError::reason)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(field, reason));
        assertThat(contents.lines().get(1).line()).isNull();
    }

    static Stream<Arguments> badRows() {
        return Stream.of(
                Arguments.of("k," + A + "," + B + ",-1,", "amount_utoken", Reason.AMOUNT_NOT_POSITIVE),
                Arguments.of("k," + A + "," + B + ",0,", "amount_utoken", Reason.AMOUNT_NOT_POSITIVE),
                Arguments.of("k," + A + "," + B + ",1.5,", "amount_utoken", Reason.MALFORMED_VALUE),
                Arguments.of("k," + A + "," + B + ",1e6,", "amount_utoken", Reason.MALFORMED_VALUE),
                Arguments.of("k," + A + "," + B + ",9223372036854775808,", "amount_utoken", Reason.AMOUNT_OUT_OF_RANGE),
                Arguments.of("k,not-a-uuid," + B + ",1,", "account_id", Reason.MALFORMED_VALUE),
                Arguments.of("k," + A + "," + B + ",,", "amount_utoken", Reason.MISSING_VALUE),
                Arguments.of("," + A + "," + B + ",1,", "submission_key", Reason.MISSING_VALUE),
                Arguments.of("k," + A + "," + B + ",1", "", Reason.MALFORMED_LINE),
                Arguments.of("k," + A + "," + B + ",1,a,b", "", Reason.MALFORMED_LINE),
                Arguments.of("k," + A + "," + B + ",1,\"a\"b", "", Reason.MALFORMED_LINE),
                Arguments.of("k," + A + "," + B + ",1,a\rb", "", Reason.MALFORMED_LINE));
    }

    @ParameterizedTest
    @MethodSource("badRows")
    void aBadRowIsRefusedByItselfAndTheFileStands(String row, String field, Reason reason) {
        String good = "g," + A + "," + B + ",1,\n";

        List<NumberedLine> lines = lines(Kind.TRANSFERS, COLUMNS + good + row + "\n" + good);

        assertThat(lines).extracting(l -> l.errors().isEmpty()).containsExactly(true, false, true);
        assertThat(lines.get(1).errors())
                .extracting(FormError::field, FormError::reason)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(field, reason));
        assertThat(lines.get(1).raw()).isEqualTo(row);
    }

    @Test
    void aMalformedDateIsRefusedInItsLine() {
        String file =
                "submission_key,account_id,to_account,amount_utoken,hold_until\nk," + A + "," + B + ",1,2026-02-30\n";

        assertThat(lines(Kind.TRANSFERS, file).getFirst().errors())
                .extracting(FormError::field)
                .containsExactly("hold_until");
    }

    static Stream<Arguments> unusableFiles() {
        String body = COLUMNS + TWO_ROWS;
        String whole = withControl("F", "2026-03-02", body, 2, "150");
        String end = whole.substring(whole.indexOf("#end"));
        String head = "#quittance,1,transfers,F,2026-03-02\n";
        return Stream.of(
                Arguments.of(Reason.FILE_EMPTY, ""),
                Arguments.of(Reason.FILE_EMPTY, "\uFEFF"),
                Arguments.of(Reason.FILE_EMPTY, "\r\n\n"),
                Arguments.of(Reason.FILE_EMPTY, COLUMNS),
                Arguments.of(Reason.FILE_KIND_UNKNOWN, whole.replace("transfers", "transferz")),
                Arguments.of(Reason.FILE_KIND_UNKNOWN, whole.replace("transfers", "reversals")),
                Arguments.of(Reason.FILE_CONTROL_MALFORMED, whole.replace("#quittance,1,", "#quittance,2,")),
                Arguments.of(Reason.FILE_CONTROL_MALFORMED, whole.replace(",F,", ",=1+1,")),
                Arguments.of(Reason.FILE_CONTROL_MALFORMED, whole.replace(",2026-03-02", ",2026-13-02")),
                Arguments.of(Reason.FILE_CONTROL_MALFORMED, whole.replace(",2026-03-02", "")),
                Arguments.of(Reason.FILE_CONTROL_MALFORMED, whole + "k3," + A + "," + B + ",1,\n"),
                Arguments.of(Reason.FILE_CONTROL_MALFORMED, whole + whole),
                Arguments.of(Reason.FILE_CONTROL_MALFORMED, head + whole),
                Arguments.of(Reason.FILE_CONTROL_MALFORMED, body + end),
                Arguments.of(Reason.FILE_CONTROL_MALFORMED, head + body + "#end,2,150\n"),
                Arguments.of(Reason.FILE_CONTROL_MALFORMED, whole.replace("transfers", "orders")),
                Arguments.of(Reason.FILE_HEADER_MALFORMED, head + body.replace("memo", "remark") + end),
                Arguments.of(Reason.FILE_HEADER_MALFORMED, head + body.replace("memo", "account_id") + end),
                Arguments.of(Reason.FILE_HEADER_MALFORMED, head + body.replace(",", "^") + end),
                Arguments.of(Reason.FILE_TRUNCATED, head + body),
                Arguments.of(Reason.FILE_TRUNCATED, whole.substring(0, whole.length() - 5)),
                Arguments.of(Reason.FILE_TRUNCATED, whole.substring(0, whole.indexOf("#end") + 3)),
                Arguments.of(Reason.FILE_TRUNCATED, head + body.substring(0, body.length() - 20)),
                Arguments.of(Reason.FILE_COUNT_MISMATCH, whole.replace("#end,2", "#end,3")),
                Arguments.of(Reason.FILE_SUM_MISMATCH, whole.replace("#end,2,150", "#end,2,151")),
                Arguments.of(Reason.FILE_HASH_MISMATCH, whole.replace("rent", "sent")));
    }

    @ParameterizedTest
    @MethodSource("unusableFiles")
    void aFileThatIsNotWholeCountsForNothingAndSaysWhy(Reason reason, String file) {
        Kind given = file.startsWith("#quittance") && !file.contains("orders") ? null : Kind.TRANSFERS;

        var unusable = (Readings.Unusable) read(file.getBytes(UTF_8), FileFormat.CSV, given);

        assertThat(unusable.errors()).extracting(FileError::reason).containsExactly(reason);
        assertThat(unusable.errors().getFirst().detail()).isNotBlank();
    }

    @Test
    void everythingThatTheEndLineSaysWronglyIsNamedAtOnce() {
        String file = withControl("F", "", COLUMNS + TWO_ROWS, 3, "1").replace("rent", "sent");

        var unusable = (Readings.Unusable) read(file.getBytes(UTF_8), FileFormat.CSV, null);

        assertThat(unusable.errors())
                .extracting(FileError::reason)
                .containsExactly(Reason.FILE_COUNT_MISMATCH, Reason.FILE_SUM_MISMATCH, Reason.FILE_HASH_MISMATCH);
    }

    @Test
    void withoutKindAnywhereTheFileIsRefusedWithTheKindsThatThereAre() {
        var unusable = (Readings.Unusable) read((COLUMNS + TWO_ROWS).getBytes(UTF_8), FileFormat.CSV, null);

        assertThat(unusable.errors().getFirst().reason()).isEqualTo(Reason.FILE_KIND_UNKNOWN);
        assertThat(unusable.errors().getFirst().detail()).contains("transfers").doesNotContain("reversals");
    }

    @Test
    void anAmountThatIsNoNumberRefusesItsLineAndNotTheSum() {
        String body = COLUMNS + TWO_ROWS + "k3," + A + "," + B + ",1.5,\n";

        var contents = contents(withControl("F", "", body, 3, "151"));

        assertThat(contents.lines().get(2).errors())
                .extracting(FormError::field)
                .containsExactly("amount_utoken");
    }

    @Test
    void aSumMayBeLargerThanALong() {
        String body =
                COLUMNS + "k1," + A + "," + B + ",9223372036854775807,\nk2," + A + "," + B + ",9223372036854775807,\n";

        assertThat(contents(withControl("F", "", body, 2, "18446744073709551614"))
                        .lines())
                .hasSize(2);
    }

    @Test
    void anEmptyFileIsTakenIfItsEndLineSaysThatItIsEmpty() {
        assertThat(contents(withControl("F", "", COLUMNS, 0, "0")).lines()).isEmpty();
        assertThat(contents(withControl("F", "", "", 0, "0")).lines()).isEmpty();
    }

    @Test
    void aRejectsFileNeedsNoEndLineButOneThatIsThereIsChecked() {
        String head = "#quittance,1,transfers,F.r1,\n";
        String whole = withControl("F.r1", "", COLUMNS + TWO_ROWS, 2, "150");

        assertThat(contents(head + COLUMNS + TWO_ROWS).lines()).hasSize(2);
        assertThat(read(whole.replace("rent", "sent").getBytes(UTF_8), FileFormat.CSV, null))
                .isInstanceOf(Readings.Unusable.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"k1," + A, "k1,\"" + A, "k1," + A + ",\"" + B + "\",1,\"cut"})
    void withoutControlLinesAFileCutOffWithinALineIsSeen(String lastLine) {
        var unusable = (Readings.Unusable)
                read((COLUMNS + TWO_ROWS + lastLine).getBytes(UTF_8), FileFormat.CSV, Kind.TRANSFERS);

        assertThat(unusable.errors())
                .extracting(FileError::reason, FileError::lineNo)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(Reason.FILE_TRUNCATED, 4L));
    }

    @Test
    void withoutControlLinesAnNdjsonFileCutOffAnywhereWithinALineIsSeen() {
        String line = "{\"submission_key\":\"k\",\"account_id\":\"" + A + "\",\"to_account\":\"" + B
                + "\",\"amount_utoken\":100,\"memo\":\"é\"}";
        byte[] bytes = (line + "\n" + line).getBytes(UTF_8);

        int second = line.getBytes(UTF_8).length + 1;
        for (int cut = second + 1; cut < bytes.length; cut++) {
            var reading = read(Arrays.copyOf(bytes, cut), FileFormat.NDJSON, Kind.TRANSFERS);
            assertThat(reading)
                    .as("cut at %d", cut)
                    .isInstanceOfSatisfying(
                            Readings.Unusable.class,
                            unusable -> assertThat(unusable.errors().getFirst().reason())
                                    .isEqualTo(Reason.FILE_TRUNCATED));
        }
        assertThat(((Readings.Contents) read(bytes, FileFormat.NDJSON, Kind.TRANSFERS)).lines())
                .hasSize(2);
    }

    /** No prefix of a file with control lines passes for the file; no changed byte between them does. */
    @Test
    void withControlLinesNoCutAndNoChangeGoesUnseen() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed=" + seed);
        Random random = new Random(seed);
        byte[] whole =
                withControl("F", "2026-03-02", COLUMNS + TWO_ROWS, 2, "150").getBytes(UTF_8);
        int bodyStart = new String(whole, UTF_8).indexOf('\n') + 1;
        int bodyEnd = new String(whole, UTF_8).indexOf("#end");

        for (int cut = 0; cut < whole.length - 1; cut++) {
            assertThat(read(Arrays.copyOf(whole, cut), FileFormat.CSV, null))
                    .as("cut at %d", cut)
                    .isInstanceOf(Readings.Unusable.class);
        }
        for (int i = 0; i < 500; i++) {
            byte[] changed = whole.clone();
            int at = bodyStart + random.nextInt(bodyEnd - bodyStart);
            changed[at] ^= (byte) (1 + random.nextInt(255));
            assertThat(read(changed, FileFormat.CSV, null))
                    .as("seed=%d change %d at %d", seed, i, at)
                    .isInstanceOf(Readings.Unusable.class);
        }
    }

    @Test
    void whatIsNoUtf8IsRefusedWithItsLine() {
        byte[] latin1 = (COLUMNS + "k1," + A + "," + B + ",1,caf\u00E9\n")
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        byte[] utf16 = (COLUMNS + TWO_ROWS).getBytes(java.nio.charset.StandardCharsets.UTF_16LE);

        assertThat(onlyError(read(latin1, FileFormat.CSV, Kind.TRANSFERS)))
                .satisfies(error -> assertThat(error.lineNo()).isEqualTo(2))
                .extracting(FileError::reason)
                .isEqualTo(Reason.FILE_NOT_UTF8);
        assertThat(onlyError(read(utf16, FileFormat.CSV, Kind.TRANSFERS)).reason())
                .isEqualTo(Reason.FILE_NOT_UTF8);
    }

    @Test
    void theReplacementCharacterItselfIsTextLikeAnyOther() {
        assertThat(transfer(
                                (Readings.Contents) read(
                                        (COLUMNS + "k1," + A + "," + B + ",1,\uFFFD\n").getBytes(UTF_8),
                                        FileFormat.CSV,
                                        Kind.TRANSFERS),
                                0)
                        .memo())
                .isEqualTo("\uFFFD");
    }

    @Test
    void aLineOverTheLimitIsRefusedAndOneAtTheLimitIsNot() {
        var limits = new FileLimits(DataSize.ofKilobytes(1), DataSize.ofKilobytes(2));
        String row = "k1," + A + "," + B + ",1,";
        String atLimit = row + "x".repeat(1_024 - row.length());

        assertThat(read(COLUMNS + atLimit + "\r\n", limits)).isInstanceOf(Readings.Contents.class);
        assertThat(onlyError(read(COLUMNS + atLimit + "x\n", limits)))
                .isEqualTo(
                        new FileError(Reason.FILE_TOO_LARGE, 2, "the line that starts here has more than 1024 bytes"));
    }

    @Test
    void aQuoteThatNeverClosesIsNamedWhereItOpensEvenIfItSwallowsTheEndLine() {
        String file = withControl("F", "", COLUMNS + TWO_ROWS.replace("rent", "\"rent"), 2, "150");

        assertThat(onlyError(read(file.getBytes(UTF_8), FileFormat.CSV, null)))
                .satisfies(error -> assertThat(error.lineNo()).isEqualTo(3))
                .extracting(FileError::reason)
                .isEqualTo(Reason.FILE_TRUNCATED);
    }

    private static Readings.Reading read(String file, FileLimits limits) {
        return Readings.read(file.getBytes(UTF_8), FileFormat.CSV, Kind.TRANSFERS, limits);
    }

    private static FileError onlyError(Readings.Reading reading) {
        assertThat(reading).isInstanceOf(Readings.Unusable.class);
        List<FileError> errors = ((Readings.Unusable) reading).errors();
        assertThat(errors).hasSize(1);
        return errors.getFirst();
    }

    private static Readings.Contents contents(String file) {
        var reading = read(file.getBytes(UTF_8), FileFormat.CSV, null);
        assertThat(reading).isInstanceOf(Readings.Contents.class);
        return (Readings.Contents) reading;
    }

    private static List<NumberedLine> lines(Kind kind, String file) {
        var reading = read(file.getBytes(UTF_8), FileFormat.CSV, kind);
        assertThat(reading).isInstanceOf(Readings.Contents.class);
        return ((Readings.Contents) reading).lines();
    }

    private static Readings.Reading read(byte[] file, FileFormat format, @Nullable Kind kind) {
        return Readings.read(file, format, kind, FileLimits.DEFAULT);
    }

    private static Submission.Transfer transfer(Readings.Contents contents, int index) {
        var line = (Line.OfSubmission) contents.lines().get(index).line();
        assertThat(line).isNotNull();
        return (Submission.Transfer) line.submission();
    }

    private static String withControl(String fileId, String date, String body, int count, String sum) {
        return TestFiles.withControl(Kind.TRANSFERS, fileId, date, body, count, sum);
    }
}
