package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SandboxIT {

    private static final Path BANK = Program.CHECKOUT.resolve("ops/demo/bank.json");
    private static final String ACCOUNT = "00000000-0000-4000-8000-000000000001";

    private final HttpClient http = HttpClient.newHttpClient();
    private final JsonMapper json = new JsonMapper();
    private URI base;
    private String key;

    @Test
    void itsUserMovesItsTimeAndCutsOffAndNothingElseDoes(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        try (Program.Running service = Program.serve(data, "--sandbox", "--bank", BANK.toString())) {
            base = Program.http(data);
            key = service.outSoFar()
                    .lines()
                    .filter(line -> line.contains("shown this once: "))
                    .map(line -> line.substring(line.indexOf(": ") + 2))
                    .findFirst()
                    .orElseThrow();
            assertThat(service.outSoFar()).contains("a sandbox: its clock stands at ");
            Instant opened = now(send("GET", "/v1/sandbox", null, 200));
            post("/v1/accounts", """
                    {"account_id":"%s","party_id":"%s","account_type":"enterprise","kyc_level":"L3"}""".formatted(ACCOUNT, ACCOUNT), 202);
            String publication = post("/v1/task_publications", """
                            {"account_id":"%s","task_id":"task-1","reward_utoken":"1"}""".formatted(ACCOUNT), 202)
                    .path("submission_id")
                    .asString();

            JsonNode cut = post("/v1/sandbox/cut-off", "{}", 200);

            assertThat(now(cut)).isEqualTo(opened);
            assertThat(cut.path("cycles").toString()).isEqualTo("[1]");
            assertThat(send("GET", "/v1/submissions/" + publication, null, 200)
                            .path("state")
                            .asString())
                    .isEqualTo("rejected");

            Instant target = opened.plus(Duration.ofDays(3));
            JsonNode moved = post("/v1/sandbox/clock", "{\"advance_to\":\"" + target + "\"}", 200);
            List<Long> cycles = new ArrayList<>();
            moved.path("cycles").forEach(cycle -> cycles.add(cycle.asLong()));

            assertThat(now(moved)).isEqualTo(target);
            assertThat(moved.path("more_due").asBoolean()).isFalse();
            assertThat(cycles)
                    .as("one cut-off a day")
                    .hasSizeBetween(3, 4)
                    .startsWith(2L)
                    .isSorted();
            JsonNode again = post("/v1/sandbox/clock", "{\"advance_to\":\"" + target + "\"}", 200);
            assertThat(again.path("cycles")).isEmpty();
            for (String wrong : List.of(
                    "{\"advance_to\":\"" + opened + "\"}",
                    "{\"advance_to\":\"" + target.plus(Duration.ofDays(32)) + "\"}",
                    "{\"advance_to\":\"tomorrow\"}",
                    "{}")) {
                post("/v1/sandbox/clock", wrong, 422);
            }
            assertThat(now(send("GET", "/v1/sandbox", null, 200))).isEqualTo(target);
        }
        Program.Result fsck = Program.run(data, "fsck", "--seals");
        assertThat(fsck.exit()).as(fsck.out() + fsck.err()).isZero();

        Program.Result asLive = Program.run(data, "serve", "--port", "0");
        assertThat(asLive.exit()).isEqualTo(Trouble.WRONG_USAGE);
        assertThat(asLive.err()).contains("is a sandbox; start it with --sandbox");
    }

    @Test
    void aLiveBankIsNoSandbox(@TempDir Path folder) throws Exception {
        Path live = Files.createDirectory(folder.resolve("live"));
        Files.writeString(live.resolve("bank-secret"), "00".repeat(32));

        Program.Result refused = Program.run(live, "serve", "--sandbox", "--port", "0");

        assertThat(refused.exit()).isEqualTo(Trouble.WRONG_USAGE);
        assertThat(refused.err()).contains("is a live one. A sandbox is a bank of its own");
        assertThat(live.resolve("sandbox")).doesNotExist();
    }

    @Test
    void aStartThatFailsLeavesTheDirectoryFreeForEitherKind(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Program.Result refused =
                    Program.run(data, "serve", "--sandbox", "--port", Integer.toString(taken.getLocalPort()));

            assertThat(refused.exit()).as(refused.err()).isNotZero();
        }
        assertThat(data.resolve("sandbox")).doesNotExist();
    }

    private static Instant now(JsonNode time) {
        return Instant.parse(time.path("now").asString());
    }

    private JsonNode post(String path, String body, int expected) throws Exception {
        return send("POST", path, body, expected);
    }

    private JsonNode send(String method, String path, String body, int expected) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Idempotency-Key", UUID.randomUUID().toString());
        }
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(expected);
        return json.readTree(answer.body());
    }
}
