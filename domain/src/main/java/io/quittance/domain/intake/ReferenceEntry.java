package io.quittance.domain.intake;

import io.quittance.domain.seal.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * A reference line as it is kept.
 *
 * @param nameHash salted hash of its free text; null if it has none
 * @param contentDigest digest of its canonical content as it was when received
 */
public record ReferenceEntry(ReferenceLine line, @Nullable Hash32 nameHash, Hash32 contentDigest) {}
