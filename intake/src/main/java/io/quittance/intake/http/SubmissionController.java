package io.quittance.intake.http;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Forms;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Receipt;
import io.quittance.intake.wire.Permissions;
import io.quittance.intake.wire.StrictJson;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/**
 * Where lines of every kind come in by HTTP: one object, or an array of objects whose lines are answered one by one.
 *
 * <p>Of a single submission the header {@code Idempotency-Key} is the submission's key. In an array each line has its own,
 * and the header only names the request; sending the array again answers each line as before, so nothing is remembered
 * of the request. A reference line is known by its own name in either case; a single account event that has none takes
 * the header for it.
 */
@RestController
final class SubmissionController {

    /** Of every kind, so that no other address is known. */
    static final String KINDS = "accounts|compute_resources|metering|services|prices|account_events|compute_deposits"
            + "|task_publications|task_completions|orders|cancels|spends|transfers|reversals";

    private static final String KEY_COLUMN = "submission_key";
    private static final String EVENT_KEY = "event_key";

    private final IntakeQueue queue;
    private final HttpLimits limits;

    SubmissionController(IntakeQueue queue, HttpLimits limits) {
        this.queue = queue;
        this.limits = limits;
    }

    @PostMapping(
            path = "/v1/{kind:" + KINDS + "}",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE})
    ResponseEntity<Object> handIn(
            @AuthenticationPrincipal Client client,
            @PathVariable("kind") String kindName,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            HttpServletRequest request) {
        Kind kind = Kind.named(kindName).orElseThrow(Requests::notFound);
        Requests.requireScope(client, Permissions.toHandIn(kind));
        String key = Requests.idempotencyKey(keyHeader);
        StrictJson.Body body = read(request);
        return body.array()
                ? bulk(client, kind, body.lines())
                : single(client, kind, key, body.lines().getFirst());
    }

    private StrictJson.Body read(HttpServletRequest request) {
        try {
            return StrictJson.body(Requests.body(request, limits), limits.maxLines());
        } catch (StrictJson.Unreadable unreadable) {
            throw Requests.unreadable(unreadable);
        }
    }

    private ResponseEntity<Object> single(Client client, Kind kind, String key, StrictJson.Fields fields) {
        Forms.Result form = switch (kind) {
            case ACCOUNT_EVENTS -> form(kind, fields.values().containsKey(EVENT_KEY) ? fields : named(fields, key));
            default -> form(kind, kind.isReference() ? fields : withKey(fields, key));
        };
        Line line = form.line();
        if (line == null) {
            return Problem.of(form.errors()).answer();
        }
        return switch (accept(client, List.of(line)).getFirst()) {
            case Receipt.Queued queued -> taken(LineAnswer.of(queued), queued.repeated());
            case Receipt.Recorded recorded -> taken(LineAnswer.of(recorded), recorded.repeated());
            case Receipt.Refused refused -> Problem.of(refused.errors()).answer();
        };
    }

    /** An event that has no name of its own has the request's. */
    private static StrictJson.Fields named(StrictJson.Fields fields, String key) {
        Map<String, String> values = new LinkedHashMap<>(fields.values());
        values.put(EVENT_KEY, key);
        return new StrictJson.Fields(values, fields.errors());
    }

    private static StrictJson.Fields withKey(StrictJson.Fields fields, String key) {
        Map<String, String> values = new LinkedHashMap<>(fields.values());
        List<FormError> errors = new ArrayList<>(fields.errors());
        String inBody = values.put(KEY_COLUMN, key);
        if (inBody != null && !inBody.equals(key)) {
            errors.add(new FormError(
                    KEY_COLUMN,
                    Reason.CONTRADICTING_VALUES,
                    "must be absent, or the same as the header " + Requests.IDEMPOTENCY_KEY));
        }
        return new StrictJson.Fields(values, errors);
    }

    private static ResponseEntity<Object> taken(LineAnswer answer, boolean repeated) {
        ResponseEntity.BodyBuilder response = ResponseEntity.accepted();
        if (answer.href() != null) {
            response.location(URI.create(answer.href()));
        }
        if (repeated) {
            response.header(Requests.REPLAYED, "true");
        }
        return response.body(answer.withoutRepeated());
    }

    private ResponseEntity<Object> bulk(Client client, Kind kind, List<StrictJson.Fields> elements) {
        if (elements.isEmpty()) {
            throw new ProblemException(ProblemCode.UNREADABLE_BODY, "the array has no elements");
        }
        List<Forms.Result> forms =
                elements.stream().map(element -> form(kind, element)).toList();
        List<Line> wellFormed = new ArrayList<>();
        for (Forms.Result form : forms) {
            if (form.line() != null) {
                wellFormed.add(form.line());
            }
        }
        Iterator<Receipt> receipts = wellFormed.isEmpty()
                ? List.<Receipt>of().iterator()
                : accept(client, wellFormed).iterator();
        List<LineAnswer> answers = new ArrayList<>();
        for (int i = 0; i < forms.size(); i++) {
            Line line = forms.get(i).line();
            answers.add(
                    line == null
                            ? LineAnswer.refused(
                                    kind,
                                    elements.get(i).values().get(KEY_COLUMN),
                                    forms.get(i).errors(),
                                    "/" + i)
                            : answer(kind, line, receipts.next(), "/" + i));
        }
        long refused =
                answers.stream().filter(answer -> answer.errors() != null).count();
        long repeated = answers.stream()
                .filter(answer -> Boolean.TRUE.equals(answer.repeated()))
                .count();
        ResponseEntity.BodyBuilder response = refused == answers.size()
                ? ResponseEntity.status(HttpStatus.UNPROCESSABLE_CONTENT)
                : ResponseEntity.accepted();
        if (repeated == answers.size()) {
            response.header(Requests.REPLAYED, "true");
        }
        return response.body(new LineAnswer.Bulk(answers.size() - refused - repeated, repeated, refused, answers));
    }

    private static LineAnswer answer(Kind kind, Line line, Receipt receipt, String at) {
        return switch (receipt) {
            case Receipt.Queued queued -> LineAnswer.of(queued);
            case Receipt.Recorded recorded -> LineAnswer.of(recorded);
            case Receipt.Refused refused -> LineAnswer.refused(kind, line.key(), refused.errors(), at);
        };
    }

    private List<Receipt> accept(Client client, List<Line> lines) {
        try {
            return queue.accept(client, lines, null);
        } catch (IntakeQueue.NoOpenWindow | IntakeQueue.Overloaded notNow) {
            throw new ProblemException(ProblemCode.UNAVAILABLE, notNow.getMessage());
        }
    }

    private static Forms.Result form(Kind kind, StrictJson.Fields fields) {
        if (fields.errors().stream().anyMatch(error -> error.reason() == Reason.MALFORMED_LINE)) {
            return new Forms.Result(null, fields.errors());
        }
        Forms.Result form = Forms.read(kind, fields.values());
        return fields.errors().isEmpty()
                ? form
                : new Forms.Result(null, StrictJson.merged(fields.errors(), form.errors()));
    }
}
