package io.quittance.sql;

import io.quittance.domain.cycle.BankParameters;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The newest parameters of the bank. A version never changes, so its text is read and parsed once. Thread-safe. */
final class NewestParameters {

    private static final String VERSION = "SELECT coalesce(max(version), 0) FROM bank_parameters";
    private static final String CONTENT = "SELECT content FROM bank_parameters WHERE version = :version";

    private final JdbcClient jdbc;
    private volatile @Nullable BankParameters newest;

    NewestParameters(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Empty while the bank has decided nothing. */
    Optional<BankParameters> read() {
        int version =
                Objects.requireNonNull(jdbc.sql(VERSION).query(Integer.class).single());
        if (version == 0) {
            return Optional.empty();
        }
        BankParameters known = newest;
        if (known == null || known.version() != version) {
            known = BankParameters.parse(jdbc.sql(CONTENT)
                    .param("version", version)
                    .query(String.class)
                    .single());
            newest = known;
        }
        return Optional.of(known);
    }
}
