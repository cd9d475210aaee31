package io.quittance.intake.http;

import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Reason;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Fields of the bodies that are no lines. Each reader notes what is wrong and answers null. */
final class Shapes {

    private static final Pattern UUID_FORM =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private Shapes() {}

    static @Nullable UUID uuid(String field, @Nullable String value, List<FormError> errors) {
        if (value == null || value.isEmpty()) {
            errors.add(new FormError(field, Reason.MISSING_VALUE, "a value is needed"));
            return null;
        }
        if (!UUID_FORM.matcher(value).matches()) {
            errors.add(
                    new FormError(field, Reason.MALFORMED_VALUE, "a UUID has the form 8-4-4-4-12 hexadecimal digits"));
            return null;
        }
        return UUID.fromString(value);
    }

    /** An instant that may be absent: null then, too. */
    static @Nullable Instant instantOrNull(String field, @Nullable String value, List<FormError> errors) {
        if (value == null) {
            return null;
        }
        try {
            OffsetDateTime instant = OffsetDateTime.parse(value);
            if (instant.getYear() >= 1970 && instant.getYear() <= 9999) {
                return instant.toInstant();
            }
        } catch (DateTimeParseException malformed) {
            // Told below.
        }
        errors.add(new FormError(
                field, Reason.MALFORMED_VALUE, "an instant such as 2026-03-02T10:00:00Z, with its offset"));
        return null;
    }

    static <E extends Enum<E>> @Nullable E word(
            String field, @Nullable String value, Class<E> type, List<FormError> errors) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(value)) {
                return constant;
            }
        }
        errors.add(new FormError(
                field,
                value == null ? Reason.MISSING_VALUE : Reason.MALFORMED_VALUE,
                "one of "
                        + String.join(
                                ", ",
                                java.util.Arrays.stream(type.getEnumConstants())
                                        .map(Problem::word)
                                        .toList())));
        return null;
    }
}
