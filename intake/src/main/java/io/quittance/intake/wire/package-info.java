/**
 * The one vocabulary of every door: what type each column has, JSON read without leniency, and what a client's key opens.
 */
@NullMarked
package io.quittance.intake.wire;

import org.jspecify.annotations.NullMarked;
