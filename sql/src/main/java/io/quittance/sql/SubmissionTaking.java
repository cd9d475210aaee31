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
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;

/** Takes one batch of a client's submissions into the open window, each of the client's keys once. */
final class SubmissionTaking extends FirstContentWins<SubmissionTaking.Entry> {

    private static final String KEPT = """
            SELECT s.submission_key, s.content_digest, s.submission_id, s.kind, s.intake_no, w.business_date, s.received_at
            FROM submissions s JOIN settlement_windows w ON w.window_no = s.window_no
            WHERE s.client_id = :client AND s.submission_key = ANY (:keys)
            """;
    /** Accounts that the window's cycle will know: one opened for a later window is not there yet. */
    private static final String ACCOUNTS = """
            SELECT a.account_id, r.access
            FROM token_accounts a
            JOIN settlement_windows w ON w.window_no = a.window_no
            LEFT JOIN client_rights r ON r.account_id = a.account_id AND r.client_id = :client
            WHERE a.account_id = ANY (:accounts) AND a.account_type <> 'system'
                AND w.cut_off <= (SELECT cut_off FROM settlement_windows WHERE window_no = :window)
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
            SELECT approval_id, action_hash FROM approvals
            WHERE approval_id = ANY (:approvals) AND state = 'APPROVED' AND maker = :client
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
            SELECT :window, :client, :byOperator, :receivedAt, :fileNo::bigint, line.submission_key, line.submission_id,
                line.kind, line.content_digest, %1$s
            FROM unnest(:keys::text[], :ids::uuid[], :kinds::int8[], :digests::bytea[], %2$s)
                WITH ORDINALITY AS line (submission_key, submission_id, kind, content_digest, %1$s, ordinal)
            ORDER BY line.ordinal
            ON CONFLICT (client_id, submission_key) DO NOTHING
            RETURNING intake_no, submission_key
            """;

    private static final String ADD_TEXTS =
            "INSERT INTO submission_texts (intake_no, memo) SELECT * FROM unnest(:numbers::int8[], :memos::text[])";

    /** A submission with what its name and content come to. */
    record Entry(Line.OfSubmission line, UUID id, @Nullable Hash32 memoHash, Hash32 digest) implements Named {

        static Entry of(Client client, Line.OfSubmission line, byte[] bankSecret) {
            Hash32 memoHash = line.submission() instanceof Submission.Transfer transfer && transfer.memo() != null
                    ? CanonicalContent.saltedHash(
                            bankSecret, client.name() + "/" + line.submissionKey(), transfer.memo())
                    : null;
            return new Entry(
                    line,
                    SubmissionId.of(client.name(), line.submissionKey()),
                    memoHash,
                    CanonicalContent.digest(CanonicalContent.of(line.submission(), memoHash)));
        }

        @Override
        public String name() {
            return line.submissionKey();
        }

        Submission submission() {
            return line.submission();
        }
    }

    private final JdbcClient jdbc;
    private final NewestParameters newestParameters;
    private final Client client;
    private final OpenWindow window;
    private final @Nullable Long fileNo;

    /** What the client may do for each account that is there; an empty text where it has no right of its own. */
    private final Map<UUID, String> accounts = new HashMap<>();

    private final Map<String, UUID> resourceOwners = new HashMap<>();
    private final Set<String> services = new HashSet<>();
    private final Map<UUID, Hash32> approvedActions = new HashMap<>();
    private Optional<BankParameters> parameters = Optional.empty();

    SubmissionTaking(
            JdbcClient jdbc,
            NewestParameters newestParameters,
            Client client,
            OpenWindow window,
            @Nullable Long fileNo) {
        this.jdbc = jdbc;
        this.newestParameters = newestParameters;
        this.client = client;
        this.window = window;
        this.fileNo = fileNo;
    }

    @Override
    Map<String, Kept> kept(Collection<Entry> lines) {
        Map<String, Kept> kept = new HashMap<>();
        jdbc.sql(KEPT)
                .param("client", client.id())
                .param("keys", texts(lines.stream().map(Entry::name).toList()))
                .query(row -> {
                    var receipt = new Receipt.Queued(
                            uuid(row, "submission_id"),
                            text(row, "submission_key"),
                            Kind.ofCode(row.getInt("kind")),
                            row.getLong("intake_no"),
                            date(row, "business_date"),
                            instant(row, "received_at"),
                            false);
                    kept.put(receipt.submissionKey(), new Kept(hash(row, "content_digest"), receipt));
                });
        return kept;
    }

    // ---- What is there ----------------------------------------------------------------------------------------------

    @Override
    void prepare(Collection<Entry> lines) {
        Set<UUID> accountIds = new HashSet<>();
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
        }
        jdbc.sql(ACCOUNTS)
                .param("client", client.id())
                .param("accounts", written("uuid", accountIds))
                .param("window", window.windowNo())
                .query(row -> {
                    accounts.put(uuid(row, "account_id"), Objects.requireNonNullElse(row.getString("access"), ""));
                });
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
            jdbc.sql(APPROVALS)
                    .param("approvals", written("uuid", approvalIds))
                    .param("client", client.id())
                    .query(row -> {
                        approvedActions.put(uuid(row, "approval_id"), hash(row, "action_hash"));
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
        if (!mayHandIn(line.line().kind())) {
            return List.of(new FormError("", Reason.NOT_PERMITTED, Reason.NOT_PERMITTED.sentence()));
        }
        if (submission instanceof Submission.Reversal reversal) {
            return Objects.equals(ReversalAction.hash(reversal), approvedActions.get(reversal.approvalId()))
                    ? List.of()
                    : List.of(new FormError(
                            "approval_id",
                            Reason.NOT_PERMITTED,
                            "There is no unused approval of this exact reversal that this sender asked for."));
        }
        FormError account = objectionToAccount(submission.accountId());
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
                if (!accounts.containsKey(completion.agentAccount())) {
                    errors.add(unknown("agent_account", Reason.UNKNOWN_ACCOUNT));
                }
            }
            case Submission.Transfer transfer -> {
                if (!accounts.containsKey(transfer.toAccount())) {
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

    private boolean mayHandIn(Kind kind) {
        return client.may(Client.Scope.OPERATE) || (kind != Kind.REVERSALS && client.may(Client.Scope.SUBMIT));
    }

    /**
     * An account on which the client has no right is answered as one that does not exist, so that nobody learns which
     * accounts there are.
     */
    private @Nullable FormError objectionToAccount(UUID accountId) {
        String access = accounts.get(accountId);
        boolean operator = client.may(Client.Scope.OPERATE);
        if (access == null || (access.isEmpty() && !operator)) {
            return unknown("account_id", Reason.UNKNOWN_ACCOUNT);
        }
        if (access.equals("READER") && !operator) {
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
            approvedActions.remove(reversal.approvalId()); // For one reversal, also within one request.
        }
    }

    /** The approval may have been used a moment ago by the same reversal, sent twice at once. */
    @Override
    boolean mayBeKeptByNow(Entry line) {
        return line.submission() instanceof Submission.Reversal;
    }

    // ---- What is added ----------------------------------------------------------------------------------------------

    @Override
    Map<String, Kept> add(List<Entry> lines) {
        Map<String, Entry> byKey = new LinkedHashMap<>();
        lines.forEach(line -> byKey.put(line.name(), line));
        Map<String, Kept> added = new HashMap<>();
        insert(lines).forEach((key, intakeNo) -> {
            Entry line = Objects.requireNonNull(byKey.get(key));
            added.put(
                    key,
                    new Kept(
                            line.digest(),
                            new Receipt.Queued(
                                    line.id(),
                                    key,
                                    line.line().kind(),
                                    intakeNo,
                                    window.businessDate(),
                                    window.now(),
                                    false)));
            if (line.submission() instanceof Submission.Reversal reversal) {
                useApproval(reversal, line.id());
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
                .param("client", client.id())
                .param("byOperator", client.may(Client.Scope.OPERATE))
                .param("receivedAt", utc(window.now()))
                .param("fileNo", bigint(fileNo))
                .param("keys", texts(lines.stream().map(Entry::name).toList()))
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
            numbers.put(text(row, "submission_key"), row.getLong("intake_no"));
        });
        return numbers;
    }

    private void useApproval(Submission.Reversal reversal, UUID submissionId) {
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
