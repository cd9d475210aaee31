package io.quittance.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.contracts.ChainVerifier.OnChain;
import io.quittance.domain.commitment.Attempt;
import io.quittance.domain.commitment.ChainUnavailableException;
import io.quittance.domain.commitment.CommitFollower;
import io.quittance.domain.commitment.CommitState;
import io.quittance.domain.commitment.CommitStatus;
import io.quittance.domain.commitment.CycleRegistry;
import io.quittance.domain.commitment.CycleRegistry.Sending;
import io.quittance.domain.commitment.CycleRegistry.Trial;
import io.quittance.domain.commitment.DueHeader;
import io.quittance.domain.commitment.Fees;
import io.quittance.domain.commitment.FollowSettings;
import io.quittance.domain.commitment.Headers;
import io.quittance.domain.commitment.InMemoryCommitmentStore;
import io.quittance.domain.commitment.Pass;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.SealHeader;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The follower and the adapter on a real node. */
class ChainIT {

    private static final Duration BLOCK = Duration.ofMillis(100);

    @TempDir
    private Path directory;

    private final InMemoryCommitmentStore store = new InMemoryCommitmentStore();
    private LocalAnvil anvil;
    private CycleRegistry registry;
    private JsonRpc rpc;

    @BeforeEach
    void startChain() {
        start(0);
        RegistryDeployer.at(anvil.node()).deploy();
    }

    @AfterEach
    void stopChain() {
        anvil.close();
    }

    private void start(int port) {
        anvil = LocalAnvil.start(new LocalAnvil.Settings(Path.of("."), directory, port, BLOCK));
        registry = ChainAdapters.developmentRegistry(ChainSettings.local(anvil.node()));
        rpc = new JsonRpc(anvil.node(), Duration.ofSeconds(10));
    }

    private CommitFollower follower() {
        return follower("it");
    }

    private CommitFollower follower(String owner) {
        return new CommitFollower(
                store, registry, new FollowSettings(owner, Duration.ofSeconds(30), 5, BigInteger.TEN.pow(11), 10));
    }

    private SealHeader[] due(int count) {
        SealHeader[] headers = Headers.chain(count, registry::hashOf);
        for (SealHeader header : headers) {
            store.recordDue(header);
        }
        return headers;
    }

    private CommitStatus status(long cycle) {
        return store.status(cycle).orElseThrow();
    }

    private void untilIdle(CommitFollower follower) {
        until(() -> follower.tick() instanceof Pass.Idle);
    }

    private void until(BooleanSupplier reached) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!reached.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("time is up; states %s", store.states())
                    .isLessThan(deadline);
            try {
                Thread.sleep(20);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
    }

    private void stopMining() {
        rpc.ask("evm_setIntervalMining", 0);
    }

    private void mine(int blocks) {
        rpc.ask("anvil_mine", Hex.of(blocks));
    }

    @Test
    void dueHeadersBecomeFinalForLittleGasAndAnyoneCanCheckThem() {
        SealHeader[] headers = due(4);

        untilIdle(follower());

        ChainVerifier verifier = ChainVerifier.of(anvil.node(), RegistryDeployer.ADDRESS);
        assertThat(verifier.chainId()).isEqualTo(31337);
        for (SealHeader header : headers) {
            CommitStatus status = status(header.cycle());
            OnChain found = verifier.find(header.cycle()).orElseThrow();
            assertThat(status.state()).isEqualTo(CommitState.FINAL);
            assertThat(status.attempts()).isEqualTo(1);
            assertThat(found.headerHash())
                    .isEqualTo(status.headerHash())
                    .isEqualTo(registry.hashOf(DueHeader.of(header)));
            assertThat(found.header()).isEqualTo(header.encode());
            assertThat(found.transaction()).isEqualTo(status.transaction());
            assertThat(found.block()).isEqualTo(status.block());
            assertThat(found.isFinal()).isTrue();
            if (header.cycle() > 1) {
                assertThat(status.gasUsed()).isBetween(50_000L, 75_000L);
            }
        }
        assertThat(verifier.find(5)).isEmpty();
        assertThat(registry.lastCycle()).isEqualTo(4);
    }

    @Test
    void whatTheChainHasIsFoundWithoutASecondTransactionWhenTheTablesAreLost() {
        SealHeader[] headers = due(2);
        untilIdle(follower());
        InMemoryCommitmentStore empty = new InMemoryCommitmentStore();
        for (SealHeader header : headers) {
            empty.recordDue(header);
        }

        CommitFollower again = new CommitFollower(empty, registry, FollowSettings.standard("again"));
        until(() -> again.tick() instanceof Pass.Idle);

        assertThat(empty.status(2).orElseThrow().transaction())
                .isEqualTo(status(2).transaction());
        assertThat(empty.status(2).orElseThrow().attempts()).isZero();
        assertThat(registry.pendingNonce()).isEqualTo(2);
    }

    @Test
    void sendingTheSameBytesTwiceIsTakenAndAnotherHeaderIsAContradiction() {
        SealHeader header = due(1)[0];
        stopMining();
        follower().tick();
        Attempt attempt = store.find(1).orElseThrow().attempts().getFirst();

        assertThat(registry.send(attempt)).isEqualTo(new Sending.Taken());
        mine(1);
        assertThat(registry.send(attempt)).isEqualTo(new Sending.Taken());

        DueHeader other = DueHeader.of(Headers.header(1, Hash32.ZERO, 4));
        assertThat(registry.tryOut(other))
                .isEqualTo(new Trial.Contradicted(
                        "Conflict(1, " + registry.hashOf(DueHeader.of(header)) + ", " + registry.hashOf(other) + ")"));
        DueHeader tooEarly = DueHeader.of(Headers.header(3, Hash32.ZERO));
        assertThat(registry.tryOut(tooEarly)).isEqualTo(new Trial.Contradicted("CycleOutOfOrder(3, 2)"));
        Attempt sameNonce = registry.sign(tooEarly, 0, Fees.of(9_000_000_000L, 90_000_000_000L), 100_000);
        assertThat(registry.send(sameNonce)).isInstanceOf(Sending.NonceUsed.class);
    }

    @Test
    void anotherHeaderOnTheChainHalts() {
        due(1);
        untilIdle(follower());
        InMemoryCommitmentStore other = new InMemoryCommitmentStore();
        other.recordDue(Headers.header(1, Hash32.ZERO, 4));

        Pass pass = new CommitFollower(other, registry, FollowSettings.standard("other")).tick();

        assertThat(pass).isInstanceOf(Pass.Halted.class);
        assertThat(other.status(1).orElseThrow().state()).isEqualTo(CommitState.CONFLICT);
        assertThat(registry.pendingNonce()).isEqualTo(1);
    }

    @Test
    void afterAReorganisationTheSameTransactionIsMinedAgain() {
        due(1);
        stopMining();
        CommitFollower follower = follower();
        follower.tick();
        mine(1);
        follower.tick();
        Hash32 transaction = status(1).transaction();
        assertThat(status(1).state()).isEqualTo(CommitState.MINED);

        rpc.ask("anvil_reorg", 1, List.of());

        assertThat(follower.tick()).isEqualTo(new Pass.Waiting(1, CommitState.SENT, 1));
        mine(1);
        follower.tick();
        assertThat(status(1).state()).isEqualTo(CommitState.MINED);
        assertThat(status(1).transaction()).isEqualTo(transaction);
        mine(3);
        assertThat(follower.tick()).isInstanceOf(Pass.Idle.class);
        assertThat(status(1).attempts()).isEqualTo(1);
    }

    @Test
    void aDroppedTransactionIsSentAgainByTheNextProcess() {
        due(1);
        stopMining();
        follower("before").tick();
        Hash32 transaction = status(1).transaction();
        rpc.ask("anvil_dropAllTransactions");
        assertThat(registry.knows(transaction)).isFalse();
        store.pass(Duration.ofMinutes(1));

        follower("after").tick();

        assertThat(registry.knows(transaction)).isTrue();
        assertThat(status(1).attempts()).isEqualTo(1);
        mine(3);
        untilIdle(follower("after"));
        assertThat(status(1).transaction()).isEqualTo(transaction);
    }

    @Test
    void whatTakesTooLongIsReplacedByAHigherOffer() {
        due(1);
        stopMining();
        CommitFollower follower = follower();
        follower.tick();
        rpc.ask("anvil_setNextBlockBaseFeePerGas", Hex.of(50_000_000_000L));
        mine(1);
        for (int block = 0; block < 5; block++) {
            rpc.ask("anvil_setNextBlockBaseFeePerGas", Hex.of(20_000_000_000L));
            mine(1);
        }
        assertThat(status(1).attempts()).isEqualTo(1);

        follower.tick();

        List<Attempt> attempts = store.find(1).orElseThrow().attempts();
        assertThat(attempts).hasSize(2);
        assertThat(attempts).extracting(Attempt::nonce).containsOnly(0L);
        mine(1);
        follower.tick();
        assertThat(status(1).transaction()).isEqualTo(attempts.get(1).hash());
    }

    @Test
    void aChainThatLostItsStateGetsTheRegistryAndTheStoredBytesAgain() throws Exception {
        due(3);
        untilIdle(follower());
        Hash32 last = status(3).transaction();
        int port = anvil.node().getPort();
        anvil.close();
        Files.delete(directory.resolve("chain.json"));
        start(port);

        untilIdle(follower());

        assertThat(registry.lastCycle()).isEqualTo(3);
        assertThat(status(3).transaction()).isEqualTo(last);
        assertThat(store.states()).containsOnly(CommitState.FINAL);
        assertThat(registry.nonceAt(OptionalLong.empty())).isEqualTo(3);
    }

    @Test
    void aPauseByTheGuardianIsSeenBeforeAnythingIsSigned() throws Exception {
        due(1);
        Signer guardian = Signers.published(2);
        byte[] pause = Transactions.signed(
                guardian,
                31337,
                0,
                Fees.of(1_000_000_000L, 10_000_000_000L),
                100_000,
                RegistryDeployer.ADDRESS,
                RegistryAbi.selector("pause()"));
        rpc.call("eth_sendRawTransaction", Hex.of(pause));
        until(() -> registry.findReceipt(Keccak.hash(pause)).isPresent());

        follower().tick();

        assertThat(status(1).remark()).isEqualTo("the commit would fail now: RegistryPaused()");
        assertThat(status(1).attempts()).isZero();
    }

    @Test
    void aKeyWithoutTheRightIsToldSo() {
        CycleRegistry stranger = ChainAdapters.registry(ChainSettings.local(anvil.node()), Signers.published(2));

        assertThat(stranger.tryOut(DueHeader.of(Headers.header(1, Hash32.ZERO))))
                .isInstanceOfSatisfying(
                        Trial.Refused.class,
                        refused -> assertThat(refused.error())
                                .startsWith("AccessControlUnauthorizedAccount("
                                        + Signers.published(2).address()));
    }

    @Test
    void deployingTwiceIsDeployingOnce() {
        assertThat(RegistryDeployer.at(anvil.node()).deploy()).isEqualTo(RegistryDeployer.ADDRESS);
        assertThat(new RegistryReader(rpc, RegistryDeployer.ADDRESS, 0)
                        .nonceOf(Signers.published(0).address(), "latest"))
                .isEqualTo(1);
    }

    @Test
    void anAddressWithoutARegistryIsSaidSo() {
        ChainVerifier nowhere = ChainVerifier.of(anvil.node(), "0x" + "9".repeat(40));

        assertThatThrownBy(() -> nowhere.find(1))
                .isInstanceOf(ChainUnavailableException.class)
                .hasMessageContaining("there is no registry at 0x9999");
    }

    @Test
    void theTagsForSafeAndFinalBlocksFollowWithinSeconds() {
        stopMining();
        mine(5);
        CycleRegistry.ChainHead head = registry.head();

        assertThat(head.safe().orElseThrow()).isBetween(head.latest() - 2, head.latest());
        assertThat(head.finalized().orElseThrow()).isBetween(head.latest() - 3, head.latest());
        assertThat(registry.blockHash(head.latest())).isPresent();
        assertThat(registry.blockHash(head.latest() + 1)).isEmpty();
    }
}
