package io.quittance.intake.http;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Client.Scope;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Reason;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Clients, their keys and their rights. A key is in the answer to the request that made it and nowhere else. If that
 * answer is lost, the same request again, under its Idempotency-Key, is answered with a new key in place of the lost one;
 * under another, the client has a further key.
 */
@RestController
final class ClientController {

    /** Also the name of the client's folders, hence nothing that means something in a path. */
    private static final String NAME_FORM = "[a-z0-9][a-z0-9._-]{0,62}";

    private static final Pattern NAME = Pattern.compile(NAME_FORM);

    private final ClientDirectory directory;
    private final HttpLimits limits;
    private final SecureRandom random = new SecureRandom();

    ClientController(ClientDirectory directory, HttpLimits limits) {
        this.directory = directory;
        this.limits = limits;
    }

    record NewClient(
            @Schema(requiredMode = REQUIRED, pattern = NAME_FORM) @Nullable
            String name,

            @ArraySchema(
                    minItems = 1,
                    schema = @Schema(allowableValues = {"submit", "read", "meter", "operate", "administer"}),
                    arraySchema = @Schema(requiredMode = REQUIRED))
            @Nullable
            List<@Nullable String> scopes) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record ClientKey(String name, List<String> scopes, String apiKey) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Grant(
            @Schema(requiredMode = REQUIRED, format = "uuid") @Nullable
            String accountId,

            @Schema(
                    requiredMode = REQUIRED,
                    allowableValues = {"owner", "delegate", "reader"},
                    description = "A reader sees the account and moves nothing.")
            @Nullable
            String right) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Granted(String name, UUID accountId, String right) {}

    @PostMapping(
            path = "/v1/clients",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE})
    @Operation(
            summary = "Make a client, or give it a further key",
            description = "Needs the scope administer. The key is in this answer and nowhere else. Sent again under the"
                    + " same Idempotency-Key, it has a new key in place of the one before, which ends within a second;"
                    + " under another one, a further key.",
            responses = {
                @ApiResponse(responseCode = "201", description = "Made"),
                @ApiResponse(responseCode = "200", description = "It was there, and has a new key now")
            },
            requestBody =
                    @RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = NewClient.class))))
    ResponseEntity<ClientKey> make(
            @AuthenticationPrincipal Client administrator,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            HttpServletRequest http) {
        Requests.requireScope(administrator, Scope.ADMINISTER);
        String requestKey = Requests.idempotencyKey(keyHeader);
        NewClient wanted = Requests.read(http, limits, NewClient.class);
        List<FormError> errors = new ArrayList<>();
        String name = name(wanted.name(), errors);
        Set<Scope> scopes = scopes(wanted.scopes(), errors);
        if (!errors.isEmpty()) {
            throw new ProblemException(Problem.of(errors));
        }
        boolean isNew = directory.named(name).isEmpty();
        Client client;
        try {
            client = directory.register(name, scopes);
        } catch (IllegalArgumentException otherScopes) {
            throw new ProblemException(ProblemCode.CLIENT_EXISTS, null);
        }
        String key = ApiKeys.generate(random);
        try {
            directory.addKey(client, ApiKeys.sha256(key), administrator, requestKey);
        } catch (IllegalArgumentException ofAnother) {
            throw new ProblemException(ProblemCode.IDEMPOTENCY_KEY_REUSED, "it was used for another client");
        }
        return ResponseEntity.status(isNew ? HttpStatus.CREATED : HttpStatus.OK)
                .body(new ClientKey(
                        client.name(),
                        client.scopes().stream().sorted().map(Problem::word).toList(),
                        key));
    }

    @PostMapping(
            path = "/v1/clients/{name}/accounts",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE})
    @Operation(
            summary = "Give a client a right on an account",
            description = "Needs the scope administer. A client has one right on an account: the last one given.",
            requestBody =
                    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Grant.class))))
    Granted grant(
            @AuthenticationPrincipal Client administrator,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            @PathVariable("name") String name,
            HttpServletRequest http) {
        Requests.requireScope(administrator, Scope.ADMINISTER);
        Requests.idempotencyKey(keyHeader);
        Grant grant = Requests.read(http, limits, Grant.class);
        List<FormError> errors = new ArrayList<>();
        UUID account = Shapes.uuid("account_id", grant.accountId(), errors);
        var right = Shapes.word("right", grant.right(), ClientDirectory.Right.class, errors);
        if (account == null || right == null) {
            throw new ProblemException(Problem.of(errors));
        }
        Client client = directory.named(name).orElseThrow(Requests::notFound);
        try {
            directory.grant(client, account, right);
        } catch (IllegalArgumentException noAccount) {
            throw new ProblemException(Problem.of(
                    List.of(new FormError("account_id", Reason.UNKNOWN_ACCOUNT, Reason.UNKNOWN_ACCOUNT.sentence()))));
        }
        return new Granted(client.name(), account, Problem.word(right));
    }

    private static String name(@Nullable String name, List<FormError> errors) {
        if (name == null || !NAME.matcher(name).matches()) {
            errors.add(new FormError(
                    "name",
                    name == null ? Reason.MISSING_VALUE : Reason.MALFORMED_VALUE,
                    "1 to 63 of a-z, 0-9, point, hyphen and underscore, a letter or digit first"));
            return "";
        }
        return name;
    }

    private static Set<Scope> scopes(@Nullable List<@Nullable String> words, List<FormError> errors) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String word : words == null ? List.<@Nullable String>of() : words) {
            Scope scope = Shapes.word("scopes", word, Scope.class, errors);
            if (scope != null) {
                scopes.add(scope);
            }
        }
        if (scopes.isEmpty() && errors.stream().noneMatch(error -> error.field().equals("scopes"))) {
            errors.add(new FormError("scopes", Reason.MISSING_VALUE, "at least one scope"));
        }
        return scopes;
    }
}
