package io.quittance.intake.http;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Client.Scope;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.notification.Event;
import io.quittance.domain.notification.Message;
import io.quittance.domain.notification.Webhook;
import io.quittance.domain.notification.Webhooks;
import io.quittance.intake.webhook.WebhookKeys;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Webhooks. An administrator makes one, since the bank will call the address that it names; from then on it is its
 * client's: to change its secret, to see what was sent, to have something sent again, to end it. An administrator may do all
 * of that, too. To anybody else it does not exist.
 */
@RestController
final class WebhookController {

    private static final int URL_MAX = 2_000;
    /** Only what cannot leave the machine goes unencrypted. */
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(?:\\.[0-9]{1,3}){3}|\\[::1]");

    private final Webhooks webhooks;
    private final ClientDirectory directory;
    private final WebhookKeys keys;
    private final HttpLimits limits;

    WebhookController(Webhooks webhooks, ClientDirectory directory, WebhookKeys keys, HttpLimits limits) {
        this.webhooks = webhooks;
        this.directory = directory;
        this.keys = keys;
        this.limits = limits;
    }

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record NewWebhook(
            @Schema(
                    requiredMode = REQUIRED,
                    format = "uri",
                    maxLength = URL_MAX,
                    description = "https; http to the bank's own machine only.")
            @Nullable
            String url,

            @ArraySchema(
                    minItems = 1,
                    schema =
                            @Schema(
                                    allowableValues = {
                                        "submission.settled",
                                        "submission.refused",
                                        "submission.pending",
                                        "file.done",
                                        "cycle.final",
                                        "break.opened"
                                    }),
                    arraySchema =
                            @Schema(
                                    requiredMode = REQUIRED,
                                    description = "What it is told of. break.opened: only a client that sees the whole"
                                            + " bank."))
            @Nullable
            List<@Nullable String> events) {}

    /**
     * @param secretVersion which of its secrets signs, from 1 on
     * @param formerSecretUntil until when the one before signs too; null if there is none
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record WebhookView(
            long webhookNo,
            String client,
            String url,
            List<String> events,
            Instant addedAt,
            int secretVersion,
            @Nullable Instant formerSecretUntil,
            @Nullable Instant endedAt) {

        static WebhookView of(Webhook webhook) {
            return new WebhookView(
                    webhook.number(),
                    webhook.client(),
                    webhook.url().toString(),
                    webhook.events().stream().sorted().map(Event::wireName).toList(),
                    webhook.addedAt(),
                    webhook.secretVersion(),
                    webhook.formerSecretUntil(),
                    webhook.endedAt());
        }
    }

    record WebhookList(List<WebhookView> webhooks) {}

    /** @param secret what its messages are signed with: in this answer and nowhere else */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record WebhookSecret(
            long webhookNo,
            String url,
            List<String> events,
            int secretVersion,
            @Nullable Instant formerSecretUntil,
            String secret) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record SecretChange(
            @Schema(
                    requiredMode = REQUIRED,
                    description = "The secret_version that is to be replaced, so that a repeat changes nothing.")
            @Nullable
            Integer secretVersion) {}

    /** @param trouble why it did not count as delivered; null if it did */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Attempt(
            Instant attemptedAt,
            @Nullable Integer status,
            @Nullable String trouble,
            long millis) {}

    /**
     * @param messageId the header webhook-id of every attempt
     * @param payload the body of every attempt
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record MessageView(
            long number,
            String messageId,
            String type,
            Instant createdAt,

            @Schema(allowableValues = {"due", "delivered", "failed"})
            String state,

            @Nullable Instant nextAttemptAt,
            List<Attempt> attempts,
            @Schema(type = "object") @JsonRawValue String payload) {

        static MessageView of(Message message) {
            return new MessageView(
                    message.number(),
                    MESSAGE_PREFIX + message.id(),
                    message.event().wireName(),
                    message.createdAt(),
                    Problem.word(message.state()),
                    message.nextAttemptAt(),
                    message.attempts().stream()
                            .map(a -> new Attempt(a.at(), a.status(), a.trouble(), a.millis()))
                            .toList(),
                    message.payload());
        }
    }

    /** @param nextBefore to be given as {@code before} for the next page; null on the last */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record MessagePage(List<MessageView> messages, @Nullable Long nextBefore) {}

    private static final String MESSAGE_PREFIX = "msg_";

    @PostMapping(
            path = "/v1/clients/{name}/webhooks",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE})
    @Operation(
            summary = "Have a client told of events at an address of its own",
            description = "Needs the scope administer. It is told of what happens from the next cycle on, in messages"
                    + " signed by the Standard Webhooks scheme. The secret is in this answer, and the same in that to a"
                    + " repeat.",
            responses = {
                @ApiResponse(responseCode = "201", description = "Made"),
                @ApiResponse(responseCode = "200", description = "The same request made it before")
            },
            requestBody =
                    @RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = NewWebhook.class))))
    ResponseEntity<WebhookSecret> make(
            @AuthenticationPrincipal Client administrator,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            @PathVariable("name") String name,
            HttpServletRequest http) {
        Requests.requireScope(administrator, Scope.ADMINISTER);
        String requestKey = Requests.idempotencyKey(keyHeader);
        NewWebhook wanted = Requests.read(http, limits, NewWebhook.class);
        List<FormError> errors = new ArrayList<>();
        URI url = url(wanted.url(), errors);
        Set<Event> events = events(wanted.events(), errors);
        Client client = directory.named(name).orElseThrow(Requests::notFound);
        if (events.contains(Event.BREAK_OPENED) && !client.seesEverything()) {
            errors.add(new FormError(
                    "events",
                    Reason.NOT_PERMITTED,
                    "break.opened is for clients with the scope operate, finance or audit"));
        }
        if (!errors.isEmpty() || url == null) {
            throw new ProblemException(Problem.of(errors));
        }
        try {
            Webhooks.Asked asked = webhooks.add(client, url, events, administrator, requestKey);
            return ResponseEntity.status(asked.repeated() ? HttpStatus.OK : HttpStatus.CREATED)
                    .body(secret(asked.webhook()));
        } catch (IllegalArgumentException ofAnother) {
            throw new ProblemException(ProblemCode.IDEMPOTENCY_KEY_REUSED, "it was used for another webhook");
        }
    }

    @GetMapping("/v1/webhooks")
    @Operation(
            summary = "A client's webhooks",
            description = "One's own; with the scope administer, those of the client that is named.")
    WebhookList list(
            @AuthenticationPrincipal Client client,
            @RequestParam(name = "client", required = false) @Nullable String name) {
        Client owner = name == null || name.equals(client.name())
                ? client
                : Optional.of(name)
                        .filter(any -> client.may(Scope.ADMINISTER))
                        .flatMap(directory::named)
                        .orElseThrow(Requests::notFound);
        return new WebhookList(webhooks.of(owner).stream().map(WebhookView::of).toList());
    }

    @PostMapping(
            path = "/v1/webhooks/{webhook}/secret",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE})
    @Operation(
            summary = "Change a webhook's secret",
            description = "For a day both secrets sign, so that a receiver can change to the new one without a gap.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = SecretChange.class))))
    WebhookSecret changeSecret(
            @AuthenticationPrincipal Client client,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            @PathVariable("webhook") long number,
            HttpServletRequest http) {
        Webhook webhook = own(client, number);
        Requests.idempotencyKey(keyHeader);
        Integer present = Requests.read(http, limits, SecretChange.class).secretVersion();
        if (present == null) {
            throw new ProblemException(Problem.of(
                    List.of(new FormError("secret_version", Reason.MISSING_VALUE, "the version to be replaced"))));
        }
        if (webhook.endedAt() != null) {
            throw new ProblemException(ProblemCode.WEBHOOK_ENDED, null);
        }
        return webhooks.rotateSecret(number, present, client)
                .map(this::secret)
                .orElseThrow(() ->
                        new ProblemException(ProblemCode.SECRET_CHANGED, "it has version " + webhook.secretVersion()));
    }

    @PostMapping(
            path = "/v1/webhooks/{webhook}/end",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE})
    @Operation(
            summary = "End a webhook",
            description = "What is due to it is given up. It cannot be opened again; another one can be made.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = Requests.Nothing.class))))
    WebhookView end(
            @AuthenticationPrincipal Client client,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            @PathVariable("webhook") long number,
            HttpServletRequest http) {
        own(client, number);
        Requests.idempotencyKey(keyHeader);
        Requests.read(http, limits, Requests.Nothing.class);
        return WebhookView.of(webhooks.end(number, client));
    }

    @GetMapping("/v1/webhooks/{webhook}/messages")
    @Operation(
            summary = "What was sent to a webhook and how it went, the newest first",
            description = "Kept for 30 days. before is the number of the last message of the page before.")
    MessagePage messages(
            @AuthenticationPrincipal Client client,
            @PathVariable("webhook") long number,
            @RequestParam(name = "before", required = false) @Nullable Long before,
            @RequestParam(name = "limit", defaultValue = "20") int limit) {
        own(client, number);
        List<MessageView> page = webhooks.messages(number, before, Requests.pageLimit(limit)).stream()
                .map(MessageView::of)
                .toList();
        return new MessagePage(page, page.size() == limit ? page.getLast().number() : null);
    }

    @PostMapping(
            path = "/v1/webhooks/{webhook}/messages/{message}/redeliver",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE})
    @Operation(
            summary = "Send a message again, now",
            description = "Whether it was delivered or given up; under the same message_id.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content = @Content(schema = @Schema(implementation = Requests.Nothing.class))))
    MessageView redeliver(
            @AuthenticationPrincipal Client client,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            @PathVariable("webhook") long number,
            @PathVariable("message") String message,
            HttpServletRequest http) {
        Webhook webhook = own(client, number);
        Requests.idempotencyKey(keyHeader);
        Requests.read(http, limits, Requests.Nothing.class);
        if (webhook.endedAt() != null) {
            throw new ProblemException(ProblemCode.WEBHOOK_ENDED, null);
        }
        UUID id = message.startsWith(MESSAGE_PREFIX)
                ? Shapes.uuid("message", message.substring(MESSAGE_PREFIX.length()), new ArrayList<>())
                : null;
        return Optional.ofNullable(id)
                .flatMap(known -> webhooks.redeliver(number, known))
                .map(MessageView::of)
                .orElseThrow(Requests::notFound);
    }

    private Webhook own(Client client, long number) {
        return webhooks.find(number)
                .filter(webhook -> webhook.client().equals(client.name()) || client.may(Scope.ADMINISTER))
                .orElseThrow(Requests::notFound);
    }

    private WebhookSecret secret(Webhook webhook) {
        return new WebhookSecret(
                webhook.number(),
                webhook.url().toString(),
                webhook.events().stream().sorted().map(Event::wireName).toList(),
                webhook.secretVersion(),
                webhook.formerSecretUntil(),
                keys.present(webhook));
    }

    private static @Nullable URI url(@Nullable String text, List<FormError> errors) {
        if (text == null) {
            errors.add(new FormError("url", Reason.MISSING_VALUE, "an address such as https://example.com/quittance"));
            return null;
        }
        try {
            URI url = new URI(text);
            boolean isHttps = "https".equals(url.getScheme());
            boolean isLocal = "http".equals(url.getScheme())
                    && url.getHost() != null
                    && LOOPBACK.matcher(url.getHost()).matches();
            if ((isHttps || isLocal)
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawFragment() == null
                    && url.getPort() <= 65_535
                    && url.toASCIIString().length() <= URL_MAX) {
                return URI.create(url.toASCIIString());
            }
        } catch (URISyntaxException malformed) {
            // Told below.
        }
        errors.add(new FormError(
                "url",
                Reason.MALFORMED_VALUE,
                "an address such as https://example.com/quittance, without user or fragment, at most " + URL_MAX
                        + " characters; http only to localhost"));
        return null;
    }

    private static Set<Event> events(@Nullable List<@Nullable String> words, List<FormError> errors) {
        Set<Event> events = EnumSet.noneOf(Event.class);
        for (String word : words == null ? List.<@Nullable String>of() : words) {
            Event.named(word == null ? "" : word)
                    .ifPresentOrElse(
                            events::add,
                            () -> errors.add(new FormError(
                                    "events",
                                    Reason.MALFORMED_VALUE,
                                    Arrays.stream(Event.values())
                                            .map(Event::wireName)
                                            .collect(Collectors.joining(", ", "each is one of ", "")))));
        }
        if (words == null || words.isEmpty()) {
            errors.add(new FormError("events", Reason.MISSING_VALUE, "at least one event"));
        }
        return events;
    }
}
