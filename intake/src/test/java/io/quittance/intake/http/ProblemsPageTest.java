package io.quittance.intake.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.intake.Reason;
import io.quittance.intake.wire.Sentences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of problem codes is made of the codes; with {@code -Dquittance.write-docs=true} this writes it. */
class ProblemsPageTest {

    private static final Path PAGE = Path.of("..", "ops", "docs", "problems.md");

    @Test
    void thePageHasEveryCodeAsItIs() throws IOException {
        String page = page();
        if (Boolean.getBoolean("quittance.write-docs")) {
            Files.writeString(PAGE, page);
        }

        assertThat(PAGE).hasContent(page);
    }

    @Test
    void everyCodeHasASentenceInChineseAndNoSentenceIsWithoutACode() throws IOException {
        var sentences = new Properties();
        try (var in = Files.newBufferedReader(
                Path.of("src/main/resources/io/quittance/intake/wire/sentences_zh.properties"))) {
            sentences.load(in);
        }

        assertThat(new TreeSet<>(sentences.stringPropertyNames()))
                .isEqualTo(Stream.concat(
                                Arrays.stream(Reason.values()).map(Reason::name),
                                Arrays.stream(ProblemCode.values()).map(code -> "problem." + code.name()))
                        .collect(Collectors.toCollection(TreeSet::new)));
        assertThat(sentences.values())
                .allSatisfy(sentence -> assertThat((String) sentence).endsWith("。"));
    }

    private static String page() {
        var page = new StringBuilder("""
                # Problems and reasons

                A refusal is a problem as of RFC 9457, `application/problem+json`: `type` is `urn:quittance:problem:CODE`, `code` one of those
                below and stable, `title` its sentence in English or, where `Accept-Language` prefers it, in Chinese, `detail` what it is this
                time, `errors` each thing that is wrong, with a JSON pointer or a line. Reasons have a `retry` word besides: `never` (the same will be
                refused again), `not_needed` (it is held and offered again), `after_mending` (mend it and send it under the same key), `with_new_key`
                (when circumstances have changed, under a new key).

                ## Of a request as a whole

                | code | status | sentence | 说明 |
                | --- | --- | --- | --- |
                """);
        for (ProblemCode code : ProblemCode.values()) {
            page.append("| `%s` | %d | %s | %s |%n"
                    .formatted(
                            code.name(),
                            code.status().value(),
                            code.title(),
                            Sentences.CHINESE.ofProblem(code, code.title())));
        }
        for (Reason.Stage stage : Reason.Stage.values()) {
            page.append(
                    switch (stage) {
                        case FILE -> """

                                ## Of a file as a whole

                                In order of precedence, here and below: where several apply, the first one is given.

                                """;
                        case DOOR ->
                            "\n## Of a line, at the door\n\nThe line is not taken, and its key stays free; with `KEY_CONFLICT` it was used before.\n\n";
                        case SCREENING ->
                            "\n## Of a submission, in its cycle\n\nFinal; the key is used up. Where `hold_until` allows it and the reason can pass, it is held instead.\n\n";
                        case END -> "\n## Of what waited or rested\n\n";
                    });
            page.append("| code | retry | sentence | 说明 |\n| --- | --- | --- | --- |\n");
            for (Reason reason : Reason.values()) {
                if (reason.stage() == stage) {
                    page.append("| `%s` | `%s` | %s | %s |%n"
                            .formatted(
                                    reason.name(),
                                    Problem.word(reason),
                                    reason.sentence(),
                                    Sentences.CHINESE.of(reason)));
                }
            }
        }
        return page.toString();
    }
}
