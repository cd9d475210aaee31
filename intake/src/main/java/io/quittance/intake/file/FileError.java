package io.quittance.intake.file;

import io.quittance.domain.intake.Reason;

/**
 * Why a file is refused as a whole.
 *
 * @param lineNo the line it is about, counted from 1; 0 if it is about the file
 * @param detail what was found, and what to do
 */
public record FileError(Reason reason, long lineNo, String detail) {}
