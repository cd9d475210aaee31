package io.quittance.domain.commitment;

/** Where the chain commit of a sealed header stands. */
public enum CommitState {
    /** Sealed and recorded; no transaction is signed for it, or the last one was mined without effect. */
    DUE,
    /** A signed transaction is stored; whether the chain has it is not known. */
    PREPARED,
    /** The chain took the transaction; it is in no block yet, or was and is no longer. */
    SENT,
    /** In a block that may still be replaced. */
    MINED,
    /** In a block that the chain does not replace any more. */
    FINAL,
    /** The chain contradicts our tables. Nothing is sent until a person has found out why and resumes it. */
    CONFLICT,
    /** To go on would cost more than the ceiling. Goes on by itself when prices fall or the ceiling is raised. */
    PARKED
}
