package io.quittance.intake.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.intake.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest extends ApiTest {

    private static final String CSV = "submission_key,account_id,to_account,amount_utoken\n";

    /** Every route under which something of one participant can be found. */
    static Stream<Arguments> routesToAnothersThings() {
        return Stream.of(
                Arguments.of("/v1/submissions/" + FOREIGN_SUBMISSION, "/v1/submissions/" + NOWHERE),
                Arguments.of("/v1/accounts/" + FOREIGN, "/v1/accounts/" + NOWHERE),
                Arguments.of("/v1/accounts/" + FOREIGN + "/statement", "/v1/accounts/" + NOWHERE + "/statement"),
                Arguments.of("/v1/accounts/" + FOREIGN + "/holds", "/v1/accounts/" + NOWHERE + "/holds"),
                Arguments.of("/v1/transactions/2", "/v1/transactions/99"),
                Arguments.of("/v1/transactions/2/proof", "/v1/transactions/99/proof"),
                Arguments.of("/v1/files/FOREIGN", "/v1/files/999999"),
                Arguments.of("/v1/files/FOREIGN/results", "/v1/files/999999/results"),
                Arguments.of("/v1/files/FOREIGN/rejects", "/v1/files/999999/rejects"));
    }

    @ParameterizedTest
    @MethodSource("routesToAnothersThings")
    void anotherParticipantsThingIsAsAbsentAsNoThing(String theirs, String nothing) {
        String path = theirs.replace("FOREIGN", Long.toString(foreignFile()));

        Answer hidden = get(PARTICIPANT, path);
        Answer absent = get(PARTICIPANT, nothing);

        assertThat(hidden.status()).isEqualTo(404);
        assertThat(hidden.code()).isEqualTo("NOT_FOUND");
        assertThat(hidden.json()).isEqualTo(absent.json());
        assertThat(get(OTHER, path).status()).isEqualTo(200);
        for (String whoSeesEverything : List.of(OPERATOR, FINANCE, AUDITOR)) {
            assertThat(get(whoSeesEverything, path).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "compute_deposits",
                "task_publications",
                "task_completions",
                "orders",
                "cancels",
                "spends",
                "transfers"
            })
    void handingInForAnothersAccountIsAsForNoAccount(String kind) {
        String body = Bodies.of(Kind.named(kind).orElseThrow());

        Answer foreign =
                post(PARTICIPANT, "/v1/" + kind, newKey(), body.replace(ACCOUNT.toString(), FOREIGN.toString()));
        Answer nowhere =
                post(PARTICIPANT, "/v1/" + kind, newKey(), body.replace(ACCOUNT.toString(), NOWHERE.toString()));

        assertThat(foreign.status()).isEqualTo(404);
        assertThat(foreign.code()).isEqualTo("UNKNOWN_ACCOUNT");
        assertThat(foreign.json()).isEqualTo(nowhere.json());
    }

    @Test
    void whoSeesAnAccountAndMayNotActForItIsToldSo() {
        Answer refused = post(PARTICIPANT, "/v1/transfers", newKey(), transfer(RECEIVER, ACCOUNT, "1"));

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.code()).isEqualTo("NOT_PERMITTED");
    }

    private record Route(String method, String path, List<String> keysWithoutScope) {}

    static List<Route> routesAndWhoLacksTheirScope() {
        List<Route> routes = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            String path = "/v1/" + kind.wireName();
            switch (kind) {
                case METERING -> routes.add(new Route("POST", path, List.of(PARTICIPANT, OPERATOR, ADMINISTRATOR)));
                case ACCOUNTS, COMPUTE_RESOURCES, SERVICES, PRICES, ACCOUNT_EVENTS, REVERSALS ->
                    routes.add(new Route("POST", path, List.of(PARTICIPANT, METER, ADMINISTRATOR, READER)));
                default -> routes.add(new Route("POST", path, List.of(READER, METER, ADMINISTRATOR, FINANCE, AUDITOR)));
            }
        }
        routes.add(new Route("POST", "/v1/files", List.of(READER, ADMINISTRATOR)));
        routes.add(new Route("POST", "/v1/approvals", List.of(PARTICIPANT, METER, ADMINISTRATOR)));
        routes.add(new Route("POST", "/v1/approvals/" + NOWHERE + "/decision", List.of(PARTICIPANT, ADMINISTRATOR)));
        routes.add(new Route("GET", "/v1/approvals/" + NOWHERE, List.of(PARTICIPANT, ADMINISTRATOR)));
        routes.add(new Route("POST", "/v1/clients", List.of(PARTICIPANT, OPERATOR)));
        routes.add(new Route("POST", "/v1/clients/acme/accounts", List.of(PARTICIPANT, OPERATOR, AUDITOR)));
        routes.add(new Route("GET", "/v1/clients/acme/keys", List.of(PARTICIPANT, OPERATOR, AUDITOR)));
        routes.add(new Route("POST", "/v1/clients/acme/keys/1/end", List.of(PARTICIPANT, OPERATOR, AUDITOR)));
        routes.add(new Route("POST", "/v1/clients/acme/webhooks", List.of(PARTICIPANT, OPERATOR, AUDITOR)));
        routes.add(new Route("GET", "/v1/clients/acme/policy", List.of(PARTICIPANT, OPERATOR, AUDITOR)));
        routes.add(new Route("POST", "/v1/clients/acme/policy", List.of(PARTICIPANT, OPERATOR, AUDITOR)));
        routes.add(new Route("GET", "/v1/webhooks", List.of())); // One's own needs no scope.
        routes.add(new Route("POST", "/v1/webhooks/1/secret", List.of()));
        routes.add(new Route("POST", "/v1/webhooks/1/end", List.of()));
        routes.add(new Route("GET", "/v1/webhooks/1/messages", List.of()));
        routes.add(new Route("POST", "/v1/webhooks/1/messages/" + NOWHERE + "/redeliver", List.of()));
        routes.add(new Route("GET", "/v1/audit", List.of(PARTICIPANT, OPERATOR, ADMINISTRATOR, FINANCE)));
        for (String path : new String[] {
            "/v1/submissions/" + SUBMISSION,
            "/v1/accounts/" + ACCOUNT,
            "/v1/accounts/" + ACCOUNT + "/statement",
            "/v1/accounts/" + ACCOUNT + "/holds",
            "/v1/tasks",
            "/v1/cycles",
            "/v1/cycles/1",
            "/v1/transactions/1",
            "/v1/transactions/1/proof",
            "/v1/files/1",
            "/v1/files/1/results",
            "/v1/files/1/rejects"
        }) {
            routes.add(new Route("GET", path, List.of(SUBMITTER, METER, ADMINISTRATOR)));
        }
        return routes;
    }

    @ParameterizedTest
    @MethodSource("routesAndWhoLacksTheirScope")
    void withoutTheScopeARouteIsClosedAndWithoutAKeyTheDoor(Route route) {
        for (String key : route.keysWithoutScope()) {
            assertThat(call(route, key).status()).isEqualTo(403);
            assertThat(call(route, key).code()).isEqualTo("MISSING_SCOPE");
        }
        for (String key : new String[] {null, "qk_" + "A".repeat(43), "nonsense", ""}) {
            Answer closed = call(route, key);
            assertThat(closed.status()).isEqualTo(401);
            assertThat(closed.code()).isEqualTo("UNAUTHENTICATED");
            assertThat(closed.header("WWW-Authenticate")).startsWith("Bearer");
        }
    }

    /** A route that is added and not in the tables above fails here. */
    @Test
    void theTablesHaveEveryRoute() {
        List<String> described = new ArrayList<>();
        get(null, "/openapi.json").json().path("paths").properties().forEach(path -> {
            if (path.getKey().startsWith("/v1/")) {
                path.getValue()
                        .propertyNames()
                        .forEach(method -> described.add(method.toUpperCase(java.util.Locale.ROOT) + " "
                                + path.getKey().replaceAll("\\{[a-z]+}", "_")));
            }
        });
        List<String> inTable = routesAndWhoLacksTheirScope().stream()
                .map(route -> route.method() + " " + route.path().replaceAll("/(acme|1|[0-9a-f-]{36})(?=/|$)", "/_"))
                .toList();

        assertThat(inTable).containsExactlyInAnyOrderElementsOf(described);
    }

    @Test
    void anUnknownAddressIsClosedWithoutAKeyAndAbsentWithOne() {
        assertThat(get(null, "/anything").status()).isEqualTo(401);
        assertThat(get(PARTICIPANT, "/anything").code()).isEqualTo("NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/accounts/%2e%2e%2f", "/v1/accounts/a;x=1", "/v1//accounts"})
    void aMalformedAddressIsAProblemAndNoPage(String path) {
        assertThat(get(PARTICIPANT, path).status()).isEqualTo(400);
        assertThat(get(PARTICIPANT, path).code()).isEqualTo("BAD_REQUEST");
    }

    private Answer call(Route route, String key) {
        if (route.method().equals("GET")) {
            return get(key, route.path());
        }
        String type = route.path().equals("/v1/files") ? "text/csv" : "application/json";
        return post(key, route.path(), newKey(), type, "{}".getBytes(StandardCharsets.UTF_8));
    }

    private long foreignFile() {
        String rows = CSV + UUID.randomUUID() + "," + FOREIGN + "," + ACCOUNT + ",1.5\n";
        Answer taken =
                post(OTHER, "/v1/files?kind=transfers", newKey(), "text/csv", rows.getBytes(StandardCharsets.UTF_8));
        assertThat(taken.status()).isEqualTo(202);
        return taken.json().path("file_no").asLong();
    }
}
