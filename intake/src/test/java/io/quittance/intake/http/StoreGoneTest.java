package io.quittance.intake.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.transaction.TransactionSystemException;

/** A database that is away is told as such wherever a request meets it, so that the client sends again. */
class StoreGoneTest extends ApiTest {

    @ParameterizedTest
    @ValueSource(strings = {"08006", "57P01", "57P03", "53100", "53300"})
    void aDatabaseThatEndsOrIsFullIsToTryAgainWhateverWrapsIt(String state) {
        assertThat(StoreGone.isIn(new IllegalStateException(new SQLException("gone", state))))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"23505", "42501", "57014"})
    void anythingElseThatTheDatabaseSaysIsNot(String state) {
        assertThat(StoreGone.isIn(new IllegalStateException(new SQLException("refused", state))))
                .isFalse();
    }

    @Test
    void aRollbackThatFailsTooDoesNotHideIt() {
        var rollback = new TransactionSystemException("rollback", new SQLException("closed", "25000"));
        rollback.initApplicationException(new IllegalStateException(new SQLException("ended", "57P01")));

        assertThat(StoreGone.isIn(rollback)).isTrue();
    }

    @Test
    void aKeyThatCannotBeLookedUpIsNoUnknownKey() {
        directory.broken = new IllegalStateException(new SQLTransientConnectionException("no connection"));

        String notUsedYet = "qk_" + "x".repeat(43);
        Answer answer = post(notUsedYet, "/v1/transfers", newKey(), transfer(ACCOUNT, RECEIVER, "1"));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("UNAVAILABLE");
        assertThat(answer.header("Retry-After")).isEqualTo("1");
    }
}
