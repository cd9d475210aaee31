package io.quittance.intake.http;

import io.quittance.domain.intake.CanonicalContent;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Client.Scope;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.report.BankViews;
import io.quittance.domain.report.ClientViews;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * What can be read. What belongs to an account is there only for who may see the account; for anybody else it does not
 * exist: asked here, and once more by the database, which reads as the client. Tasks and cycles are for every reader.
 */
@RestController
final class ViewController {

    private final ClientViews views;
    private final ClientDirectory directory;

    ViewController(ClientViews views, ClientDirectory directory) {
        this.views = views;
        this.directory = directory;
    }

    @GetMapping("/v1/submissions/{id}")
    @Operation(summary = "Where a submission stands, with the reason and the transfers")
    Views.Submission submission(@AuthenticationPrincipal Client client, @PathVariable("id") UUID id) {
        Requests.requireScope(client, Scope.READ);
        return views.of(client)
                .submission(id)
                .filter(view -> directory.maySee(client, view.accountId()))
                .map(Views.Submission::of)
                .orElseThrow(Requests::notFound);
    }

    @GetMapping("/v1/accounts/{id}")
    @Operation(summary = "An account's balances and its party's daily limit")
    Views.Account account(@AuthenticationPrincipal Client client, @PathVariable("id") UUID id) {
        Requests.requireScope(client, Scope.READ);
        return java.util.Optional.of(id)
                .filter(account -> directory.maySee(client, account))
                .flatMap(account -> views.of(client).account(account))
                .map(Views.Account::of)
                .orElseThrow(Requests::notFound);
    }

    @GetMapping("/v1/accounts/{id}/statement")
    @Operation(
            summary = "What moved on an account, with opening, closing and running balance",
            description = "from and to are seqs or business dates, both included. after is the last seq of the page "
                    + "before; order is newest or oldest, the one that comes first. A page may still be followed by an "
                    + "empty one.")
    Views.Statement statement(
            @AuthenticationPrincipal Client client,
            @PathVariable("id") UUID id,
            @RequestParam(name = "asset", defaultValue = "UTOKEN") String asset,
            @RequestParam(name = "from", required = false) @Nullable String from,
            @RequestParam(name = "to", required = false) @Nullable String to,
            @RequestParam(name = "order", defaultValue = "newest") String order,
            @RequestParam(name = "after", required = false) @Nullable Long after,
            @RequestParam(name = "limit", defaultValue = "100") int limit) {
        Requests.requireScope(client, Scope.READ);
        if (!List.of("newest", "oldest").contains(order)) {
            throw new ProblemException(ProblemCode.BAD_PARAMETER, "order is newest or oldest");
        }
        var range = new BankViews.StatementRange(seq("from", from), seq("to", to), dateOrNull(from), dateOrNull(to));
        Requests.pageLimit(limit);
        return java.util.Optional.of(id)
                .filter(account -> directory.maySee(client, account))
                .flatMap(account ->
                        views.of(client).statement(account, asset, range, order.equals("newest"), after, limit))
                .map(view -> Views.Statement.of(view, limit))
                .orElseThrow(Requests::notFound);
    }

    @GetMapping("/v1/accounts/{id}/holds")
    @Operation(
            summary = "What an account's submissions wait for, in the order in which they came",
            description =
                    "Each is offered again at each cut-off, up to hold_until. after is the submission_id of the last"
                            + " one of the page before.")
    Views.HoldPage holds(
            @AuthenticationPrincipal Client client,
            @PathVariable("id") UUID id,
            @RequestParam(name = "after", required = false) @Nullable UUID after,
            @RequestParam(name = "limit", defaultValue = "100") int limit) {
        Requests.requireScope(client, Scope.READ);
        Requests.pageLimit(limit);
        if (!directory.maySee(client, id) || views.of(client).account(id).isEmpty()) {
            throw Requests.notFound();
        }
        List<Views.Hold> holds = views.of(client).holds(id, after, limit).stream()
                .map(Views.Hold::of)
                .toList();
        return new Views.HoldPage(holds, holds.size() == limit ? holds.getLast().submissionId() : null);
    }

    /** A bound of a statement that is a seq; null if there is none or it is a date. */
    private static @Nullable Long seq(String name, @Nullable String bound) {
        if (bound == null || dateOrNull(bound) != null) {
            return null;
        }
        if (!bound.matches("[0-9]{1,18}")) {
            throw new ProblemException(
                    ProblemCode.BAD_PARAMETER, name + " is the number of a transfer or a date such as 2026-03-02");
        }
        return Long.valueOf(bound);
    }

    private static @Nullable LocalDate dateOrNull(@Nullable String bound) {
        if (bound == null || !bound.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")) {
            return null;
        }
        try {
            return LocalDate.parse(bound);
        } catch (DateTimeParseException noSuchDay) {
            return null;
        }
    }

    @GetMapping("/v1/tasks")
    @Operation(summary = "Published tasks, by task id")
    Views.TaskPage tasks(
            @AuthenticationPrincipal Client client,
            @RequestParam(name = "status", required = false) @Nullable String status,
            @RequestParam(name = "capability", required = false) @Nullable String capability,
            @RequestParam(name = "after", required = false) @Nullable String after,
            @RequestParam(name = "limit", defaultValue = "100") int limit) {
        Requests.requireScope(client, Scope.READ);
        if (status != null && !List.of("open", "completed").contains(status)) {
            throw new ProblemException(ProblemCode.BAD_PARAMETER, "status is open or completed");
        }
        List<Views.Task> tasks = views.of(client).tasks(status, capability, after, Requests.pageLimit(limit)).stream()
                .map(Views.Task::of)
                .toList();
        return new Views.TaskPage(tasks, tasks.size() == limit ? tasks.getLast().taskId() : null);
    }

    @GetMapping("/v1/cycles")
    @Operation(summary = "Cycles, the newest first")
    Views.CyclePage cycles(
            @AuthenticationPrincipal Client client,
            @RequestParam(name = "before", required = false) @Nullable Long before,
            @RequestParam(name = "limit", defaultValue = "20") int limit) {
        Requests.requireScope(client, Scope.READ);
        List<Views.Cycle> cycles = views.of(client).cycles(before, Requests.pageLimit(limit)).stream()
                .map(Views.Cycle::of)
                .toList();
        return new Views.CyclePage(
                cycles, cycles.size() == limit ? cycles.getLast().number() : null);
    }

    @GetMapping("/v1/cycles/{number}")
    @Operation(summary = "What a cycle did, its seal and its state on the chain")
    Views.Cycle cycle(@AuthenticationPrincipal Client client, @PathVariable("number") long number) {
        Requests.requireScope(client, Scope.READ);
        return views.of(client).cycle(number).map(Views.Cycle::of).orElseThrow(Requests::notFound);
    }

    @GetMapping("/v1/audit")
    @Operation(
            summary = "Who administered what, the newest first",
            description =
                    "Needs the scope audit. Clients, keys, rights, approvals, decisions about accounts, services, "
                            + "prices and the bank's parameters.")
    Views.AuditPage audit(
            @AuthenticationPrincipal Client client,
            @RequestParam(name = "before", required = false) @Nullable Long before,
            @RequestParam(name = "limit", defaultValue = "100") int limit) {
        Requests.requireScope(client, Scope.AUDIT);
        List<Views.AuditEntry> entries = views.of(client).auditLog(before, Requests.pageLimit(limit)).stream()
                .map(Views.AuditEntry::of)
                .toList();
        return new Views.AuditPage(
                entries, entries.size() == limit ? entries.getLast().number() : null);
    }

    @GetMapping("/v1/transactions/{seq}")
    @Operation(summary = "One settled transfer")
    ResponseEntity<Views.Transaction> transaction(
            @AuthenticationPrincipal Client client, @PathVariable("seq") long seq) {
        BankViews.Posting posting = visible(client, seq);
        return views.of(client)
                .proof(seq)
                .map(proof -> unchanging(proof).body(Views.Transaction.of(posting, true)))
                .orElseGet(() -> ResponseEntity.ok(Views.Transaction.of(posting, false)));
    }

    @GetMapping("/v1/transactions/{seq}/proof")
    @Operation(
            summary = "The proof file of a sealed transfer, in its canonical form",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            content = @Content(mediaType = "application/json", schema = @Schema(type = "object"))))
    ResponseEntity<String> proof(@AuthenticationPrincipal Client client, @PathVariable("seq") long seq) {
        visible(client, seq);
        String proof = views.of(client).proof(seq).orElseThrow(Requests::notFound);
        return unchanging(proof).contentType(MediaType.APPLICATION_JSON).body(proof);
    }

    /** An answer that follows from a sealed transfer's proof, which never changes: it may be kept, by its reader alone. */
    private static ResponseEntity.BodyBuilder unchanging(String proof) {
        return ResponseEntity.ok()
                .eTag('"'
                        + CanonicalContent.digest(proof.getBytes(StandardCharsets.UTF_8))
                                .toString()
                                .substring(2)
                        + '"')
                .cacheControl(
                        CacheControl.maxAge(Duration.ofDays(365)).cachePrivate().immutable());
    }

    private BankViews.Posting visible(Client client, long seq) {
        Requests.requireScope(client, Scope.READ);
        return views.of(client)
                .posting(seq)
                .filter(posting -> directory.maySee(client, posting.fromAccount())
                        || directory.maySee(client, posting.toAccount()))
                .orElseThrow(() -> views.of(client)
                        .archiveOf(
                                seq) // Of which months a number is, is no secret; whose transfer it is, nobody is told.
                        .map(file -> new ProblemException(ProblemCode.ARCHIVED, "transfer " + seq + " is in " + file))
                        .orElseGet(Requests::notFound));
    }
}
