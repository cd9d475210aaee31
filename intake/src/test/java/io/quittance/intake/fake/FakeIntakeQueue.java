package io.quittance.intake.fake;

import io.quittance.domain.intake.CanonicalContent;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.intake.ReversalAction;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.intake.SubmissionId;
import io.quittance.domain.seal.Hash32;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Keeps the idempotency contract: one key, one content; a repeat answers as the first time, a conflict is refused. */
public final class FakeIntakeQueue implements IntakeQueue {

    private record Taken(Hash32 digest, Receipt.Queued receipt) {}

    private final FakeClientDirectory directory;
    private final FakeApprovals approvals;
    private final Map<UUID, Taken> taken = new HashMap<>();
    private final Map<String, Hash32> references = new HashMap<>();
    private final Set<String> classes = Set.of("GPU-H100");
    private final TreeSet<LocalDate> openDates =
            new TreeSet<>(Set.of(LocalDate.of(2026, 3, 2), LocalDate.of(2026, 3, 3)));

    public FakeIntakeQueue(FakeClientDirectory directory, FakeApprovals approvals) {
        this.directory = directory;
        this.approvals = approvals;
    }

    public synchronized int size() {
        return taken.size();
    }

    @Override
    public synchronized List<Receipt> accept(Client client, List<Line> lines, @Nullable LocalDate businessDate) {
        if (businessDate != null && !openDates.contains(businessDate)) {
            throw new NoOpenWindow(businessDate + " cannot be submitted to; possible are " + openDates);
        }
        LocalDate date = businessDate == null ? openDates.first() : businessDate;
        List<Receipt> receipts = new ArrayList<>();
        for (Line line : lines) {
            receipts.add(
                    switch (line) {
                        case Line.OfSubmission submission -> accept(client, submission, date);
                        case Line.OfReference reference -> record(reference.reference());
                    });
        }
        return receipts;
    }

    @Override
    public synchronized List<Receipt> acceptAll(Client client, List<Line> lines) {
        Map<UUID, Taken> takenBefore = Map.copyOf(taken);
        Map<String, Hash32> referencesBefore = Map.copyOf(references);
        List<Receipt> receipts = accept(client, lines, null);
        if (receipts.stream().anyMatch(Receipt.Refused.class::isInstance)) {
            taken.keySet().retainAll(takenBefore.keySet());
            references.keySet().retainAll(referencesBefore.keySet());
        }
        return receipts;
    }

    private Receipt accept(Client client, Line.OfSubmission line, LocalDate date) {
        Submission submission = line.submission();
        UUID id = SubmissionId.of(client.name(), line.submissionKey());
        Hash32 digest = CanonicalContent.digest(CanonicalContent.of(submission, null));
        Taken earlier = taken.get(id);
        if (earlier != null) {
            Receipt.Queued first = earlier.receipt();
            return earlier.digest().equals(digest)
                    ? new Receipt.Queued(
                            id,
                            first.submissionKey(),
                            first.kind(),
                            first.intakeNo(),
                            first.businessDate(),
                            first.receivedAt(),
                            true)
                    : refused("submission_key", Reason.KEY_CONFLICT);
        }
        Receipt.@Nullable Refused refusal = refusal(client, submission);
        if (refusal != null) {
            return refusal;
        }
        var receipt = new Receipt.Queued(
                id,
                line.submissionKey(),
                line.kind(),
                taken.size() + 1,
                date,
                Instant.parse("2026-03-02T09:00:00Z"),
                false);
        taken.put(id, new Taken(digest, receipt));
        return receipt;
    }

    private Receipt.@Nullable Refused refusal(Client client, Submission submission) {
        if (submission instanceof Submission.Reversal reversal) {
            return approvals.use(reversal.approvalId(), ReversalAction.hash(reversal))
                    ? null
                    : refused("approval_id", Reason.NOT_PERMITTED);
        }
        if (!directory.exists(submission.accountId()) || !directory.maySee(client, submission.accountId())) {
            return refused("account_id", Reason.UNKNOWN_ACCOUNT);
        }
        if (!directory.mayActFor(client, submission.accountId())) {
            return refused("account_id", Reason.NOT_PERMITTED);
        }
        if (submission instanceof Submission.Transfer transfer && !directory.exists(transfer.toAccount())) {
            return refused("to_account", Reason.UNKNOWN_ACCOUNT);
        }
        if (submission instanceof Submission.Order order && !classes.contains(order.computeClass())) {
            return refused("compute_class", Reason.UNKNOWN_CLASS);
        }
        return null;
    }

    private Receipt record(ReferenceLine line) {
        Hash32 digest = CanonicalContent.digest(CanonicalContent.of(line, null));
        Hash32 earlier = references.putIfAbsent(line.kind() + "/" + line.name(), digest);
        if (earlier != null && !earlier.equals(digest)) {
            return refused("", Reason.REFERENCE_CONFLICT);
        }
        if (line instanceof ReferenceLine.OpenAccount account) {
            directory.openAccount(account.accountId());
        }
        return new Receipt.Recorded(line.kind(), line.name(), earlier != null);
    }

    private static Receipt.Refused refused(String field, Reason reason) {
        return new Receipt.Refused(List.of(new FormError(field, reason, reason.sentence())));
    }
}
