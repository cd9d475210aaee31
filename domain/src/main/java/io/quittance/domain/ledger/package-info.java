/**
 * The books: transfers, balances, reservations, and the state that a cycle starts from and leaves behind.
 *
 * <p>Start with {@link io.quittance.domain.ledger.Books} and {@link io.quittance.domain.ledger.TransferList}.
 */
@NullMarked
package io.quittance.domain.ledger;

import org.jspecify.annotations.NullMarked;
