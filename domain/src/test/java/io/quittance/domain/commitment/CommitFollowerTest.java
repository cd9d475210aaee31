package io.quittance.domain.commitment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.commitment.CycleRegistry.Sending;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.SealHeader;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CommitFollowerTest {

    private static final Duration LEASE = Duration.ofSeconds(30);

    private final SimulatedChain chain = new SimulatedChain();
    private final InMemoryCommitmentStore store = new InMemoryCommitmentStore();
    private final CommitFollower follower = follower("a", chain, store, 1_000);

    private static CommitFollower follower(String owner, CycleRegistry chain, CommitmentStore store, long ceiling) {
        return new CommitFollower(store, chain, new FollowSettings(owner, LEASE, 3, BigInteger.valueOf(ceiling), 4));
    }

    private SealHeader[] due(int count) {
        SealHeader[] headers = Headers.chain(count, chain::hashOf);
        for (SealHeader header : headers) {
            store.recordDue(header);
        }
        return headers;
    }

    private void untilIdle() {
        for (int i = 0; i < 200; i++) {
            if (follower.tick() instanceof Pass.Idle) {
                return;
            }
            chain.mine();
        }
        throw new AssertionError("not idle after 200 blocks: " + store.states());
    }

    private CommitStatus status(long cycle) {
        return store.status(cycle).orElseThrow();
    }

    // ---- the way

    @Test
    void aDueHeaderIsSentMinedAndFinal() {
        due(1);

        assertThat(follower.tick()).isEqualTo(new Pass.Waiting(1, CommitState.SENT, 1));
        chain.mine();
        assertThat(follower.tick()).isEqualTo(new Pass.Waiting(1, CommitState.MINED, 1));
        assertThat(status(1).block()).isEqualTo(1);
        chain.mine();
        assertThat(follower.tick()).isEqualTo(new Pass.Waiting(1, CommitState.MINED, 1));
        chain.mine();
        assertThat(follower.tick()).isInstanceOf(Pass.Idle.class);
        assertThat(status(1).state()).isEqualTo(CommitState.FINAL);
        assertThat(status(1).attempts()).isEqualTo(1);
        assertThat(status(1).gasUsed()).isEqualTo(68_000);
    }

    @Test
    void headersAreRecordedInTheOrderOfCyclesWithOneTransactionEach() {
        SealHeader[] headers = due(70);

        untilIdle();

        assertThat(chain.recorded().keySet())
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 70).boxed().toList());
        for (SealHeader header : headers) {
            assertThat(chain.recordedHash(header.cycle())).isEqualTo(chain.hashOf(DueHeader.of(header)));
            assertThat(status(header.cycle()).attempts()).isEqualTo(1);
        }
        assertThat(chain.pendingNonce()).isEqualTo(70);
    }

    @Test
    void noCommitIsStartedBeforeAllBeforeItAreInSafeBlocks() {
        due(3);

        for (int block = 0; block < 12; block++) {
            follower.tick();
            List<CommitState> states = store.states();
            long underWay = states.stream()
                    .filter(s -> s == CommitState.PREPARED || s == CommitState.SENT)
                    .count();
            assertThat(underWay).as("states %s", states).isLessThanOrEqualTo(1);
            assertThat(chain.waiting()).isLessThanOrEqualTo(1);
            for (long cycle = 2; cycle <= 3; cycle++) {
                if (status(cycle).state() != CommitState.DUE) {
                    Long before = status(cycle - 1).block();
                    assertThat(before).isNotNull();
                    assertThat(before).isLessThanOrEqualTo(chain.head().safe().orElseThrow());
                }
            }
            chain.mine();
        }
        assertThat(store.states()).containsOnly(CommitState.FINAL);
    }

    @Test
    void withoutFinalityTagsTheDepthDecides() {
        chain.finalityTags = false;
        due(1);
        follower.tick();
        chain.mine();
        follower.tick();

        chain.mine(3);
        assertThat(follower.tick()).isEqualTo(new Pass.Waiting(1, CommitState.MINED, 1));
        chain.mine();
        assertThat(follower.tick()).isInstanceOf(Pass.Idle.class);
    }

    @Test
    void theSameHeaderMayBeRecordedAsDueAgainButNotAnother() {
        SealHeader header = due(1)[0];

        store.recordDue(header);

        assertThatThrownBy(() -> store.recordDue(Headers.header(1, Hash32.ZERO, 4)))
                .isInstanceOf(IllegalStateException.class);
    }

    // ---- crashes

    /** Ends the process at the n-th change of tables or chain, before or after it took effect. */
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1;
    }

    private static final class CrashPlan {
        private int left;

        CrashPlan(int left) {
            this.left = left;
        }

        void point() {
            if (left-- == 0) {
                throw new Crash();
            }
        }
    }

    private static final class CrashingStore extends InMemoryCommitmentStore {
        private CrashPlan plan = new CrashPlan(-1);

        @Override
        public boolean save(Claim claim, Commitment before, Commitment after) {
            plan.point();
            boolean saved = super.save(claim, before, after);
            plan.point();
            return saved;
        }
    }

    private static final class CrashingChain extends SimulatedChain {
        private CrashPlan plan = new CrashPlan(-1);

        @Override
        public Sending send(Attempt attempt) {
            plan.point();
            Sending result = super.send(attempt);
            plan.point();
            return result;
        }
    }

    @Test
    void aCrashAtAnyPointLosesNothingSendsNoSecondTransactionAndEndsFinal() {
        int crashes = 0;
        for (int blocksWhileDown : new int[] {0, 1, 4}) {
            for (int point = 0; ; point++) {
                CrashingStore tables = new CrashingStore();
                CrashingChain node = new CrashingChain();
                for (SealHeader header : Headers.chain(3, node::hashOf)) {
                    tables.recordDue(header);
                }
                CrashPlan plan = new CrashPlan(point);
                tables.plan = plan;
                node.plan = plan;
                boolean crashed = run(follower("before", node, tables, 1_000), node);
                if (!crashed) {
                    break;
                }
                crashes++;
                node.mine(blocksWhileDown);
                tables.pass(LEASE);

                boolean again = run(follower("after", node, tables, 1_000), node);

                String where = "crash at point " + point + ", " + blocksWhileDown + " blocks while down";
                assertThat(again).as(where).isFalse();
                assertThat(tables.states()).as(where).containsOnly(CommitState.FINAL);
                assertThat(node.recorded()).as(where).hasSize(3);
                assertThat(node.pendingNonce()).as(where + ": nonces used").isEqualTo(3);
                for (long cycle = 1; cycle <= 3; cycle++) {
                    assertThat(tables.status(cycle).orElseThrow().attempts())
                            .as(where)
                            .isEqualTo(1);
                }
            }
        }
        // Per cycle: three saves and a send before final, and the save that makes it final, twice each.
        assertThat(crashes).isEqualTo(3 * 3 * 10);
    }

    private static boolean run(CommitFollower follower, SimulatedChain node) {
        try {
            for (int i = 0; i < 60; i++) {
                if (follower.tick() instanceof Pass.Idle) {
                    return false;
                }
                node.mine();
            }
        } catch (Crash crash) {
            return true;
        }
        throw new AssertionError("neither idle nor crashed");
    }

    // ---- what the chain already has

    @Test
    void aHeaderThatTheChainAlreadyHoldsIsFoundAndNotSentAgain() {
        SealHeader header = due(1)[0];
        chain.recordDirectly(header);

        assertThat(follower.tick()).isEqualTo(new Pass.Waiting(1, CommitState.MINED, 1));

        untilIdle();
        assertThat(status(1).attempts()).isZero();
        assertThat(status(1).transaction()).isNotNull();
        assertThat(chain.pendingNonce()).isZero();
    }

    @Test
    void anotherHeaderOnTheChainStopsEverythingUntilAPersonResumes() {
        due(2);
        chain.recordDirectly(Headers.header(1, Hash32.ZERO, 4));

        assertThat(follower.tick()).isInstanceOf(Pass.Halted.class);
        chain.mine(5);
        assertThat(follower.tick()).isInstanceOf(Pass.Halted.class);

        assertThat(status(1).remark()).contains("the registry holds 0x");
        assertThat(status(2).state()).isEqualTo(CommitState.DUE);
        assertThat(chain.waiting()).isZero();
        assertThat(follower.resume(2)).as("cycle 2 is not halted").isFalse();
        assertThat(follower.resume(1)).isTrue();
        assertThat(follower.tick()).as("nothing has changed").isInstanceOf(Pass.Halted.class);
    }

    @Test
    void aContradictionFoundByTryingItOutStopsBeforeAnythingIsSigned() {
        due(1);
        chain.contradiction = "PrevHashMismatch(0x01, 0x02)";

        assertThat(follower.tick())
                .isEqualTo(new Pass.Halted(1, "the registry would not take the header: PrevHashMismatch(0x01, 0x02)"));
        assertThat(status(1).attempts()).isZero();
    }

    @Test
    void aMinedHeaderThatTheRegistryDoesNotHoldIsNeverCalledFinal() {
        SimulatedChain forgetful = new SimulatedChain() {
            @Override
            public Hash32 recordedHash(long cycle) {
                return Hash32.ZERO;
            }
        };
        due(1);
        CommitFollower onIt = follower("a", forgetful, store, 1_000);
        onIt.tick();
        forgetful.mine();
        onIt.tick();
        forgetful.mine(2);

        assertThat(onIt.tick()).isInstanceOf(Pass.Halted.class);
    }

    @Test
    void aNodeThatContradictsItselfAboutTheBlockIsNotBelieved() {
        boolean[] lies = {true};
        SimulatedChain twoFaced = new SimulatedChain() {
            @Override
            public Optional<Hash32> blockHash(long number) {
                return lies[0] ? Optional.of(Hash32.ZERO) : super.blockHash(number);
            }
        };
        due(1);
        CommitFollower onIt = follower("a", twoFaced, store, 1_000);
        onIt.tick();
        twoFaced.mine();
        onIt.tick();
        twoFaced.mine(5);

        assertThat(onIt.tick()).isEqualTo(new Pass.Waiting(1, CommitState.MINED, 1));
        assertThat(status(1).remark()).contains("contradicts itself about block 1");
        lies[0] = false;
        assertThat(onIt.tick()).isInstanceOf(Pass.Idle.class);
    }

    // ---- the chain changes its mind

    @Test
    void afterAReorganisationTheSameBytesAreSentAgain() {
        due(1);
        follower.tick();
        chain.mine();
        follower.tick();
        Hash32 transaction = status(1).transaction();

        chain.reorganise(1, true);

        assertThat(follower.tick()).isEqualTo(new Pass.Waiting(1, CommitState.SENT, 1));
        assertThat(chain.waiting()).isEqualTo(1);
        untilIdle();
        assertThat(status(1).transaction()).isEqualTo(transaction);
        assertThat(status(1).attempts()).isEqualTo(1);
    }

    @Test
    void aTransactionThatMovedToAnotherBlockIsFinalOnlyWhenThatBlockIs() {
        due(1);
        follower.tick();
        chain.mine();
        follower.tick();
        assertThat(status(1).block()).isEqualTo(1);

        chain.reorganise(1, false);
        chain.mine();
        follower.tick();

        assertThat(status(1).state()).isEqualTo(CommitState.MINED);
        assertThat(status(1).block()).isEqualTo(2);
        chain.mine();
        assertThat(follower.tick()).isEqualTo(new Pass.Waiting(1, CommitState.MINED, 1));
        chain.mine();
        assertThat(follower.tick()).isInstanceOf(Pass.Idle.class);
    }

    @Test
    void aTransactionThatTheNodeForgotIsSentAgain() {
        due(1);
        follower.tick();
        chain.forgetPool();

        follower.tick();

        assertThat(chain.waiting()).isEqualTo(1);
        untilIdle();
        assertThat(status(1).attempts()).isEqualTo(1);
    }

    @Test
    void aDevelopmentChainThatLostEverythingGetsTheRegistryAndTheStoredBytesAgain() {
        chain.developmentChain = true;
        due(3);
        untilIdle();
        List<Hash32> transactions = new ArrayList<>();
        for (long cycle = 1; cycle <= 3; cycle++) {
            transactions.add(status(cycle).transaction());
        }

        chain.loseEverything();
        untilIdle();

        assertThat(chain.deployments).isEqualTo(2);
        assertThat(chain.recorded()).hasSize(3);
        for (long cycle = 1; cycle <= 3; cycle++) {
            assertThat(status(cycle).transaction()).isEqualTo(transactions.get((int) cycle - 1));
            assertThat(status(cycle).attempts()).isEqualTo(1);
        }
    }

    @Test
    void anyOtherChainIsNeverDeployedToAgain() {
        due(1);
        untilIdle();
        store.recordDue(Headers.header(2, chain.recordedHash(1)));

        chain.loseEverything();

        assertThat(follower.tick()).isEqualTo(new Pass.Waiting(2, CommitState.DUE, 1));
        assertThat(status(1).state()).isEqualTo(CommitState.FINAL);
        assertThat(status(2).remark()).contains("there is no registry");
        assertThat(chain.deployments).isEqualTo(1);
    }

    // ---- prices

    @Test
    void whatTakesTooLongIsReplacedByAHigherOfferOfTheSameNonce() {
        due(1);
        follower.tick();
        chain.baseFee = 23;
        chain.mine(2);
        follower.tick();
        assertThat(status(1).attempts()).as("two blocks are not too long").isEqualTo(1);

        chain.mine();
        follower.tick();

        List<Attempt> attempts = store.find(1).orElseThrow().attempts();
        assertThat(attempts).hasSize(2);
        assertThat(attempts.get(1).nonce()).isEqualTo(attempts.get(0).nonce());
        assertThat(attempts.get(1).gasLimit()).isEqualTo(attempts.get(0).gasLimit());
        assertThat(attempts.get(1).fees()).isEqualTo(Fees.of(3, 48));
        untilIdle();
        assertThat(chain.pendingNonce()).isEqualTo(1);
    }

    @Test
    void theFirstOfferMayStillBeTheOneThatIsMined() {
        due(1);
        follower.tick();
        Attempt first = store.find(1).orElseThrow().attempts().getFirst();
        chain.baseFee = 23;
        chain.mine(3);
        follower.tick();
        chain.forgetPool();
        chain.baseFee = 10;
        chain.send(first);
        chain.mine();

        untilIdle();

        assertThat(status(1).transaction()).isEqualTo(first.hash());
        assertThat(status(1).attempts()).isEqualTo(2);
    }

    @Test
    void offersStopAtTheCeilingAndGoOnWhenItIsRaised() {
        due(1);
        chain.baseFee = 400;
        follower.tick();
        chain.baseFee = 5_000;
        chain.mine(3);

        assertThat(follower.tick()).isEqualTo(new Pass.Parked(1, "it takes 10002 wei per gas, the ceiling is 1000"));
        assertThat(status(1).attempts()).isEqualTo(1);
        chain.forgetPool();
        follower.tick();
        assertThat(chain.waiting()).as("what was offered stays offered").isEqualTo(1);

        assertThat(follower("a", chain, store, 20_000).tick()).isEqualTo(new Pass.Waiting(1, CommitState.SENT, 1));
        untilIdle();
        assertThat(chain.pendingNonce()).isEqualTo(1);
    }

    @Test
    void aParkedOfferThatIsMinedAfterAllIsTaken() {
        due(1);
        chain.baseFee = 400;
        follower.tick();
        chain.baseFee = 5_000;
        chain.mine(3);
        follower.tick();
        chain.baseFee = 400;
        chain.mine();

        untilIdle();

        assertThat(status(1).attempts()).isEqualTo(1);
    }

    @Test
    void nothingIsSignedWhileTheFirstOfferWouldBeTooDear() {
        due(1);
        chain.baseFee = 5_000;

        assertThat(follower.tick()).isInstanceOf(Pass.Parked.class);
        assertThat(follower.tick()).isInstanceOf(Pass.Parked.class);
        assertThat(status(1).attempts()).isZero();
        chain.baseFee = 10;
        untilIdle();
        assertThat(status(1).attempts()).isEqualTo(1);
    }

    // ---- answers that say little

    @Test
    void anAnswerThatNeverCameIsNoReasonForASecondTransaction() {
        due(1);
        chain.silentAfterTaking = true;

        assertThat(follower.tick()).isEqualTo(new Pass.Waiting(1, CommitState.PREPARED, 1));
        assertThat(status(1).remark()).contains("no answer");
        chain.silentAfterTaking = false;
        assertThat(follower.tick()).isEqualTo(new Pass.Waiting(1, CommitState.SENT, 1));

        untilIdle();
        assertThat(status(1).attempts()).isEqualTo(1);
        assertThat(status(1).remark()).isNull();
    }

    @Test
    void aSilentNodeChangesNothing() {
        due(1);
        chain.silent = true;

        assertThat(follower.tick()).isEqualTo(new Pass.Unavailable("the simulated node is silent"));
        assertThat(status(1).state()).isEqualTo(CommitState.DUE);
        chain.silent = false;
        untilIdle();
    }

    @Test
    void aPauseIsWaitedOut() {
        due(1);
        chain.paused = true;

        follower.tick();

        assertThat(status(1).state()).isEqualTo(CommitState.DUE);
        assertThat(status(1).remark()).contains("RegistryPaused()");
        assertThat(status(1).attempts()).isZero();
        chain.paused = false;
        untilIdle();
    }

    @Test
    void aTransactionMinedWithoutEffectIsFollowedByOneWithANewNonce() {
        due(1);
        follower.tick();
        chain.paused = true;
        chain.mine();
        follower.tick();
        assertThat(status(1).state()).isEqualTo(CommitState.DUE);

        chain.paused = false;
        follower.tick();
        assertThat(status(1).state()).as("the failed one is behind us").isEqualTo(CommitState.SENT);
        untilIdle();

        List<Attempt> attempts = store.find(1).orElseThrow().attempts();
        assertThat(attempts).extracting(Attempt::nonce).containsExactly(0L, 1L);
        assertThat(chain.recorded()).hasSize(1);
    }

    // ---- the key

    @Test
    void aKeyThatWasUsedElsewhereStopsBeforeAnythingIsSigned() {
        due(2);
        follower.tick();
        chain.mine();
        follower.tick();
        chain.foreignTransaction();
        chain.mine(2);

        assertThat(follower.tick()).isInstanceOf(Pass.Halted.class);
        assertThat(status(1).state()).isEqualTo(CommitState.FINAL);
        assertThat(status(2).remark()).contains("the key was used elsewhere");
        assertThat(status(2).attempts()).isZero();

        assertThat(follower.resume(2)).isTrue();
        untilIdle();
        assertThat(store.find(2).orElseThrow().attempts())
                .extracting(Attempt::nonce)
                .containsExactly(2L);
    }

    @Test
    void aForeignTransactionOnOurNonceHaltsOnlyWhenItIsFinal() {
        due(1);
        chain.silent = false;
        SimulatedChain lossy = new SimulatedChain() {
            @Override
            public Sending send(Attempt attempt) {
                if (nonceAt(java.util.OptionalLong.empty()) == 0 && waiting() == 0) {
                    foreignTransaction();
                    mine();
                }
                return super.send(attempt);
            }
        };
        CommitFollower onIt = follower("a", lossy, store, 1_000);

        onIt.tick();
        assertThat(status(1).state()).as("it may be a node that lags").isEqualTo(CommitState.PREPARED);
        lossy.mine(2);

        assertThat(onIt.tick()).isEqualTo(new Pass.Halted(1, "nonce 0 was used by a transaction that is not ours"));
    }

    @Test
    void aKeyWithAHistoryStartsAtTheChainsNonce() {
        chain.foreignTransaction();
        chain.mine();
        due(1);

        untilIdle();

        assertThat(store.find(1).orElseThrow().attempts())
                .extracting(Attempt::nonce)
                .containsExactly(1L);
    }

    // ---- two processes

    @Test
    void oneProcessFollowsAndTheOtherTakesOverWhenItIsGone() {
        due(1);
        CommitFollower other = follower("b", chain, store, 1_000);
        follower.tick();

        assertThat(other.tick()).isInstanceOf(Pass.Busy.class);
        store.pass(LEASE);
        assertThat(other.tick()).isEqualTo(new Pass.Waiting(1, CommitState.SENT, 1));
        assertThat(follower.tick()).isInstanceOf(Pass.Busy.class);
        assertThat(follower.resume(1)).isFalse();
    }

    @Test
    void aProcessThatStalledBetweenLookingAndSavingCannotUseASecondNonce() {
        due(1);
        SimulatedChain stalling = new SimulatedChain() {
            private boolean stalled;

            @Override
            public Fees suggestedFees() {
                if (!stalled) {
                    stalled = true;
                    store.pass(LEASE);
                    follower("b", this, store, 1_000).tick();
                }
                return super.suggestedFees();
            }
        };

        assertThat(follower("a", stalling, store, 1_000).tick()).isInstanceOf(Pass.Busy.class);

        assertThat(status(1).attempts()).isEqualTo(1);
        assertThat(stalling.waiting()).isEqualTo(1);
    }
}
