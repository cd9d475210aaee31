package io.quittance.intake.wire;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Reason;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/** What codes mean, in a language for people: English, as the codes have it themselves, or Chinese. */
public enum Sentences {
    ENGLISH(Locale.ENGLISH, null, " (", ")"),
    CHINESE(Locale.CHINESE, ResourceBundle.getBundle("io.quittance.intake.wire.sentences", Locale.CHINESE), "（", "）");

    private static final List<Locale> LANGUAGES = List.of(Locale.ENGLISH, Locale.CHINESE);

    private final Locale language;
    private final @Nullable ResourceBundle sentences;
    private final String before;
    private final String after;

    Sentences(Locale language, @Nullable ResourceBundle sentences, String before, String after) {
        this.language = language;
        this.sentences = sentences;
        this.before = before;
        this.after = after;
    }

    /**
     * The language that somebody likes best.
     *
     * @param acceptLanguage as the header of HTTP has it; null, nothing known and nothing readable mean English
     */
    public static Sentences in(@Nullable String acceptLanguage) {
        if (acceptLanguage == null || acceptLanguage.isBlank()) {
            return ENGLISH;
        }
        try {
            Locale best = Locale.lookup(Locale.LanguageRange.parse(acceptLanguage), LANGUAGES);
            return Locale.CHINESE.equals(best) ? CHINESE : ENGLISH;
        } catch (IllegalArgumentException unreadable) {
            return ENGLISH;
        }
    }

    /** The language that was agreed with a client. */
    public static Sentences of(Client client) {
        return in(client.policy().language());
    }

    public Locale language() {
        return language;
    }

    /**
     * A problem of a request as a whole.
     *
     * @param inEnglish the sentence that the code has itself
     */
    public String ofProblem(Enum<?> code, String inEnglish) {
        return sentences == null ? inEnglish : sentences.getString("problem." + code.name());
    }

    public String of(Reason reason) {
        return sentences == null ? reason.sentence() : sentences.getString(reason.name());
    }

    /** The sentence with what it is this time, in English, which may be no more than the sentence. */
    public String of(Reason reason, String detail) {
        return detail.isEmpty() || detail.equals(reason.sentence()) ? of(reason) : of(reason) + before + detail + after;
    }
}
