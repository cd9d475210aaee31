package io.quittance.intake.http;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Client.Scope;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.ClientPolicy;
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
import java.time.Instant;
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
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Clients, their keys and their rights. A key is in the answer to the request that made it and nowhere else. If that
 * answer is lost, the same request again, under its Idempotency-Key, is answered with a new key in place of the lost one;
 * under another, the client has a further key. A client changes its key without a gap: it gets a further one, and the one
 * before is ended once the client has changed.
 */
@RestController
final class ClientController {

    /** Also the name of the client's folders, hence nothing that means something in a path. */
    private static final String NAME_FORM = "[a-z0-9][a-z0-9._-]{0,62}";

    private static final List<String> LANGUAGES = List.of("en", "zh");

    private static final Pattern NAME = Pattern.compile(NAME_FORM);

    private final ClientDirectory directory;
    private final HttpLimits limits;
    private final SecureRandom random = new SecureRandom();

    ClientController(ClientDirectory directory, HttpLimits limits) {
        this.directory = directory;
        this.limits = limits;
    }

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record NewClient(
            @Schema(requiredMode = REQUIRED, pattern = NAME_FORM) @Nullable
            String name,

            @ArraySchema(
                    minItems = 1,
                    schema =
                            @Schema(
                                    allowableValues = {
                                        "submit",
                                        "read",
                                        "meter",
                                        "operate",
                                        "administer",
                                        "finance",
                                        "audit"
                                    }),
                    arraySchema =
                            @Schema(
                                    requiredMode = REQUIRED,
                                    description = "submit: hand in for the accounts it has rights on. read: see what"
                                            + " concerns them. meter: hand in metering evidence. operate: act for and"
                                            + " see every account, and set the bank up. administer: clients, keys and"
                                            + " rights. finance: see every account. audit: that, and who administered"
                                            + " what."))
            @Nullable
            List<@Nullable String> scopes,

            @Schema(format = "date-time", description = "When the key ceases to open; absent: never.") @Nullable
            String keyExpiresAt) {}

    /** @param apiKey the key itself: shown here and never again */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record NewKey(
            String name,
            List<String> scopes,
            long keyNo,
            @Nullable Instant keyExpiresAt,
            String apiKey) {}

    /** @param lastUsedAt to a minute; null if it never opened anything */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Key(
            long keyNo,
            Instant addedAt,
            @Nullable Instant expiresAt,
            @Nullable Instant revokedAt,
            @Nullable Instant lastUsedAt,
            @Schema(allowableValues = {"open", "ended"}) String state) {

        static Key of(ClientDirectory.ClientKey key, Instant now) {
            boolean ended = key.revokedAt() != null
                    || (key.expiresAt() != null && !key.expiresAt().isAfter(now));
            return new Key(
                    key.number(),
                    key.addedAt(),
                    key.expiresAt(),
                    key.revokedAt(),
                    key.lastUsedAt(),
                    ended ? "ended" : "open");
        }
    }

    record Keys(String name, List<Key> keys) {}

    record End(
            @Schema(
                    format = "date-time",
                    description = "When it is to cease to open, for a client that changes its key; absent: now.")
            @Nullable
            String at) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Grant(
            @Schema(requiredMode = REQUIRED, format = "uuid") @Nullable
            String accountId,

            @Schema(
                    requiredMode = REQUIRED,
                    allowableValues = {"owner", "delegate", "reader", "none"},
                    description = "A reader sees the account and moves nothing; none takes the right away.")
            @Nullable
            String right) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Policy(
            @Schema(
                    minimum = "0",
                    maximum = "100",
                    description = "How many of a file's lines may be refused at the door; with more, none of it counts."
                            + " Absent: 10.")
            @Nullable
            Integer maxRefusedPercent,

            @Schema(
                    allowableValues = {"required", "optional", "enterprises"},
                    description = "Whether its files have control lines; enterprises, or absent: if it"
                            + " owns an account of one.")
            @Nullable
            String controlLines,

            @Schema(
                    allowableValues = {"en", "zh"},
                    description = "Of answers to requests without Accept-Language, and of what is put into its outbox.")
            @Nullable
            String language) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Agreed(
            String name,
            int maxRefusedPercent,
            String controlLines,
            @Nullable String language) {

        static Agreed of(Client client) {
            ClientPolicy policy = client.policy();
            return new Agreed(
                    client.name(), policy.maxRefusedPercent(), Problem.word(policy.controlLines()), policy.language());
        }
    }

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
    ResponseEntity<NewKey> make(
            @AuthenticationPrincipal Client administrator,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            HttpServletRequest http) {
        Requests.requireScope(administrator, Scope.ADMINISTER);
        String requestKey = Requests.idempotencyKey(keyHeader);
        NewClient wanted = Requests.read(http, limits, NewClient.class);
        List<FormError> errors = new ArrayList<>();
        String name = name(wanted.name(), errors);
        Set<Scope> scopes = scopes(wanted.scopes(), errors);
        Instant expiresAt = Shapes.instantOrNull("key_expires_at", wanted.keyExpiresAt(), errors);
        if (expiresAt != null && !expiresAt.isAfter(Instant.now())) {
            errors.add(new FormError("key_expires_at", Reason.MALFORMED_VALUE, "this is past: the key would not open"));
        }
        if (!errors.isEmpty()) {
            throw new ProblemException(Problem.of(errors));
        }
        boolean isNew = directory.named(name).isEmpty();
        Client client;
        try {
            client = directory.register(name, scopes, administrator);
        } catch (IllegalArgumentException otherScopes) {
            throw new ProblemException(ProblemCode.CLIENT_EXISTS, null);
        }
        String key = ApiKeys.generate(random);
        long number;
        try {
            number = directory.addKey(client, ApiKeys.sha256(key), administrator, requestKey, expiresAt);
        } catch (IllegalArgumentException ofAnother) {
            throw new ProblemException(ProblemCode.IDEMPOTENCY_KEY_REUSED, "it was used for another client");
        }
        return ResponseEntity.status(isNew ? HttpStatus.CREATED : HttpStatus.OK)
                .body(new NewKey(
                        client.name(),
                        client.scopes().stream().sorted().map(Problem::word).toList(),
                        number,
                        expiresAt,
                        key));
    }

    @GetMapping("/v1/clients/{name}/keys")
    @Operation(
            summary = "A client's keys, by their numbers, the newest first",
            description = "Needs the scope administer. The keys themselves are stored nowhere.")
    Keys keys(@AuthenticationPrincipal Client administrator, @PathVariable("name") String name) {
        Requests.requireScope(administrator, Scope.ADMINISTER);
        Client client = directory.named(name).orElseThrow(Requests::notFound);
        Instant now = Instant.now();
        return new Keys(
                client.name(),
                directory.keysOf(client).stream().map(key -> Key.of(key, now)).toList());
    }

    @PostMapping(
            path = "/v1/clients/{name}/keys/{key}/end",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE})
    @Operation(
            summary = "End a key, now or later",
            description =
                    "Needs the scope administer. It opens nothing more within a second of its end. An end only comes"
                            + " nearer: of a key that ends before, nothing changes.",
            requestBody =
                    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = End.class))))
    Key end(
            @AuthenticationPrincipal Client administrator,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            @PathVariable("name") String name,
            @PathVariable("key") long number,
            HttpServletRequest http) {
        Requests.requireScope(administrator, Scope.ADMINISTER);
        Requests.idempotencyKey(keyHeader);
        List<FormError> errors = new ArrayList<>();
        Instant at = Shapes.instantOrNull(
                "at", Requests.read(http, limits, End.class).at(), errors);
        if (!errors.isEmpty()) {
            throw new ProblemException(Problem.of(errors));
        }
        Client client = directory.named(name).orElseThrow(Requests::notFound);
        return directory
                .endKey(client, number, at, administrator)
                .map(key -> Key.of(key, Instant.now()))
                .orElseThrow(Requests::notFound);
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
            directory.grant(client, account, right, administrator);
        } catch (IllegalArgumentException noAccount) {
            throw new ProblemException(Problem.of(
                    List.of(new FormError("account_id", Reason.UNKNOWN_ACCOUNT, Reason.UNKNOWN_ACCOUNT.sentence()))));
        }
        return new Granted(client.name(), account, Problem.word(right));
    }

    @PostMapping(
            path = "/v1/clients/{name}/policy",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE})
    @Operation(
            summary = "Agree with a client on its files and its language",
            description = "Needs the scope administer. In place of what was agreed before; what is absent is as for a"
                    + " client with which nothing was agreed. It holds within a second.",
            requestBody =
                    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Policy.class))))
    Agreed agree(
            @AuthenticationPrincipal Client administrator,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            @PathVariable("name") String name,
            HttpServletRequest http) {
        Requests.requireScope(administrator, Scope.ADMINISTER);
        Requests.idempotencyKey(keyHeader);
        Policy wanted = Requests.read(http, limits, Policy.class);
        List<FormError> errors = new ArrayList<>();
        Integer percent = wanted.maxRefusedPercent();
        if (percent != null && (percent < 0 || percent > 100)) {
            errors.add(new FormError("max_refused_percent", Reason.MALFORMED_VALUE, "from 0 to 100"));
        }
        var controlLines = wanted.controlLines() == null
                ? ClientPolicy.DEFAULT.controlLines()
                : Shapes.word("control_lines", wanted.controlLines(), ClientPolicy.ControlLines.class, errors);
        if (wanted.language() != null && !LANGUAGES.contains(wanted.language())) {
            errors.add(new FormError("language", Reason.MALFORMED_VALUE, "one of " + String.join(", ", LANGUAGES)));
        }
        if (!errors.isEmpty() || controlLines == null) {
            throw new ProblemException(Problem.of(errors));
        }
        Client client = directory.named(name).orElseThrow(Requests::notFound);
        var policy = new ClientPolicy(
                percent == null ? ClientPolicy.DEFAULT.maxRefusedPercent() : percent, controlLines, wanted.language());
        return Agreed.of(directory.setPolicy(client, policy, administrator));
    }

    @GetMapping("/v1/clients/{name}/policy")
    @Operation(
            summary = "What is agreed with a client on its files and its language",
            description = "Needs the scope administer.")
    Agreed policy(@AuthenticationPrincipal Client administrator, @PathVariable("name") String name) {
        Requests.requireScope(administrator, Scope.ADMINISTER);
        return directory.named(name).map(Agreed::of).orElseThrow(Requests::notFound);
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
