/**
 * What is counted: µToken and compute credits, in exact integers. Start with {@link io.quittance.domain.amount.Exact}.
 */
@NullMarked
package io.quittance.domain.amount;

import org.jspecify.annotations.NullMarked;
