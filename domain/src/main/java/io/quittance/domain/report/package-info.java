/**
 * What people and programs read: where a submission stands, what an account holds, what a cycle did.
 *
 * <p>Start with {@link io.quittance.domain.report.BankViews}.
 */
@NullMarked
package io.quittance.domain.report;

import org.jspecify.annotations.NullMarked;
