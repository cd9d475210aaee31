package io.quittance.domain.intake;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.seal.Hash32;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of a line into its type and says everything that is wrong with their form, all at once. What exists
 * and who may do what is not form; that is asked afterwards.
 */
public final class Forms {

    /** A submission's key, a task's, resource's or service's name and the like: no control characters, no outer blanks. */
    private static final Pattern NAME = Pattern.compile(
            "[\\p{L}\\p{N}\\p{P}\\p{S}](?:[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S} ]{0,253}[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}])?");

    private static final Pattern UUID_FORM =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    private static final Pattern SIGNED_DIGITS = Pattern.compile("-[0-9]+");
    private static final Pattern SHA256_FORM = Pattern.compile("[0-9a-fA-F]{64}");
    private static final int MEMO_MAX = 1_000;
    private static final int REASON_MAX = 255;

    /** Either the line or what is wrong with it; exactly one of the two. */
    public record Result(@Nullable Line line, List<FormError> errors) {
        public Result {
            errors = List.copyOf(errors);
            if ((line == null) == errors.isEmpty()) {
                throw new IllegalArgumentException("either a line or errors");
            }
        }
    }

    private final Kind kind;
    private final Map<String, String> fields;
    private final List<FormError> errors = new ArrayList<>();

    private Forms(Kind kind, Map<String, String> fields) {
        this.kind = kind;
        this.fields = fields;
    }

    /**
     * @param fields column name to text; an absent or empty text means that there is no value. Names that start with
     *     {@code quittance_} are ignored, other names that the kind does not have are errors.
     */
    public static Result read(Kind kind, Map<String, String> fields) {
        return new Forms(kind, fields).read();
    }

    private Result read() {
        for (String name : fields.keySet()) {
            if (!kind.columns().contains(name) && !name.startsWith("quittance_")) {
                wrong(
                        name,
                        Reason.UNKNOWN_FIELD,
                        kind.wireName() + " has the fields " + String.join(", ", kind.columns()));
            }
        }
        Line line = kind.isReference() ? readReference() : readSubmission();
        return errors.isEmpty() ? new Result(line, List.of()) : new Result(null, errors);
    }

    private Line readSubmission() {
        String key = name("submission_key");
        Submission submission = switch (kind) {
            case COMPUTE_DEPOSITS -> deposit();
            case TASK_PUBLICATIONS ->
                new Submission.TaskPublication(
                        uuid("account_id"),
                        name("task_id"),
                        positive("reward_utoken"),
                        optionalName("capability"),
                        optionalInstant("due_at"),
                        optionalDate("hold_until"));
            case TASK_COMPLETIONS ->
                new Submission.TaskCompletion(
                        uuid("account_id"),
                        name("task_id"),
                        uuid("agent_account"),
                        optionalSha256("result_sha256"),
                        optionalDate("hold_until"));
            case ORDERS -> order();
            case CANCELS -> new Submission.Cancel(uuid("account_id"), name("cancelled_key"));
            case SPENDS -> spend();
            case TRANSFERS ->
                new Submission.Transfer(
                        uuid("account_id"),
                        uuid("to_account"),
                        positive("amount_utoken"),
                        optionalText("memo", MEMO_MAX),
                        optionalDate("hold_until"));
            case REVERSALS ->
                new Submission.Reversal(uuid("reversed_submission"), uuid("approval_id"), flag("take_from_suspense"));
            default -> throw new IllegalStateException(kind + " is not a submission");
        };
        return new Line.OfSubmission(key, submission);
    }

    private Line readReference() {
        ReferenceLine reference = switch (kind) {
            case ACCOUNTS -> account();
            case COMPUTE_RESOURCES ->
                new ReferenceLine.ComputeResource(
                        name("resource_id"), uuid("account_id"), name("compute_class"), gpuCount());
            case METERING -> metering();
            case SERVICES -> new ReferenceLine.Service(name("service"), optionalUuid("payee_account"));
            case PRICES ->
                new ReferenceLine.Price(
                        name("service"),
                        name("model"),
                        name("price_version"),
                        instant("effective_from"),
                        zeroOrMore("input_utoken_per_mtok"),
                        zeroOrMore("output_utoken_per_mtok"));
            case ACCOUNT_EVENTS -> accountEvent();
            default -> throw new IllegalStateException(kind + " is not reference data");
        };
        return new Line.OfReference(reference);
    }

    private ReferenceLine account() {
        var type = word("account_type", AccountType.class, AccountType.PERSONAL);
        UUID owner = optionalUuid("owner_account");
        if (type == AccountType.AGENT && owner == null && sound("account_type", "owner_account")) {
            wrong("owner_account", Reason.MISSING_VALUE, "an agent has an owner account");
        }
        if (type != AccountType.AGENT && owner != null && sound("account_type")) {
            wrong("owner_account", Reason.CONTRADICTING_VALUES, "only an agent has an owner account");
        }
        Long cap = text("daily_limit_utoken") == null ? null : zeroOrMore("daily_limit_utoken");
        return new ReferenceLine.OpenAccount(
                uuid("account_id"), uuid("party_id"), type, owner, kycLevel(), cap, optionalText("name", 255));
    }

    private ReferenceLine accountEvent() {
        var change = word("event", AccountChange.class, AccountChange.FREEZE);
        if (change != AccountChange.LEVEL && text("kyc_level") != null && sound("event")) {
            wrong("kyc_level", Reason.CONTRADICTING_VALUES, "only a level event has a level");
        }
        KycLevel level = change == AccountChange.LEVEL ? kycLevel() : null;
        required("reason", "?");
        return new ReferenceLine.AccountEvent(
                name("event_key"), uuid("account_id"), change, level, optionalText("reason", REASON_MAX));
    }

    private ReferenceLine metering() {
        Instant from = instant("metered_from");
        Instant to = instant("metered_to");
        requireInterval(from, to);
        return new ReferenceLine.Metering(name("resource_id"), from, to, positive("gpu_ms"));
    }

    private Submission deposit() {
        Instant from = instant("metered_from");
        Instant to = instant("metered_to");
        requireInterval(from, to);
        return new Submission.ComputeDeposit(
                uuid("account_id"),
                name("resource_id"),
                positive("gpu_ms"),
                word("mode", Submission.DepositMode.class, Submission.DepositMode.KEEP),
                from,
                to,
                optionalDate("hold_until"));
    }

    private void requireInterval(Instant from, Instant to) {
        if (!from.isBefore(to) && sound("metered_from", "metered_to")) {
            wrong("metered_to", Reason.CONTRADICTING_VALUES, "must be later than metered_from");
        }
    }

    private Submission order() {
        var type = word("order_type", Submission.OrderType.class, Submission.OrderType.LIMIT);
        var force = word("time_in_force", Submission.TimeInForce.class, Submission.TimeInForce.IOC);
        Long limit = text("limit_utoken_per_lot") == null ? null : Long.valueOf(positive("limit_utoken_per_lot"));
        LocalDate goodThrough = optionalDate("good_through");
        boolean typeAndLimit = sound("order_type", "limit_utoken_per_lot");
        if (typeAndLimit && type == Submission.OrderType.LIMIT && limit == null) {
            wrong("limit_utoken_per_lot", Reason.MISSING_VALUE, "a LIMIT order has a limit");
        }
        if (typeAndLimit && type == Submission.OrderType.MARKET && limit != null) {
            wrong("limit_utoken_per_lot", Reason.CONTRADICTING_VALUES, "a MARKET order has no limit");
        }
        if (type == Submission.OrderType.MARKET
                && force != Submission.TimeInForce.IOC
                && sound("order_type", "time_in_force")) {
            wrong("time_in_force", Reason.CONTRADICTING_VALUES, "a MARKET order lapses after its round: IOC");
        }
        if ((force == Submission.TimeInForce.GTD) != (goodThrough != null) && sound("time_in_force", "good_through")) {
            wrong("good_through", Reason.CONTRADICTING_VALUES, "GTD has a good_through date, the others have none");
        }
        return new Submission.Order(
                uuid("account_id"),
                name("compute_class"),
                word("side", Submission.Side.class, Submission.Side.BUY),
                type,
                positive("lots"),
                limit,
                force,
                goodThrough);
    }

    private Submission spend() {
        String priceVersion = optionalName("price_version");
        Long amount = text("amount_utoken") == null ? null : Long.valueOf(zeroOrMore("amount_utoken"));
        String computeClass = optionalName("compute_class");
        Long gpuMs = text("gpu_ms") == null ? null : Long.valueOf(positive("gpu_ms"));
        String model = optionalName("model");
        if (sound("price_version", "amount_utoken", "compute_class", "gpu_ms", "model")) {
            if ((computeClass == null) != (gpuMs == null)) {
                wrong("gpu_ms", Reason.CONTRADICTING_VALUES, "compute_class and gpu_ms come together");
            } else if (computeClass != null && (amount != null || priceVersion != null)) {
                wrong("amount_utoken", Reason.CONTRADICTING_VALUES, "either an amount or a class with its gpu_ms");
            } else if (computeClass == null && amount == null && priceVersion == null) {
                wrong("amount_utoken", Reason.MISSING_VALUE, "an amount, a price version, or a class with its gpu_ms");
            } else if (priceVersion != null && model == null) {
                wrong("model", Reason.MISSING_VALUE, "a price version is of a model");
            }
        }
        return new Submission.Spend(
                uuid("account_id"),
                name("service"),
                model,
                instant("used_at"),
                text("input_tokens") == null ? 0 : zeroOrMore("input_tokens"),
                text("output_tokens") == null ? 0 : zeroOrMore("output_tokens"),
                priceVersion,
                amount,
                computeClass,
                gpuMs,
                optionalDate("hold_until"));
    }

    /** {@code L2}, or {@code 2} for short. */
    private KycLevel kycLevel() {
        String value = text("kyc_level");
        if (value != null && value.matches("[0-3]")) {
            return KycLevel.valueOf("L" + value);
        }
        return word("kyc_level", KycLevel.class, KycLevel.L0);
    }

    private int gpuCount() {
        long count = positive("gpu_count");
        if (count > 1_000_000) {
            wrong("gpu_count", Reason.AMOUNT_OUT_OF_RANGE, "at most 1000000 GPUs");
            return 1;
        }
        return (int) count;
    }

    // Each reader notes what is wrong and answers a stand-in, so that reading goes on to the next field.

    private @Nullable String text(String field) {
        String value = fields.get(field);
        return value == null || value.isEmpty() ? null : value;
    }

    private String required(String field, String standIn) {
        String value = text(field);
        if (value == null) {
            wrong(field, Reason.MISSING_VALUE, "a value is needed");
            return standIn;
        }
        return value;
    }

    private String name(String field) {
        String value = required(field, "?");
        return checkedName(field, value);
    }

    private @Nullable String optionalName(String field) {
        String value = text(field);
        return value == null ? null : checkedName(field, value);
    }

    private String checkedName(String field, String value) {
        if (value.length() > 255 || !NAME.matcher(value).matches()) {
            wrong(field, Reason.MALFORMED_VALUE, "1 to 255 printable characters without blanks at the ends");
        }
        return value;
    }

    private @Nullable String optionalText(String field, int max) {
        String value = text(field);
        if (value != null && (value.length() > max || value.indexOf('\0') >= 0)) {
            wrong(field, Reason.MALFORMED_VALUE, "at most " + max + " characters, no NUL");
        }
        return value;
    }

    private UUID uuid(String field) {
        return parsedUuid(field, required(field, "00000000-0000-0000-0000-000000000000"));
    }

    private @Nullable UUID optionalUuid(String field) {
        String value = text(field);
        return value == null ? null : parsedUuid(field, value);
    }

    private UUID parsedUuid(String field, String value) {
        if (!UUID_FORM.matcher(value).matches()) {
            wrong(field, Reason.MALFORMED_VALUE, "a UUID has the form 8-4-4-4-12 hexadecimal digits");
            return new UUID(0, 0);
        }
        return UUID.fromString(value);
    }

    private long positive(String field) {
        long value = whole(field, Reason.AMOUNT_NOT_POSITIVE, "must be more than zero");
        if (value == 0 && text(field) != null && sound(field)) {
            wrong(field, Reason.AMOUNT_NOT_POSITIVE, "must be more than zero");
        }
        return value;
    }

    private long zeroOrMore(String field) {
        return whole(field, Reason.MALFORMED_VALUE, "must not be negative");
    }

    private long whole(String field, Reason ifNegative, String words) {
        String value = required(field, "1");
        if (SIGNED_DIGITS.matcher(value).matches()) {
            wrong(field, ifNegative, words);
            return 1;
        }
        if (!DIGITS.matcher(value).matches()) {
            wrong(field, Reason.MALFORMED_VALUE, "whole digits only: no sign, point, exponent or blanks");
            return 1;
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException tooLarge) {
            wrong(field, Reason.AMOUNT_OUT_OF_RANGE, "at most 9223372036854775807");
            return 1;
        }
    }

    private boolean flag(String field) {
        String value = text(field);
        if (value == null || value.equals("false")) {
            return false;
        }
        if (!value.equals("true")) {
            wrong(field, Reason.MALFORMED_VALUE, "true or false");
        }
        return true;
    }

    private <E extends Enum<E>> E word(String field, Class<E> type, E standIn) {
        String value = required(field, standIn.name());
        List<String> words = Words.of(type);
        for (String word : words) {
            if (word.equalsIgnoreCase(value)) {
                return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
            }
        }
        wrong(field, Reason.MALFORMED_VALUE, "one of " + String.join(", ", words));
        return standIn;
    }

    private Instant instant(String field) {
        return parsedInstant(field, required(field, "1970-01-01T00:00:00Z"));
    }

    private @Nullable Instant optionalInstant(String field) {
        String value = text(field);
        return value == null ? null : parsedInstant(field, value);
    }

    /** To the microsecond, which is what the books keep; finer times are refused rather than cut. */
    private Instant parsedInstant(String field, String value) {
        try {
            Instant instant = java.time.OffsetDateTime.parse(value).toInstant();
            if (instant.getNano() % 1_000 != 0) {
                wrong(field, Reason.MALFORMED_VALUE, "at most six decimals of a second");
            } else if (instant.isBefore(EARLIEST) || !instant.isBefore(LATEST)) {
                wrong(field, Reason.MALFORMED_VALUE, "a time from the year 1970 to 9999");
            }
            return instant;
        } catch (DateTimeParseException malformed) {
            wrong(field, Reason.MALFORMED_VALUE, "a time such as 2026-03-02T17:00:00Z");
            return Instant.EPOCH;
        }
    }

    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    private @Nullable LocalDate optionalDate(String field) {
        String value = text(field);
        if (value == null) {
            return null;
        }
        try {
            LocalDate date = LocalDate.parse(value);
            if (date.getYear() < 1970 || date.getYear() > 9999) {
                wrong(field, Reason.MALFORMED_VALUE, "a date from the year 1970 to 9999");
            }
            return date;
        } catch (DateTimeParseException malformed) {
            wrong(field, Reason.MALFORMED_VALUE, "a date such as 2026-03-02");
            return null;
        }
    }

    private @Nullable Hash32 optionalSha256(String field) {
        String value = text(field);
        if (value == null) {
            return null;
        }
        if (!SHA256_FORM.matcher(value).matches()) {
            wrong(field, Reason.MALFORMED_VALUE, "64 hexadecimal digits");
            return null;
        }
        return Hash32.parse(value);
    }

    /** Whether nothing is wrong with these fields so far: only then can they contradict each other. */
    private boolean sound(String... named) {
        List<String> asked = List.of(named);
        return errors.stream().noneMatch(error -> asked.contains(error.field()));
    }

    private void wrong(String field, Reason reason, String detail) {
        errors.add(new FormError(field, reason, detail));
    }
}
