package io.quittance.intake.http;

import io.quittance.domain.intake.Kind;
import io.quittance.intake.wire.Columns;
import io.quittance.intake.wire.Permissions;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.parameters.RequestBody;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;

/**
 * What the generated description cannot know: one path per kind with the kind's own fields, taken from {@link Kind} and
 * {@link Columns}; the key; the problems; the header that every write needs.
 */
final class ApiDescription implements OpenApiCustomizer {

    private static final String GENERIC_PATH = "/v1/{kind}";
    private static final String KEY_SCHEME = "apiKey";
    private static final String JSON = "application/json";
    /** A line is what the array's element is, in the answer a {@code LineAnswer}. */
    private static final String NDJSON = "application/x-ndjson";

    private static final String PROBLEM_JSON = "application/problem+json";

    @Override
    public void customise(OpenAPI api) {
        api.info(new Info()
                .title("Quittance")
                .version("1")
                .description("Hand in submissions, follow them, and read what settled. Amounts are whole µToken, "
                        + "GPU-milliseconds, lots or tokens of a model: integers or strings of digits in requests, "
                        + "strings in answers."));
        api.setServers(null);
        api.getComponents()
                .addSecuritySchemes(
                        KEY_SCHEME,
                        new SecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .description(
                                        "An API key: qk_ and 43 characters; or, where the bank takes them, an access token by"
                                                + " the client credentials grant of OAuth 2."));
        for (Class<?> type : List.of(Problem.class, LineAnswer.class, LineAnswer.Bulk.class)) {
            ModelConverters.getInstance(true)
                    .readAll(new AnnotatedType(type))
                    .forEach((name, schema) -> api.getComponents().addSchemas(name, schema));
        }
        api.getPaths().remove(GENERIC_PATH);
        for (Kind kind : Kind.values()) {
            api.getComponents().addSchemas(schemaName(kind), schema(kind));
            api.path("/v1/" + kind.wireName(), new PathItem().post(handIn(kind)));
        }
        api.getPaths()
                .forEach((path, item) -> item.readOperationsMap().forEach((method, operation) -> {
                    operation.getResponses().forEach(ApiDescription::nameMediaTypes);
                    if (path.startsWith("/v1/")) {
                        complete(operation, method == PathItem.HttpMethod.POST);
                    }
                }));
    }

    /** What is generated names every media type of the route for every answer, and any where the route says nothing. */
    private static void nameMediaTypes(String status, ApiResponse answer) {
        Content named = answer.getContent();
        if (named == null) {
            return;
        }
        var right = new Content();
        named.forEach((type, media) -> {
            if (!status.startsWith("2") || !type.equals(PROBLEM_JSON)) {
                right.addMediaType(type.equals("*/*") ? JSON : type, media);
            }
        });
        answer.setContent(right);
    }

    private static void complete(Operation operation, boolean write) {
        operation.addSecurityItem(new SecurityRequirement().addList(KEY_SCHEME));
        if (write) {
            List<Parameter> parameters =
                    new ArrayList<>(operation.getParameters() == null ? List.of() : operation.getParameters());
            parameters.removeIf(parameter -> Requests.IDEMPOTENCY_KEY.equals(parameter.getName()));
            parameters.add(new Parameter()
                    .in("header")
                    .name(Requests.IDEMPOTENCY_KEY)
                    .required(true)
                    .description("Chosen by the sender for each write; send the same one when trying again.")
                    .schema(text().minLength(1).maxLength(255)));
            operation.setParameters(parameters);
        }
        operation
                .getResponses()
                .addApiResponse(
                        ApiResponses.DEFAULT,
                        new ApiResponse()
                                .description("A problem, with a stable code")
                                .content(content(PROBLEM_JSON, ref("Problem"))));
    }

    private static Operation handIn(Kind kind) {
        Schema<?> single = ref(schemaName(kind));
        Schema<?> element = single;
        if (keyColumn(kind) != null) {
            element = new JsonSchema().allOf(List.of(ref(schemaName(kind)))).required(List.of(keyColumn(kind)));
        }
        Schema<?> array = new JsonSchema().items(element);
        array.setTypes(Set.of("array"));
        Schema<Object> mode = words(List.of("independent", "atomic"));
        mode.setDefault("independent");
        String words = kind.wireName().replace('_', ' ');
        return new Operation()
                .operationId("handIn" + schemaName(kind))
                .summary("Hand in " + words + ": one, or several that are answered line by line")
                .description("Needs the scope "
                        + Permissions.toHandIn(kind).name().toLowerCase(Locale.ROOT)
                        + (keyColumn(kind) == null
                                ? ". A line is known by its own name: the same again changes nothing."
                                : ". For a single one the header is its " + keyColumn(kind)
                                        + "; of several each has its own, and the header only names the request.")
                        + " NDJSON is taken as it comes, any number of lines; the answer begins when the last has come."
                        + " Fixed words are read in upper or lower case.")
                .addParametersItem(new Parameter()
                        .in("query")
                        .name("mode")
                        .description("Of several lines: taken each by itself, or all or none in one transaction; of"
                                + " NDJSON then no more than of an array.")
                        .schema(mode))
                .addParametersItem(new Parameter()
                        .in("header")
                        .name(Requests.PREFER)
                        .description(
                                "wait=N: a single submission is answered when a cycle has decided about it, or after"
                                        + " N seconds, at most " + OutcomeWait.SECONDS_MAX + ".")
                        .schema(text()))
                .requestBody(new RequestBody()
                        .required(true)
                        .content(content(JSON, new JsonSchema().oneOf(List.of(single, array)))
                                .addMediaType(NDJSON, mediaType(text()))))
                .responses(new ApiResponses()
                        .addApiResponse(
                                "200",
                                new ApiResponse()
                                        .description("Decided while the sender waited")
                                        .content(content(JSON, ref("Submission"))))
                        .addApiResponse(
                                "202",
                                new ApiResponse()
                                        .description("Durable. Header Idempotency-Replayed: true if it was before.")
                                        .content(content(
                                                        JSON,
                                                        new JsonSchema().oneOf(List.of(ref("LineAnswer"), ref("Bulk"))))
                                                .addMediaType(NDJSON, mediaType(text()))))
                        .addApiResponse(
                                "422",
                                new ApiResponse()
                                        .description("Fields are wrong, or the key was used with other content; of"
                                                + " several lines, in every one, or in one of an atomic request")
                                        .content(content(PROBLEM_JSON, ref("Problem"))
                                                .addMediaType(JSON, mediaType(ref("Bulk")))
                                                .addMediaType(NDJSON, mediaType(text())))));
    }

    /** What of a single one may be left to the header; null if nothing. */
    private static @Nullable String keyColumn(Kind kind) {
        return kind == Kind.ACCOUNT_EVENTS ? "event_key" : kind.isReference() ? null : "submission_key";
    }

    private static Schema<?> schema(Kind kind) {
        Map<String, Schema> properties = new LinkedHashMap<>();
        for (String column : kind.columns()) {
            properties.put(column, property(column));
        }
        List<String> required = new ArrayList<>(Columns.requiredOf(kind));
        required.remove(keyColumn(kind));
        Schema<?> schema = new JsonSchema().properties(properties).required(required);
        schema.setTypes(Set.of("object"));
        schema.setAdditionalProperties(false);
        return schema;
    }

    private static Schema<?> property(String column) {
        Columns.Type type = Columns.typeOf(column);
        if (type == null) {
            throw new IllegalStateException("the column " + column + " has no type");
        }
        return switch (type) {
            case INTEGER -> {
                Schema<?> number = new JsonSchema().format("int64").minimum(BigDecimal.ZERO);
                number.setTypes(Set.of("integer"));
                yield new JsonSchema().oneOf(List.of(number, text().pattern("^[0-9]{1,19}$")));
            }
            case UUID -> text().format("uuid");
            case INSTANT -> text().format("date-time");
            case DATE -> text().format("date");
            case NAME -> text().minLength(1).maxLength(255);
            case WORD -> words(Columns.wordsOf(column));
            case FLAG -> {
                Schema<?> flag = new JsonSchema();
                flag.setTypes(Set.of("boolean"));
                yield flag;
            }
            case SHA256 -> text().pattern("^[0-9a-fA-F]{64}$");
            case TEXT -> text();
        };
    }

    private static Schema<Object> words(List<String> words) {
        Schema<Object> schema = text();
        schema.setEnum(new ArrayList<>(words));
        return schema;
    }

    private static Schema<Object> text() {
        Schema<Object> schema = new JsonSchema();
        schema.setTypes(Set.of("string"));
        return schema;
    }

    private static Schema<?> ref(String name) {
        return new JsonSchema().$ref("#/components/schemas/" + name);
    }

    private static Content content(String mediaType, Schema<?> schema) {
        return new Content().addMediaType(mediaType, mediaType(schema));
    }

    private static io.swagger.v3.oas.models.media.MediaType mediaType(Schema<?> schema) {
        return new io.swagger.v3.oas.models.media.MediaType().schema(schema);
    }

    /** {@code ComputeDeposits} for {@code compute_deposits}. */
    private static String schemaName(Kind kind) {
        StringBuilder name = new StringBuilder();
        for (String word : kind.wireName().split("_")) {
            name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
        }
        return name.toString();
    }
}
