/**
 * The judgement before anything moves: who may, who can pay, what waits and what is refused.
 *
 * <p>Start with {@link io.quittance.domain.screening.Screening}; its methods stand in the order of the phases.
 */
@NullMarked
package io.quittance.domain.screening;

import org.jspecify.annotations.NullMarked;
