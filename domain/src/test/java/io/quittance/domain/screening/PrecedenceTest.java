package io.quittance.domain.screening;

import static io.quittance.domain.intake.Reason.ACCOUNT_CLOSED;
import static io.quittance.domain.intake.Reason.ACCOUNT_FROZEN;
import static io.quittance.domain.intake.Reason.AGENT_LIMIT;
import static io.quittance.domain.intake.Reason.AMOUNT_OVERFLOW;
import static io.quittance.domain.intake.Reason.EVIDENCE;
import static io.quittance.domain.intake.Reason.EVIDENCE_MISMATCH;
import static io.quittance.domain.intake.Reason.FUNDS;
import static io.quittance.domain.intake.Reason.GOOD_THROUGH_PASSED;
import static io.quittance.domain.intake.Reason.INTERVAL_OPEN;
import static io.quittance.domain.intake.Reason.KYC;
import static io.quittance.domain.intake.Reason.LIMIT;
import static io.quittance.domain.intake.Reason.MINTS_NOTHING;
import static io.quittance.domain.intake.Reason.MORE_THAN_CAPACITY;
import static io.quittance.domain.intake.Reason.NOT_PUBLISHER;
import static io.quittance.domain.intake.Reason.OFF_TICK;
import static io.quittance.domain.intake.Reason.OVERLAP;
import static io.quittance.domain.intake.Reason.PRICE_MISMATCH;
import static io.quittance.domain.intake.Reason.PROVIDER_CAP;
import static io.quittance.domain.intake.Reason.RECEIVER_CLOSED;
import static io.quittance.domain.intake.Reason.RECEIVER_FROZEN;
import static io.quittance.domain.intake.Reason.RECEIVER_KYC;
import static io.quittance.domain.intake.Reason.SAME_ACCOUNT;
import static io.quittance.domain.intake.Reason.TASK_EXISTS;
import static io.quittance.domain.intake.Reason.TASK_NOT_OPEN;
import static io.quittance.domain.intake.Reason.TASK_NOT_READY;
import static io.quittance.domain.intake.Reason.UNKNOWN_ACCOUNT;
import static io.quittance.domain.intake.Reason.UNKNOWN_CLASS;
import static io.quittance.domain.intake.Reason.UNKNOWN_RESOURCE;
import static io.quittance.domain.intake.Reason.UNKNOWN_SERVICE;
import static io.quittance.domain.intake.Reason.UNKNOWN_TASK;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Submission.DepositMode;
import io.quittance.domain.intake.Submission.OrderType;
import io.quittance.domain.intake.Submission.Side;
import io.quittance.domain.intake.Submission.TimeInForce;
import io.quittance.domain.settlement.TestBank;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What screening answers where several things are wrong at once: every combination of faults of every kind, against the
 * precedence written out here. Each is judged with and without a hold, because what may wait is held for some of them.
 */
class PrecedenceTest {

    private static final Set<Reason> WORTH_WAITING =
            EnumSet.of(KYC, RECEIVER_KYC, LIMIT, AGENT_LIMIT, FUNDS, PROVIDER_CAP);
    private static final Set<Reason> WAITS_BY_RULE = EnumSet.of(EVIDENCE, TASK_NOT_READY);

    private static final List<Reason> OF_TRANSFERS = List.of(
            UNKNOWN_ACCOUNT,
            ACCOUNT_CLOSED,
            ACCOUNT_FROZEN,
            RECEIVER_CLOSED,
            RECEIVER_FROZEN,
            SAME_ACCOUNT,
            KYC,
            RECEIVER_KYC,
            LIMIT,
            AGENT_LIMIT,
            FUNDS);
    private static final List<Reason> OF_PUBLICATIONS =
            List.of(UNKNOWN_ACCOUNT, ACCOUNT_CLOSED, ACCOUNT_FROZEN, KYC, TASK_EXISTS, LIMIT, AGENT_LIMIT, FUNDS);
    private static final List<Reason> OF_COMPLETIONS = List.of(
            UNKNOWN_ACCOUNT,
            UNKNOWN_TASK,
            NOT_PUBLISHER,
            TASK_NOT_OPEN,
            RECEIVER_CLOSED,
            RECEIVER_FROZEN,
            RECEIVER_KYC,
            TASK_NOT_READY);
    private static final List<Reason> OF_DEPOSITS = List.of(
            UNKNOWN_ACCOUNT,
            UNKNOWN_CLASS,
            UNKNOWN_RESOURCE,
            ACCOUNT_CLOSED,
            ACCOUNT_FROZEN,
            KYC,
            OVERLAP,
            INTERVAL_OPEN,
            MORE_THAN_CAPACITY,
            EVIDENCE,
            EVIDENCE_MISMATCH,
            PROVIDER_CAP,
            MINTS_NOTHING);
    private static final List<Reason> OF_ORDERS = List.of(
            UNKNOWN_ACCOUNT,
            UNKNOWN_CLASS,
            OFF_TICK,
            ACCOUNT_CLOSED,
            ACCOUNT_FROZEN,
            KYC,
            GOOD_THROUGH_PASSED,
            AMOUNT_OVERFLOW,
            LIMIT,
            AGENT_LIMIT,
            FUNDS);
    private static final List<Reason> OF_SPENDS = List.of(
            UNKNOWN_ACCOUNT,
            UNKNOWN_SERVICE,
            ACCOUNT_CLOSED,
            ACCOUNT_FROZEN,
            RECEIVER_CLOSED,
            RECEIVER_FROZEN,
            SAME_ACCOUNT,
            KYC,
            RECEIVER_KYC,
            PRICE_MISMATCH,
            AMOUNT_OVERFLOW,
            LIMIT,
            AGENT_LIMIT,
            FUNDS);
    private static final List<Reason> OF_SPENDS_IN_CREDITS =
            List.of(UNKNOWN_ACCOUNT, UNKNOWN_CLASS, UNKNOWN_SERVICE, ACCOUNT_CLOSED, ACCOUNT_FROZEN, KYC, FUNDS);

    @Test
    void thePrecedenceOfEveryKindIsTheOrderOfTheClosedList() {
        for (List<Reason> kind : List.of(
                OF_TRANSFERS,
                OF_PUBLICATIONS,
                OF_COMPLETIONS,
                OF_DEPOSITS,
                OF_ORDERS,
                OF_SPENDS,
                OF_SPENDS_IN_CREDITS)) {
            assertThat(kind).isSorted();
        }
    }

    /** A payer and a payee, and what can be wrong with them. */
    private static class Scenario {
        final boolean mayWait;
        UUID payer = TestBank.id("payer");
        AccountStatus payerStatus = AccountStatus.ACTIVE;
        KycLevel payerLevel = KycLevel.L2;
        UUID payee = TestBank.id("payee");
        AccountStatus payeeStatus = AccountStatus.ACTIVE;
        KycLevel payeeLevel = KycLevel.L1;
        long limit = 1_000_000;
        Long ownCap = 1_000_000L;
        long funds = 1_000_000;

        Scenario(boolean mayWait) {
            this.mayWait = mayWait;
        }

        TestBank bank() {
            return bank(1_000_000);
        }

        TestBank bank(long providerCap) {
            BankParameters usual = TestBank.parameters(Map.of(KycLevel.L1, limit, KycLevel.L2, limit));
            var bank = new TestBank(new BankParameters(
                    1, "test", providerCap, usual.classes(), usual.instruments(), usual.dailyLimitUtoken()));
            bank.account("payer", TestBank.id("its party"), AccountType.PERSONAL, payerLevel, ownCap);
            bank.account("payee", TestBank.id("another party"), AccountType.PERSONAL, payeeLevel, null);
            bank.books().setStatus(bank.index(TestBank.id("payer")), payerStatus);
            bank.books().setStatus(bank.index(TestBank.id("payee")), payeeStatus);
            bank.give(TestBank.id("payer"), funds);
            return bank;
        }

        /** Judges what was handed in last; checks that it is held exactly where a hold may help. */
        Reason judge(TestBank bank, long submission) {
            bank.cutOff();
            Outcome outcome = bank.outcome(submission);
            Reason reason = outcome.reason();
            boolean held =
                    reason != null && (WAITS_BY_RULE.contains(reason) || (mayWait && WORTH_WAITING.contains(reason)));
            if (held) {
                assertThat(outcome.state()).isEqualTo(Outcome.State.HELD);
                assertThat(outcome.holdUntil())
                        .isEqualTo(mayWait ? TestBank.FIRST_DATE.plusDays(2) : TestBank.FIRST_DATE.plusDays(7));
            } else if (reason != null) {
                assertThat(outcome.state()).isEqualTo(Outcome.State.REJECTED);
                assertThat(outcome.holdUntil()).isNull();
            } else {
                assertThat(outcome.state()).isIn(Outcome.State.SETTLED, Outcome.State.ADMITTED);
            }
            return reason;
        }

        TestBank waiting(TestBank bank) {
            return mayWait ? bank.waiting(TestBank.FIRST_DATE.plusDays(2)) : bank;
        }
    }

    private static <S extends Scenario> FaultTable<S> payerFaults(FaultTable<S> table, KycLevel tooLow) {
        return table.fault("payer", UNKNOWN_ACCOUNT, s -> s.payer = TestBank.id("nobody"))
                .fault("payer", ACCOUNT_CLOSED, s -> s.payerStatus = AccountStatus.CLOSED)
                .fault("payer", ACCOUNT_FROZEN, s -> s.payerStatus = AccountStatus.FROZEN)
                .fault("payer's level", KYC, s -> s.payerLevel = tooLow);
    }

    private static <S extends Scenario> FaultTable<S> payeeFaults(FaultTable<S> table) {
        return table.fault("payee", UNKNOWN_ACCOUNT, s -> s.payee = TestBank.id("nobody"))
                .fault("payee", RECEIVER_CLOSED, s -> s.payeeStatus = AccountStatus.CLOSED)
                .fault("payee", RECEIVER_FROZEN, s -> s.payeeStatus = AccountStatus.FROZEN)
                .fault("payee", RECEIVER_KYC, s -> s.payeeLevel = KycLevel.L0);
    }

    private static <S extends Scenario> FaultTable<S> meansFaults(FaultTable<S> table) {
        return table.fault("limit", LIMIT, s -> s.limit = 99)
                .fault("cap", AGENT_LIMIT, s -> s.ownCap = 99L)
                .fault("funds", FUNDS, s -> s.funds = 99);
    }

    @ParameterizedTest(name = "may wait: {0}")
    @ValueSource(booleans = {false, true})
    void ofATransfer(boolean mayWait) {
        var table = new FaultTable<Scenario>(OF_TRANSFERS, () -> new Scenario(mayWait));
        payerFaults(table, KycLevel.L1);
        payeeFaults(table).fault("payee", SAME_ACCOUNT, s -> s.payee = TestBank.id("payer"));
        meansFaults(table);
        int judged = table.check(
                faults -> !(faults.contains(SAME_ACCOUNT) && faults.contains(UNKNOWN_ACCOUNT)), scenario -> {
                    TestBank bank = scenario.bank();
                    long sent = scenario.waiting(bank).transfer(scenario.payer, scenario.payee, 100);
                    return scenario.judge(bank, sent);
                });
        assertThat(judged).isGreaterThan(300);
    }

    private static final class Publication extends Scenario {
        boolean taken;

        Publication(boolean mayWait) {
            super(mayWait);
        }
    }

    @ParameterizedTest(name = "may wait: {0}")
    @ValueSource(booleans = {false, true})
    void ofAPublication(boolean mayWait) {
        var table = new FaultTable<>(OF_PUBLICATIONS, () -> new Publication(mayWait));
        payerFaults(table, KycLevel.L0).fault("name", TASK_EXISTS, s -> s.taken = true);
        meansFaults(table).check(faults -> true, scenario -> {
            TestBank bank = scenario.bank();
            if (scenario.taken) {
                UUID other = bank.person("other", KycLevel.L3);
                bank.give(other, 1);
                bank.publish(other, "the task", 1);
                bank.cutOff();
            }
            long sent = scenario.waiting(bank).publish(scenario.payer, "the task", 100);
            return scenario.judge(bank, sent);
        });
    }

    private static final class Completion extends Scenario {
        UUID sender = TestBank.id("publisher");
        boolean unpublished;
        boolean publishedNow;
        boolean completedBefore;

        Completion(boolean mayWait) {
            super(mayWait);
        }
    }

    @ParameterizedTest(name = "may wait: {0}")
    @ValueSource(booleans = {false, true})
    void ofACompletion(boolean mayWait) {
        var table = new FaultTable<>(OF_COMPLETIONS, () -> new Completion(mayWait));
        payeeFaults(table)
                .fault("sender", NOT_PUBLISHER, s -> s.sender = TestBank.id("stranger"))
                .fault("task", UNKNOWN_TASK, s -> s.unpublished = true)
                .fault("task", TASK_NOT_OPEN, s -> s.completedBefore = true)
                .fault("task", TASK_NOT_READY, s -> s.publishedNow = true);
        // Whose a task is that nobody has published yet cannot be asked.
        table.check(faults -> !(faults.contains(TASK_NOT_READY) && faults.contains(NOT_PUBLISHER)), scenario -> {
            TestBank bank = scenario.bank();
            UUID publisher = bank.person("publisher", KycLevel.L3);
            UUID stranger = bank.person("stranger", KycLevel.L3);
            bank.give(publisher, 100);
            if (!scenario.unpublished && !scenario.publishedNow) {
                bank.publish(publisher, "the task", 100);
                bank.cutOff();
            }
            if (scenario.completedBefore) {
                bank.complete(publisher, "the task", stranger);
                bank.cutOff();
            }
            if (scenario.publishedNow) {
                bank.publish(publisher, "the task", 100);
            }
            long sent = scenario.waiting(bank).complete(scenario.sender, "the task", scenario.payee);
            return scenario.judge(bank, sent);
        });
    }

    private static final class Deposit extends Scenario {
        String resource = "gpus";
        String registeredClass = TestBank.A100;
        boolean overlaps;
        boolean endsLater;
        boolean tooMuch;
        boolean tooLittle;
        boolean metered = true;
        long meteredMore;
        long providerCap = 1_000_000_000;

        Deposit(boolean mayWait) {
            super(mayWait);
        }
    }

    @ParameterizedTest(name = "may wait: {0}")
    @ValueSource(booleans = {false, true})
    void ofADeposit(boolean mayWait) {
        var table = new FaultTable<>(OF_DEPOSITS, () -> new Deposit(mayWait));
        payerFaults(table, KycLevel.L0)
                .fault("resource", UNKNOWN_RESOURCE, s -> s.resource = "no such")
                .fault("resource", UNKNOWN_CLASS, s -> s.registeredClass = "GPU-NONE")
                .fault("interval", OVERLAP, s -> s.overlaps = true)
                .fault("end", INTERVAL_OPEN, s -> s.endsLater = true)
                .fault("quantity", MORE_THAN_CAPACITY, s -> s.tooMuch = true)
                .fault("quantity", MINTS_NOTHING, s -> s.tooLittle = true)
                .fault("evidence", EVIDENCE, s -> s.metered = false)
                .fault("evidence", EVIDENCE_MISMATCH, s -> s.meteredMore = 1)
                .fault("cap", PROVIDER_CAP, s -> s.providerCap = 1);
        // A deposit that mints nothing is within any cap.
        int judged =
                table.check(faults -> !(faults.contains(MINTS_NOTHING) && faults.contains(PROVIDER_CAP)), scenario -> {
                    TestBank bank = scenario.bank(scenario.providerCap);
                    bank.resource("gpus", scenario.payer, scenario.registeredClass, 2);
                    Instant to = scenario.endsLater
                            ? bank.nextCutOff().plusSeconds(1)
                            : bank.nextCutOff().minusSeconds(60);
                    Instant from = bank.nextCutOff().minusSeconds(600);
                    if (scenario.overlaps) {
                        bank.books().settleInterval("gpus", from.minusSeconds(60), from.plusMillis(1));
                    }
                    long capacity = 2 * (to.toEpochMilli() - from.toEpochMilli());
                    long gpuMs = scenario.tooMuch ? capacity + 1 : scenario.tooLittle ? 1 : capacity;
                    if (scenario.metered) {
                        bank.metering(scenario.resource, from, to, gpuMs + scenario.meteredMore);
                    }
                    long sent = scenario.waiting(bank)
                            .deposit(scenario.payer, scenario.resource, DepositMode.MINT, from, to, gpuMs);
                    return scenario.judge(bank, sent);
                });
        assertThat(judged).isGreaterThan(500);
    }

    private static final class Order extends Scenario {
        String computeClass = TestBank.H100;
        boolean offTick;
        boolean passed;
        boolean enormous;

        Order() {
            super(false);
        }
    }

    @Test
    void ofAnOrder() {
        var table = new FaultTable<>(OF_ORDERS, Order::new);
        payerFaults(table, KycLevel.L1)
                .fault("class", UNKNOWN_CLASS, s -> s.computeClass = TestBank.L40)
                .fault("limit price", OFF_TICK, s -> s.offTick = true)
                .fault("last date", GOOD_THROUGH_PASSED, s -> s.passed = true)
                .fault("lots", AMOUNT_OVERFLOW, s -> s.enormous = true);
        meansFaults(table).check(faults -> true, scenario -> {
            TestBank bank = scenario.bank();
            long sent = bank.order(
                    scenario.payer,
                    scenario.computeClass,
                    Side.BUY,
                    OrderType.LIMIT,
                    scenario.enormous ? Long.MAX_VALUE / 1_000 : 1,
                    scenario.offTick ? 10_001L : 10_000L,
                    TimeInForce.GTD,
                    scenario.passed ? TestBank.FIRST_DATE.minusDays(1) : TestBank.FIRST_DATE);
            return scenario.judge(bank, sent);
        });
    }

    private static final class Spend extends Scenario {
        String service = "chat";
        String version = "v1";
        boolean enormous;

        Spend(boolean mayWait) {
            super(mayWait);
        }
    }

    @ParameterizedTest(name = "may wait: {0}")
    @ValueSource(booleans = {false, true})
    void ofASpend(boolean mayWait) {
        var table = new FaultTable<>(OF_SPENDS, () -> new Spend(mayWait));
        payerFaults(table, KycLevel.L0).fault("service", UNKNOWN_SERVICE, s -> s.service = "no such");
        payeeFaults(table).fault("payee", SAME_ACCOUNT, s -> s.payee = TestBank.id("payer"));
        table.fault("price", PRICE_MISMATCH, s -> s.version = "v2")
                .fault("price", AMOUNT_OVERFLOW, s -> s.enormous = true);
        int judged = meansFaults(table)
                .check(
                        faults -> !(faults.contains(SAME_ACCOUNT) && faults.contains(UNKNOWN_ACCOUNT))
                                // Who would be paid by a service that does not exist cannot be asked.
                                && !(faults.contains(UNKNOWN_SERVICE) && faults.contains(UNKNOWN_ACCOUNT)),
                        scenario -> {
                            TestBank bank = scenario.bank();
                            bank.service("chat", scenario.payee);
                            bank.price("chat", "small", "v1", bank.earlier(), 100_000_000, 100_000_000);
                            long sent = scenario.waiting(bank)
                                    .spend(
                                            scenario.payer,
                                            scenario.service,
                                            "small",
                                            scenario.version,
                                            bank.earlier(),
                                            1,
                                            scenario.enormous ? Long.MAX_VALUE : 0);
                            return scenario.judge(bank, sent);
                        });
        assertThat(judged).isGreaterThan(1_000);
    }

    private static final class CreditSpend extends Scenario {
        String service = "chat";
        String computeClass = TestBank.H100;
        long credits = 100;

        CreditSpend(boolean mayWait) {
            super(mayWait);
        }
    }

    @ParameterizedTest(name = "may wait: {0}")
    @ValueSource(booleans = {false, true})
    void ofASpendInCredits(boolean mayWait) {
        var table = new FaultTable<>(OF_SPENDS_IN_CREDITS, () -> new CreditSpend(mayWait));
        payerFaults(table, KycLevel.L0)
                .fault("service", UNKNOWN_SERVICE, s -> s.service = "no such")
                .fault("class", UNKNOWN_CLASS, s -> s.computeClass = "GPU-NONE")
                .fault("funds", FUNDS, s -> s.credits = 99);
        table.check(faults -> true, scenario -> {
            TestBank bank = scenario.bank();
            bank.service("chat", null);
            bank.giveCredits(TestBank.id("payer"), TestBank.H100, scenario.credits);
            long sent =
                    scenario.waiting(bank).spendCredits(scenario.payer, scenario.service, scenario.computeClass, 100);
            return scenario.judge(bank, sent);
        });
    }
}
