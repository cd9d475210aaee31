package io.quittance.sql;

import javax.sql.DataSource;

/** Connections of the role that participants read through: {@code quittance_door}. */
public record DoorDatabase(DataSource source) {}
