package io.quittance.intake.http;

import io.quittance.domain.intake.Approvals;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.report.BankViews;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What can be read, as it stands on the wire: snake_case, amounts and lots as strings of digits, since a double holds no
 * more than 2^53. No domain type is written as it is, so that the domain may change and the wire does not.
 */
final class Views {

    private Views() {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Submission(
            UUID submissionId,
            String submissionKey,
            String kind,
            UUID accountId,
            LocalDate businessDate,
            Instant receivedAt,
            String state,
            @Nullable Long cycle,
            @Nullable Why reason,
            @Nullable LocalDate holdUntil,
            @Nullable String filledLots,
            @Nullable String openLots,
            List<Transaction> postings,
            boolean sealed,
            @Nullable String archive) {

        static Submission of(BankViews.SubmissionView view) {
            return new Submission(
                    view.submissionId(),
                    view.submissionKey(),
                    view.kind().wireName(),
                    view.accountId(),
                    view.businessDate(),
                    view.receivedAt(),
                    Problem.word(view.state()),
                    view.cycle(),
                    view.reason() == null ? null : Why.of(view.state(), view.reason(), view.detail()),
                    view.holdUntil(),
                    digits(view.filledLots()),
                    digits(view.openLots()),
                    view.postings().stream()
                            .map(posting -> Transaction.of(posting, view.sealed()))
                            .toList(),
                    view.sealed(),
                    view.archive());
        }
    }

    /** @param waitsFor why it is held, as a reason */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Hold(
            UUID submissionId,
            String submissionKey,
            String kind,
            String waitsFor,
            String sentence,
            LocalDate holdUntil,
            long sinceCycle) {

        static Hold of(BankViews.HoldView hold) {
            return new Hold(
                    hold.submissionId(),
                    hold.submissionKey(),
                    hold.kind().wireName(),
                    hold.reason().name(),
                    Asked.language().of(hold.reason()),
                    hold.holdUntil(),
                    hold.sinceCycle());
        }
    }

    /** @param nextAfter to be given as {@code after} for the next page; null on the last */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record HoldPage(List<Hold> holds, @Nullable UUID nextAfter) {}

    /** @param figures what belongs to the reason, such as limit, used and left */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Why(String code, String sentence, String retry, Map<String, String> figures) {

        /** What is held is offered again by itself, whatever the reason says of what is refused. */
        static Why of(BankViews.SubmissionState state, Reason reason, Map<String, String> figures) {
            Reason.Retry retry = state == BankViews.SubmissionState.HELD ? Reason.Retry.NOT_NEEDED : reason.retry();
            return new Why(reason.name(), Asked.language().of(reason), Problem.word(retry), new TreeMap<>(figures));
        }
    }

    /** @param proof where its proof is; null while its cycle is not known to be sealed */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Transaction(
            long seq,
            long cycle,
            UUID fromAccount,
            UUID toAccount,
            String asset,
            String amount,
            String transactionType,
            @Nullable String taskId,
            @Nullable UUID submissionId,
            Instant createdAt,
            @Nullable String proof) {

        static Transaction of(BankViews.Posting posting, boolean sealed) {
            return new Transaction(
                    posting.seq(),
                    posting.cycle(),
                    posting.fromAccount(),
                    posting.toAccount(),
                    posting.asset(),
                    Long.toString(posting.amount()),
                    posting.transactionType(),
                    posting.taskId(),
                    posting.submissionId(),
                    posting.createdAt(),
                    sealed ? "/v1/transactions/" + posting.seq() + "/proof" : null);
        }
    }

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Balance(String asset, String posted, String reserved, String available, String queuedIn, String queuedOut) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Limit(
            LocalDate businessDate,
            @Nullable String limitUtoken,
            String usedUtoken,
            String reservedUtoken,
            @Nullable String leftUtoken) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Account(
            UUID accountId,
            UUID partyId,
            String accountType,
            @Nullable UUID ownerAccount,
            String kycLevel,
            @Nullable Instant kycLevelSince,
            String status,
            @Nullable Instant statusSince,
            List<Balance> balances,
            Map<String, String> availableNextCycle,
            List<Unclaimed> unclaimed,
            Limit dailyLimit) {

        static Account of(BankViews.AccountView view) {
            Map<String, String> next = new TreeMap<>();
            view.availableNextCycle().forEach((asset, amount) -> next.put(asset, Long.toString(amount)));
            BankViews.LimitView limit = view.limit();
            return new Account(
                    view.accountId(),
                    view.partyId(),
                    view.accountType(),
                    view.ownerAccount(),
                    view.kycLevel(),
                    view.levelSince(),
                    view.status(),
                    view.statusSince(),
                    view.balances().stream()
                            .map(balance -> new Balance(
                                    balance.asset(),
                                    Long.toString(balance.posted()),
                                    Long.toString(balance.reserved()),
                                    Long.toString(balance.available()),
                                    Long.toString(balance.queuedIn()),
                                    Long.toString(balance.queuedOut())))
                            .toList(),
                    next,
                    view.unclaimed().stream()
                            .map(item -> new Unclaimed(
                                    Long.toString(item.amountUtoken()),
                                    item.sinceCycle(),
                                    item.sinceDate(),
                                    item.submissionId()))
                            .toList(),
                    new Limit(
                            limit.businessDate(),
                            digits(limit.limit()),
                            Long.toString(limit.used()),
                            Long.toString(limit.reserved()),
                            digits(limit.left())));
        }
    }

    /** What an account may not receive and waits for it. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Unclaimed(
            String amountUtoken,
            long sinceCycle,
            LocalDate sinceDate,
            @Nullable UUID submissionId) {}

    /** @param direction credit if the account received it, else debit */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record StatementLine(
            long seq,
            long cycle,
            LocalDate businessDate,
            UUID fromAccount,
            UUID toAccount,
            String amount,
            String direction,
            String transactionType,
            @Nullable String taskId,
            @Nullable UUID submissionId,
            String balance,
            Instant createdAt) {

        static StatementLine of(BankViews.StatementLine line) {
            return new StatementLine(
                    line.seq(),
                    line.cycle(),
                    line.businessDate(),
                    line.fromAccount(),
                    line.toAccount(),
                    Long.toString(line.amount()),
                    line.credit() ? "credit" : "debit",
                    line.transactionType(),
                    line.taskId(),
                    line.submissionId(),
                    Long.toString(line.balance()),
                    line.createdAt());
        }
    }

    /**
     * @param toSeq the last transfer of it
     * @param moved what it added to the opening, or took from it
     * @param files of the bank's archive, where its transfers are
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record ArchivedPart(long toSeq, LocalDate toDate, String moved, List<String> files) {

        static ArchivedPart of(BankViews.ArchivedPart part) {
            return new ArchivedPart(part.toSeq(), part.toDate(), Long.toString(part.moved()), part.files());
        }
    }

    /**
     * @param opening what was posted before the range
     * @param closing what was posted at its end
     * @param archived the beginning of the range, if its transfers are archived and not among the lines; else null
     * @param nextAfter to be given as {@code after} for the next page; null on the last
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Statement(
            UUID accountId,
            String asset,
            String opening,
            String closing,
            @Nullable ArchivedPart archived,
            List<StatementLine> lines,
            @Nullable Long nextAfter) {

        static Statement of(BankViews.StatementView view, int limit) {
            List<StatementLine> lines =
                    view.lines().stream().map(StatementLine::of).toList();
            return new Statement(
                    view.accountId(),
                    view.asset(),
                    Long.toString(view.opening()),
                    Long.toString(view.closing()),
                    view.archived() == null ? null : ArchivedPart.of(view.archived()),
                    lines,
                    lines.size() == limit ? lines.getLast().seq() : null);
        }
    }

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Task(
            String taskId,
            UUID publisher,
            String rewardUtoken,
            @Nullable String capability,
            @Nullable Instant dueAt,
            String state,
            long publishedCycle,
            @Nullable UUID agentAccount) {

        static Task of(BankViews.TaskView view) {
            return new Task(
                    view.taskId(),
                    view.publisher(),
                    Long.toString(view.rewardUtoken()),
                    view.capability(),
                    view.dueAt(),
                    view.state(),
                    view.publishedCycle(),
                    view.agentAccount());
        }
    }

    /** @param nextAfter to be given as {@code after} for the next page; null on the last */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record TaskPage(List<Task> tasks, @Nullable String nextAfter) {}

    /** @param nextBefore to be given as {@code before} for the next page; null on the last */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record CyclePage(List<Cycle> cycles, @Nullable Long nextBefore) {}

    /**
     * @param actor the client who did it; null: who runs the bank's program
     * @param client the client it concerns; null if none
     * @param accountId the account it concerns; null if none
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record AuditEntry(
            long number,
            Instant notedAt,
            @Nullable String actor,
            String action,
            @Nullable String client,
            @Nullable UUID accountId,
            Map<String, String> details) {

        static AuditEntry of(BankViews.AuditEntry entry) {
            return new AuditEntry(
                    entry.number(),
                    entry.notedAt(),
                    entry.actor(),
                    entry.action(),
                    entry.client(),
                    entry.accountId(),
                    entry.details());
        }
    }

    /** @param nextBefore to be given as {@code before} for the next page; null on the last */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record AuditPage(List<AuditEntry> entries, @Nullable Long nextBefore) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Round(
            String computeClass,
            @Nullable String priceUtokenPerLot,
            String volumeLots,
            String demandLots,
            String supplyLots,
            String decidedBy,
            long ordersIn,
            long ordersFilled,
            String referenceBeforeUtokenPerLot,
            String referenceAfterUtokenPerLot) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Netting(String asset, String gross, String net, double nettingRatio) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Cycle(
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
            List<Round> rounds,
            List<Netting> netting,
            @Nullable String root,
            @Nullable String headerHash,
            @Nullable String chainState,
            @Nullable String chainTransaction,
            @Nullable Long gasUsed,
            Map<String, Double> secondsPerStep,
            @Nullable String verdict) {

        static Cycle of(BankViews.CycleView view) {
            return new Cycle(
                    view.number(),
                    view.businessDate(),
                    view.cutOff(),
                    view.state(),
                    view.submissions(),
                    view.settled(),
                    view.refused(),
                    view.held(),
                    view.cancelled(),
                    view.expired(),
                    view.resting(),
                    view.transfers(),
                    view.submissionsByKind(),
                    view.refusedByReason(),
                    view.heldByReason(),
                    view.rounds().stream().map(Cycle::round).toList(),
                    view.netting().stream()
                            .map(netting -> new Netting(
                                    netting.asset(),
                                    netting.gross().toString(),
                                    netting.net().toString(),
                                    netting.nettingRatio()))
                            .toList(),
                    text(view.root()),
                    text(view.headerHash()),
                    view.chainState(),
                    text(view.chainTransaction()),
                    view.gasUsed(),
                    view.secondsPerStep(),
                    view.verdict());
        }

        private static Round round(BankViews.RoundView round) {
            return new Round(
                    round.computeClass(),
                    round.priceUtokenPerLot() == null ? null : Long.toString(round.priceUtokenPerLot()),
                    Long.toString(round.volumeLots()),
                    Long.toString(round.demandLots()),
                    Long.toString(round.supplyLots()),
                    round.decidedBy(),
                    round.ordersIn(),
                    round.ordersFilled(),
                    Long.toString(round.referenceBefore()),
                    Long.toString(round.referenceAfter()));
        }
    }

    /** @param actionSha256 what a yes is bound to */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Approval(
            UUID approvalId,
            String action,
            String actionSha256,
            String maker,
            Instant requestedAt,
            String state,
            @Nullable String checker) {

        static Approval of(Approvals.Approval approval) {
            return new Approval(
                    approval.id(),
                    approval.action(),
                    approval.actionHash().toString().substring(2),
                    approval.maker(),
                    approval.requestedAt(),
                    Problem.word(approval.state()),
                    approval.checker());
        }
    }

    private static @Nullable String digits(@Nullable Long value) {
        return value == null ? null : value.toString();
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }
}
