package io.quittance.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

class MigrationsIT {

    @Test
    void aSecondMigrationChangesNothing() {
        try (var database = TestDatabase.createEmpty()) {
            Migrations.migrate(database.owner());
            Integer first = count(database);

            Migrations.migrate(database.owner());

            assertThat(first).isGreaterThan(20);
            assertThat(count(database)).isEqualTo(first);
        }
    }

    @Test
    void aDatabaseOfSomethingElseIsRefusedWithOneSentence() {
        try (var database = TestDatabase.createEmpty()) {
            new JdbcTemplate(database.owner()).execute("CREATE TABLE theirs (id int)");

            assertThatThrownBy(() -> Migrations.migrate(database.owner()))
                    .isInstanceOf(Migrations.UnsuitableDatabase.class)
                    .hasMessageContaining("something else");
        }
    }

    private static Integer count(TestDatabase database) {
        return new JdbcTemplate(database.owner())
                .queryForObject("SELECT count(*)::int FROM pg_tables WHERE schemaname = 'public'", Integer.class);
    }
}
