package io.quittance.domain.screening;

import static io.quittance.domain.screening.Outcome.State.REJECTED;
import static io.quittance.domain.screening.Outcome.State.SETTLED;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.ledger.TransferList;
import io.quittance.domain.settlement.SettlementCycle;
import io.quittance.domain.settlement.TestBank;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RULES 2 and 8: what a service costs, and where it goes. */
class SpendsTest {

    private static final Instant V1 = Instant.parse("2026-02-01T00:00:00Z");
    private static final Instant V2 = Instant.parse("2026-02-10T00:00:00Z");

    private final TestBank bank = new TestBank();
    private final UUID user = bank.person("user", KycLevel.L1);
    private final UUID vendor = bank.person("vendor", KycLevel.L1);

    SpendsTest() {
        bank.give(user, 1_000_000);
        bank.service("chat", vendor);
        bank.service("house", null);
        bank.price("chat", "small", "v1", V1, 1, 2);
        bank.price("chat", "small", "v2", V2, 10, 20);
        bank.price("chat", "free", "v1", V1, 0, 0);
    }

    @Test
    void anAmountGoesToTheServicesPayee() {
        bank.spend(user, "chat", 100);
        bank.cutOff();
        assertThat(bank.tokens(user)).isEqualTo(999_900);
        assertThat(bank.tokens(vendor)).isEqualTo(100);
    }

    /** Prices are per million tokens; the sum of both products is rounded up once. */
    @ParameterizedTest(name = "{0} in, {1} out cost {2}")
    @CsvSource({
        "0, 0, 0",
        "1, 0, 1",
        "0, 1, 1",
        "1000000, 0, 1",
        "1000001, 0, 2",
        "0, 500000, 1",
        "0, 500001, 2",
        "500000, 250000, 1",
        "300000, 300000, 1",
        "400000, 300001, 2"
    })
    void aPriceIsRoundedUpOncePerLine(long input, long output, long cost) {
        long spend = bank.spend(user, "chat", "small", "v1", V1, input, output);
        bank.cutOff();
        assertThat(bank.state(spend)).isEqualTo(SETTLED);
        assertThat(bank.tokens(vendor)).isEqualTo(cost);
    }

    @ParameterizedTest(name = "{0} at {1} costs {2}")
    @CsvSource({
        "v1, 2026-01-31T23:59:59.999999Z, ",
        "v1, 2026-02-01T00:00:00Z, 1",
        "v2, 2026-02-01T00:00:00Z, ",
        "v1, 2026-02-09T23:59:59.999999Z, 1",
        "v2, 2026-02-09T23:59:59.999999Z, ",
        "v1, 2026-02-10T00:00:00Z, ",
        "v2, 2026-02-10T00:00:00Z, 10"
    })
    void onlyTheVersionInForceAtTheTimeOfUseCounts(String version, Instant usedAt, Long cost) {
        long spend = bank.spend(user, "chat", "small", version, usedAt, 1_000_000, 0);
        bank.cutOff();
        if (cost == null) {
            assertThat(bank.state(spend)).isEqualTo(REJECTED);
            assertThat(bank.reason(spend)).isEqualTo(Reason.PRICE_MISMATCH);
            assertThat(bank.tokens(vendor)).isZero();
        } else {
            assertThat(bank.state(spend)).isEqualTo(SETTLED);
            assertThat(bank.tokens(vendor)).isEqualTo(cost);
        }
    }

    @Test
    void theRefusalNamesTheVersionInForce() {
        long spend = bank.spend(user, "chat", "small", "v1", V2, 1, 1);
        long ofNoModel = bank.spend(user, "chat", "large", "v1", V2, 1, 1);
        bank.cutOff();
        assertThat(bank.outcome(spend).detail()).isEqualTo("version_in_force=v2");
        assertThat(bank.outcome(ofNoModel)).isEqualTo(Outcome.rejected(ofNoModel, Reason.PRICE_MISMATCH, ""));
    }

    @Test
    void anAmountBesideAPriceVersionMustBeWhatItCosts() {
        long right = bank.spend(user, "chat", "small", "v1", V1, 3_000_000, 0, 3L);
        long wrong = bank.spend(user, "chat", "small", "v1", V1, 3_000_000, 0, 2L);
        bank.cutOff();
        assertThat(bank.state(right)).isEqualTo(SETTLED);
        assertThat(bank.outcome(wrong)).isEqualTo(Outcome.rejected(wrong, Reason.PRICE_MISMATCH, "amount_utoken=3"));
    }

    @Test
    void usageThatCostsNothingIsRecordedWithoutATransfer() {
        bank.books().setStatus(bank.index(vendor), AccountStatus.CLOSED);
        long free = bank.spend(user, "chat", "free", "v1", V1, 1_000, 1_000);
        long ofAmountZero = bank.spend(user, "chat", 0);
        SettlementCycle run = bank.cutOff();
        assertThat(bank.state(free)).isEqualTo(SETTLED);
        assertThat(bank.state(ofAmountZero)).isEqualTo(SETTLED);
        assertThat(run.transfers().size()).isZero();
        assertThat(bank.counts().settled()).isEqualTo(2);
    }

    @Test
    void whatIsSpentAtHouseServicesIsBurnedOnceAtTheEndOfTheCycle() {
        bank.spend(user, "house", 100);
        bank.spend(user, "chat", 7);
        bank.spend(user, "house", 23);
        SettlementCycle run = bank.cutOff();
        TransferList transfers = run.transfers();
        int last = transfers.size() - 1;
        assertThat(last).isEqualTo(3);
        assertThat(transfers.type(last)).isEqualTo(TransactionType.BURN);
        assertThat(transfers.amount(last)).isEqualTo(123);
        assertThat(transfers.intakeNo(last)).isEqualTo(TransferList.NO_SUBMISSION);
        assertThat(bank.of(SystemAccount.REDEMPTION)).isZero();
        assertThat(bank.of(SystemAccount.ISSUANCE)).isEqualTo(-999_877);
    }

    @Test
    void creditsThatAreSpentAreConsumed() {
        bank.giveCredits(user, TestBank.H100, 1_000);
        bank.spendCredits(user, "chat", TestBank.H100, 400);
        bank.cutOff();
        assertThat(bank.credits(user, TestBank.H100)).isEqualTo(600);
        assertThat(bank.of(SystemAccount.CONSUMED, TestBank.H100)).isEqualTo(400);
        assertThat(bank.tokens(user)).isEqualTo(1_000_000);
    }

    @Test
    void creditsOfOneClassDoNotPayForAnother() {
        bank.giveCredits(user, TestBank.H100, 1_000);
        long spend = bank.spendCredits(user, "chat", TestBank.A100, 1);
        bank.cutOff();
        assertThat(bank.reason(spend)).isEqualTo(Reason.FUNDS);
    }

    @Test
    void theNamesOfAServiceAndItsModelAreTwoNames() {
        bank.service("chat/eu", vendor);
        bank.price("chat/eu", "small", "v1", V1, 5, 5);
        bank.price("chat", "eu/small", "v1", V1.plusSeconds(1), 9, 9);
        long spend = bank.spend(user, "chat/eu", "small", "v1", V2, 1_000_000, 0);
        bank.cutOff();
        assertThat(bank.state(spend)).isEqualTo(SETTLED);
        assertThat(bank.tokens(vendor)).isEqualTo(5);
    }
}
