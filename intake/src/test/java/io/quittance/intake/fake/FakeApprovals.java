package io.quittance.intake.fake;

import io.quittance.domain.intake.Approvals;
import io.quittance.domain.intake.Client;
import io.quittance.domain.seal.Hash32;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

public final class FakeApprovals implements Approvals {

    private final Map<UUID, Approval> approvals = new HashMap<>();
    private final Map<String, UUID> asked = new HashMap<>();

    @Override
    public synchronized Asked request(Client maker, String requestKey, String action, Hash32 actionHash) {
        UUID earlier = asked.get(maker.name() + ' ' + requestKey);
        if (earlier != null) {
            Approval before = Objects.requireNonNull(approvals.get(earlier));
            if (!before.actionHash().equals(actionHash)) {
                throw new IllegalArgumentException("the request key was used for another action");
            }
            return new Asked(before, true);
        }
        var approval = new Approval(
                new UUID(7, approvals.size() + 1),
                action,
                actionHash,
                maker.name(),
                Instant.parse("2026-03-02T09:00:00Z"),
                State.REQUESTED,
                null);
        approvals.put(approval.id(), approval);
        asked.put(maker.name() + ' ' + requestKey, approval.id());
        return new Asked(approval, false);
    }

    @Override
    public synchronized Optional<Approval> decide(Client checker, UUID id, boolean approved) {
        Approval asked = approvals.get(id);
        if (asked == null) {
            return Optional.empty();
        }
        if (asked.maker().equals(checker.name())) {
            throw new SelfApproval();
        }
        if (asked.state() != State.REQUESTED) {
            throw new IllegalStateException("decided before");
        }
        return Optional.of(store(asked, approved ? State.APPROVED : State.REFUSED, checker.name()));
    }

    @Override
    public synchronized Optional<Approval> find(UUID id) {
        return Optional.ofNullable(approvals.get(id));
    }

    /** Uses an approval up for the action of this hash; false if it does not cover it, or not any more. */
    synchronized boolean use(UUID id, Hash32 actionHash) {
        Approval approval = approvals.get(id);
        if (approval == null
                || approval.state() != State.APPROVED
                || !approval.actionHash().equals(actionHash)) {
            return false;
        }
        store(approval, State.USED, String.valueOf(approval.checker()));
        return true;
    }

    private Approval store(Approval of, State state, String checker) {
        var stored = new Approval(of.id(), of.action(), of.actionHash(), of.maker(), of.requestedAt(), state, checker);
        approvals.put(of.id(), stored);
        return stored;
    }
}
