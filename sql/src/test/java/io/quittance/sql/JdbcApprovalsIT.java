package io.quittance.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.intake.Approvals.Approval;
import io.quittance.domain.intake.Approvals.SelfApproval;
import io.quittance.domain.intake.Approvals.State;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Client.Scope;
import io.quittance.domain.intake.ReversalAction;
import io.quittance.domain.seal.Hash32;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JdbcApprovalsIT {

    private static final Hash32 ACTION = ReversalAction.hash(new UUID(1, 2), true);

    private TestBank bank;
    private Client checker;

    @BeforeEach
    void open() {
        bank = new TestBank();
        checker = bank.client("checker", Scope.OPERATE);
    }

    @AfterEach
    void close() {
        bank.close();
    }

    @Test
    void whatIsAskedIsDecidedByAnother() {
        Approval asked = bank.approvals
                .request(bank.operator, "request", "reverse this", ACTION)
                .approval();

        assertThat(asked)
                .isEqualTo(new Approval(
                        asked.id(), "reverse this", ACTION, "operator", TestBank.NOW, State.REQUESTED, null));
        Approval decided = bank.approvals.decide(checker, asked.id(), true).orElseThrow();
        assertThat(decided.state()).isEqualTo(State.APPROVED);
        assertThat(decided.checker()).isEqualTo("checker");
        assertThat(bank.approvals.find(asked.id())).contains(decided);
    }

    @Test
    void nobodyDecidesItsOwnRequest() {
        Approval asked = bank.approvals
                .request(bank.operator, "request", "reverse this", ACTION)
                .approval();

        for (boolean yes : new boolean[] {true, false}) {
            assertThatThrownBy(() -> bank.approvals.decide(bank.operator, asked.id(), yes))
                    .isInstanceOf(SelfApproval.class);
        }
        assertThat(bank.approvals.find(asked.id()).orElseThrow().state()).isEqualTo(State.REQUESTED);
    }

    @Test
    void aDecisionStands() {
        Approval asked = bank.approvals
                .request(bank.operator, "request", "reverse this", ACTION)
                .approval();
        bank.approvals.decide(checker, asked.id(), false);

        assertThatThrownBy(() -> bank.approvals.decide(checker, asked.id(), true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("REFUSED");
        assertThat(bank.approvals.find(asked.id()).orElseThrow().state()).isEqualTo(State.REFUSED);
    }

    @Test
    void ofManyDecisionsAtOnceOneCounts() throws Exception {
        Approval asked = bank.approvals
                .request(bank.operator, "request", "reverse this", ACTION)
                .approval();

        List<Object> answers = AtOnce.releasedFrom(bank, "SELECT FROM approvals FOR UPDATE", i -> {
            try {
                return bank.approvals.decide(checker, asked.id(), i % 2 == 0).orElseThrow();
            } catch (IllegalStateException decidedBefore) {
                return decidedBefore;
            }
        });

        assertThat(answers).filteredOn(Approval.class::isInstance).hasSize(1);
    }

    @Test
    void whatWasNeverAskedCannotBeDecided() {
        assertThat(bank.approvals.decide(checker, UUID.randomUUID(), true)).isEmpty();
        assertThat(bank.approvals.find(UUID.randomUUID())).isEmpty();
    }
}
