/**
 * Multilateral netting: what each account pays or receives in a cycle, all its transfers of an asset taken together. The
 * gross list stays; netting only says how few movements would have the same effect.
 *
 * <p>Start with {@link io.quittance.domain.netting.MultilateralNetting}.
 */
@NullMarked
package io.quittance.domain.netting;

import org.jspecify.annotations.NullMarked;
