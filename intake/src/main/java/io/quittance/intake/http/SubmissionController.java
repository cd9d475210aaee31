package io.quittance.intake.http;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Forms;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.report.BankViews;
import io.quittance.intake.wire.NdjsonLines;
import io.quittance.intake.wire.Permissions;
import io.quittance.intake.wire.StrictJson;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where lines of every kind come in by HTTP: one object, an array of objects, or any number of them as NDJSON; several are
 * answered line by line, and taken each by itself or, as {@code mode=atomic} has it, all or none.
 *
 * <p>Of a single submission the header {@code Idempotency-Key} is the submission's key. Of several lines each has its own,
 * and the header only names the request; sending them again answers each line as before, so nothing is remembered
 * of the request. A reference line is known by its own name in either case; a single account event that has none takes
 * the header for it.
 */
@RestController
final class SubmissionController {

    /** Of every kind, so that no other address is known. */
    static final String KINDS = "accounts|compute_resources|metering|services|prices|account_events|compute_deposits"
            + "|task_publications|task_completions|orders|cancels|spends|transfers|reversals";

    static final String KEY_COLUMN = "submission_key";
    private static final String EVENT_KEY = "event_key";

    /** Of a line of NDJSON: as the longest line of a file. */
    private static final int MAX_LINE = 64 * 1024;

    private static final int BATCH_LINES = 5_000;
    private static final int BATCH_BYTES = 4 * 1024 * 1024;

    private final BulkIntake bulk;
    private final OutcomeWait outcomes;
    private final HttpLimits limits;
    private final JsonMapper json;

    SubmissionController(IntakeQueue queue, OutcomeWait outcomes, HttpLimits limits, JsonMapper json) {
        this.outcomes = outcomes;
        this.bulk = new BulkIntake(queue);
        this.limits = limits;
        this.json = json;
    }

    @PostMapping(
            path = "/v1/{kind:" + KINDS + "}",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE})
    ResponseEntity<Object> handIn(
            @AuthenticationPrincipal Client client,
            @PathVariable("kind") String kindName,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            @RequestHeader(name = Requests.PREFER, required = false) @Nullable String prefer,
            @RequestParam(name = "mode", required = false) @Nullable String modeName,
            HttpServletRequest request) {
        Kind kind = Kind.named(kindName).orElseThrow(Requests::notFound);
        Requests.requireScope(client, Permissions.toHandIn(kind));
        String key = Requests.idempotencyKey(keyHeader);
        BulkIntake.Mode mode = BulkIntake.Mode.named(modeName);
        StrictJson.Body body = read(request);
        return body.array()
                ? array(client, kind, body.lines(), mode)
                : single(client, kind, key, body.lines().getFirst(), OutcomeWait.seconds(prefer));
    }

    private StrictJson.Body read(HttpServletRequest request) {
        try {
            return StrictJson.body(Requests.body(request, limits), limits.maxLines());
        } catch (StrictJson.Unreadable unreadable) {
            throw Requests.unreadable(unreadable);
        }
    }

    private ResponseEntity<Object> single(
            Client client, Kind kind, String key, StrictJson.Fields fields, int waitSeconds) {
        Forms.Result form = switch (kind) {
            case ACCOUNT_EVENTS ->
                BulkIntake.form(kind, fields.values().containsKey(EVENT_KEY) ? fields : named(fields, key));
            default -> BulkIntake.form(kind, kind.isReference() ? fields : withKey(fields, key));
        };
        Line line = form.line();
        if (line == null) {
            return Problem.of(form.errors()).answer();
        }
        return switch (bulk.take(client, line)) {
            case Receipt.Queued queued -> queued(client, queued, waitSeconds);
            case Receipt.Recorded recorded -> taken(LineAnswer.of(recorded), recorded.repeated());
            case Receipt.Refused refused -> Problem.of(refused.errors()).answer();
        };
    }

    private ResponseEntity<Object> queued(Client client, Receipt.Queued queued, int waitSeconds) {
        LineAnswer answer = LineAnswer.of(queued);
        if (waitSeconds == 0) {
            return taken(answer, queued.repeated());
        }
        Optional<BankViews.SubmissionView> decided = outcomes.await(client, queued.submissionId(), waitSeconds);
        ResponseEntity<Object> accepted = taken(answer, queued.repeated());
        return ResponseEntity.status(decided.isPresent() ? HttpStatus.OK : HttpStatus.ACCEPTED)
                .headers(accepted.getHeaders())
                .header(Requests.PREFERENCE_APPLIED, "wait=" + waitSeconds)
                .body(decided.<Object>map(Views.Submission::of).orElse(accepted.getBody()));
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

    private ResponseEntity<Object> array(
            Client client, Kind kind, List<StrictJson.Fields> lines, BulkIntake.Mode mode) {
        if (lines.isEmpty()) {
            throw new ProblemException(ProblemCode.UNREADABLE_BODY, "the array has no elements");
        }
        List<BulkIntake.Element> elements = new ArrayList<>(lines.size());
        for (StrictJson.Fields line : lines) {
            elements.add(BulkIntake.Element.of(kind, line, "/" + elements.size()));
        }
        List<LineAnswer> answers = bulk.take(client, kind, elements, mode);
        long refused = answers.stream().filter(answer -> !answer.isTaken()).count();
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

    /**
     * Takes a line of NDJSON after the other, as they come, in transactions of at most {@value #BATCH_LINES} of them; of an
     * atomic request all of them in one. The answer begins when the last line has come.
     */
    @PostMapping(
            path = "/v1/{kind:" + KINDS + "}",
            consumes = MediaType.APPLICATION_NDJSON_VALUE,
            produces = {MediaType.APPLICATION_NDJSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE})
    void handInLines(
            @AuthenticationPrincipal Client client,
            @PathVariable("kind") String kindName,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            @RequestParam(name = "mode", required = false) @Nullable String modeName,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Kind kind = Kind.named(kindName).orElseThrow(Requests::notFound);
        Requests.requireScope(client, Permissions.toHandIn(kind));
        Requests.idempotencyKey(keyHeader);
        BulkIntake.Mode mode = BulkIntake.Mode.named(modeName);
        Requests.requirePlain(request);
        try (var answers = new AnswerSpool(json)) {
            take(client, kind, mode, new NdjsonLines(request.getInputStream(), MAX_LINE), answers);
            if (answers.answers() == 0) {
                throw new ProblemException(ProblemCode.UNREADABLE_BODY, "the body has no lines");
            }
            response.setStatus((answers.allRefused() ? HttpStatus.UNPROCESSABLE_CONTENT : HttpStatus.ACCEPTED).value());
            response.setContentType(MediaType.APPLICATION_NDJSON_VALUE);
            if (answers.allRepeated()) {
                response.setHeader(Requests.REPLAYED, "true");
            }
            answers.sendTo(response.getOutputStream());
        }
    }

    private void take(Client client, Kind kind, BulkIntake.Mode mode, NdjsonLines lines, AnswerSpool answers) {
        List<BulkIntake.Element> batch = new ArrayList<>();
        List<Long> numbers = new ArrayList<>();
        long bytes = 0;
        NdjsonLines.NdjsonLine line;
        while ((line = next(lines, answers)) != null) {
            batch.add(element(kind, line));
            numbers.add(line.number());
            bytes += line.utf8() == null ? 0 : line.utf8().length;
            if (mode == BulkIntake.Mode.ATOMIC) {
                if (batch.size() > limits.maxLines() || bytes > limits.maxBody().toBytes()) {
                    throw new ProblemException(
                            ProblemCode.BODY_TOO_LARGE,
                            "an atomic request has at most " + limits.maxLines() + " lines and "
                                    + limits.maxBody().toBytes() + " bytes; nothing was taken");
                }
            } else if (batch.size() == BATCH_LINES || bytes > BATCH_BYTES) {
                take(client, kind, mode, batch, numbers, answers);
                batch.clear();
                numbers.clear();
                bytes = 0;
            }
        }
        if (!batch.isEmpty()) {
            take(client, kind, mode, batch, numbers, answers);
        }
    }

    private static NdjsonLines.@Nullable NdjsonLine next(NdjsonLines lines, AnswerSpool answers) {
        try {
            return lines.next();
        } catch (IOException broken) {
            throw new ProblemException(
                    ProblemCode.UNREADABLE_BODY, "the body did not arrive whole; " + toSendAgain(answers));
        }
    }

    private static BulkIntake.Element element(Kind kind, NdjsonLines.NdjsonLine line) {
        byte[] utf8 = line.utf8();
        if (utf8 == null) {
            return BulkIntake.Element.unreadable("the line has more than " + MAX_LINE + " bytes", "");
        }
        try {
            return BulkIntake.Element.of(kind, StrictJson.line(utf8), "");
        } catch (StrictJson.Unreadable unreadable) {
            return BulkIntake.Element.unreadable(String.valueOf(unreadable.getMessage()), "");
        }
    }

    private void take(
            Client client,
            Kind kind,
            BulkIntake.Mode mode,
            List<BulkIntake.Element> batch,
            List<Long> numbers,
            AnswerSpool answers) {
        List<LineAnswer> taken;
        try {
            taken = bulk.take(client, kind, batch, mode);
        } catch (ProblemException notNow) {
            throw new ProblemException(
                    ProblemCode.UNAVAILABLE, notNow.problem().detail() + "; " + toSendAgain(answers));
        }
        List<LineAnswer> numbered = new ArrayList<>(taken.size());
        for (LineAnswer answer : taken) {
            numbered.add(answer.onLine(numbers.get(numbered.size())));
        }
        try {
            answers.add(numbered);
        } catch (IOException noRoom) {
            throw new ProblemException(ProblemCode.UNAVAILABLE, toSendAgain(answers));
        }
    }

    private static String toSendAgain(AnswerSpool answers) {
        return answers.answers() == 0
                ? "nothing was taken"
                : "send all of it again: what was taken of the first " + answers.answers()
                        + " lines is answered as repeated";
    }
}
