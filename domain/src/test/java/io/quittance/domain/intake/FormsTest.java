package io.quittance.domain.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.seal.Hash32;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the door takes, and everything that it refuses for form, one rule per row. */
class FormsTest {

    private static final String A = "6b971995-17cf-3588-a261-e1a9125338f5";
    private static final String B = "b352b8b5-02ed-34c9-ad6e-5c9663847b4a";

    /** A faultless line of each kind with every field that the kind may have beside each other. */
    private static Map<String, String> good(Kind kind) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (!kind.isReference()) {
            fields.put("submission_key", "key-1");
        }
        switch (kind) {
            case ACCOUNTS ->
                put(
                        fields,
                        "account_id",
                        A,
                        "party_id",
                        B,
                        "account_type",
                        "agent",
                        "owner_account",
                        B,
                        "kyc_level",
                        "L2",
                        "daily_limit_utoken",
                        "0",
                        "name",
                        "Zoë & Söhne");
            case COMPUTE_RESOURCES ->
                put(fields, "resource_id", "node 1", "account_id", A, "compute_class", "GPU-H100", "gpu_count", "8");
            case METERING ->
                put(
                        fields,
                        "resource_id",
                        "node 1",
                        "metered_from",
                        "2026-03-01T00:00:00Z",
                        "metered_to",
                        "2026-03-01T01:00:00+00:30",
                        "gpu_ms",
                        "1");
            case SERVICES -> put(fields, "service", "chat", "payee_account", A);
            case ACCOUNT_EVENTS ->
                put(
                        fields,
                        "event_key",
                        "case 7",
                        "account_id",
                        A,
                        "event",
                        "level",
                        "kyc_level",
                        "2",
                        "reason",
                        "passport seen");
            case PRICES ->
                put(
                        fields,
                        "service",
                        "chat",
                        "model",
                        "small",
                        "price_version",
                        "v1",
                        "effective_from",
                        "2026-03-01T00:00:00Z",
                        "input_utoken_per_mtok",
                        "0",
                        "output_utoken_per_mtok",
                        "5");
            case COMPUTE_DEPOSITS ->
                put(
                        fields,
                        "account_id",
                        A,
                        "resource_id",
                        "node 1",
                        "gpu_ms",
                        "5",
                        "mode",
                        "mint",
                        "metered_from",
                        "2026-03-01T00:00:00Z",
                        "metered_to",
                        "2026-03-01T01:00:00.000001Z",
                        "hold_until",
                        "2026-03-09");
            case TASK_PUBLICATIONS ->
                put(
                        fields,
                        "account_id",
                        A,
                        "task_id",
                        "t/1",
                        "reward_utoken",
                        "9223372036854775807",
                        "capability",
                        "gpu",
                        "due_at",
                        "2026-03-05T12:00:00Z",
                        "hold_until",
                        "2026-03-09");
            case TASK_COMPLETIONS ->
                put(
                        fields,
                        "account_id",
                        A,
                        "task_id",
                        "t/1",
                        "agent_account",
                        B,
                        "result_sha256",
                        "AB".repeat(32),
                        "hold_until",
                        "2026-03-09");
            case ORDERS ->
                put(
                        fields,
                        "account_id",
                        A,
                        "compute_class",
                        "GPU-H100",
                        "side",
                        "BUY",
                        "order_type",
                        "limit",
                        "lots",
                        "7",
                        "limit_utoken_per_lot",
                        "10000",
                        "time_in_force",
                        "gtd",
                        "good_through",
                        "2026-03-09");
            case CANCELS -> put(fields, "account_id", A, "cancelled_key", "key-0");
            case SPENDS ->
                put(
                        fields,
                        "account_id",
                        A,
                        "service",
                        "chat",
                        "model",
                        "small",
                        "used_at",
                        "2026-03-01T00:00:00Z",
                        "input_tokens",
                        "0",
                        "output_tokens",
                        "12",
                        "price_version",
                        "v1",
                        "amount_utoken",
                        "0",
                        "hold_until",
                        "2026-03-09");
            case TRANSFERS ->
                put(
                        fields,
                        "account_id",
                        A,
                        "to_account",
                        B,
                        "amount_utoken",
                        "1",
                        "memo",
                        "thanks,\nAnn",
                        "hold_until",
                        "2026-03-09");
            case REVERSALS -> put(fields, "reversed_submission", A, "approval_id", B, "take_from_suspense", "true");
        }
        return fields;
    }

    private static void put(Map<String, String> fields, String... namesAndValues) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(namesAndValues[i], namesAndValues[i + 1]);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aFaultlessLineIsRead(Kind kind) {
        Forms.Result result = Forms.read(kind, good(kind));
        assertThat(result.errors()).isEmpty();
        assertThat(result.line().kind()).isEqualTo(kind);
        assertThat(result.line().key()).isEqualTo(kind.isReference() ? null : "key-1");
        assertThat(kind.columns()).containsAll(good(kind).keySet());
    }

    @Test
    void everyFieldComesWhereItBelongs() {
        UUID a = UUID.fromString(A);
        UUID b = UUID.fromString(B);
        LocalDate ninth = LocalDate.of(2026, 3, 9);
        Instant first = Instant.parse("2026-03-01T00:00:00Z");
        assertThat(reference(Kind.ACCOUNTS))
                .isEqualTo(new ReferenceLine.OpenAccount(a, b, AccountType.AGENT, b, KycLevel.L2, 0L, "Zoë & Söhne"));
        assertThat(reference(Kind.COMPUTE_RESOURCES))
                .isEqualTo(new ReferenceLine.ComputeResource("node 1", a, "GPU-H100", 8));
        assertThat(reference(Kind.SERVICES)).isEqualTo(new ReferenceLine.Service("chat", a));
        assertThat(reference(Kind.PRICES)).isEqualTo(new ReferenceLine.Price("chat", "small", "v1", first, 0, 5));
        assertThat(reference(Kind.ACCOUNT_EVENTS))
                .isEqualTo(
                        new ReferenceLine.AccountEvent("case 7", a, AccountChange.LEVEL, KycLevel.L2, "passport seen"));
        assertThat(submission(Kind.COMPUTE_DEPOSITS))
                .isEqualTo(new Submission.ComputeDeposit(
                        a,
                        "node 1",
                        5,
                        Submission.DepositMode.MINT,
                        first,
                        Instant.parse("2026-03-01T01:00:00.000001Z"),
                        ninth));
        assertThat(submission(Kind.TASK_PUBLICATIONS))
                .isEqualTo(new Submission.TaskPublication(
                        a, "t/1", Long.MAX_VALUE, "gpu", Instant.parse("2026-03-05T12:00:00Z"), ninth));
        assertThat(submission(Kind.TASK_COMPLETIONS))
                .isEqualTo(new Submission.TaskCompletion(a, "t/1", b, Hash32.parse("ab".repeat(32)), ninth));
        assertThat(submission(Kind.ORDERS))
                .isEqualTo(new Submission.Order(
                        a,
                        "GPU-H100",
                        Submission.Side.BUY,
                        Submission.OrderType.LIMIT,
                        7,
                        10_000L,
                        Submission.TimeInForce.GTD,
                        ninth));
        assertThat(submission(Kind.CANCELS)).isEqualTo(new Submission.Cancel(a, "key-0"));
        assertThat(submission(Kind.SPENDS))
                .isEqualTo(new Submission.Spend(a, "chat", "small", first, 0, 12, "v1", 0L, null, null, ninth));
        assertThat(submission(Kind.TRANSFERS)).isEqualTo(new Submission.Transfer(a, b, 1, "thanks,\nAnn", ninth));
        assertThat(submission(Kind.REVERSALS)).isEqualTo(new Submission.Reversal(a, b, true));
    }

    @Test
    void aTimeOfAnyOffsetIsAnInstant() {
        assertThat(reference(Kind.METERING))
                .isEqualTo(new ReferenceLine.Metering(
                        "node 1", Instant.parse("2026-03-01T00:00:00Z"), Instant.parse("2026-03-01T00:30:00Z"), 1));
    }

    private static ReferenceLine reference(Kind kind) {
        return ((Line.OfReference) Forms.read(kind, good(kind)).line()).reference();
    }

    private static Submission submission(Kind kind) {
        return ((Line.OfSubmission) Forms.read(kind, good(kind)).line()).submission();
    }

    private static Arguments row(Kind kind, String field, String value, Reason reason) {
        return Arguments.of(kind, field, value, reason);
    }

    static Stream<Arguments> badValues() {
        List<Arguments> rows = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            rows.add(row(kind, "amount", "1", Reason.UNKNOWN_FIELD));
            if (!kind.isReference()) {
                for (String key : new String[] {" a", "a ", "a\tb", "a\nb", "\u0000", "x".repeat(256)}) {
                    rows.add(row(kind, "submission_key", key, Reason.MALFORMED_VALUE));
                }
            }
            for (String column : kind.columns()) {
                rows.addAll(badValuesOf(kind, column));
            }
        }
        return rows.stream();
    }

    /** By the type of a column, which its name tells. */
    private static List<Arguments> badValuesOf(Kind kind, String column) {
        List<Arguments> rows = new ArrayList<>();
        boolean optional = switch (column) {
            case "owner_account", "payee_account", "daily_limit_utoken", "name", "memo", "capability", "due_at" -> true;
            case "hold_until", "good_through", "result_sha256", "take_from_suspense", "limit_utoken_per_lot" -> true;
            case "input_tokens",
                    "output_tokens",
                    "compute_class",
                    "gpu_ms",
                    "price_version",
                    "model",
                    "amount_utoken" -> kind == Kind.SPENDS;
            default -> false;
        };
        if (!optional) {
            rows.add(row(kind, column, "", Reason.MISSING_VALUE));
            rows.add(row(kind, column, null, Reason.MISSING_VALUE));
        }
        boolean spendsCredits = kind == Kind.SPENDS && (column.equals("gpu_ms") || column.equals("compute_class"));
        switch (column) {
            case "account_id",
                    "party_id",
                    "owner_account",
                    "payee_account",
                    "agent_account",
                    "to_account",
                    "reversed_submission",
                    "approval_id" -> {
                rows.add(row(kind, column, A.substring(1), Reason.MALFORMED_VALUE));
                rows.add(row(kind, column, "1-1-1-1-1", Reason.MALFORMED_VALUE));
                rows.add(row(kind, column, A.replace('a', 'g'), Reason.MALFORMED_VALUE));
                rows.add(row(kind, column, " " + A, Reason.MALFORMED_VALUE));
            }
            case "gpu_ms", "reward_utoken", "lots", "limit_utoken_per_lot", "gpu_count" -> {
                rows.addAll(notPositive(kind, column));
            }
            case "amount_utoken" -> {
                rows.addAll(kind == Kind.TRANSFERS ? notPositive(kind, column) : notZeroOrMore(kind, column));
            }
            case "daily_limit_utoken",
                    "input_utoken_per_mtok",
                    "output_utoken_per_mtok",
                    "input_tokens",
                    "output_tokens" -> rows.addAll(notZeroOrMore(kind, column));
            case "metered_from", "metered_to", "effective_from", "due_at", "used_at" -> {
                for (String time : new String[] {
                    "2026-03-01",
                    "2026-03-01T00:00:00",
                    "2026-13-01T00:00:00Z",
                    "2026-02-29T00:00:00Z",
                    "2026-03-01T24:00:01Z",
                    "2026-03-01T00:00:00.0000001Z",
                    "1969-12-31T23:59:59Z",
                    "9999-12-31T00:00:00Z",
                    "now"
                }) {
                    rows.add(row(kind, column, time, Reason.MALFORMED_VALUE));
                }
            }
            case "hold_until", "good_through" -> {
                for (String date :
                        new String[] {"2026-02-30", "09.03.2026", "2026-3-9", "1969-12-31", "+10000-01-01"}) {
                    rows.add(row(kind, column, date, Reason.MALFORMED_VALUE));
                }
            }
            case "account_type" -> {
                rows.add(row(kind, column, "system", Reason.MALFORMED_VALUE));
                rows.add(row(kind, column, "robot", Reason.MALFORMED_VALUE));
            }
            case "kyc_level" -> rows.add(row(kind, column, "L4", Reason.MALFORMED_VALUE));
            case "mode" -> rows.add(row(kind, column, "burn", Reason.MALFORMED_VALUE));
            case "side" -> rows.add(row(kind, column, "both", Reason.MALFORMED_VALUE));
            case "order_type" -> rows.add(row(kind, column, "stop", Reason.MALFORMED_VALUE));
            case "time_in_force" -> rows.add(row(kind, column, "day", Reason.MALFORMED_VALUE));
            case "take_from_suspense" -> rows.add(row(kind, column, "yes", Reason.MALFORMED_VALUE));
            case "result_sha256" -> {
                rows.add(row(kind, column, "ab".repeat(31), Reason.MALFORMED_VALUE));
                rows.add(row(kind, column, "xy".repeat(32), Reason.MALFORMED_VALUE));
            }
            case "event" -> rows.add(row(kind, column, "thaw", Reason.MALFORMED_VALUE));
            case "name", "reason" -> {
                rows.add(row(kind, column, "x".repeat(256), Reason.MALFORMED_VALUE));
                rows.add(row(kind, column, "a\u0000b", Reason.MALFORMED_VALUE));
            }
            case "memo" -> {
                rows.add(row(kind, column, "x".repeat(1_001), Reason.MALFORMED_VALUE));
                rows.add(row(kind, column, "a\u0000b", Reason.MALFORMED_VALUE));
            }
            case "event_key",
                    "resource_id",
                    "service",
                    "model",
                    "price_version",
                    "task_id",
                    "capability",
                    "cancelled_key" -> {
                rows.add(row(kind, column, " x", Reason.MALFORMED_VALUE));
                rows.add(row(kind, column, "x\u0007", Reason.MALFORMED_VALUE));
            }
            case "compute_class" -> {
                if (!spendsCredits) {
                    rows.add(row(kind, column, "x ", Reason.MALFORMED_VALUE));
                }
            }
            case "submission_key" -> {}
            default -> throw new AssertionError("no bad values for " + column);
        }
        return rows;
    }

    private static List<Arguments> notPositive(Kind kind, String column) {
        List<Arguments> rows = notNumbers(kind, column);
        rows.add(row(kind, column, "0", Reason.AMOUNT_NOT_POSITIVE));
        rows.add(row(kind, column, "-1", Reason.AMOUNT_NOT_POSITIVE));
        return rows;
    }

    private static List<Arguments> notZeroOrMore(Kind kind, String column) {
        List<Arguments> rows = notNumbers(kind, column);
        rows.add(row(kind, column, "-1", Reason.MALFORMED_VALUE));
        return rows;
    }

    private static List<Arguments> notNumbers(Kind kind, String column) {
        List<Arguments> rows = new ArrayList<>();
        rows.add(row(kind, column, "9223372036854775808", Reason.AMOUNT_OUT_OF_RANGE));
        for (String text : new String[] {"1.0", "1e3", "+1", " 1", "1 ", "0x1", "1,000", "1_000", "١", "-", "NaN"}) {
            rows.add(row(kind, column, text, Reason.MALFORMED_VALUE));
        }
        return rows;
    }

    @ParameterizedTest(name = "{0}: {1} = \"{2}\" is {3}")
    @MethodSource("badValues")
    void aBadValueIsNamedWithItsFieldAndReason(Kind kind, String field, String value, Reason reason) {
        Map<String, String> fields = good(kind);
        fields.put(field, value);
        Forms.Result result = Forms.read(kind, fields);
        assertThat(result.line()).isNull();
        assertThat(result.errors())
                .filteredOn(error -> error.field().equals(field))
                .extracting(FormError::reason)
                .containsExactly(reason);
    }

    static Stream<Arguments> contradictions() {
        return Stream.of(
                two(
                        Kind.ACCOUNT_EVENTS,
                        "event",
                        "freeze",
                        "kyc_level",
                        "L1",
                        Reason.CONTRADICTING_VALUES,
                        "kyc_level"),
                two(Kind.ACCOUNTS, "account_type", "agent", "owner_account", "", Reason.MISSING_VALUE, "owner_account"),
                two(
                        Kind.ACCOUNTS,
                        "account_type",
                        "personal",
                        "owner_account",
                        A,
                        Reason.CONTRADICTING_VALUES,
                        "owner_account"),
                two(
                        Kind.METERING,
                        "metered_from",
                        "2026-03-01T00:00:00Z",
                        "metered_to",
                        "2026-03-01T00:00:00Z",
                        Reason.CONTRADICTING_VALUES,
                        "metered_to"),
                two(
                        Kind.COMPUTE_DEPOSITS,
                        "metered_from",
                        "2026-03-01T02:00:00Z",
                        "metered_to",
                        "2026-03-01T01:00:00Z",
                        Reason.CONTRADICTING_VALUES,
                        "metered_to"),
                two(
                        Kind.COMPUTE_RESOURCES,
                        "gpu_count",
                        "1000001",
                        "resource_id",
                        "x",
                        Reason.AMOUNT_OUT_OF_RANGE,
                        "gpu_count"),
                two(
                        Kind.ORDERS,
                        "order_type",
                        "limit",
                        "limit_utoken_per_lot",
                        "",
                        Reason.MISSING_VALUE,
                        "limit_utoken_per_lot"),
                two(
                        Kind.ORDERS,
                        "order_type",
                        "market",
                        "lots",
                        "1",
                        Reason.CONTRADICTING_VALUES,
                        "limit_utoken_per_lot"),
                two(
                        Kind.ORDERS,
                        "order_type",
                        "market",
                        "limit_utoken_per_lot",
                        "",
                        Reason.CONTRADICTING_VALUES,
                        "time_in_force"),
                two(
                        Kind.ORDERS,
                        "time_in_force",
                        "gtd",
                        "good_through",
                        "",
                        Reason.CONTRADICTING_VALUES,
                        "good_through"),
                two(
                        Kind.ORDERS,
                        "time_in_force",
                        "ioc",
                        "good_through",
                        "2026-03-09",
                        Reason.CONTRADICTING_VALUES,
                        "good_through"),
                two(
                        Kind.ORDERS,
                        "time_in_force",
                        "gtc",
                        "good_through",
                        "2026-03-09",
                        Reason.CONTRADICTING_VALUES,
                        "good_through"),
                two(Kind.SPENDS, "compute_class", "GPU", "gpu_ms", "", Reason.CONTRADICTING_VALUES, "gpu_ms"),
                two(Kind.SPENDS, "compute_class", "", "gpu_ms", "1", Reason.CONTRADICTING_VALUES, "gpu_ms"),
                two(Kind.SPENDS, "compute_class", "GPU", "gpu_ms", "1", Reason.CONTRADICTING_VALUES, "amount_utoken"),
                two(Kind.SPENDS, "price_version", "", "amount_utoken", "", Reason.MISSING_VALUE, "amount_utoken"),
                two(Kind.SPENDS, "price_version", "v1", "model", "", Reason.MISSING_VALUE, "model"));
    }

    private static Arguments two(
            Kind kind, String one, String itsValue, String other, String value, Reason reason, String field) {
        return Arguments.of(kind, one, itsValue, other, value, reason, field);
    }

    @ParameterizedTest(name = "{0}: {1} = {2} beside {3} = \"{4}\"")
    @MethodSource("contradictions")
    void valuesThatDoNotFitTogetherAreNamed(
            Kind kind, String one, String itsValue, String other, String value, Reason reason, String field) {
        Map<String, String> fields = good(kind);
        fields.put(one, itsValue);
        fields.put(other, value);
        assertThat(Forms.read(kind, fields).errors())
                .extracting(FormError::field, FormError::reason)
                .contains(org.assertj.core.groups.Tuple.tuple(field, reason));
    }

    @ParameterizedTest(name = "{0}: {1} = {2} beside {3} = \"{4}\"")
    @MethodSource("contradictions")
    void aFaultElsewhereHidesNoContradiction(
            Kind kind, String one, String itsValue, String other, String value, Reason reason, String field) {
        Map<String, String> fields = good(kind);
        fields.put(one, itsValue);
        fields.put(other, value);
        fields.put("nonsense", "1");
        if (!kind.isReference()) {
            fields.put("submission_key", "");
        }
        assertThat(Forms.read(kind, fields).errors())
                .extracting(FormError::field, FormError::reason)
                .contains(org.assertj.core.groups.Tuple.tuple(field, reason));
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        Map<String, String> fields = good(Kind.TRANSFERS);
        put(
                fields,
                "submission_key",
                "",
                "account_id",
                "x",
                "to_account",
                "",
                "amount_utoken",
                "-5",
                "hold_until",
                "?");
        assertThat(Forms.read(Kind.TRANSFERS, fields).errors())
                .extracting(FormError::field)
                .containsExactly("submission_key", "account_id", "to_account", "amount_utoken", "hold_until");
    }

    @Test
    void aFieldWithSeveralFaultsIsNamedOnce() {
        Map<String, String> fields = good(Kind.ORDERS);
        put(fields, "order_type", "stop", "time_in_force", "day", "good_through", "x", "limit_utoken_per_lot", "0");
        assertThat(Forms.read(Kind.ORDERS, fields).errors())
                .extracting(FormError::field)
                .containsExactlyInAnyOrder("order_type", "time_in_force", "good_through", "limit_utoken_per_lot");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void columnsOfTheBanksOwnAreIgnored(Kind kind) {
        Map<String, String> fields = good(kind);
        put(fields, "quittance_line", "7", "quittance_reason", "anything");
        assertThat(Forms.read(kind, fields).errors()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ACCOUNTS       | account_type  | one of personal, enterprise, agent",
                "ACCOUNTS       | kyc_level     | one of L0, L1, L2, L3",
                "ACCOUNT_EVENTS | event         | one of freeze, unfreeze, close, level",
                "ORDERS         | side          | one of BUY, SELL",
                "ORDERS         | order_type    | one of LIMIT, MARKET",
                "ORDERS         | time_in_force | one of IOC, GTC, GTD",
                "COMPUTE_DEPOSITS | mode        | one of mint, keep"
            })
    void ofAFixedWordAllThatASenderMaySayIsNamedAsDocumentsSpellIt(Kind kind, String field, String detail) {
        assertThat(Forms.read(kind, Map.of(field, "system")).errors())
                .filteredOn(error -> error.field().equals(field))
                .extracting(FormError::detail)
                .containsExactly(detail);
    }

    @Test
    void namesMayBeOfAnyScript() {
        for (String name : List.of("a", "日本 の 課題", "gpu-1/α:β", "🚀", "é", "x".repeat(255), "हिन्दी")) {
            Map<String, String> fields = good(Kind.TASK_PUBLICATIONS);
            fields.put("task_id", name);
            assertThat(Forms.read(Kind.TASK_PUBLICATIONS, fields).errors())
                    .as(name)
                    .isEmpty();
        }
    }

    @Test
    void theDefaultsOfWhatIsLeftOutAreTheLeast() {
        Map<String, String> spend = good(Kind.SPENDS);
        put(spend, "input_tokens", "", "output_tokens", "", "hold_until", "");
        Submission.Spend read = (Submission.Spend)
                ((Line.OfSubmission) Forms.read(Kind.SPENDS, spend).line()).submission();
        assertThat(read.inputTokens()).isZero();
        assertThat(read.outputTokens()).isZero();
        assertThat(read.holdUntil()).isNull();
        Map<String, String> reversal = good(Kind.REVERSALS);
        reversal.remove("take_from_suspense");
        assertThat(((Line.OfSubmission) Forms.read(Kind.REVERSALS, reversal).line()).submission())
                .isEqualTo(new Submission.Reversal(UUID.fromString(A), UUID.fromString(B), false));
    }
}
