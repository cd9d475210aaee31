/**
 * The settlement cycle as a job, its schedule, and its reports.
 *
 * <p>Start with {@link io.quittance.jobs.SettlementCycleJob}: it reads top to bottom in the order in which a cycle happens.
 */
@NullMarked
package io.quittance.jobs;

import org.jspecify.annotations.NullMarked;
