/**
 * How a cycle is sealed: canonical records, leaves, the entry tree, the header and its chain of hashes.
 *
 * <p>Start with {@link io.quittance.domain.seal.EntryRecord}, {@link io.quittance.domain.seal.EntryTree} and
 * {@link io.quittance.domain.seal.SealHeader}. Every byte here is frozen by version: a change of layout is a new
 * version beside the old one.
 */
@NullMarked
package io.quittance.domain.seal;

import org.jspecify.annotations.NullMarked;
