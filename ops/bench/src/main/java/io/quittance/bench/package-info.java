/**
 * Benchmarks: what the design promises, measured side by side in one run on one machine. Never part of the shipped
 * program, and no test: a target that is missed is told, not failed.
 *
 * <p>Start with {@link io.quittance.bench.QuittanceBench} and {@link io.quittance.bench.CycleBench}.
 */
@NullMarked
package io.quittance.bench;

import org.jspecify.annotations.NullMarked;
