/** The bank's ports in memory, keeping the contracts that the doors rely on. */
@NullMarked
package io.quittance.intake.fake;

import org.jspecify.annotations.NullMarked;
