package io.quittance.intake.file;

import io.quittance.domain.intake.Reason;
import io.quittance.domain.report.BankViews.LineOutcome;
import io.quittance.domain.report.BankViews.SubmissionState;
import io.quittance.intake.wire.Sentences;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes where the lines of a file stand that it brought to the queue, as CSV, in their order; those that were refused at the
 * door are in its {@link RejectsFile}. None of it can be taken for a formula.
 */
public final class ResultsFile {

    private static final String HEADER =
            "submission_key,submission_id,state,cycle,reason,sentence,retry,detail,hold_until\n";

    private final Appendable out;
    private final Sentences language;

    /** Writes the line of column names. */
    public ResultsFile(Appendable out, Sentences language) throws IOException {
        this.out = out;
        this.language = language;
        out.append(HEADER);
    }

    /** Adds a line. LF ends it. */
    public void add(LineOutcome line) throws IOException {
        Reason reason = line.reason();
        // What is held is offered again by itself, whatever the reason says of what is refused.
        Reason.Retry retry =
                reason == null ? null : line.state() == SubmissionState.HELD ? Reason.Retry.NOT_NEEDED : reason.retry();
        List<String> values = List.of(
                line.submissionKey(),
                line.submissionId().toString(),
                word(line.state()),
                line.cycle() == null ? "" : line.cycle().toString(),
                reason == null ? "" : reason.name(),
                reason == null ? "" : language.of(reason),
                retry == null ? "" : word(retry),
                pairs(line.detail()),
                line.holdUntil() == null ? "" : line.holdUntil().toString());
        out.append(values.stream().map(value -> Cells.of(value, ',')).collect(Collectors.joining(",")))
                .append('\n');
    }

    private static String pairs(Map<String, String> detail) {
        return detail.entrySet().stream()
                .map(pair -> pair.getKey() + "=" + pair.getValue())
                .collect(Collectors.joining(" "));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
