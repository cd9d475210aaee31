package io.quittance.domain.screening;

import static io.quittance.domain.screening.Outcome.State.EXPIRED;
import static io.quittance.domain.screening.Outcome.State.HELD;
import static io.quittance.domain.screening.Outcome.State.REJECTED;
import static io.quittance.domain.screening.Outcome.State.SETTLED;
import static io.quittance.domain.settlement.TestBank.FIRST_DATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.ledger.Task;
import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.settlement.SettlementCycle;
import io.quittance.domain.settlement.TestBank;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RULES 9: escrow, who may release it, and what becomes of it when nobody does. */
class TasksTest {

    private final TestBank bank = new TestBank();
    private final UUID client = bank.person("client", KycLevel.L2);
    private final UUID agent = bank.person("agent", KycLevel.L1);
    private final UUID stranger = bank.person("stranger", KycLevel.L3);

    @BeforeEach
    void fund() {
        bank.give(client, 1_000);
    }

    private void published(Instant dueAt) {
        bank.publish(client, "task", 100, dueAt);
        bank.cutOff();
    }

    @Test
    void aPublicationEscrowsInItsOwnCycle() {
        published(null);
        assertThat(bank.tokens(client)).isEqualTo(900);
        assertThat(bank.of(SystemAccount.ESCROW)).isEqualTo(100);
        assertThat(bank.books().tasks.get("task").state).isEqualTo(Task.State.LISTED);
    }

    @Test
    void thePublishersAcceptancePaysTheAgent() {
        published(null);
        long completion = bank.complete(client, "task", agent);
        SettlementCycle run = bank.cutOff();
        assertThat(bank.state(completion)).isEqualTo(SETTLED);
        assertThat(bank.tokens(agent)).isEqualTo(100);
        assertThat(bank.of(SystemAccount.ESCROW)).isZero();
        assertThat(bank.books().tasks.get("task").agent).isEqualTo(bank.index(agent));
        assertThat(run.transfers().size()).isOne();
        assertThat(run.transfers().type(0)).isEqualTo(TransactionType.REWARD);
        assertThat(run.transfers().taskId(0)).isEqualTo("task");
    }

    @Test
    void anAgentsOwnCompletionMovesNothing() {
        published(null);
        long claim = bank.complete(agent, "task", agent);
        long claimByOperator = bank.byOperator().complete(agent, "task", agent);
        bank.cutOff();
        assertThat(bank.reason(claim)).isEqualTo(Reason.NOT_PUBLISHER);
        assertThat(bank.reason(claimByOperator)).isEqualTo(Reason.NOT_PUBLISHER);
        assertThat(bank.tokens(agent)).isZero();
    }

    @Test
    void aStrangersCompletionMovesNothing() {
        published(null);
        long completion = bank.complete(stranger, "task", agent);
        bank.cutOff();
        assertThat(bank.reason(completion)).isEqualTo(Reason.NOT_PUBLISHER);
        assertThat(bank.of(SystemAccount.ESCROW)).isEqualTo(100);
    }

    @Test
    void anOperatorMayAccept() {
        published(null);
        long completion = bank.byOperator().complete(client, "task", agent);
        bank.cutOff();
        assertThat(bank.state(completion)).isEqualTo(SETTLED);
        assertThat(bank.tokens(agent)).isEqualTo(100);
    }

    @Test
    void aTaskIsPaidOnce() {
        published(null);
        bank.complete(client, "task", agent);
        long again = bank.complete(client, "task", stranger);
        bank.cutOff();
        long later = bank.complete(client, "task", stranger);
        bank.cutOff();
        assertThat(bank.reason(again)).isEqualTo(Reason.TASK_NOT_OPEN);
        assertThat(bank.reason(later)).isEqualTo(Reason.TASK_NOT_OPEN);
        assertThat(bank.tokens(stranger)).isZero();
    }

    @Test
    void aRewardIsAvailableInTheCycleThatPaysIt() {
        published(null);
        bank.service("chat", null);
        long spend = bank.spend(agent, "chat", 100);
        bank.complete(client, "task", agent);
        bank.cutOff();
        assertThat(bank.state(spend)).isEqualTo(SETTLED);
    }

    @Test
    void whatIsNotCompletedByItsDueDateGoesBack() {
        Instant due = bank.nextCutOff().plusSeconds(3_600); // The second cut-off, exactly.
        published(due);
        assertThat(bank.of(SystemAccount.ESCROW)).isEqualTo(100);
        SettlementCycle run = bank.cutOff();
        assertThat(bank.tokens(client)).isEqualTo(1_000);
        assertThat(bank.books().tasks.get("task").state).isEqualTo(Task.State.EXPIRED);
        assertThat(run.transfers().type(0)).isEqualTo(TransactionType.REFUND);
        assertThat(bank.used(client)).as("a refund gives back no limit").isEqualTo(100);
        long completion = bank.complete(client, "task", agent);
        bank.cutOff();
        assertThat(bank.reason(completion)).isEqualTo(Reason.TASK_NOT_OPEN);
    }

    @Test
    void aTaskDueAMomentAfterTheCutOffStaysListed() {
        published(bank.nextCutOff().plusSeconds(3_600).plusNanos(1_000));
        bank.cutOff();
        assertThat(bank.of(SystemAccount.ESCROW)).isEqualTo(100);
    }

    @Test
    void aRefundIsAvailableInItsCycle() {
        bank.publish(client, "task", 1_000, bank.nextCutOff().plusSeconds(60));
        bank.cutOff();
        long transfer = bank.transfer(client, stranger, 1_000);
        bank.cutOff();
        assertThat(bank.state(transfer)).isEqualTo(SETTLED);
    }

    @Test
    void aCompletionReceivedInTimeComesBeforeTheClock() {
        Instant due = bank.nextCutOff().plusSeconds(60);
        published(due);
        long completion = bank.at(due).complete(client, "task", agent);
        bank.cutOff();
        assertThat(bank.state(completion)).isEqualTo(SETTLED);
        assertThat(bank.tokens(agent)).isEqualTo(100);
    }

    /** The due date compares the time of receipt, so the length of the windows does not decide. */
    @Test
    void aCompletionReceivedAfterTheDueDateIsLateEvenBeforeTheCutOff() {
        Instant due = bank.nextCutOff().plusSeconds(60);
        published(due);
        long completion = bank.at(due.plusNanos(1_000)).complete(client, "task", agent);
        bank.cutOff();
        assertThat(bank.state(completion)).isEqualTo(REJECTED);
        assertThat(bank.reason(completion)).isEqualTo(Reason.TASK_NOT_OPEN);
        assertThat(bank.tokens(client)).isEqualTo(1_000);
        assertThat(bank.tokens(agent)).isZero();
    }

    @Test
    void aTimelyCompletionThatWaitsKeepsTheEscrow() {
        UUID unknown = bank.person("unknown", KycLevel.L0);
        Instant due = bank.nextCutOff().plusSeconds(60);
        published(due);
        long completion = bank.at(due).waiting(FIRST_DATE).complete(client, "task", unknown);
        bank.at(null);
        bank.cutOff();
        assertThat(bank.state(completion)).isEqualTo(HELD);
        assertThat(bank.reason(completion)).isEqualTo(Reason.RECEIVER_KYC);
        assertThat(bank.of(SystemAccount.ESCROW)).isEqualTo(100);
        bank.nextDate();
        bank.cutOff();
        assertThat(bank.state(completion)).isEqualTo(EXPIRED);
        assertThat(bank.tokens(client)).as("refunded when the wait is over").isEqualTo(1_000);
    }

    @Test
    void aStrangersCompletionThatMayWaitDoesNotKeepTheEscrow() {
        UUID unknown = bank.person("unknown", KycLevel.L0);
        published(bank.nextCutOff().plusSeconds(3_600));
        long completion = bank.waiting(FIRST_DATE.plusDays(100)).complete(stranger, "task", unknown);
        bank.cutOff();
        assertThat(bank.reason(completion)).isEqualTo(Reason.NOT_PUBLISHER);
        assertThat(bank.tokens(client)).isEqualTo(1_000);
    }

    @Test
    void aRefundReachesAFrozenPublisher() {
        published(bank.nextCutOff().plusSeconds(60));
        bank.books().setStatus(bank.index(client), AccountStatus.FROZEN);
        bank.cutOff();
        assertThat(bank.tokens(client)).isEqualTo(1_000);
    }

    @Test
    void refundsStandInTheOrderOfTheirPublications() {
        Instant due = bank.nextCutOff().plusSeconds(60);
        for (String task : new String[] {"z", "a", "m", "b"}) {
            bank.publish(client, task, 10, due);
        }
        bank.cutOff();
        SettlementCycle run = bank.cutOff();
        assertThat(run.transfers().size()).isEqualTo(4);
        for (int i = 0; i < 4; i++) {
            assertThat(run.transfers().taskId(i)).isEqualTo(new String[] {"z", "a", "m", "b"}[i]);
        }
    }
}
