/**
 * The file doors: CSV and NDJSON files with control lines, and the folder into which they are put.
 *
 * <p>{@link io.quittance.intake.file.SubmissionFile} reads, {@link io.quittance.intake.file.FileDoor} hands over,
 * {@link io.quittance.intake.file.RejectsFile} gives back what was refused, {@link io.quittance.intake.file.InboxFlow}
 * watches the folder. What was accepted is known by the port {@code FileIntake} alone.
 */
@NullMarked
package io.quittance.intake.file;

import org.jspecify.annotations.NullMarked;
