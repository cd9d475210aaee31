package io.quittance.domain.intake;

import io.quittance.domain.seal.Hash32;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A second person's yes to one exact action. Maker and checker are different clients; an approval is used once, by the
 * action whose hash it carries and no other. Thread-safe; two checkers at once, or two uses at once, are decided by one
 * conditional update each.
 */
public interface Approvals {

    enum State {
        REQUESTED,
        APPROVED,
        REFUSED,
        USED
    }

    /**
     * @param action what is to be done, in words, such as {@code reverse 8f0c… take_from_suspense=false}
     * @param actionHash SHA-256 of the exact action
     */
    record Approval(
            UUID id,
            String action,
            Hash32 actionHash,
            String maker,
            Instant requestedAt,
            State state,
            @Nullable String checker) {}

    /**
     * Asks for approval of an action. The same request again, known by the maker's key for it, is the same approval.
     *
     * @throws IllegalArgumentException if the maker used the key for another action
     */
    Asked request(Client maker, String requestKey, String action, Hash32 actionHash);

    /** @param before whether it was asked before */
    record Asked(Approval approval, boolean before) {}

    /**
     * Says yes or no.
     *
     * @return the approval as it is now; empty if there is none of this id
     * @throws SelfApproval if the checker is the maker
     * @throws IllegalStateException if it was decided before
     */
    Optional<Approval> decide(Client checker, UUID id, boolean approved);

    Optional<Approval> find(UUID id);

    /** The maker tried to approve its own request. */
    class SelfApproval extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public SelfApproval() {
            super("maker and checker must be two different clients");
        }
    }
}
