package io.quittance.domain.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.screening.Outcome;
import java.math.BigInteger;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The engine beside {@link SlowBank}: equal outcomes and balances after every cycle of random histories. */
class SlowBankTest {

    private static final int SEEDS = 600;

    @Test
    void theEngineDecidesAndPaysAsThePlainRulesDo() {
        Set<Reason> reasons = EnumSet.noneOf(Reason.class);
        ForEachSeed.upTo(SEEDS, seed -> {
            var history = new RandomHistory(seed, false);
            var model = new SlowBank(history.bank.parameters());
            history.holders.forEach(h -> model.open(h.id(), h.party(), h.level(), h.cap(), h.funds()));
            for (int i = history.cycles(); i > 0; i--) {
                history.fillWindow();
                history.holders.forEach(
                        h -> model.status.put(h.id(), history.bank.books().statusOf(history.bank.index(h.id()))));
                SettlementCycle run = history.bank.cutOff();
                var input = (ListedInput) run.input();
                Map<Long, SlowBank.Judgement> expected =
                        model.cycle(run.input().context(), input.reference(), input.received());
                Map<Long, SlowBank.Judgement> actual = new TreeMap<>();
                history.bank.lastOutcomes().forEach((no, o) -> {
                    actual.put(no, new SlowBank.Judgement(o.state(), o.reason(), o.holdUntil()));
                    if (o.state() != Outcome.State.SETTLED) {
                        reasons.add(o.reason());
                    }
                });
                assertThat(actual).as("cycle %s", i).isEqualTo(expected);
                compareBalances(history, model);
            }
        });
        if (System.getProperty("seed") == null) {
            assertThat(reasons)
                    .as("what the histories reach")
                    .containsAll(EnumSet.range(Reason.ACCOUNT_CLOSED, Reason.EVIDENCE_MISMATCH))
                    .contains(
                            Reason.UNKNOWN_ACCOUNT,
                            Reason.UNKNOWN_CLASS,
                            Reason.UNKNOWN_RESOURCE,
                            Reason.UNKNOWN_SERVICE,
                            Reason.PROVIDER_CAP,
                            Reason.MINTS_NOTHING,
                            Reason.LIMIT,
                            Reason.AGENT_LIMIT,
                            Reason.FUNDS,
                            Reason.HOLD_EXPIRED);
        }
    }

    private static void compareBalances(RandomHistory history, SlowBank model) {
        for (Asset asset : history.bank.parameters().assets()) {
            for (RandomHistory.Holder holder : history.holders) {
                assertThat(BigInteger.valueOf(history.bank.books().posted(history.bank.index(holder.id()), asset.id())))
                        .isEqualTo(model.balance(holder.id().toString(), asset.code()));
            }
        }
        for (SystemAccount account :
                new SystemAccount[] {SystemAccount.ISSUANCE, SystemAccount.ESCROW, SystemAccount.REDEMPTION}) {
            assertThat(BigInteger.valueOf(history.bank.of(account)))
                    .isEqualTo(model.balance(account.name().toLowerCase(java.util.Locale.ROOT), "UTOKEN"));
        }
    }
}
