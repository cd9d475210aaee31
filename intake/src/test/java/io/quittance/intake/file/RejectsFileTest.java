package io.quittance.intake.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.intake.FileIntake.NumberedLine;
import io.quittance.domain.intake.FileIntake.RefusedLine;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.seal.Hash32;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RejectsFileTest {

    private static final String HEADER = "submission_key,account_id,to_account,amount_utoken,memo";
    private static final FormError NEGATIVE =
            new FormError("amount_utoken", Reason.AMOUNT_NOT_POSITIVE, "must not be negative");

    @ParameterizedTest
    @CsvSource({"F,F.r1", "F.r1,F.r2", "F.r9,F.r10", "a.b,a.b.r1", ",file-7.r1"})
    void eachRoundOfRejectsHasAnIdOfItsOwn(@Nullable String fileId, String rejectsId) {
        assertThat(RejectsFile.fileIdOf(accepted(fileId, HEADER))).isEqualTo(rejectsId);
    }

    @Test
    void theSendersBytesAreKeptAndWhatIsAddedIsQuotedAndNoFormula() throws IOException {
        String raw = "k,=cmd(),\"two\r\nlines\",-1,\u00FC";
        var formula = new FormError("=HYPERLINK(1)", Reason.UNKNOWN_FIELD, "say \"no\", please");

        String file = write(accepted("F", HEADER), new RefusedLine(3, "k", raw, List.of(formula, NEGATIVE)));

        assertThat(file)
                .isEqualTo("#quittance,1,transfers,F.r1,\n" + HEADER
                        + ",quittance_line,quittance_field,quittance_code,quittance_reason,quittance_retry\n" + raw
                        + ",3,'=HYPERLINK(1); amount_utoken,UNKNOWN_FIELD; AMOUNT_NOT_POSITIVE,"
                        + "\"The kind has no field of this name. (say \"\"no\"\", please); "
                        + "The amount must be more than zero. (must not be negative)\",after_mending; after_mending\n");
    }

    @Test
    void whatWasWrittenIsReadAgainLineForLine() throws IOException {
        String bad = "k1,x,y,-1,\"quoted, \"\"twice\"\"\"";
        List<NumberedLine> lines = read(HEADER + "\n" + bad + "\nk2,x\n", FileFormat.CSV, Kind.TRANSFERS);

        String rejects = write(accepted("F", HEADER), refused(lines.get(0)), refused(lines.get(1)));
        List<NumberedLine> again = read(rejects, FileFormat.CSV, null);
        String second = write(accepted("F.r1", rejects.lines().toList().get(1)), refused(again.get(0)));
        List<NumberedLine> third = read(second, FileFormat.CSV, null);

        assertThat(again).hasSize(2);
        assertThat(again.get(0).errors()).isEqualTo(lines.get(0).errors());
        assertThat(again.get(1).errors()).extracting(FormError::reason).containsExactly(Reason.MALFORMED_LINE);
        assertThat(third.getFirst().errors()).isEqualTo(lines.get(0).errors());
    }

    @Test
    void anObjectKeepsItsBytesAndTakesWhatWasWrongAsItsLastMembers() throws IOException {
        String raw = "{ \"submission_key\" : \"k\", \"memo\":\"a \\\"b\\\"\" , \"amount_utoken\":-1 }";
        var file = accepted("F", null);

        String rejects = write(file, new RefusedLine(2, "k", raw, List.of(NEGATIVE)));
        NumberedLine again = read(rejects, FileFormat.NDJSON, null).getFirst();
        String second = write(file, new RefusedLine(2, "k", again.raw(), List.of(NEGATIVE)));

        assertThat(rejects.lines().toList().get(1))
                .startsWith(raw.substring(0, raw.length() - 1) + ",\"quittance_line\":2,")
                .endsWith("\"quittance_retry\":\"after_mending\"}");
        assertThat(again.errors())
                .extracting(FormError::reason)
                .doesNotContain(Reason.UNKNOWN_FIELD, Reason.MALFORMED_LINE);
        assertThat(second).isEqualTo(rejects);
    }

    @Test
    void whatIsNoObjectIsGivenBackAsItIs() throws IOException {
        String rejects = write(
                accepted("F", null),
                new RefusedLine(1, null, "not json", List.of()),
                new RefusedLine(2, null, "{}", List.of(NEGATIVE)));

        assertThat(rejects.lines().toList().get(1)).isEqualTo("not json");
        assertThat(rejects.lines().toList().get(2)).startsWith("{\"quittance_line\":2,\"quittance_field\"");
    }

    private static RefusedLine refused(NumberedLine line) {
        return new RefusedLine(line.lineNo(), null, line.raw(), line.errors());
    }

    private static String write(FileIntake.Accepted file, RefusedLine... lines) throws IOException {
        var out = new StringBuilder();
        var rejects = new RejectsFile(file, out);
        for (RefusedLine line : lines) {
            rejects.add(line);
        }
        return out.toString();
    }

    private static List<NumberedLine> read(String file, FileFormat format, @Nullable Kind kind) {
        var reading = Readings.read(file.getBytes(UTF_8), format, kind, FileLimits.DEFAULT);
        assertThat(reading).isInstanceOf(Readings.Contents.class);
        return ((Readings.Contents) reading).lines();
    }

    private static FileIntake.Accepted accepted(@Nullable String fileId, @Nullable String header) {
        return new FileIntake.Accepted(
                7,
                fileId,
                Kind.TRANSFERS,
                null,
                Hash32.ZERO,
                Instant.parse("2026-03-02T09:00:00Z"),
                1,
                0,
                0,
                1,
                header,
                null);
    }
}
