/**
 * The HTTP door: the API under {@code /v1}, its errors as problem details, its keys, its description.
 *
 * <p>{@link io.quittance.intake.http.SubmissionController} is where submissions come in, one controller for every kind;
 * {@link io.quittance.intake.http.HttpDoor} puts the parts together.
 */
@NullMarked
package io.quittance.intake.http;

import org.jspecify.annotations.NullMarked;
