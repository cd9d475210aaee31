package io.quittance.sql;

import static io.quittance.sql.JdbcValues.bigint;
import static io.quittance.sql.JdbcValues.bigints;
import static io.quittance.sql.JdbcValues.date;
import static io.quittance.sql.JdbcValues.hash;
import static io.quittance.sql.JdbcValues.hashes;
import static io.quittance.sql.JdbcValues.instant;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.texts;
import static io.quittance.sql.JdbcValues.utc;
import static io.quittance.sql.JdbcValues.uuid;
import static io.quittance.sql.JdbcValues.written;

import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.cycle.Instrument;
import io.quittance.domain.intake.CanonicalContent;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.intake.ReversalAction;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.intake.SubmissionId;
import io.quittance.domain.seal.Hash32;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;

/** Takes one batch of submissions, of one client or of several, into the open window, each of a client's keys once. */
final class SubmissionTaking extends FirstContentWins<SubmissionTaking.Entry> {

    private static final String KEPT = """
            SELECT s.client_id, s.submission_key, s.content_digest, s.submission_id, s.kind, s.intake_no, w.business_date,
                s.received_at
            FROM unnest(:clients::int8[], :keys::text[]) AS line (client_id, submission_key)
            JOIN submissions s ON s.client_id = line.client_id AND s.submission_key = line.submission_key
            JOIN settlement_windows w ON w.window_no = s.window_no
            """;
    /** Accounts that the window's cycle will know: one opened for a later window is not there yet. */
    private static final String ACCOUNTS = """
            SELECT a.account_id
            FROM token_accounts a
            JOIN settlement_windows w ON w.window_no = a.window_no
            WHERE a.account_id = ANY (:accounts) AND a.account_type <> 'system'
                AND w.cut_off <= (SELECT cut_off FROM settlement_windows WHERE window_no = :window)
            """;

    private static final String RIGHTS = """
            SELECT r.client_id, r.account_id, r.access
            FROM unnest(:clients::int8[], :accounts::uuid[]) AS line (client_id, account_id)
            JOIN client_rights r ON r.client_id = line.client_id AND r.account_id = line.account_id
                AND r.access <> 'NONE'
            """;
    private static final String RESOURCES = """
            SELECT c.resource_id, c.account_id
            FROM compute_resources c JOIN settlement_windows w ON w.window_no = c.window_no
            WHERE c.resource_id = ANY (:resources)
                AND w.cut_off <= (SELECT cut_off FROM settlement_windows WHERE window_no = :window)
            """;
    private static final String SERVICES = """
            SELECT a.service
            FROM ai_services a JOIN settlement_windows w ON w.window_no = a.window_no
            WHERE a.service = ANY (:services)
                AND w.cut_off <= (SELECT cut_off FROM settlement_windows WHERE window_no = :window)
            """;
    /** Waits for another use of the same approval; in one order for all, so that two uses cannot deadlock. */
    private static final String APPROVALS = """
            SELECT approval_id, action_hash, maker FROM approvals
            WHERE approval_id = ANY (:approvals) AND state = 'APPROVED'
            ORDER BY approval_id FOR UPDATE
            """;

    private static final String USE_APPROVAL = """
            UPDATE approvals SET state = 'USED', used_by = :submission
            WHERE approval_id = :approval AND state = 'APPROVED' AND action_hash = :action AND maker = :client
            """;
    /** {@code %1$s} columns, {@code %2$s} their arrays. The order is the sender's: it gives the intake numbers. */
    private static final String ADD = """
            INSERT INTO submissions (window_no, client_id, by_operator, received_at, file_no, submission_key, submission_id,
                kind, content_digest, %1$s)
            SELECT :window, line.client_id, line.by_operator, :receivedAt, :fileNo::bigint, line.submission_key,
                line.submission_id, line.kind, line.content_digest, %1$s
            FROM unnest(:clients::int8[], :byOperator::boolean[], :keys::text[], :ids::uuid[], :kinds::int8[],
                :digests::bytea[], %2$s)
                WITH ORDINALITY AS line (client_id, by_operator, submission_key, submission_id, kind, content_digest, %1$s,
                    ordinal)
            ORDER BY line.ordinal
            ON CONFLICT (client_id, submission_key) DO NOTHING
            RETURNING intake_no, client_id, submission_key
            """;

    private static final String DRAW_NUMBERS =
            "SELECT nextval('submissions_intake_no_seq') FROM generate_series(1, :count)";
    private static final String COPY = """
            COPY submissions (intake_no, window_no, client_id, by_operator, received_at, file_no, submission_key,
                submission_id, kind, content_digest, %s) FROM STDIN (FORMAT binary)
            """;
    private static final int COPY_COLUMNS = 10;

    private static final String ADD_TEXTS =
            "INSERT INTO submission_texts (intake_no, memo) SELECT * FROM unnest(:numbers::int8[], :memos::text[])";

    /** A submission with its sender and what its name and content come to. */
    record Entry(
            Client client,
            Line.OfSubmission line,
            UUID id,
            @Nullable Hash32 memoHash,
            Hash32 digest) implements Named {

        static Entry of(Client client, Line.OfSubmission line, byte[] bankSecret) {
            Hash32 memoHash = line.submission() instanceof Submission.Transfer transfer && transfer.memo() != null
                    ? CanonicalContent.saltedHash(
                            bankSecret, client.name() + "/" + line.submissionKey(), transfer.memo())
                    : null;
            return new Entry(
                    client,
                    line,
                    SubmissionId.of(client.name(), line.submissionKey()),
                    memoHash,
                    CanonicalContent.digest(CanonicalContent.of(line.submission(), memoHash)));
        }

        @Override
        public String name() {
            return name(client.id(), line.submissionKey());
        }

        static String name(int clientId, String submissionKey) {
            return clientId + "/" + submissionKey;
        }

        String key() {
            return line.submissionKey();
        }

        Submission submission() {
            return line.submission();
        }
    }

    /** Of whom and for what a right is. */
    private record ClientOnAccount(int clientId, UUID accountId) {}

    private record Approved(int maker, Hash32 actionHash) {}

    /**
     * What is there for a window, as far as it was asked. Nothing of it goes away while the window is open but a right, which
     * counts for a file as it was when it was first asked.
     */
    static final class Known {

        private static final int ENTRIES_MAX = 500_000;

        private final Set<UUID> accounts = new HashSet<>();
        private final Map<ClientOnAccount, String> rights = new HashMap<>();
        private final Map<String, UUID> resourceOwners = new HashMap<>();
        private final Set<String> services = new HashSet<>();

        private void makeRoom() {
            if (accounts.size() + rights.size() + resourceOwners.size() > ENTRIES_MAX) {
                accounts.clear();
                rights.clear();
                resourceOwners.clear();
            }
        }
    }

    /** How lines come into the table. */
    sealed interface Way {

        /** By INSERT: a key that another writer takes at this moment is seen, and its line answered. */
        record Insert() implements Way {}

        /** By COPY, much faster, without a look at the keys: one that is taken ends the transaction ({@code unique_violation}). */
        record Copy(JdbcOperations connections) implements Way {}
    }

    private final JdbcClient jdbc;
    private final NewestParameters newestParameters;
    private final OpenWindow window;
    private final @Nullable Long fileNo;
    private final Way way;

    private final Set<UUID> accounts;
    private final Map<ClientOnAccount, String> rights;
    private final Map<String, UUID> resourceOwners;
    private final Set<String> services;
    private final Map<UUID, Approved> approvals = new HashMap<>();
    private Optional<BankParameters> parameters = Optional.empty();

    /** Of lines that came by themselves. */
    SubmissionTaking(JdbcClient jdbc, NewestParameters newestParameters, OpenWindow window) {
        this(jdbc, newestParameters, window, null, new Known(), new Way.Insert());
    }

    /**
     * @param fileNo the file whose lines they all are; null if they came by themselves
     * @param known what other batches for the window learnt; this one adds to it
     */
    SubmissionTaking(
            JdbcClient jdbc,
            NewestParameters newestParameters,
            OpenWindow window,
            @Nullable Long fileNo,
            Known known,
            Way way) {
        this.jdbc = jdbc;
        this.newestParameters = newestParameters;
        this.window = window;
        this.fileNo = fileNo;
        this.way = way;
        known.makeRoom();
        this.accounts = known.accounts;
        this.rights = known.rights;
        this.resourceOwners = known.resourceOwners;
        this.services = known.services;
    }

    @Override
    Map<String, Kept> kept(Collection<Entry> lines) {
        Map<String, Kept> kept = new HashMap<>();
        jdbc.sql(KEPT)
                .param("clients", clients(lines))
                .param("keys", texts(lines.stream().map(Entry::key).toList()))
                .query(row -> {
                    var receipt = new Receipt.Queued(
                            uuid(row, "submission_id"),
                            text(row, "submission_key"),
                            Kind.ofCode(row.getInt("kind")),
                            row.getLong("intake_no"),
                            date(row, "business_date"),
                            instant(row, "received_at"),
                            false);
                    kept.put(
                            Entry.name(row.getInt("client_id"), receipt.submissionKey()),
                            new Kept(hash(row, "content_digest"), receipt));
                });
        return kept;
    }

    private static SqlArrayValue clients(Collection<Entry> lines) {
        return bigints(lines.stream().map(line -> (long) line.client().id()).toList());
    }

    // ---- What is there ----------------------------------------------------------------------------------------------

    @Override
    void prepare(Collection<Entry> lines) {
        Set<UUID> accountIds = new HashSet<>();
        Set<ClientOnAccount> asked = new HashSet<>();
        Set<String> resourceIds = new HashSet<>();
        Set<String> serviceNames = new HashSet<>();
        Set<UUID> approvalIds = new HashSet<>();
        boolean priced = false;
        for (Entry line : lines) {
            switch (line.submission()) {
                case Submission.ComputeDeposit deposit -> resourceIds.add(deposit.resourceId());
                case Submission.TaskCompletion completion -> accountIds.add(completion.agentAccount());
                case Submission.Transfer transfer -> accountIds.add(transfer.toAccount());
                case Submission.Spend spend -> {
                    serviceNames.add(spend.service());
                    priced |= spend.computeClass() != null;
                }
                case Submission.Order ignored -> priced = true;
                case Submission.Reversal reversal -> approvalIds.add(reversal.approvalId());
                case Submission.TaskPublication ignored -> {}
                case Submission.Cancel ignored -> {}
            }
            accountIds.add(line.submission().accountId());
            if (!line.client().may(Client.Scope.OPERATE)) {
                asked.add(new ClientOnAccount(
                        line.client().id(), line.submission().accountId()));
            }
        }
        accountIds.removeAll(accounts);
        asked.removeAll(rights.keySet());
        resourceIds.removeAll(resourceOwners.keySet());
        serviceNames.removeAll(services);
        if (!accountIds.isEmpty()) {
            accounts.addAll(jdbc.sql(ACCOUNTS)
                    .param("accounts", written("uuid", accountIds))
                    .param("window", window.windowNo())
                    .query((row, n) -> uuid(row, "account_id"))
                    .list());
        }
        if (!asked.isEmpty()) {
            jdbc.sql(RIGHTS)
                    .param(
                            "clients",
                            bigints(asked.stream()
                                    .map(right -> (long) right.clientId())
                                    .toList()))
                    .param(
                            "accounts",
                            written(
                                    "uuid",
                                    asked.stream()
                                            .map(ClientOnAccount::accountId)
                                            .toList()))
                    .query(row -> {
                        rights.put(
                                new ClientOnAccount(row.getInt("client_id"), uuid(row, "account_id")),
                                text(row, "access"));
                    });
        }
        if (!resourceIds.isEmpty()) {
            jdbc.sql(RESOURCES)
                    .param("resources", texts(resourceIds))
                    .param("window", window.windowNo())
                    .query(row -> {
                        resourceOwners.put(text(row, "resource_id"), uuid(row, "account_id"));
                    });
        }
        if (!serviceNames.isEmpty()) {
            services.addAll(jdbc.sql(SERVICES)
                    .param("services", texts(serviceNames))
                    .param("window", window.windowNo())
                    .query((row, n) -> text(row, "service"))
                    .list());
        }
        if (!approvalIds.isEmpty()) {
            jdbc.sql(APPROVALS).param("approvals", written("uuid", approvalIds)).query(row -> {
                approvals.put(uuid(row, "approval_id"), new Approved(row.getInt("maker"), hash(row, "action_hash")));
            });
        }
        if (priced) {
            parameters = newestParameters.read();
        }
    }

    // ---- What is wrong ----------------------------------------------------------------------------------------------

    @Override
    List<FormError> objections(Entry line) {
        Submission submission = line.submission();
        if (!mayHandIn(line.client(), line.line().kind())) {
            return List.of(new FormError("", Reason.NOT_PERMITTED, Reason.NOT_PERMITTED.sentence()));
        }
        if (submission instanceof Submission.Reversal reversal) {
            return new Approved(line.client().id(), ReversalAction.hash(reversal))
                            .equals(approvals.get(reversal.approvalId()))
                    ? List.of()
                    : List.of(new FormError(
                            "approval_id",
                            Reason.NOT_PERMITTED,
                            "There is no unused approval of this exact reversal that this sender asked for."));
        }
        FormError account = objectionToAccount(line.client(), submission.accountId());
        if (account != null) {
            return List.of(account); // Nothing is said about an account that is not the sender's.
        }
        List<FormError> errors = new ArrayList<>();
        switch (submission) {
            case Submission.ComputeDeposit deposit -> {
                if (!deposit.accountId().equals(resourceOwners.get(deposit.resourceId()))) {
                    errors.add(unknown("resource_id", Reason.UNKNOWN_RESOURCE));
                }
            }
            case Submission.TaskCompletion completion -> {
                if (!accounts.contains(completion.agentAccount())) {
                    errors.add(unknown("agent_account", Reason.UNKNOWN_ACCOUNT));
                }
            }
            case Submission.Transfer transfer -> {
                if (!accounts.contains(transfer.toAccount())) {
                    errors.add(unknown("to_account", Reason.UNKNOWN_ACCOUNT));
                }
            }
            case Submission.Order order -> objectToMarket(order, errors);
            case Submission.Spend spend -> {
                String paidIn = spend.computeClass();
                if (paidIn != null
                        && parameters.flatMap(p -> p.computeClass(paidIn)).isEmpty()) {
                    errors.add(unknown("compute_class", Reason.UNKNOWN_CLASS));
                }
                if (!services.contains(spend.service())) {
                    errors.add(unknown("service", Reason.UNKNOWN_SERVICE));
                }
            }
            case Submission.TaskPublication ignored -> {}
            case Submission.Cancel ignored -> {}
            case Submission.Reversal ignored -> {}
        }
        return errors;
    }

    private static boolean mayHandIn(Client client, Kind kind) {
        return client.may(Client.Scope.OPERATE) || (kind != Kind.REVERSALS && client.may(Client.Scope.SUBMIT));
    }

    /**
     * An account on which the client has no right is answered as one that does not exist, so that nobody learns which
     * accounts there are.
     */
    private @Nullable FormError objectionToAccount(Client client, UUID accountId) {
        boolean operator = client.may(Client.Scope.OPERATE);
        String access = rights.get(new ClientOnAccount(client.id(), accountId));
        if (!accounts.contains(accountId) || (access == null && !operator)) {
            return unknown("account_id", Reason.UNKNOWN_ACCOUNT);
        }
        if ("READER".equals(access) && !operator) {
            return new FormError("account_id", Reason.NOT_PERMITTED, Reason.NOT_PERMITTED.sentence());
        }
        return null;
    }

    private void objectToMarket(Submission.Order order, List<FormError> errors) {
        Instrument instrument =
                parameters.flatMap(p -> p.instrument(order.computeClass())).orElse(null);
        if (instrument == null) {
            errors.add(unknown("compute_class", Reason.UNKNOWN_CLASS));
        } else if (order.limitUtokenPerLot() != null && order.limitUtokenPerLot() % instrument.tickUtoken() != 0) {
            errors.add(new FormError(
                    "limit_utoken_per_lot",
                    Reason.OFF_TICK,
                    "must be a multiple of the tick, " + instrument.tickUtoken() + " µToken"));
        }
    }

    private static FormError unknown(String field, Reason reason) {
        return new FormError(field, reason, reason.sentence());
    }

    @Override
    void admitted(Entry line) {
        if (line.submission() instanceof Submission.Reversal reversal) {
            approvals.remove(reversal.approvalId()); // For one reversal, also within one request.
        }
    }

    @Override
    boolean areTakenForNew() {
        return way instanceof Way.Copy;
    }

    /** The approval may have been used a moment ago by the same reversal, sent twice at once. */
    @Override
    boolean mayBeKeptByNow(Entry line) {
        return areTakenForNew() || line.submission() instanceof Submission.Reversal;
    }

    // ---- What is added ----------------------------------------------------------------------------------------------

    @Override
    Map<String, Kept> add(List<Entry> lines) {
        Map<String, Entry> byName = new LinkedHashMap<>();
        lines.forEach(line -> byName.put(line.name(), line));
        Map<String, Kept> added = new HashMap<>();
        Map<String, Long> numbers = switch (way) {
            case Way.Insert ignored -> insert(lines);
            case Way.Copy byCopy -> copy(lines, byCopy.connections());
        };
        numbers.forEach((name, intakeNo) -> {
            Entry line = Objects.requireNonNull(byName.get(name));
            added.put(
                    name,
                    new Kept(
                            line.digest(),
                            new Receipt.Queued(
                                    line.id(),
                                    line.key(),
                                    line.line().kind(),
                                    intakeNo,
                                    window.businessDate(),
                                    window.now(),
                                    false)));
            if (line.submission() instanceof Submission.Reversal reversal) {
                useApproval(line.client(), reversal, line.id());
            }
        });
        addTexts(lines, added);
        return added;
    }

    private Map<String, Long> insert(List<Entry> lines) {
        var kinds = EnumSet.noneOf(Kind.class);
        var rows = new ArrayList<@Nullable Object[]>(lines.size());
        for (Entry line : lines) {
            kinds.add(line.line().kind());
            rows.add(SubmissionColumns.values(line.submission(), line.memoHash()));
        }
        Set<SubmissionColumns.Column> columns = SubmissionColumns.ofKinds(kinds);
        var statement = jdbc.sql(ADD.formatted(
                        columns.stream()
                                .map(SubmissionColumns.Column::columnName)
                                .collect(Collectors.joining(", ")),
                        columns.stream()
                                .map(column -> ":" + column.columnName() + "::" + column.type() + "[]")
                                .collect(Collectors.joining(", "))))
                .param("window", window.windowNo())
                .param("clients", clients(lines))
                .param("byOperator", new SqlArrayValue("bool", (Object[]) lines.stream()
                        .map(line -> line.client().may(Client.Scope.OPERATE))
                        .toArray(Boolean[]::new)))
                .param("receivedAt", utc(window.now()))
                .param("fileNo", bigint(fileNo))
                .param("keys", texts(lines.stream().map(Entry::key).toList()))
                .param("ids", written("uuid", lines.stream().map(Entry::id).toList()))
                .param(
                        "kinds",
                        bigints(lines.stream()
                                .map(line -> (long) line.line().kind().code())
                                .toList()))
                .param("digests", hashes(lines.stream().map(Entry::digest).toList()));
        for (SubmissionColumns.Column column : columns) {
            SqlArrayValue values = column.array(rows);
            statement = statement.param(column.columnName(), values);
        }
        Map<String, Long> numbers = new LinkedHashMap<>();
        statement.query(row -> {
            numbers.put(Entry.name(row.getInt("client_id"), text(row, "submission_key")), row.getLong("intake_no"));
        });
        return numbers;
    }

    private Map<String, Long> copy(List<Entry> lines, JdbcOperations connections) {
        List<Long> drawn = jdbc.sql(DRAW_NUMBERS)
                .param("count", lines.size())
                .query(Long.class)
                .list();
        Set<SubmissionColumns.Column> columns = SubmissionColumns.ofKinds(
                lines.stream().map(line -> line.line().kind()).collect(Collectors.toSet()));
        String statement = COPY.formatted(
                columns.stream().map(SubmissionColumns.Column::columnName).collect(Collectors.joining(", ")));
        Map<String, Long> numbers = new LinkedHashMap<>();
        connections.execute((Connection connection) -> {
            try (var copy = new BinaryCopy(connection, statement)) {
                for (Entry line : lines) {
                    long intakeNo = drawn.get(numbers.size());
                    numbers.put(line.name(), intakeNo);
                    copy.row(COPY_COLUMNS + columns.size())
                            .ofLong(intakeNo)
                            .ofLong(window.windowNo())
                            .ofInt(line.client().id())
                            .ofBoolean(line.client().may(Client.Scope.OPERATE))
                            .ofInstant(window.now())
                            .ofLong(fileNo)
                            .ofText(line.key())
                            .ofUuid(line.id())
                            .ofShort(line.line().kind().code())
                            .ofBytes(line.digest().bytes());
                    @Nullable Object[] row = SubmissionColumns.values(line.submission(), line.memoHash());
                    columns.forEach(column -> column.writeTo(copy, row));
                }
                return copy.end();
            }
        });
        return numbers;
    }

    private void useApproval(Client client, Submission.Reversal reversal, UUID submissionId) {
        int used = jdbc.sql(USE_APPROVAL)
                .param("submission", submissionId.toString())
                .param("approval", reversal.approvalId())
                .param("action", ReversalAction.hash(reversal).bytes())
                .param("client", client.id())
                .update();
        if (used != 1) {
            throw new IllegalStateException("approval " + reversal.approvalId() + " was locked and is gone");
        }
    }

    private void addTexts(List<Entry> lines, Map<String, Kept> added) {
        List<Long> numbers = new ArrayList<>();
        List<String> memos = new ArrayList<>();
        for (Entry line : lines) {
            Kept kept = added.get(line.name());
            if (kept != null
                    && kept.firstAnswer() instanceof Receipt.Queued queued
                    && line.submission() instanceof Submission.Transfer transfer
                    && transfer.memo() != null) {
                numbers.add(queued.intakeNo());
                memos.add(transfer.memo());
            }
        }
        if (!numbers.isEmpty()) {
            jdbc.sql(ADD_TEXTS)
                    .param("numbers", bigints(numbers))
                    .param("memos", texts(memos))
                    .update();
        }
    }

    // ---- Answers ----------------------------------------------------------------------------------------------------

    @Override
    FormError conflict() {
        return new FormError("submission_key", Reason.KEY_CONFLICT, Reason.KEY_CONFLICT.sentence());
    }

    @Override
    Receipt repeated(Receipt firstAnswer) {
        return firstAnswer instanceof Receipt.Queued first
                ? new Receipt.Queued(
                        first.submissionId(),
                        first.submissionKey(),
                        first.kind(),
                        first.intakeNo(),
                        first.businessDate(),
                        first.receivedAt(),
                        true)
                : firstAnswer;
    }
}
