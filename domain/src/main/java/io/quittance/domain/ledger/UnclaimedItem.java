package io.quittance.domain.ledger;

/**
 * Money in {@code unclaimed} that its beneficiary could not receive. Its age counts from the cycle that set it aside.
 *
 * @param intakeNo the submission that it came of; one submission sets aside one amount
 * @param account index of the beneficiary
 * @param sinceCycle the cycle that set it aside
 */
public record UnclaimedItem(long intakeNo, int account, long amountUtoken, long sinceCycle) {}
