/**
 * The doors: how submissions come in, and how the bank is asked about them, by HTTP and by file.
 *
 * <p>{@link io.quittance.intake.IntakeDoors} is what an application imports. The doors read form, ask who is there, and
 * hand over to the domain's ports; they decide nothing and keep no state.
 */
@NullMarked
package io.quittance.intake;

import org.jspecify.annotations.NullMarked;
