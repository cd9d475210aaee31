package io.quittance.domain.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.ledger.TransferList;
import io.quittance.domain.screening.Outcome;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
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
                history.bank.lastOutcomes().values().stream()
                        .filter(outcome -> outcome.state() != Outcome.State.SETTLED)
                        .forEach(outcome -> reasons.add(outcome.reason()));
                assertThat(judgements(history.bank)).as("cycle %s", i).isEqualTo(expected);
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

    @Test
    void theEngineTradesCancelsAndReversesAsThePlainRulesDo() {
        var aside = new EnumMap<TransactionType, Integer>(TransactionType.class);
        var paidOut = new AtomicInteger();
        ForEachSeed.upTo(SEEDS, seed -> {
            var history = RandomHistory.throughDoors(seed);
            TestBank bank = history.bank;
            var model = new SlowBank(bank.parameters()).sentBy(item -> bank.clientOf(item.intakeNo()));
            for (int i = history.cycles(); i > 0; i--) {
                history.fillWindow();
                SettlementCycle run = bank.cutOff();
                var input = (ListedInput) run.input();
                Map<Long, SlowBank.Judgement> expected =
                        model.cycle(run.input().context(), input.reference(), input.received());
                assertThat(judgements(bank)).as("cycle %s", i).isEqualTo(expected);
                run.setAside()
                        .forEach(item -> aside.merge(
                                bank.items().get(item.intakeNo()).submission() instanceof Submission.Reversal
                                        ? TransactionType.REVERSAL
                                        : TransactionType.REWARD,
                                1,
                                Integer::sum));
                paidOut.addAndGet(run.paidOut().size());
                assertThat(movements(run)).as("cycle %s", i).isEqualTo(unphased(model.movements()));
                assertThat(amounts(run.books(), run.books()::posted))
                        .as("posted after cycle %s", i)
                        .isEqualTo(model.balances());
                assertThat(amounts(run.books(), run.books()::reserved))
                        .as("reserved after cycle %s", i)
                        .isEqualTo(model.reserved());
            }
        });
        if (System.getProperty("seed") == null) {
            assertThat(aside)
                    .as("what was set aside")
                    .hasSize(2)
                    .allSatisfy((type, count) -> assertThat(count).isGreaterThan(9));
            assertThat(paidOut.get()).as("what was paid out of it").isGreaterThan(9);
        }
    }

    private static Map<Long, SlowBank.Judgement> judgements(TestBank bank) {
        var judgements = new TreeMap<Long, SlowBank.Judgement>();
        bank.lastOutcomes()
                .forEach((no, o) -> judgements.put(
                        no,
                        new SlowBank.Judgement(o.state(), o.reason(), o.holdUntil(), o.filledLots(), o.openLots())));
        return judgements;
    }

    private static List<SlowBank.Movement> movements(SettlementCycle run) {
        TransferList transfers = run.transfers();
        var movements = new ArrayList<SlowBank.Movement>();
        for (int i = 0; i < transfers.size(); i++) {
            movements.add(new SlowBank.Movement(
                    0,
                    transfers.intakeNo(i),
                    transfers.leg(i),
                    transfers.type(i),
                    run.books().assets().get(transfers.asset(i)).code(),
                    name(run.books(), transfers.from(i)),
                    name(run.books(), transfers.to(i)),
                    transfers.amount(i)));
        }
        return movements;
    }

    private static List<SlowBank.Movement> unphased(List<SlowBank.Movement> movements) {
        return movements.stream()
                .map(m -> new SlowBank.Movement(
                        0, m.intakeNo(), m.leg(), m.type(), m.asset(), m.from(), m.to(), m.amount()))
                .toList();
    }

    private static String name(Books books, int account) {
        for (SystemAccount system : SystemAccount.values()) {
            for (Asset asset : books.assets()) {
                if (system.perClass() == asset.isCompute() && books.system(system, asset.id()) == account) {
                    return system.code(asset.code());
                }
            }
        }
        return books.accountId(account).toString();
    }

    private static Map<SlowBank.Balance, BigInteger> amounts(Books books, Figure figure) {
        var amounts = new HashMap<SlowBank.Balance, BigInteger>();
        for (int account = 0; account < books.accounts(); account++) {
            for (Asset asset : books.assets()) {
                long amount = figure.of(account, asset.id());
                if (amount != 0) {
                    amounts.put(new SlowBank.Balance(name(books, account), asset.code()), BigInteger.valueOf(amount));
                }
            }
        }
        return amounts;
    }

    private interface Figure {
        long of(int account, int asset);
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
