package io.quittance.domain.screening;

import static io.quittance.domain.screening.Outcome.State.HELD;
import static io.quittance.domain.screening.Outcome.State.REJECTED;
import static io.quittance.domain.screening.Outcome.State.SETTLED;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Submission.DepositMode;
import io.quittance.domain.settlement.TestBank;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RULES 3: what a deposit must prove, what it brings, and what bounds it. */
class DepositsTest {

    private final TestBank bank = new TestBank();
    private final UUID provider = bank.person("provider", KycLevel.L1);
    private final Instant start = bank.earlier();

    private long metered(String resource, DepositMode mode, long fromMs, long toMs, long gpuMs) {
        bank.metering(resource, start.plusMillis(fromMs), start.plusMillis(toMs), gpuMs);
        return bank.deposit(provider, resource, mode, start.plusMillis(fromMs), start.plusMillis(toMs), gpuMs);
    }

    @Test
    void mintedComputeGoesToInventoryAndTokensToTheProvider() {
        bank.resource("gpus", provider, TestBank.H100, 2);
        long deposit = metered("gpus", DepositMode.MINT, 0, 1_000, 2_000);
        bank.cutOff();
        assertThat(bank.state(deposit)).isEqualTo(SETTLED);
        assertThat(bank.tokens(provider)).isEqualTo(2_000);
        assertThat(bank.of(SystemAccount.ISSUANCE)).isEqualTo(-2_000);
        assertThat(bank.of(SystemAccount.INVENTORY, TestBank.H100)).isEqualTo(2_000);
        assertThat(bank.of(SystemAccount.SOURCE, TestBank.H100)).isEqualTo(-2_000);
        assertThat(bank.credits(provider, TestBank.H100)).isZero();
    }

    @Test
    void keptComputeGoesToTheProvider() {
        bank.resource("gpus", provider, TestBank.H100, 2);
        metered("gpus", DepositMode.KEEP, 0, 1_000, 2_000);
        bank.cutOff();
        assertThat(bank.credits(provider, TestBank.H100)).isEqualTo(2_000);
        assertThat(bank.of(SystemAccount.SOURCE, TestBank.H100)).isEqualTo(-2_000);
        assertThat(bank.tokens(provider)).isZero();
    }

    /** ⌊gpu_ms × rate ÷ 3 600 000⌋, once per line: two lines of 3 GPU-ms at half a µToken bring 1 each, not 3 together. */
    @Test
    void mintingRoundsDownOncePerLine() {
        bank.resource("gpus", provider, TestBank.A100, 1);
        metered("gpus", DepositMode.MINT, 0, 3, 3);
        metered("gpus", DepositMode.MINT, 3, 6, 3);
        long nothing = metered("gpus", DepositMode.MINT, 6, 7, 1);
        bank.cutOff();
        assertThat(bank.tokens(provider)).isEqualTo(2);
        assertThat(bank.of(SystemAccount.INVENTORY, TestBank.A100)).isEqualTo(6);
        assertThat(bank.reason(nothing)).isEqualTo(Reason.MINTS_NOTHING);
    }

    @Test
    void aDepositTooSmallToMintMayBeKept() {
        bank.resource("gpus", provider, TestBank.A100, 1);
        long kept = metered("gpus", DepositMode.KEEP, 0, 1, 1);
        bank.cutOff();
        assertThat(bank.state(kept)).isEqualTo(SETTLED);
    }

    @ParameterizedTest(name = "[{0}, {1}) beside [100, 200) and [300, 400)")
    @CsvSource({
        "0,   100, SETTLED",
        "0,   101, OVERLAP",
        "100, 200, OVERLAP",
        "120, 180, OVERLAP",
        "199, 201, OVERLAP",
        "200, 300, SETTLED",
        "200, 301, OVERLAP",
        "250, 260, SETTLED",
        "50,  450, OVERLAP",
        "400, 500, SETTLED",
        "399, 500, OVERLAP"
    })
    void intervalsOfOneResourceNeverOverlap(long from, long to, String expected) {
        bank.resource("gpus", provider, TestBank.H100, 1);
        metered("gpus", DepositMode.KEEP, 300, 400, 1);
        metered("gpus", DepositMode.KEEP, 100, 200, 1);
        bank.cutOff();
        long deposit = metered("gpus", DepositMode.KEEP, from, to, 1);
        bank.cutOff();
        if (expected.equals("SETTLED")) {
            assertThat(bank.state(deposit)).isEqualTo(SETTLED);
        } else {
            assertThat(bank.reason(deposit)).isEqualTo(Reason.OVERLAP);
        }
    }

    @Test
    void intervalsOfOneCycleDoNotOverlapEither() {
        bank.resource("gpus", provider, TestBank.H100, 1);
        bank.resource("other", provider, TestBank.H100, 1);
        long first = metered("gpus", DepositMode.KEEP, 0, 100, 100);
        long second = metered("gpus", DepositMode.MINT, 99, 199, 100);
        long elsewhere = metered("other", DepositMode.KEEP, 0, 100, 100);
        bank.cutOff();
        assertThat(bank.state(first)).isEqualTo(SETTLED);
        assertThat(bank.reason(second)).isEqualTo(Reason.OVERLAP);
        assertThat(bank.state(elsewhere)).isEqualTo(SETTLED);
    }

    @Test
    void aDepositThatWaitsForEvidenceTakesNoInterval() {
        bank.resource("gpus", provider, TestBank.H100, 1);
        long waits = bank.deposit(provider, "gpus", DepositMode.KEEP, start, start.plusMillis(100), 100);
        long proved = metered("gpus", DepositMode.KEEP, 50, 150, 100);
        bank.cutOff();
        assertThat(bank.state(waits)).isEqualTo(HELD);
        assertThat(bank.state(proved)).isEqualTo(SETTLED);
        bank.cutOff();
        assertThat(bank.reason(waits)).isEqualTo(Reason.OVERLAP);
    }

    @Test
    void evidenceProvesItsOwnIntervalAndQuantityOnly() {
        bank.resource("gpus", provider, TestBank.H100, 1);
        bank.metering("gpus", start, start.plusMillis(100), 90);
        bank.metering("other", start.plusMillis(100), start.plusMillis(200), 90);
        long more = bank.deposit(provider, "gpus", DepositMode.KEEP, start, start.plusMillis(100), 91);
        long shorter = bank.deposit(provider, "gpus", DepositMode.KEEP, start, start.plusMillis(99), 90);
        long ofAnother =
                bank.deposit(provider, "gpus", DepositMode.KEEP, start.plusMillis(100), start.plusMillis(200), 90);
        bank.cutOff();
        assertThat(bank.outcome(more).reason()).isEqualTo(Reason.EVIDENCE_MISMATCH);
        assertThat(bank.outcome(more).detail()).isEqualTo("metered_gpu_ms=90");
        assertThat(bank.reason(shorter)).isEqualTo(Reason.EVIDENCE);
        assertThat(bank.reason(ofAnother)).isEqualTo(Reason.EVIDENCE);
    }

    @Test
    void anotherAccountsResourceIsUnknown() {
        UUID other = bank.person("other", KycLevel.L3);
        bank.resource("gpus", other, TestBank.H100, 1);
        long deposit = metered("gpus", DepositMode.KEEP, 0, 100, 100);
        bank.cutOff();
        assertThat(bank.reason(deposit)).isEqualTo(Reason.UNKNOWN_RESOURCE);
    }

    @Test
    void noMoreThanTheGpusCanDoInTheInterval() {
        bank.resource("gpus", provider, TestBank.H100, 3);
        long all = metered("gpus", DepositMode.KEEP, 0, 100, 300);
        long more = metered("gpus", DepositMode.KEEP, 100, 200, 301);
        bank.cutOff();
        assertThat(bank.state(all)).isEqualTo(SETTLED);
        assertThat(bank.reason(more)).isEqualTo(Reason.MORE_THAN_CAPACITY);
        assertThat(bank.outcome(more).detail()).isEqualTo("interval_ms=100 gpu_count=3");
    }

    /** "End before the cut-off": what ends with it was still running when it was handed in. */
    @ParameterizedTest(name = "ending {0} µs after the cut-off")
    @CsvSource({"-1, SETTLED", "0, REJECTED", "1, REJECTED"})
    void anIntervalEndsBeforeTheCutOff(long microseconds, Outcome.State expected) {
        bank.resource("gpus", provider, TestBank.H100, 1);
        Instant end = bank.nextCutOff().plusNanos(microseconds * 1_000);
        bank.metering("gpus", start, end, 100);
        long deposit = bank.deposit(provider, "gpus", DepositMode.KEEP, start, end, 100);
        bank.cutOff();
        assertThat(bank.state(deposit)).isEqualTo(expected);
        assertThat(bank.reason(deposit)).isEqualTo(expected == REJECTED ? Reason.INTERVAL_OPEN : null);
    }

    @Test
    void aProviderMintsUpToItsCapOnADate() {
        UUID sibling = bank.agentOf(provider, "sibling", null);
        bank.resource("gpus", provider, TestBank.H100, 1);
        bank.resource("siblings", sibling, TestBank.H100, 1);
        long first = metered("gpus", DepositMode.MINT, 0, 999_999, 999_999);
        bank.metering("siblings", start, start.plusMillis(2), 2);
        long tooMuch = bank.deposit(sibling, "siblings", DepositMode.MINT, start, start.plusMillis(2), 2);
        long kept = bank.waiting(bank.date().plusDays(1))
                .deposit(sibling, "siblings", DepositMode.KEEP, start, start.plusMillis(2), 2);
        long last = metered("gpus", DepositMode.MINT, 999_999, 1_000_000, 1);
        bank.cutOff();
        assertThat(bank.state(first)).isEqualTo(SETTLED);
        assertThat(bank.reason(tooMuch)).isEqualTo(Reason.PROVIDER_CAP);
        assertThat(bank.outcome(tooMuch).detail()).isEqualTo("cap=1000000 minted=999999 asked=2");
        assertThat(bank.state(kept)).as("the cap bounds what is minted").isEqualTo(SETTLED);
        assertThat(bank.state(last)).isEqualTo(SETTLED);
        bank.nextDate();
        long tomorrow = metered("gpus", DepositMode.MINT, 2_000_000, 3_000_000, 1_000_000);
        bank.cutOff();
        assertThat(bank.state(tomorrow)).isEqualTo(SETTLED);
    }

    @Test
    void aQuantityThatTheBooksCannotHoldIsRefusedAndStopsNothing() {
        BankParameters usual = bank.parameters();
        bank.decide(new BankParameters(
                1,
                "test",
                Long.MAX_VALUE,
                List.of(
                        new BankParameters.ComputeClass(new Asset(1, TestBank.H100), 36_000_000),
                        usual.classes().get(1),
                        usual.classes().get(2)),
                usual.instruments(),
                usual.dailyLimitUtoken()));
        bank.resource("gpus", provider, TestBank.H100, 1_000_000);
        bank.resource("more", provider, TestBank.H100, 1_000_000);
        Instant from = Instant.EPOCH;
        Instant to = start;
        long most = 1_000_000L * to.toEpochMilli();
        bank.metering("gpus", from, to, most);
        bank.metering("more", from, to, most);
        long mint = bank.deposit(provider, "gpus", DepositMode.MINT, from, to, most);
        bank.cutOff();
        assertThat(bank.reason(mint)).as("ten µToken for each of %s", most).isEqualTo(Reason.PROVIDER_CAP);
        int asset = bank.asset(TestBank.H100);
        bank.giveCredits(provider, TestBank.H100, Long.MAX_VALUE - most + 1);
        long keep = bank.deposit(provider, "more", DepositMode.KEEP, from, to, most);
        bank.cutOff();
        assertThat(bank.reason(keep)).isEqualTo(Reason.AMOUNT_OVERFLOW);
        assertThat(bank.books().posted(bank.index(provider), asset)).isEqualTo(Long.MAX_VALUE - most + 1);
    }
}
