package io.quittance.domain.reconciliation;

import java.util.List;

/** The identities of cycles, and of the books as a whole. Thread-safe. */
public interface Reconciliation {

    /** Name of the identity between a seal and the chain. */
    String ON_CHAIN = "seal = chain";

    /**
     * Compares a published and sealed cycle and keeps the result. Once more brings the kept result up to date where it was
     * pending; what was found at the cycle's own time stays.
     *
     * @param onChain the identity between seal and chain as it stands now
     */
    List<Identity> reconcile(long cycle, Identity onChain);

    /** Brings the identity with the chain up to date, once it can be seen. */
    void completeOnChain(long cycle, Identity onChain);

    /** What was kept for a cycle; empty if it was not reconciled yet. */
    List<Identity> kept(long cycle);

    /** The whole books, from the first transfer on; nothing is kept. */
    List<Identity> proveBooks();

    /**
     * Whether the positions of a published cycle still lead to its transfers and tell its balances as statements show them;
     * nothing is kept. Without identities where its transfers are archived.
     */
    List<Identity> provePositions(long cycle);

    /** Cycles whose identity with the chain is still pending, in order. */
    List<Long> pendingOnChain();
}
