package io.quittance.bench;

import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Submission;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Clients that hand in all the time, whatever happens to the bank: each submission under its own key, sent again and again
 * until the bank has answered for it, and every acknowledgement noted as it comes. One in ten is sent once more after that,
 * and has to be answered the same.
 */
final class CrashIntake implements AutoCloseable {

    private static final Duration ANSWER = Duration.ofSeconds(3);
    private static final int TAKEN = 202;
    private static final int IN_FLIGHT = 409;
    private static final int TOO_MANY = 429;
    private static final int BATCH = 100;
    private static final int LINES_OF_FILE = 20;
    private static final int PAUSE_MILLIS_MAX = 20;
    private static final int RETRY_MILLIS = 40;
    private static final int FILE_MILLIS = 700;

    /**
     * One who hands in.
     *
     * @param key of the door
     */
    record Sender(String name, String key) {}

    /**
     * What the bank said it has.
     *
     * @param submissionId as the answer named it; empty for a line of a file, whose answer counts lines
     */
    record Acknowledged(String client, String submissionKey, String submissionId, Submission submission) {}

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMillis(500))
            .build();
    private final URI door;
    private final Workload workload;
    private final Sender keeper;
    private final ArrayDeque<Line.OfSubmission> ready = new ArrayDeque<>();
    private final ConcurrentLinkedQueue<Acknowledged> acknowledged = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> remarks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger retries = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger files = new AtomicInteger();
    private final AtomicLong left;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ending;

    /**
     * Starts them.
     *
     * @param keeper who handed in what is cancelled, and so hands in the cancels
     * @param most how many submissions they hand in at most
     */
    CrashIntake(URI door, Workload workload, List<Sender> senders, Sender keeper, long most, long seed) {
        this.door = door;
        this.workload = workload;
        this.keeper = keeper;
        this.left = new AtomicLong(most);
        for (Sender sender : senders) {
            var random = new Random(seed ^ sender.name().hashCode());
            threads.add(Thread.ofPlatform().name(sender.name()).start(() -> submissions(sender, random)));
        }
        threads.add(Thread.ofPlatform().name("file-sender").start(() -> files(senders.getFirst())));
    }

    /** All acknowledgements so far. */
    List<Acknowledged> acknowledged() {
        return List.copyOf(acknowledged);
    }

    int acknowledgements() {
        return acknowledged.size();
    }

    /** Answers that ought not to have been given. */
    List<String> remarks() {
        return List.copyOf(remarks);
    }

    int retries() {
        return retries.get();
    }

    int refused() {
        return refused.get();
    }

    int files() {
        return files.get();
    }

    private Line.OfSubmission next() {
        synchronized (ready) {
            if (ready.isEmpty()) {
                workload.cycle(BATCH, ready::add);
            }
            return ready.remove();
        }
    }

    private void submissions(Sender sender, Random random) {
        while (!ending && left.decrementAndGet() >= 0) {
            Line.OfSubmission line = next();
            Sender from = line.submission() instanceof Submission.Cancel ? keeper : sender;
            String id = untilAnswered(from, line);
            if (!id.isEmpty()) {
                acknowledged.add(new Acknowledged(from.name(), line.submissionKey(), id, line.submission()));
                if (random.nextInt(10) == 0) {
                    String again = untilAnswered(from, line);
                    if (!again.equals(id) && !again.isEmpty()) {
                        remarks.add("key " + line.submissionKey() + " was answered " + id + " and then " + again);
                    }
                }
            }
            pause(random.nextInt(PAUSE_MILLIS_MAX));
        }
    }

    /** The submission's id; empty if the door refused it for good, or the clients were told to end. */
    private String untilAnswered(Sender from, Line.OfSubmission line) {
        HttpRequest request = request(from, line.submissionKey())
                .uri(door.resolve("/v1/" + line.submission().kind().wireName()))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(WireJson.of(line.submission())))
                .build();
        return send(request).path("submission_id").asString("");
    }

    private void files(Sender sender) {
        int number = 0;
        while (!ending && left.addAndGet(-LINES_OF_FILE) >= 0) {
            number++;
            var lines = new ArrayList<Acknowledged>();
            var text = new StringBuilder("submission_key,account_id,to_account,amount_utoken\n");
            while (lines.size() < LINES_OF_FILE) {
                if (next().submission() instanceof Submission.Transfer transfer) {
                    String key = "file-" + number + "-" + lines.size();
                    lines.add(new Acknowledged(sender.name(), key, "", transfer));
                    text.append(key).append(',').append(transfer.accountId()).append(',');
                    text.append(transfer.toAccount())
                            .append(',')
                            .append(transfer.amountUtoken())
                            .append('\n');
                }
            }
            HttpRequest request = request(sender, "file-" + number)
                    .uri(door.resolve("/v1/files?kind=transfers&name=file-" + number + ".csv"))
                    .header("Content-Type", "text/csv")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(text.toString().getBytes(StandardCharsets.UTF_8)))
                    .build();
            JsonNode answer = send(request);
            if (!answer.isMissingNode()) {
                files.incrementAndGet();
                acknowledged.addAll(lines);
                if (answer.path("queued").asInt(-1) != LINES_OF_FILE) {
                    remarks.add("file " + number + " was answered " + answer);
                }
            }
            pause(FILE_MILLIS);
        }
    }

    private static HttpRequest.Builder request(Sender from, String key) {
        return HttpRequest.newBuilder()
                .timeout(ANSWER)
                .header("Authorization", "Bearer " + from.key())
                .header("Idempotency-Key", key);
    }

    /** Sends until the bank takes or refuses it; what it does not answer, or cannot do now, is sent again. */
    private JsonNode send(HttpRequest request) {
        boolean first = true;
        while (!ending) {
            if (!first) {
                retries.incrementAndGet();
                pause(RETRY_MILLIS);
            }
            first = false;
            try {
                HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                int status = answer.statusCode();
                if (status == TAKEN) {
                    return JsonMapper.shared().readTree(answer.body());
                }
                if (status < 500 && status != IN_FLIGHT && status != TOO_MANY) {
                    refused.incrementAndGet();
                    remarks.add(request.uri() + " was refused: " + status + " " + answer.body());
                    return JsonMapper.shared().missingNode();
                }
            } catch (IOException unanswered) {
                // Nobody knows whether it arrived; the key makes sure that it counts once.
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return JsonMapper.shared().missingNode();
            }
        }
        return JsonMapper.shared().missingNode();
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis); // A client's own pace, not a condition that is waited for.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets each client end what it is at. */
    @Override
    public void close() {
        ending = true;
        try {
            for (Thread thread : threads) {
                thread.join(ANSWER.toMillis() * 2);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        http.close();
    }
}
