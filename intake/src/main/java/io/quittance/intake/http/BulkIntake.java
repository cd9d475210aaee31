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
        boolean all = wellFormed.size() == elements.size();
        if (mode == Mode.ATOMIC && !all || wellFormed.isEmpty()) {
            return answers(kind, elements, null);
        }
        List<Receipt> receipts = mode == Mode.ATOMIC ? acceptAll(client, wellFormed) : accept(client, wellFormed);
        boolean none = mode == Mode.ATOMIC && receipts.stream().anyMatch(Receipt.Refused.class::isInstance);
        return none ? refusals(kind, elements, receipts) : answers(kind, elements, receipts);
    }

    /** @param receipts of the lines whose form is right; null if none of those is taken */
    private static List<LineAnswer> answers(Kind kind, List<Element> elements, @Nullable List<Receipt> receipts) {
        Iterator<Receipt> next = receipts == null ? null : receipts.iterator();
        List<LineAnswer> answers = new ArrayList<>(elements.size());
        for (Element element : elements) {
            Line line = element.form().line();
            if (line == null) {
                answers.add(LineAnswer.refused(
                        kind, element.submissionKey(), element.form().errors(), element.at()));
            } else {
                answers.add(next == null ? LineAnswer.notTaken(line) : answer(kind, line, next.next(), element.at()));
            }
        }
        return answers;
    }

    /** Of an atomic request in which some are refused: nothing was taken. */
    private static List<LineAnswer> refusals(Kind kind, List<Element> elements, List<Receipt> receipts) {
        List<LineAnswer> answers = new ArrayList<>(elements.size());
        for (int i = 0; i < elements.size(); i++) {
            Line line = elements.get(i).form().line();
            if (line != null) {
                answers.add(
                        receipts.get(i) instanceof Receipt.Refused refused
                                ? answer(kind, line, refused, elements.get(i).at())
                                : LineAnswer.notTaken(line));
            }
        }
        return answers;
    }

    private static LineAnswer answer(Kind kind, Line line, Receipt receipt, String at) {
        return switch (receipt) {
            case Receipt.Queued queued -> LineAnswer.of(queued);
            case Receipt.Recorded recorded -> LineAnswer.of(recorded);
            case Receipt.Refused refused -> LineAnswer.refused(kind, line.key(), refused.errors(), at);
        };
    }

    /** As {@link IntakeQueue#accept}, for the earliest date. */
    List<Receipt> accept(Client client, List<Line> lines) {
        try {
            return queue.accept(client, lines, null);
        } catch (IntakeQueue.NoOpenWindow | IntakeQueue.Overloaded notNow) {
            throw new ProblemException(ProblemCode.UNAVAILABLE, notNow.getMessage());
        }
    }

    private List<Receipt> acceptAll(Client client, List<Line> lines) {
        try {
            return queue.acceptAll(client, lines);
        } catch (IntakeQueue.NoOpenWindow | IntakeQueue.Overloaded notNow) {
            throw new ProblemException(ProblemCode.UNAVAILABLE, notNow.getMessage());
        }
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
