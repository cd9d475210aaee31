package io.quittance.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is said of a database that cannot serve; the rest of it is asked of real servers. */
class MigrationsTest {

    private static Migrations.Found found(int version, boolean standby) {
        return new Migrations.Found(version, standby, standby, false, true, true, "bank", "bank", true, 0);
    }

    @Test
    void aServerBeforeFifteenIsTooOld() {
        assertThat(Migrations.objection(found(140_013, false)))
                .contains("the server is PostgreSQL 14; version 15 or newer is needed");
        assertThat(Migrations.objection(found(90_624, true)))
                .contains("the server is PostgreSQL 9; version 15 or newer is needed");
        assertThat(Migrations.objection(found(150_000, false))).isEmpty();
        assertThat(Migrations.objection(found(180_006, false))).isEmpty();
    }

    @Test
    void aStandbyIsCalledOneAlthoughItIsReadOnlyToo() {
        assertThat(Migrations.objection(found(180_006, true)))
                .contains("the server is a standby and takes no writes; name its primary");
    }
}
