/**
 * The chain commit of sealed headers: what is due, what was sent, what is final, and what must stop.
 *
 * <p>Start with {@link io.quittance.domain.commitment.CommitFollower}. The chain and the tables are ports here.
 */
@NullMarked
package io.quittance.domain.commitment;

import org.jspecify.annotations.NullMarked;
