/**
 * The application: puts the modules together, brings its own PostgreSQL and chain where none is given, and is driven by a
 * command line.
 *
 * <p>Start with {@link io.quittance.app.Quittance} and {@link io.quittance.app.Premises}.
 */
@NullMarked
package io.quittance.app;

import org.jspecify.annotations.NullMarked;
