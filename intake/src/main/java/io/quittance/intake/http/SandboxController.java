package io.quittance.intake.http;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.quittance.domain.cycle.Sandbox;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Client.Scope;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Reason;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/** The time of a sandbox. There only if {@code quittance.sandbox} is true; a live bank has no such addresses. */
@RestController
@ConditionalOnProperty("quittance.sandbox")
final class SandboxController {

    private final Sandbox sandbox;
    private final HttpLimits limits;

    SandboxController(Sandbox sandbox, HttpLimits limits) {
        this.sandbox = sandbox;
        this.limits = limits;
    }

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Move(
            @Schema(
                    requiredMode = REQUIRED,
                    format = "date-time",
                    description = "Not before its clock, at most 31 days ahead of it.")
            @Nullable
            String advanceTo) {}

    /**
     * @param cycles those that were run on the way, in their order
     * @param moreDue whether cut-offs that have passed are still to be run: the same request again goes on
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Time(Instant now, List<Long> cycles, boolean moreDue) {

        static Time of(Sandbox.Time time) {
            return new Time(time.now(), time.cycles(), time.isMoreDue());
        }
    }

    @GetMapping("/v1/sandbox")
    @Operation(
            summary = "The sandbox's clock",
            description = "It stands still until it is moved. Needs the scope read.")
    Time now(@AuthenticationPrincipal Client client) {
        Requests.requireScope(client, Scope.READ);
        return Time.of(sandbox.now());
    }

    @PostMapping(
            path = "/v1/sandbox/clock",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE})
    @Operation(
            summary = "Move the sandbox's clock ahead, and run the cycles whose cut-offs it passes",
            description =
                    "Needs the scope operate. Answers after half a minute at the latest, with more_due where cycles"
                            + " are left to be run.",
            requestBody =
                    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Move.class))))
    Time move(
            @AuthenticationPrincipal Client client,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            HttpServletRequest http) {
        Requests.requireScope(client, Scope.OPERATE);
        Requests.idempotencyKey(keyHeader);
        String wanted = Requests.read(http, limits, Move.class).advanceTo();
        List<FormError> errors = new ArrayList<>();
        Instant to = Shapes.instantOrNull("advance_to", wanted, errors);
        if (wanted == null) {
            errors.add(new FormError("advance_to", Reason.MISSING_VALUE, "an instant such as 2026-03-02T10:00:00Z"));
        }
        if (to != null) {
            try {
                return Time.of(sandbox.advanceTo(to));
            } catch (IllegalArgumentException outOfReach) {
                errors.add(
                        new FormError("advance_to", Reason.MALFORMED_VALUE, String.valueOf(outOfReach.getMessage())));
            }
        }
        throw new ProblemException(Problem.of(errors));
    }

    @PostMapping(
            path = "/v1/sandbox/cut-off",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE})
    @Operation(
            summary = "Cut off now and run the cycle",
            description = "Needs the scope operate. A second request cuts off once more.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = Requests.Nothing.class))))
    Time cutOff(
            @AuthenticationPrincipal Client client,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            HttpServletRequest http) {
        Requests.requireScope(client, Scope.OPERATE);
        Requests.idempotencyKey(keyHeader);
        Requests.read(http, limits, Requests.Nothing.class);
        return Time.of(sandbox.cutOffNow());
    }
}
