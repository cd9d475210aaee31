/**
 * What people and programs read: where a submission stands, what an account holds, what a cycle did.
 *
 * <p>Start with {@link io.quittance.domain.report.BankViews}; {@link io.quittance.domain.report.CycleFigures} has the long tables of
 * a cycle's reports.
 */
@NullMarked
package io.quittance.domain.report;

import org.jspecify.annotations.NullMarked;
