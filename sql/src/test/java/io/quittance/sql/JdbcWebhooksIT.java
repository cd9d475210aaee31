package io.quittance.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.quittance.domain.account.KycLevel;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Client.Scope;
import io.quittance.domain.intake.ClientDirectory.Right;
import io.quittance.domain.intake.Line;
import io.quittance.domain.notification.Event;
import io.quittance.domain.notification.Message;
import io.quittance.domain.notification.Message.State;
import io.quittance.domain.notification.MessageQueue.Claimed;
import io.quittance.domain.notification.RetrySchedule;
import io.quittance.domain.notification.Webhook;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.support.JdbcTransactionManager;

class JdbcWebhooksIT {

    private static final URI URL = URI.create("https://example.com/hook");
    private static final Pattern KEY = Pattern.compile("\"submission_key\":\"([^\"]*)\"");

    private TestBank bank;
    private TestJournal journal;
    private Client administrator;
    private Client acme;
    private Client other;
    private UUID account;
    private UUID receiver;
    private JdbcWebhooks webhooks;
    private JdbcMessageQueue queue;

    @BeforeEach
    void open() {
        bank = new TestBank();
        journal = new TestJournal(bank);
        administrator = bank.client("admin", Scope.ADMINISTER);
        acme = bank.client("acme", Scope.SUBMIT, Scope.READ);
        other = bank.client("other", Scope.SUBMIT, Scope.READ);
        account = bank.accountOf(acme);
        receiver = bank.account(KycLevel.L2);
        bank.directory.grant(other, account, Right.OWNER);
        webhooks = new JdbcWebhooks(bank.database.application());
        queue = queue();
    }

    private JdbcMessageQueue queue() {
        return new JdbcMessageQueue(
                bank.database.application(), new JdbcTransactionManager(bank.database.application()));
    }

    @AfterEach
    void close() {
        bank.close();
    }

    private Webhook webhook(Client client, Event... events) {
        return webhooks.add(
                        client,
                        URL,
                        Set.of(events),
                        administrator,
                        UUID.randomUUID().toString())
                .webhook();
    }

    private void handIn(Client client, String... keys) {
        List<Line> lines = new ArrayList<>();
        for (String key : keys) {
            lines.add(TestBank.transfer(key, account, receiver, 1));
        }
        bank.queue.accept(client, lines, null);
    }

    private void cycle(int window, String... outcomes) {
        bank.closeWindow(bank.windows.get(window));
        journal.load(bank.windows.get(window), List.of());
        for (String outcome : outcomes) {
            String[] words = outcome.split(" ");
            bank.owner
                    .sql("""
                            INSERT INTO submission_outcomes
                            SELECT intake_no, :cycle, :state, :reason, 'needed=1', NULL, 0, 0 FROM submissions
                            WHERE submission_key = :key
                            """)
                    .param("cycle", window + 1)
                    .param("key", words[0])
                    .param("state", words[1])
                    .param("reason", JdbcValues.text(words.length > 2 ? words[2] : null))
                    .update();
        }
        journal.publish();
    }

    private void tellAll() {
        while (queue.tell()) {
            // Until nothing more is to tell.
        }
    }

    private List<Message> oldestFirst(Webhook webhook) {
        return webhooks.messages(webhook.number(), null, 1_000).reversed();
    }

    private static List<String> keysOf(Message message) {
        return KEY.matcher(message.payload())
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    /** What a message says, without when it was written. */
    private static String said(Message message) {
        return message.payload().replaceFirst("\"timestamp\":\"[-0-9T:.]{26}Z\",", "");
    }

    @Test
    void eachSubmissionIsToldToItsSenderByWhatACycleMadeOfIt() {
        Webhook all = webhook(acme, Event.SUBMISSION_SETTLED, Event.SUBMISSION_REFUSED, Event.SUBMISSION_PENDING);
        Webhook refusals = webhook(acme, Event.SUBMISSION_REFUSED);
        Webhook others = webhook(other, Event.SUBMISSION_SETTLED);
        handIn(acme, "settles", "is-refused", "waits");
        handIn(other, "theirs");
        assertThat(queue.tell()).isFalse();

        cycle(0, "is-refused REJECTED FUNDS", "waits HELD FUNDS");
        tellAll();
        cycle(1, "waits SETTLED");
        tellAll();

        assertThat(oldestFirst(all))
                .extracting(Message::event, JdbcWebhooksIT::keysOf)
                .containsExactlyInAnyOrder(
                        tuple(Event.SUBMISSION_SETTLED, List.of("settles")),
                        tuple(Event.SUBMISSION_REFUSED, List.of("is-refused")),
                        tuple(Event.SUBMISSION_PENDING, List.of("waits")),
                        tuple(Event.SUBMISSION_SETTLED, List.of("waits")));
        assertThat(oldestFirst(refusals)).extracting(JdbcWebhooksIT::keysOf).containsExactly(List.of("is-refused"));
        assertThat(oldestFirst(others)).extracting(JdbcWebhooksIT::keysOf).containsExactly(List.of("theirs"));
        String id = bank.owner
                .sql("SELECT submission_id::text FROM submissions WHERE submission_key = 'is-refused'")
                .query(String.class)
                .single();
        assertThat(said(oldestFirst(refusals).getFirst())).isEqualTo("""
                {"type":"submission.refused","data":{"cycle":1,"business_date":"2026-03-02","submissions":[\
                {"submission_id":"%s","submission_key":"is-refused","kind":"transfers","state":"rejected","reason":"FUNDS"}]}}\
                """.formatted(id));
    }

    @Test
    void manySubmissionsComeInPartsInTheirOrderAndNoneIsMissing() {
        Webhook webhook = webhook(acme, Event.SUBMISSION_SETTLED);
        String[] keys = IntStream.range(0, 1_001).mapToObj(i -> "k" + i).toArray(String[]::new);
        handIn(acme, keys);
        cycle(0);

        tellAll();

        List<Message> parts = oldestFirst(webhook);
        assertThat(parts).extracting(part -> keysOf(part).size()).containsExactly(500, 500, 1);
        assertThat(parts.stream().flatMap(part -> keysOf(part).stream())).containsExactly(keys);
    }

    @Test
    void aWebhookIsToldOfNothingBeforeItAndOfNothingAfterItsEnd() {
        handIn(acme, "before");
        cycle(0);
        Webhook late = webhook(acme, Event.SUBMISSION_SETTLED);
        Webhook ended = webhook(acme, Event.SUBMISSION_SETTLED);
        webhooks.end(ended.number(), acme);
        tellAll();
        assertThat(oldestFirst(late)).isEmpty();

        cycle(1);
        handIn(acme, "after");
        cycle(2);
        tellAll();

        assertThat(oldestFirst(late)).extracting(JdbcWebhooksIT::keysOf).containsExactly(List.of("after"));
        assertThat(oldestFirst(ended)).isEmpty();
    }

    @Test
    void aFileIsToldWithWhatBecameOfItsLines() {
        Webhook webhook = webhook(acme, Event.FILE_DONE);
        handIn(acme, "one", "two", "three");
        long first = bank.owner
                .sql("SELECT min(intake_no) FROM submissions")
                .query(Long.class)
                .single();
        bank.owner
                .sql("""
                        INSERT INTO submission_files (client_id, file_id, kind, content_sha256, size_bytes, lines, queued,
                            repeated, refused, window_no, first_intake_no, last_intake_no)
                        VALUES (:client, 'F1', 7, sha256('f'), 1, 4, 3, 0, 1, :window, :first, :first + 2)
                        """)
                .param("client", acme.id())
                .param("window", bank.windows.get(0))
                .param("first", first)
                .update();
        bank.owner.sql("""
                SET session_replication_role = replica; UPDATE submissions SET file_no = (SELECT max(file_no) FROM
                submission_files); SET session_replication_role = origin""").update();
        cycle(0, "two REJECTED LIMIT");

        tellAll();

        String file = bank.owner
                .sql("SELECT file_no::text FROM submission_files")
                .query(String.class)
                .single();
        assertThat(said(oldestFirst(webhook).getFirst())).isEqualTo("""
                {"type":"file.done","data":{"file_no":%1$s,"file_id":"F1","cycle":1,"business_date":"2026-03-02",\
                "lines":4,"queued":3,"repeated":0,"refused":1,"states":{"rejected":1,"settled":2},\
                "results":"/v1/files/%1$s/results"}}\
                """.formatted(file));
    }

    @Test
    void aBreakIsToldOnceAndOnlyToWhoSeesTheWholeBank() {
        Client finance = bank.client("finance", Scope.FINANCE);
        Webhook theirs = webhook(finance, Event.BREAK_OPENED);
        Webhook acmes = webhook(acme, Event.BREAK_OPENED);
        cycle(0);
        bank.owner
                .sql(
                        "INSERT INTO reconciliation_checks VALUES (1, 'clearing is zero', 'UTOKEN', '0', '7', 'BREAK', '')")
                .update();

        tellAll();
        tellAll();

        assertThat(oldestFirst(acmes)).isEmpty();
        assertThat(oldestFirst(theirs)).hasSize(1);
        assertThat(said(oldestFirst(theirs).getFirst())).isEqualTo("""
                {"type":"break.opened","data":{"cycle":1,"business_date":"2026-03-02","check":"clearing is zero",\
                "asset":"UTOKEN","expected":"0","found":"7"}}\
                """);
    }

    @Test
    void severalProcessesAtOnceTellEachThingOnceAndSendEachMessageOnce() throws Exception {
        Webhook webhook = webhook(acme, Event.SUBMISSION_SETTLED);
        String[] keys = IntStream.range(0, 2_500).mapToObj(i -> "k" + i).toArray(String[]::new);
        handIn(acme, keys);
        cycle(0);
        List<Claimed> claimed = Collections.synchronizedList(new ArrayList<>());

        AtOnce.run(8, n -> {
            JdbcMessageQueue own = queue();
            while (own.tell()) {
                // Until nothing more is to tell.
            }
            Optional<Claimed> next;
            while ((next = own.claim(webhook.number())).isPresent()) {
                claimed.add(next.get());
            }
            return n;
        });
        tellAll();

        assertThat(oldestFirst(webhook)).hasSize(5);
        assertThat(claimed).extracting(Claimed::number).doesNotHaveDuplicates();
        assertThat(queue.due()).containsExactlyElementsOf(claimed.size() == 5 ? List.of() : List.of(webhook.number()));
    }

    /** One message that is due. */
    private Webhook withOneMessage() {
        Webhook webhook = webhook(acme, Event.SUBMISSION_SETTLED);
        handIn(acme, "one");
        cycle(0);
        tellAll();
        return webhook;
    }

    private void dueNow() {
        bank.owner
                .sql("UPDATE webhook_messages SET next_at = clock_timestamp()")
                .update();
    }

    private static Message.Attempt failed(int status) {
        return new Message.Attempt(Instant.now(), status, "answered " + status, 12);
    }

    @Test
    void aMessageThatFailsIsTriedAgainByTheScheduleAndThenGivenUp() {
        Webhook webhook = withOneMessage();
        int attempts = 0;
        for (boolean isLast = false; !isLast; ) {
            attempts++;
            Claimed claimed = queue.claim(webhook.number()).orElseThrow();
            assertThat(claimed.attempt()).isEqualTo(attempts);
            assertThat(queue.claim(webhook.number())).isEmpty();
            queue.note(claimed, failed(500));
            Optional<Duration> wait = RetrySchedule.after(attempts);
            Message message = oldestFirst(webhook).getFirst();
            isLast = wait.isEmpty();
            if (!isLast) {
                assertThat(Duration.between(Instant.now(), message.nextAttemptAt()))
                        .isBetween(wait.get().minusSeconds(60), wait.get());
                dueNow();
            }
        }

        Message given = oldestFirst(webhook).getFirst();
        assertThat(attempts).isEqualTo(10);
        assertThat(given.state()).isEqualTo(State.FAILED);
        assertThat(given.nextAttemptAt()).isNull();
        assertThat(given.attempts()).hasSize(10).allMatch(attempt -> attempt.status() == 500);
        assertThat(queue.due()).isEmpty();
    }

    @Test
    void aMessageWhoseSenderDiedIsSentAgainAndADeliveredOneByHandOnly() {
        Webhook webhook = withOneMessage();
        Claimed lost = queue.claim(webhook.number()).orElseThrow();
        dueNow();
        queue.note(lost, new Message.Attempt(Instant.now(), null, "no answer within 15 s", 15_000));
        assertThat(oldestFirst(webhook).getFirst().attempts())
                .extracting(Message.Attempt::status, Message.Attempt::trouble, Message.Attempt::millis)
                .containsExactly(tuple(null, "no answer within 15 s", 15_000L));
        dueNow();
        Claimed again = queue.claim(webhook.number()).orElseThrow();
        assertThat(again.id()).isEqualTo(lost.id());
        assertThat(again.payload()).isEqualTo(lost.payload());

        queue.note(again, new Message.Attempt(Instant.now(), 204, null, 5));
        assertThat(oldestFirst(webhook).getFirst().state()).isEqualTo(State.DELIVERED);
        assertThat(queue.due()).isEmpty();

        assertThat(webhooks.redeliver(webhook.number(), UUID.randomUUID())).isEmpty();
        assertThat(webhooks.redeliver(webhook.number() + 1, again.id())).isEmpty();
        assertThat(webhooks.redeliver(webhook.number(), again.id())
                        .orElseThrow()
                        .state())
                .isEqualTo(State.DUE);
        assertThat(queue.claim(webhook.number()).orElseThrow().attempt()).isEqualTo(1);
    }

    @Test
    void anEndedWebhookGetsNothingMoreAndAReceiverThatIsGoneEndsIt() {
        Webhook ended = withOneMessage();
        webhooks.end(ended.number(), acme);
        Webhook again = webhooks.end(ended.number(), administrator);
        assertThat(oldestFirst(ended).getFirst().state()).isEqualTo(State.FAILED);
        assertThat(webhooks.redeliver(
                                ended.number(), oldestFirst(ended).getFirst().id())
                        .orElseThrow()
                        .state())
                .isEqualTo(State.FAILED);
        assertThat(again.endedAt()).isNotNull();
        assertThat(webhooks.rotateSecret(ended.number(), 1, acme)).isEmpty();

        Webhook gone = webhook(acme, Event.SUBMISSION_SETTLED);
        handIn(acme, "two");
        cycle(1);
        tellAll();
        queue.note(queue.claim(gone.number()).orElseThrow(), failed(410));
        assertThat(webhooks.find(gone.number()).orElseThrow().endedAt()).isNotNull();
        assertThat(oldestFirst(gone).getFirst().state()).isEqualTo(State.FAILED);
    }

    @Test
    void aRequestMakesOneWebhookAndASecretIsReplacedOnce() throws Exception {
        Set<Long> made = Collections.synchronizedSet(new HashSet<>());
        AtOnce.run(
                8,
                n -> made.add(webhooks.add(acme, URL, EnumSet.of(Event.FILE_DONE), administrator, "r")
                        .webhook()
                        .number()));
        assertThat(made).hasSize(1);
        assertThatThrownBy(() -> webhooks.add(other, URL, EnumSet.of(Event.FILE_DONE), administrator, "r"))
                .isInstanceOf(IllegalArgumentException.class);
        long number = made.iterator().next();

        Set<Integer> versions = Collections.synchronizedSet(new HashSet<>());
        AtOnce.run(
                8,
                n -> versions.add(
                        webhooks.rotateSecret(number, 1, acme).orElseThrow().secretVersion()));

        assertThat(versions).containsExactly(2);
        Webhook changed = webhooks.find(number).orElseThrow();
        assertThat(changed.formerSecretSigns(Instant.now())).isTrue();
        assertThat(changed.formerSecretSigns(Instant.now().plus(Duration.ofDays(1))))
                .isFalse();
        assertThat(webhooks.rotateSecret(number, 3, acme)).isEmpty();
        assertThat(bank.owner
                        .sql("SELECT count(*) FROM audit_log WHERE action LIKE 'webhook%'")
                        .query(Long.class)
                        .single())
                .isEqualTo(2);
    }

    @Test
    void whatIsOldGoesAwayAndWhatIsYoungStays() {
        Webhook webhook = withOneMessage();
        queue.note(queue.claim(webhook.number()).orElseThrow(), new Message.Attempt(Instant.now(), 204, null, 5));
        assertThat(queue.tell()).isFalse();
        assertThat(oldestFirst(webhook)).hasSize(1);
        bank.owner.sql("""
                SET session_replication_role = replica;
                UPDATE webhook_messages SET created_at = created_at - interval '31 days';
                SET session_replication_role = origin""").update();

        tellAll();

        assertThat(oldestFirst(webhook)).isEmpty();
        assertThat(bank.count("webhook_attempts")).isZero();
    }
}
