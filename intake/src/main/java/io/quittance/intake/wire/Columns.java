package io.quittance.intake.wire;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Forms;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.intake.Words;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the columns of every kind hold. A name means the same in every kind that has it. */
public final class Columns {

    /** How a value looks on the wire. */
    public enum Type {
        /** Whole number from 0 to 2^63−1: a JSON integer or a string of digits on the way in, a string on the way out. */
        INTEGER,
        UUID,
        /** RFC 3339 with an offset, at most six decimals of a second. */
        INSTANT,
        DATE,
        /** 1 to 255 printable characters without blanks at the ends. */
        NAME,
        /** One of a few fixed words, upper or lower case. */
        WORD,
        FLAG,
        SHA256,
        /** Free text for people. */
        TEXT
    }

    private static final Map<String, Type> TYPES = Map.ofEntries(
            Map.entry("submission_key", Type.NAME),
            Map.entry("account_id", Type.UUID),
            Map.entry("party_id", Type.UUID),
            Map.entry("account_type", Type.WORD),
            Map.entry("owner_account", Type.UUID),
            Map.entry("kyc_level", Type.WORD),
            Map.entry("daily_limit_utoken", Type.INTEGER),
            Map.entry("name", Type.TEXT),
            Map.entry("resource_id", Type.NAME),
            Map.entry("compute_class", Type.NAME),
            Map.entry("gpu_count", Type.INTEGER),
            Map.entry("metered_from", Type.INSTANT),
            Map.entry("metered_to", Type.INSTANT),
            Map.entry("gpu_ms", Type.INTEGER),
            Map.entry("service", Type.NAME),
            Map.entry("payee_account", Type.UUID),
            Map.entry("model", Type.NAME),
            Map.entry("price_version", Type.NAME),
            Map.entry("effective_from", Type.INSTANT),
            Map.entry("input_utoken_per_mtok", Type.INTEGER),
            Map.entry("output_utoken_per_mtok", Type.INTEGER),
            Map.entry("event_key", Type.NAME),
            Map.entry("event", Type.WORD),
            Map.entry("reason", Type.TEXT),
            Map.entry("mode", Type.WORD),
            Map.entry("hold_until", Type.DATE),
            Map.entry("task_id", Type.NAME),
            Map.entry("reward_utoken", Type.INTEGER),
            Map.entry("capability", Type.NAME),
            Map.entry("due_at", Type.INSTANT),
            Map.entry("agent_account", Type.UUID),
            Map.entry("result_sha256", Type.SHA256),
            Map.entry("side", Type.WORD),
            Map.entry("order_type", Type.WORD),
            Map.entry("lots", Type.INTEGER),
            Map.entry("limit_utoken_per_lot", Type.INTEGER),
            Map.entry("time_in_force", Type.WORD),
            Map.entry("good_through", Type.DATE),
            Map.entry("cancelled_key", Type.NAME),
            Map.entry("used_at", Type.INSTANT),
            Map.entry("input_tokens", Type.INTEGER),
            Map.entry("output_tokens", Type.INTEGER),
            Map.entry("amount_utoken", Type.INTEGER),
            Map.entry("to_account", Type.UUID),
            Map.entry("memo", Type.TEXT),
            Map.entry("reversed_submission", Type.UUID),
            Map.entry("approval_id", Type.UUID),
            Map.entry("take_from_suspense", Type.FLAG));

    private static final Map<String, List<String>> WORDS = Map.of(
            "account_type",
            Words.of(AccountType.class),
            "kyc_level",
            Words.of(KycLevel.class),
            "event",
            Words.of(AccountChange.class),
            "mode",
            Words.of(Submission.DepositMode.class),
            "side",
            Words.of(Submission.Side.class),
            "order_type",
            Words.of(Submission.OrderType.class),
            "time_in_force",
            Words.of(Submission.TimeInForce.class));

    private Columns() {}

    /** The type of a column; null if no kind has one of this name. */
    public static @Nullable Type typeOf(String column) {
        return TYPES.get(column);
    }

    /** The words that a {@link Type#WORD} column may hold; empty for other columns. */
    public static List<String> wordsOf(String column) {
        return WORDS.getOrDefault(column, List.of());
    }

    /** The columns that every line of the kind must have, in their order, as {@link Forms} sees it. */
    public static List<String> requiredOf(Kind kind) {
        Set<String> missing = Forms.read(kind, Map.of()).errors().stream()
                .filter(error -> error.reason() == Reason.MISSING_VALUE)
                .map(FormError::field)
                .collect(Collectors.toSet());
        return kind.columns().stream().filter(missing::contains).toList();
    }
}
