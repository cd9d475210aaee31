package io.quittance.domain.intake;

/**
 * What is wrong with the form of one line.
 *
 * @param field the column it is about; empty if it is about the line as a whole
 * @param detail what was found and what is needed, for people; never repeats personal data
 */
public record FormError(String field, Reason reason, String detail) {}
