/**
 * Comparing what the books say with intake, with themselves and with the chain: identities with both sides shown, and the
 * differences as breaks.
 *
 * <p>Start with {@link io.quittance.domain.reconciliation.Reconciliation}.
 */
@NullMarked
package io.quittance.domain.reconciliation;

import org.jspecify.annotations.NullMarked;
