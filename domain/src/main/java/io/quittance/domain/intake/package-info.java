/**
 * How work comes in: what can be submitted, the form it must have, and the answers it gets.
 *
 * <p>Start with {@link io.quittance.domain.intake.Submission}, {@link io.quittance.domain.intake.Reason} and the port
 * {@link io.quittance.domain.intake.IntakeQueue}.
 */
@NullMarked
package io.quittance.domain.intake;

import org.jspecify.annotations.NullMarked;
