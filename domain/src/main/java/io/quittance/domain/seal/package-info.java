/**
 * How a cycle is sealed: canonical records, leaves, the entry tree, the header and its chain of hashes.
 *
 * <p>The way of a transfer into the seal, and of its proof out of it:
 *
 * <ol>
 *   <li>{@link io.quittance.domain.seal.BankSecret} gives the cycle's {@link io.quittance.domain.seal.CycleSecret}, that the
 *       entry's salts.
 *   <li>{@link io.quittance.domain.seal.EntryRecord} is the transfer in 86 bytes, its accounts hidden behind {@link
 *       io.quittance.domain.seal.AccountOpening}s; {@link io.quittance.domain.seal.EntryLeaf} binds its hash to number and
 *       deployment. {@link io.quittance.domain.seal.EntrySealer} does both for millions.
 *   <li>{@link io.quittance.domain.seal.EntryTree} gives the root; {@link io.quittance.domain.seal.SealedNodes} is what is kept
 *       of it.
 *   <li>{@link io.quittance.domain.seal.SlotDigest} and {@link io.quittance.domain.seal.DataRoot} do the same for all other
 *       data of the cycle, and {@link io.quittance.domain.seal.SealHeader} joins the two roots with the previous header.
 *   <li>{@link io.quittance.domain.seal.ProofFile} carries one entry, its proof and its header to whoever wants to check
 *       them against the chain.
 * </ol>
 *
 * <p>Every byte here is frozen by version: a change of layout is a new version beside the old one. Numbers are unsigned and
 * big-endian, {@code ‖} joins bytes.
 */
@NullMarked
package io.quittance.domain.seal;

import org.jspecify.annotations.NullMarked;
