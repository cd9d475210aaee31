/**
 * The chain commit of sealed headers: what is due, what was sent, what is final, and what must stop.
 *
 * <p>Start with {@link io.quittance.domain.commitment.CommitFollower}. The chain ({@link
 * io.quittance.domain.commitment.CycleRegistry}) and the tables ({@link
 * io.quittance.domain.commitment.CommitmentStore}) are ports here. Settlement is final without any of this: the chain
 * is evidence, and nothing here undoes or delays a cycle.
 */
@NullMarked
package io.quittance.domain.commitment;

import org.jspecify.annotations.NullMarked;
