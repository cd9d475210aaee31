package io.quittance.domain.commitment;

/**
 * The right to work for a committer until the lease ends or another takes it over. Given by {@link
 * CommitmentStore#claim}.
 *
 * @param committer for whom
 * @param owner who holds it
 * @param nextNonce nonce of the next new transaction by our own count; -1 if we never sent one
 */
public record Claim(Committer committer, String owner, long nextNonce) {}
