package io.quittance.intake.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.report.BankViews.LineOutcome;
import io.quittance.domain.report.BankViews.SubmissionState;
import io.quittance.intake.fake.FakeFileIntake;
import io.quittance.intake.file.TestFiles;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class FileApiTest extends ApiTest {

    private static final String COLUMNS = "submission_key,account_id,to_account,amount_utoken,memo\n";

    @Autowired
    FakeFileIntake files;

    @Test
    void aFileIsTakenAndItsRefusedLinesComeBackMendable() {
        String id = "F-" + newKey();
        String good = newKey() + "," + ACCOUNT + "," + RECEIVER + ",5,\n";
        String bad = newKey() + "," + ACCOUNT + "," + RECEIVER + ",1.5,\"a, b\"";

        Answer taken =
                hand(TestFiles.withControl(Kind.TRANSFERS, id, "2026-03-02", COLUMNS + good + bad + "\n", 2, "5"));
        String location = taken.header("Location");
        Answer rejects = get(PARTICIPANT, location + "/rejects");
        String mended = rejects.http().body().replace(",1.5,", ",15,");
        Answer second = hand(mended);

        assertThat(taken.status()).isEqualTo(202);
        assertThat(taken.json().path("queued").asInt()).isEqualTo(1);
        assertThat(taken.json().path("refusals").get(0).path("line").asInt()).isEqualTo(4);
        assertThat(taken.json()
                        .path("refusals")
                        .get(0)
                        .path("errors")
                        .get(0)
                        .path("code")
                        .asString())
                .isEqualTo("MALFORMED_VALUE");
        assertThat(get(PARTICIPANT, location).json()).isEqualTo(taken.json());
        assertThat(rejects.header("Content-Type")).startsWith("text/csv");
        assertThat(rejects.http().body())
                .startsWith("#quittance,1,transfers," + id + ".r1,2026-03-02\n" + COLUMNS.strip() + ",quittance_line,")
                .contains("\n" + bad + ",4,amount_utoken,MALFORMED_VALUE,");
        assertThat(second.status()).isEqualTo(202);
        assertThat(second.json().path("file_id").asString()).isEqualTo(id + ".r1");
        assertThat(second.json().path("queued").asInt()).isEqualTo(1);
        assertThat(get(PARTICIPANT, second.header("Location") + "/rejects").code())
                .isEqualTo("NOT_FOUND");
    }

    @Test
    void aFileWithMoreWrongLinesThanAgreedIsRefusedWithEachOfThemAndMendedComesAgain() {
        String ten = agree("{\"max_refused_percent\":10,\"control_lines\":\"optional\"}");
        String bad = newKey() + "," + ACCOUNT + "," + RECEIVER + ",1.5,\n";

        Answer oneOfTen = hand(ten, nineRows() + bad);
        String two = nineRows() + bad + bad.replace("1.5", "x");
        Answer twoOfEleven = hand(ten, two);
        String twenty = agree("{\"max_refused_percent\":20,\"control_lines\":\"optional\"}");
        Answer agreed = hand(twenty, two);
        agree("{\"max_refused_percent\":100,\"control_lines\":\"optional\"}");

        assertThat(oneOfTen.status()).isEqualTo(202);
        assertThat(oneOfTen.json().path("refused").asInt()).isEqualTo(1);
        assertThat(twoOfEleven.status()).isEqualTo(422);
        assertThat(twoOfEleven.code()).isEqualTo("FILE_TOO_MANY_REFUSED");
        assertThat(twoOfEleven.json().path("errors").get(0).path("detail").asString())
                .contains("2 of 11 lines, where 10 % may be");
        assertThat(twoOfEleven.json().path("errors").get(1).path("line").asInt())
                .isEqualTo(11);
        assertThat(twoOfEleven.json().path("errors").get(2).path("detail").asString())
                .startsWith("amount_utoken: ");
        assertThat(agreed.status()).isEqualTo(202);
    }

    @Test
    void aFileWithoutControlLinesIsRefusedWhereItsSenderMustHaveThem() {
        String required = agree("{\"max_refused_percent\":100,\"control_lines\":\"required\"}");
        String row = newKey() + "," + ACCOUNT + "," + RECEIVER + ",5,\n";

        Answer bare = hand(required, COLUMNS + row);
        Answer whole = hand(
                required, TestFiles.withControl(Kind.TRANSFERS, "F-" + newKey(), "2026-03-02", COLUMNS + row, 1, "5"));
        String byAccount = agree("{\"max_refused_percent\":100}");
        files.enterprise = true;
        Answer ofEnterprise = hand(byAccount, COLUMNS + row.replace(",5,", ",6,"));
        files.enterprise = false;
        Answer ofPerson = hand(byAccount, COLUMNS + newKey() + "," + ACCOUNT + "," + RECEIVER + ",6,\n");
        agree("{\"max_refused_percent\":100,\"control_lines\":\"optional\"}");

        assertThat(bare.code()).isEqualTo("FILE_CONTROL_MISSING");
        assertThat(whole.status()).isEqualTo(202);
        assertThat(ofEnterprise.code()).isEqualTo("FILE_CONTROL_MISSING");
        assertThat(ofPerson.status()).isEqualTo(202);
    }

    private static String nineRows() {
        return COLUMNS
                + IntStream.range(0, 9)
                        .mapToObj(i -> newKey() + "," + ACCOUNT + "," + RECEIVER + ",5,\n")
                        .collect(Collectors.joining());
    }

    /** A key that is not known yet, hence opens under what is agreed now. */
    private String agree(String policy) {
        Answer agreed = post(ADMINISTRATOR, "/v1/clients/acme/policy", newKey(), policy);
        assertThat(agreed.status()).isEqualTo(200);
        assertThat(get(ADMINISTRATOR, "/v1/clients/acme/policy").json()).isEqualTo(agreed.json());
        String key = ApiKeys.generate(new SecureRandom());
        directory.addKey(directory.named("acme").orElseThrow(), ApiKeys.sha256(key));
        return key;
    }

    private Answer hand(String key, String content) {
        return post(key, "/v1/files?kind=transfers", newKey(), "text/csv", content.getBytes(UTF_8));
    }

    @Test
    void whereTheLinesOfAFileStandIsToldAndCannotBeTakenForAFormula() {
        Answer taken = hand(COLUMNS + newKey() + "," + ACCOUNT + "," + RECEIVER + ",5,\n");
        UUID id = UUID.fromString("0190a000-0000-7000-8000-0000000000aa");
        views.outcomes.clear();
        views.outcomes.add(new LineOutcome("k1", id, SubmissionState.SETTLED, 4L, null, Map.of(), null));
        views.outcomes.add(new LineOutcome(
                "=1+1", id, SubmissionState.HELD, 4L, Reason.FUNDS, Map.of("asked", "5"), LocalDate.of(2026, 3, 9)));

        Answer results = get(PARTICIPANT, taken.header("Location") + "/results");
        Answer state = get(PARTICIPANT, taken.header("Location"));

        assertThat(results.header("Content-Type")).startsWith("text/csv");
        assertThat(results.http().body()).isEqualTo("""
                submission_key,submission_id,state,cycle,reason,sentence,retry,detail,hold_until
                k1,%1$s,settled,4,,,,,
                '=1+1,%1$s,held,4,FUNDS,The account does not have this much available.,not_needed,asked=5,2026-03-09
                """.formatted(id));
        assertThat(state.json().path("states").toString()).isEqualTo("{\"held\":1,\"settled\":1}");
        views.outcomes.clear();
    }

    @Test
    void theSameRequestIsAnsweredAgainAndTheSameFileUnderAnotherKeyIsADuplicate() {
        byte[] file = (COLUMNS + newKey() + "," + ACCOUNT + "," + RECEIVER + ",5,\n").getBytes(UTF_8);
        String key = newKey();

        Answer first = post(PARTICIPANT, "/v1/files?kind=transfers&name=a.csv", key, "text/csv", file);
        Answer again = post(PARTICIPANT, "/v1/files?kind=transfers&name=a.csv", key, "text/csv; charset=utf-8", file);
        Answer duplicate = post(PARTICIPANT, "/v1/files?kind=transfers", newKey(), "text/csv", file);

        assertThat(first.status()).isEqualTo(202);
        assertThat(again.status()).isEqualTo(202);
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(duplicate.status()).isEqualTo(409);
        assertThat(duplicate.code()).isEqualTo("FILE_DUPLICATE");
        assertThat(duplicate.json().path("file_no")).isEqualTo(first.json().path("file_no"));
        assertThat(duplicate.header("Location")).isEqualTo(first.header("Location"));
    }

    @Test
    void aPackedFileWithSemicolonsIsTakenAndItsRejectsAreInItsOwnForm() throws Exception {
        String bad = newKey() + ";" + ACCOUNT + ";" + RECEIVER + ";1.5;x, y";
        String file = COLUMNS.replace(',', ';') + newKey() + ";" + ACCOUNT + ";" + RECEIVER + ";5;\n" + bad + "\n";
        var packed = new java.io.ByteArrayOutputStream();
        try (var gzip = new java.util.zip.GZIPOutputStream(packed)) {
            gzip.write(file.getBytes(UTF_8));
        }

        Answer taken = post(PARTICIPANT, "/v1/files?kind=transfers", newKey(), "text/csv", packed.toByteArray());
        String rejects =
                get(PARTICIPANT, taken.header("Location") + "/rejects").http().body();
        Answer second = hand(rejects.replace(";1.5;", ";15;"));

        assertThat(taken.json().path("queued").asInt()).isEqualTo(1);
        assertThat(rejects)
                .contains(";memo;quittance_line;quittance_field;")
                .contains("\n" + bad + ";3;amount_utoken;");
        assertThat(second.json().path("queued").asInt()).isEqualTo(1);
        assertThat(second.json().path("refused").asInt()).isZero();
    }

    @Test
    void theSameRequestKeyWithAnotherFileIsAConflict() {
        String key = newKey();
        String file = COLUMNS + newKey() + "," + ACCOUNT + "," + RECEIVER + ",5,\n";
        post(PARTICIPANT, "/v1/files?kind=transfers", key, "text/csv", file.getBytes(UTF_8));

        Answer other = post(
                PARTICIPANT,
                "/v1/files?kind=transfers",
                key,
                "text/csv",
                file.replace(",5,", ",6,").getBytes(UTF_8));

        assertThat(other.status()).isEqualTo(422);
        assertThat(other.code()).isEqualTo("KEY_CONFLICT");
    }

    @Test
    void aFileIdIsUsedOnce() {
        String id = "F-" + newKey();
        hand(TestFiles.withControl(Kind.TRANSFERS, id, "", COLUMNS + row(newKey(), "1"), 1, "1"));

        Answer other = hand(TestFiles.withControl(Kind.TRANSFERS, id, "", COLUMNS + row(newKey(), "2"), 1, "2"));

        assertThat(other.status()).isEqualTo(409);
        assertThat(other.json().path("detail").asString()).contains("FILE_ID");
    }

    @Test
    void oneKeyTwiceIsARepeatIfItSaysTheSameAndAConflictIfNotInOneFileAndInTwo() {
        String key = newKey();

        Answer inOne = hand(COLUMNS + row(key, "1") + row(key, "1") + row(key, "2"));
        Answer inTwo = hand(COLUMNS + row(key, "1") + row(key, "3"));

        assertThat(inOne.json().path("queued").asInt()).isEqualTo(1);
        assertThat(inOne.json().path("repeated").asInt()).isEqualTo(1);
        assertThat(inOne.json().path("refusals").get(0).path("line").asInt()).isEqualTo(4);
        assertThat(inOne.json()
                        .path("refusals")
                        .get(0)
                        .path("errors")
                        .get(0)
                        .path("code")
                        .asString())
                .isEqualTo("KEY_CONFLICT");
        assertThat(inTwo.json().path("queued").asInt()).isZero();
        assertThat(inTwo.json().path("repeated").asInt()).isEqualTo(1);
        assertThat(inTwo.json().path("refused").asInt()).isEqualTo(1);
    }

    @Test
    void aRefusedFileLeavesNothingAndMayComeAgainUnderItsKey() {
        String key = newKey();
        String whole = TestFiles.withControl(Kind.TRANSFERS, "F-" + newKey(), "", COLUMNS + row(newKey(), "1"), 1, "1");
        int before = queue.size();

        Answer cut = post(
                PARTICIPANT,
                "/v1/files",
                key,
                "text/csv",
                whole.substring(0, whole.length() - 30).getBytes(UTF_8));

        assertThat(cut.status()).isEqualTo(422);
        assertThat(cut.code()).isEqualTo("FILE_TRUNCATED");
        assertThat(queue.size()).isEqualTo(before);
        assertThat(post(PARTICIPANT, "/v1/files", key, "text/csv", whole.getBytes(UTF_8))
                        .status())
                .isEqualTo(202);
    }

    @Test
    void aDateThatIsNotOpenIsRefusedWithTheDatesThatAre() {
        Answer refused = hand(TestFiles.withControl(
                Kind.TRANSFERS, "F-" + newKey(), "2020-01-01", COLUMNS + row(newKey(), "1"), 1, "1"));

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.code()).isEqualTo("FILE_DATE_NOT_OPEN");
        assertThat(refused.json().path("detail").asString()).contains("2026-03-02");
    }

    @Test
    void ndjsonComesBackAsNdjson() {
        String line = "{\"submission_key\":\"" + newKey() + "\",\"account_id\":\"" + ACCOUNT + "\",\"to_account\":\""
                + RECEIVER + "\",\"amount_utoken\":-1}";

        Answer taken =
                post(PARTICIPANT, "/v1/files?kind=transfers", newKey(), "application/x-ndjson", line.getBytes(UTF_8));
        Answer rejects = get(PARTICIPANT, taken.header("Location") + "/rejects");

        assertThat(rejects.header("Content-Type")).startsWith("application/x-ndjson");
        assertThat(rejects.http().body().lines().toList().get(1))
                .startsWith(line.substring(0, line.length() - 1) + ",\"quittance_line\":1,");
    }

    @Test
    void limitsAndRightsAndNamesAreCheckedForTheFile() {
        String long1 = COLUMNS + row(newKey(), "1").repeat(4_000);

        assertThat(hand(long1).code()).isEqualTo("FILE_TOO_LARGE");
        assertThat(hand("").code()).isEqualTo("FILE_EMPTY");
        assertThat(post(
                                METER,
                                "/v1/files?kind=transfers",
                                newKey(),
                                "text/csv",
                                (COLUMNS + row("k", "1")).getBytes(UTF_8))
                        .code())
                .isEqualTo("NOT_PERMITTED");
        assertThat(post(PARTICIPANT, "/v1/files?kind=wishes", newKey(), "text/csv", new byte[1])
                        .code())
                .isEqualTo("BAD_PARAMETER");
        assertThat(post(PARTICIPANT, "/v1/files", newKey(), "application/json", new byte[1])
                        .code())
                .isEqualTo("UNSUPPORTED_MEDIA_TYPE");
    }

    private static String row(String key, String amount) {
        return key + "," + ACCOUNT + "," + RECEIVER + "," + amount + ",\n";
    }

    private Answer hand(String file) {
        String kind = file.startsWith("#") ? "" : "?kind=transfers";
        return post(PARTICIPANT, "/v1/files" + kind, newKey(), "text/csv", file.getBytes(UTF_8));
    }
}
