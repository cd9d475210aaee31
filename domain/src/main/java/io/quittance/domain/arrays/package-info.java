/**
 * Plain arrays for a cycle's bulk: millions of accounts, transfers and outcomes without an object each.
 *
 * <p>Start with {@link io.quittance.domain.arrays.UuidIndex}.
 */
@NullMarked
package io.quittance.domain.arrays;

import org.jspecify.annotations.NullMarked;
