package io.quittance.intake.http;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Forms;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Receipt;
import io.quittance.intake.wire.StrictJson;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Hands lines that came in one request to the queue, and says of each what became of it. Thread-safe. */
final class BulkIntake {

    /** What an error in one line means for the others of the request. */
    enum Mode {
        /** Nothing: each line is taken or refused by itself. */
        INDEPENDENT,
        /** None of them is taken. */
        ATOMIC;

        /** @param name as in the address; null for the default */
        static Mode named(@Nullable String name) {
            return switch (name) {
                case null -> INDEPENDENT;
                case "independent" -> INDEPENDENT;
                case "atomic" -> ATOMIC;
                default -> throw new ProblemException(ProblemCode.BAD_PARAMETER, "mode is independent or atomic");
            };
        }
    }

    /**
     * One line of the request.
     *
     * @param submissionKey as it was read, also where the form is wrong; null if there is none
     * @param at the line's pointer in the body
     */
    record Element(Forms.Result form, @Nullable String submissionKey, String at) {

        static Element of(Kind kind, StrictJson.Fields fields, String at) {
            return new Element(BulkIntake.form(kind, fields), fields.values().get(SubmissionController.KEY_COLUMN), at);
        }

        static Element unreadable(String detail, String at) {
            return new Element(
                    new Forms.Result(null, List.of(new FormError("", Reason.MALFORMED_LINE, detail))), null, at);
        }
    }

    private final IntakeQueue queue;

    BulkIntake(IntakeQueue queue) {
        this.queue = queue;
    }

    /**
     * Takes the lines; one answer each, in their order.
     *
     * @throws ProblemException if the queue takes nothing now; nothing of these lines was taken
     */
    List<LineAnswer> take(Client client, Kind kind, List<Element> elements, Mode mode) {
        List<Line> wellFormed = new ArrayList<>(elements.size());
        for (Element element : elements) {
            if (element.form().line() != null) {
                wellFormed.add(element.form().line());
            }
        }
        boolean atomic = mode == Mode.ATOMIC;
        if (wellFormed.isEmpty() || atomic && wellFormed.size() < elements.size()) {
            return answers(kind, elements, null, false);
        }
        List<Receipt> receipts =
                ask(() -> atomic ? queue.acceptAll(client, wellFormed) : queue.accept(client, wellFormed, null));
        boolean taken = !atomic || receipts.stream().noneMatch(Receipt.Refused.class::isInstance);
        return answers(kind, elements, receipts, taken);
    }

    /** What became of a line that came alone. */
    Receipt take(Client client, Line line) {
        return ask(() -> queue.accept(client, List.of(line), null)).getFirst();
    }

    private static List<Receipt> ask(Supplier<List<Receipt>> queue) {
        try {
            return queue.get();
        } catch (IntakeQueue.NoOpenWindow | IntakeQueue.Overloaded notNow) {
            throw new ProblemException(ProblemCode.UNAVAILABLE, notNow.getMessage());
        }
    }

    /**
     * @param receipts of the lines whose form is right; null if the queue was not asked
     * @param taken whether the lines that are not refused were taken
     */
    private static List<LineAnswer> answers(
            Kind kind, List<Element> elements, @Nullable List<Receipt> receipts, boolean taken) {
        Iterator<Receipt> next = receipts == null ? null : receipts.iterator();
        List<LineAnswer> answers = new ArrayList<>(elements.size());
        for (Element element : elements) {
            Line line = element.form().line();
            Receipt receipt = line == null || next == null ? null : next.next();
            if (line == null) {
                answers.add(LineAnswer.refused(
                        kind, element.submissionKey(), element.form().errors(), element.at()));
            } else if (receipt instanceof Receipt.Refused refused) {
                answers.add(LineAnswer.refused(kind, line.key(), refused.errors(), element.at()));
            } else if (taken && receipt instanceof Receipt.Queued queued) {
                answers.add(LineAnswer.of(queued));
            } else if (taken && receipt instanceof Receipt.Recorded recorded) {
                answers.add(LineAnswer.of(recorded));
            } else {
                answers.add(LineAnswer.notTaken(line));
            }
        }
        return answers;
    }

    static Forms.Result form(Kind kind, StrictJson.Fields fields) {
        if (fields.errors().stream().anyMatch(error -> error.reason() == Reason.MALFORMED_LINE)) {
            return new Forms.Result(null, fields.errors());
        }
        Forms.Result form = Forms.read(kind, fields.values());
        return fields.errors().isEmpty()
                ? form
                : new Forms.Result(null, StrictJson.merged(fields.errors(), form.errors()));
    }
}
