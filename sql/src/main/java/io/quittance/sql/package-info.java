/**
 * The books in PostgreSQL: the migrations, and the JDBC classes behind the domain's ports.
 *
 * <p>Start with {@link io.quittance.sql.SqlAdapters}, which hands them out, and with {@code sql/README.md}, which says what
 * each table is for and which promise each constraint keeps.
 */
@NullMarked
package io.quittance.sql;

import org.jspecify.annotations.NullMarked;
