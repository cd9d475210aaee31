package io.quittance.domain.report;

import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.seal.Hash32;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What can be read of the bank, at the last published cycle, by the bank itself or through {@link ClientViews}. Thread-safe; each answer
 * is taken from one snapshot of the database.
 */
public interface BankViews {

    /** Where a submission stands. */
    enum SubmissionState {
        QUEUED,
        ADMITTED,
        HELD,
        SETTLED,
        REJECTED,
        CANCELLED,
        EXPIRED
    }

    /**
     * @param cycle the cycle that decided last; null while queued
     * @param reason why it is held or refused; null otherwise
     * @param detail figures that belong to the reason, such as {@code limit, used, reserved, left}
     * @param postings its settled transfers that are in the journal; empty until settled
     * @param archive the files of archived months in which it may have settled more; null if there is none
     */
    record SubmissionView(
            UUID submissionId,
            String client,
            String submissionKey,
            Kind kind,
            UUID accountId,
            LocalDate businessDate,
            Instant receivedAt,
            SubmissionState state,
            @Nullable Long cycle,
            @Nullable Reason reason,
            Map<String, String> detail,
            @Nullable LocalDate holdUntil,
            @Nullable Long filledLots,
            @Nullable Long openLots,
            List<Posting> postings,
            boolean sealed,
            @Nullable String archive) {

        /** One of which nothing is archived. */
        public SubmissionView(
                UUID submissionId,
                String client,
                String submissionKey,
                Kind kind,
                UUID accountId,
                LocalDate businessDate,
                Instant receivedAt,
                SubmissionState state,
                @Nullable Long cycle,
                @Nullable Reason reason,
                Map<String, String> detail,
                @Nullable LocalDate holdUntil,
                @Nullable Long filledLots,
                @Nullable Long openLots,
                List<Posting> postings,
                boolean sealed) {
            this(
                    submissionId,
                    client,
                    submissionKey,
                    kind,
                    accountId,
                    businessDate,
                    receivedAt,
                    state,
                    cycle,
                    reason,
                    detail,
                    holdUntil,
                    filledLots,
                    openLots,
                    postings,
                    sealed,
                    null);
        }
    }

    /** One settled transfer. */
    record Posting(
            long seq,
            long cycle,
            UUID fromAccount,
            UUID toAccount,
            String asset,
            long amount,
            String transactionType,
            @Nullable String taskId,
            @Nullable UUID submissionId,
            Instant createdAt) {}

    /** @param available posted − reserved; queuedIn and queuedOut are what waits in open windows, unscreened */
    record BalanceView(String asset, long posted, long reserved, long available, long queuedIn, long queuedOut) {}

    /** {@code limit} null: no limit. {@code left} null likewise. */
    record LimitView(
            LocalDate businessDate,
            @Nullable Long limit,
            long used,
            long reserved,
            @Nullable Long left) {}

    /**
     * What an account may not receive and waits for it.
     *
     * @param submissionId what it came of; null where the reader may not see it
     */
    record UnclaimedView(
            long amountUtoken,
            long sinceCycle,
            LocalDate sinceDate,
            @Nullable UUID submissionId) {}

    /**
     * @param levelSince cut-off from which its party has the level; null before the first cycle that knows it
     * @param status {@code active}, {@code frozen} or {@code closed}
     * @param statusSince cut-off from which it counts; null before the first cycle that knows the account
     * @param availableNextCycle per asset, what debits of the next cycle may use if nothing else comes in
     */
    record AccountView(
            UUID accountId,
            UUID partyId,
            String accountType,
            @Nullable UUID ownerAccount,
            String kycLevel,
            @Nullable Instant levelSince,
            String status,
            @Nullable Instant statusSince,
            List<BalanceView> balances,
            Map<String, Long> availableNextCycle,
            List<UnclaimedView> unclaimed,
            LimitView limit) {}

    /**
     * Which transfers a statement covers, ends included. A bound that is null is open; all that are given hold.
     */
    record StatementRange(
            @Nullable Long fromSeq,
            @Nullable Long toSeq,
            @Nullable LocalDate fromDate,
            @Nullable LocalDate toDate) {

        public static final StatementRange ALL = new StatementRange(null, null, null, null);
    }

    /**
     * One transfer as the account sees it.
     *
     * @param credit whether the account received it
     * @param balance what was posted after it
     */
    record StatementLine(
            long seq,
            long cycle,
            LocalDate businessDate,
            UUID fromAccount,
            UUID toAccount,
            long amount,
            boolean credit,
            String transactionType,
            @Nullable String taskId,
            @Nullable UUID submissionId,
            long balance,
            Instant createdAt) {}

    /**
     * @param opening what was posted before the range
     * @param closing what was posted at its end; opening and all movements of the range, whatever page is shown
     * @param lines one page of the range, of what is in the journal
     * @param archived what of the range is not; null if all of it is
     */
    record StatementView(
            UUID accountId,
            String asset,
            long opening,
            long closing,
            List<StatementLine> lines,
            @Nullable ArchivedPart archived) {

        /** One of which nothing is archived. */
        public StatementView(UUID accountId, String asset, long opening, long closing, List<StatementLine> lines) {
            this(accountId, asset, opening, closing, lines, null);
        }

        public StatementView {
            lines = List.copyOf(lines);
        }
    }

    /**
     * The beginning of a statement whose transfers are archived. A range that begins or ends in the middle of an archived cycle
     * takes in all of that cycle.
     *
     * @param toSeq the last transfer of it
     * @param toDate the last business date of it
     * @param moved what it added to the opening balance, or took from it
     * @param files where its transfers are
     */
    record ArchivedPart(long toSeq, LocalDate toDate, long moved, List<String> files) {

        public ArchivedPart {
            files = List.copyOf(files);
        }
    }

    record TaskView(
            String taskId,
            UUID publisher,
            long rewardUtoken,
            @Nullable String capability,
            @Nullable Instant dueAt,
            String state,
            long publishedCycle,
            @Nullable UUID agentAccount) {}

    /** @param priceUtokenPerLot null if nothing was matched, so that there is no price */
    record RoundView(
            String computeClass,
            @Nullable Long priceUtokenPerLot,
            long volumeLots,
            long demandLots,
            long supplyLots,
            String decidedBy,
            long ordersIn,
            long ordersFilled,
            long referenceBefore,
            long referenceAfter) {}

    /** Gross, net and netting ratio of an asset, system legs left out. */
    record NettingView(String asset, BigInteger gross, BigInteger net, double nettingRatio) {}

    record CycleView(
            long number,
            LocalDate businessDate,
            Instant cutOff,
            String state,
            long submissions,
            long settled,
            long refused,
            long held,
            long cancelled,
            long expired,
            long resting,
            long transfers,
            Map<String, Long> submissionsByKind,
            Map<String, Long> refusedByReason,
            Map<String, Long> heldByReason,
            List<RoundView> rounds,
            List<NettingView> netting,
            @Nullable Hash32 root,
            @Nullable Hash32 headerHash,
            @Nullable String chainState,
            @Nullable Hash32 chainTransaction,
            @Nullable Long gasUsed,
            Map<String, Double> secondsPerStep,
            @Nullable String verdict) {}

    /**
     * What somebody administered.
     *
     * @param actor the client who did it; null: who runs the bank's program, or has its database
     * @param client the client it concerns; null if none
     * @param accountId the account it concerns; null if none
     * @param details the rest, by name
     */
    record AuditEntry(
            long number,
            Instant notedAt,
            @Nullable String actor,
            String action,
            @Nullable String client,
            @Nullable UUID accountId,
            Map<String, String> details) {}

    Optional<SubmissionView> submission(UUID submissionId);

    Optional<AccountView> account(UUID accountId);

    /**
     * A page of what moved on an account; empty if there is no such account or asset.
     *
     * @param after the last seq of the page before; null for the first
     * @param limit 1 to 1000
     */
    Optional<StatementView> statement(
            UUID accountId, String asset, StatementRange range, boolean newestFirst, @Nullable Long after, int limit);

    /**
     * @param status {@code open}, {@code completed} or null for all
     * @param after the last task id of the page before; null for the first
     * @param limit 1 to 1000
     */
    List<TaskView> tasks(@Nullable String status, @Nullable String capability, @Nullable String after, int limit);

    /**
     * Where a line of a file stands that came to the queue with it.
     *
     * @param cycle the cycle that decided last; null while queued
     * @param reason why it is held or refused; null otherwise
     */
    record LineOutcome(
            String submissionKey,
            UUID submissionId,
            SubmissionState state,
            @Nullable Long cycle,
            @Nullable Reason reason,
            Map<String, String> detail,
            @Nullable LocalDate holdUntil) {}

    /**
     * Shows where the lines of a file stand, in their order; none if there is no such file, or it brought none to the queue.
     *
     * @param visitor is called while the database is read, so it is not to wait for anybody
     */
    void fileOutcomes(long fileNo, Consumer<LineOutcome> visitor);

    /**
     * A submission that waits for something and is offered again at each cut-off.
     *
     * @param holdUntil the last business date on which it is
     * @param sinceCycle the cycle that held it first
     */
    record HoldView(
            UUID submissionId, String submissionKey, Kind kind, Reason reason, LocalDate holdUntil, long sinceCycle) {}

    /**
     * What an account's submissions wait for, in the order in which they came; empty if there is no such account.
     *
     * @param after the id of the last one of the page before; null for the first page
     * @param limit 1 to 1000
     */
    List<HoldView> holds(UUID accountId, @Nullable UUID after, int limit);

    /** How many lines that a file brought to the queue are in each state; without those that no line is in. */
    Map<SubmissionState, Long> fileStates(long fileNo);

    /** The newest first. */
    List<CycleView> cycles(@Nullable Long before, int limit);

    Optional<CycleView> cycle(long number);

    /** Empty if there is none, or none that may be seen, or it is archived. */
    Optional<Posting> posting(long seq);

    /** The file that a transfer is in which is archived, whosever it is; empty if it is not archived. */
    Optional<String> archiveOf(long seq);

    /** The canonical proof file of a sealed transfer; empty if there is no such transfer, or its cycle is not sealed. */
    Optional<String> proof(long seq);

    /**
     * Who administered what, the newest first; empty for whoever is no auditor.
     *
     * @param before the last number of the page before; null for the first
     * @param limit 1 to 1000
     */
    List<AuditEntry> auditLog(@Nullable Long before, int limit);

    /** The business dates that can be submitted to now: the open one and how far ahead. */
    List<LocalDate> openDates();
}
