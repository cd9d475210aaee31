package io.quittance.intake.http;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.quittance.domain.intake.Approvals;
import io.quittance.domain.intake.Approvals.Approval;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Client.Scope;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.ReversalAction;
import io.quittance.domain.report.ClientViews;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Two people for one action: the maker asks, another client says yes or no, and the yes is good for exactly that action,
 * once.
 */
@RestController
final class ApprovalController {

    private final Approvals approvals;
    private final ClientViews views;
    private final HttpLimits limits;

    ApprovalController(Approvals approvals, ClientViews views, HttpLimits limits) {
        this.approvals = approvals;
        this.views = views;
        this.limits = limits;
    }

    /** @param action {@code reversal}, the one action so far that needs a second person */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Request(
            @Schema(requiredMode = REQUIRED, allowableValues = "reversal") @Nullable
            String action,

            @Schema(
                    requiredMode = REQUIRED,
                    format = "uuid",
                    description = "What it undoes: a submission that settled.")
            @Nullable
            String reversedSubmission,

            @Schema(
                    defaultValue = "false",
                    description = "Whether the bank's suspense account pays what an account has not got any more.")
            @Nullable
            Boolean takeFromSuspense) {}

    record Decision(
            @Schema(requiredMode = REQUIRED) @Nullable Boolean approved) {}

    @PostMapping(
            path = "/v1/approvals",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE})
    @Operation(
            summary = "Ask a second person to approve an action",
            description =
                    "Needs the scope operate. The yes is good for exactly this action, once, and for its maker: name "
                            + "the approval in the reversal's approval_id.",
            responses = @ApiResponse(responseCode = "201", description = "Asked; Location says where to look"),
            requestBody =
                    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Request.class))))
    ResponseEntity<Views.Approval> ask(
            @AuthenticationPrincipal Client client,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            HttpServletRequest http) {
        Requests.requireScope(client, Scope.OPERATE);
        String requestKey = Requests.idempotencyKey(keyHeader);
        Request request = Requests.read(http, limits, Request.class);
        List<FormError> errors = new ArrayList<>();
        if (!"reversal".equals(request.action())) {
            errors.add(new FormError("action", Reason.MALFORMED_VALUE, "the action is reversal"));
        }
        UUID reversed = Shapes.uuid("reversed_submission", request.reversedSubmission(), errors);
        if (reversed == null || !errors.isEmpty()) {
            throw new ProblemException(Problem.of(errors));
        }
        boolean fromSuspense = Boolean.TRUE.equals(request.takeFromSuspense());
        if (views.of(client).submission(reversed).isEmpty()) {
            throw new ProblemException(ProblemCode.NOT_FOUND, "there is no submission " + reversed);
        }
        Approvals.Asked asked;
        try {
            asked = approvals.request(
                    client,
                    requestKey,
                    ReversalAction.words(reversed, fromSuspense),
                    ReversalAction.hash(reversed, fromSuspense));
        } catch (IllegalArgumentException ofAnother) {
            throw new ProblemException(ProblemCode.IDEMPOTENCY_KEY_REUSED, "it was used for another action");
        }
        ResponseEntity.BodyBuilder response = ResponseEntity.created(
                URI.create("/v1/approvals/" + asked.approval().id()));
        if (asked.before()) {
            response.header(Requests.REPLAYED, "true");
        }
        return response.body(Views.Approval.of(asked.approval()));
    }

    @PostMapping(
            path = "/v1/approvals/{id}/decision",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE})
    @Operation(
            summary = "Approve or refuse, as somebody else than who asked",
            description = "Needs the scope operate, and another client than the maker.",
            responses = @ApiResponse(responseCode = "200", description = "Decided, now or by you before"),
            requestBody =
                    @RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = Decision.class))))
    ResponseEntity<Views.Approval> decide(
            @AuthenticationPrincipal Client client,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            @PathVariable("id") UUID id,
            HttpServletRequest http) {
        Requests.requireScope(client, Scope.OPERATE);
        Requests.idempotencyKey(keyHeader);
        Boolean approved = Requests.read(http, limits, Decision.class).approved();
        if (approved == null) {
            throw new ProblemException(
                    Problem.of(List.of(new FormError("approved", Reason.MISSING_VALUE, "true or false"))));
        }
        Approval before = approvals.find(id).orElseThrow(Requests::notFound);
        if (isSameDecision(before, client, approved)) {
            return ResponseEntity.ok().header(Requests.REPLAYED, "true").body(Views.Approval.of(before));
        }
        try {
            Approval decided = approvals.decide(client, id, approved).orElseThrow(Requests::notFound);
            return ResponseEntity.ok(Views.Approval.of(decided));
        } catch (Approvals.SelfApproval self) {
            throw new ProblemException(ProblemCode.SELF_APPROVAL, null);
        } catch (IllegalStateException decidedBefore) {
            throw new ProblemException(ProblemCode.ALREADY_DECIDED, null);
        }
    }

    @GetMapping("/v1/approvals/{id}")
    @Operation(summary = "What is asked, by whom, and what was said")
    Views.Approval find(@AuthenticationPrincipal Client client, @PathVariable("id") UUID id) {
        Requests.requireScope(client, Scope.OPERATE);
        return approvals.find(id).map(Views.Approval::of).orElseThrow(Requests::notFound);
    }

    private static boolean isSameDecision(Approval before, Client client, boolean approved) {
        boolean said = approved
                ? before.state() == Approvals.State.APPROVED || before.state() == Approvals.State.USED
                : before.state() == Approvals.State.REFUSED;
        return said && client.name().equals(before.checker());
    }
}
