package io.quittance.domain.intake;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The fixed words of a line's fields, spelled as documents and answers spell them. Read in upper or lower case. */
public final class Words {

    private Words() {}

    /** The words of a field that holds one of {@code type}: those that a sender may use, in their order. */
    public static <E extends Enum<E>> List<String> of(Class<E> type) {
        return Stream.of(type.getEnumConstants())
                .filter(constant -> constant != AccountType.SYSTEM)
                .map(Words::spelled)
                .toList();
    }

    /** Levels and the words of the market are in upper case, as the market writes them. */
    private static String spelled(Enum<?> constant) {
        return switch (constant) {
            case KycLevel level -> level.name();
            case Submission.Side side -> side.name();
            case Submission.OrderType type -> type.name();
            case Submission.TimeInForce force -> force.name();
            case AccountType type -> type.wireName();
            case AccountChange change -> change.wireName();
            default -> constant.name().toLowerCase(Locale.ROOT);
        };
    }
}
