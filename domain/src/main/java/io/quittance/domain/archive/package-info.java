/**
 * Old months of the journal that are kept in files.
 *
 * <p>Start with {@link io.quittance.domain.archive.JournalArchives}.
 */
@NullMarked
package io.quittance.domain.archive;

import org.jspecify.annotations.NullMarked;
