package io.quittance.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.commitment.Attempt;
import io.quittance.domain.commitment.Claim;
import io.quittance.domain.commitment.CommitFollower;
import io.quittance.domain.commitment.CommitState;
import io.quittance.domain.commitment.CommitStatus;
import io.quittance.domain.commitment.Commitment;
import io.quittance.domain.commitment.CommitmentStore;
import io.quittance.domain.commitment.Committer;
import io.quittance.domain.commitment.FollowSettings;
import io.quittance.domain.commitment.Headers;
import io.quittance.domain.commitment.InMemoryCommitmentStore;
import io.quittance.domain.commitment.Pass;
import io.quittance.domain.commitment.SimulatedChain;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.SealHeader;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The tables of chain commits on a real server, as the application's role. */
class JdbcCommitmentStoreIT {

    private static final Duration LEASE = Duration.ofSeconds(30);

    private static EmbeddedPostgres server;
    private static PGSimpleDataSource owner;
    private static PGSimpleDataSource application;

    private final SimulatedChain chain = new SimulatedChain();
    private final CommitmentStore store = ChainStores.commitments(application, new JdbcTransactionManager(application));

    @BeforeAll
    static void startServer() throws Exception {
        Path work = Files.createTempDirectory("quittance-chain-commits");
        server = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(work.toFile())
                .start();
        owner = (PGSimpleDataSource) server.getPostgresDatabase();
        Flyway.configure()
                .dataSource(owner)
                .locations("classpath:db/migration")
                .load()
                .migrate();
        application = (PGSimpleDataSource) server.getPostgresDatabase();
        application.setOptions("-c role=quittance_writer");
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @BeforeEach
    void empty() {
        JdbcClient.create(owner)
                .sql("TRUNCATE chain_attempts, chain_transactions, chain_committers, chain_commits CASCADE")
                .update();
    }

    private CommitFollower follower(String name) {
        return new CommitFollower(store, chain, new FollowSettings(name, LEASE, 2, BigInteger.valueOf(1_000), 10));
    }

    private SealHeader[] due(int count) {
        SealHeader[] headers = Headers.chain(count, chain::hashOf);
        for (SealHeader header : headers) {
            store.recordDue(header);
        }
        return headers;
    }

    private CommitStatus status(long cycle) {
        return store.status(cycle).orElseThrow();
    }

    private Claim claim(String name) {
        return store.claim(SimulatedChain.COMMITTER, name, LEASE).orElseThrow();
    }

    private void endLease() {
        JdbcClient.create(owner)
                .sql("UPDATE chain_committers SET lease_until = clock_timestamp() - interval '1 second'")
                .update();
    }

    @Test
    void theFollowersTablesGiveBackExactlyWhatWasPutIn() {
        InMemoryCommitmentStore memory = new InMemoryCommitmentStore();
        SimulatedChain twin = new SimulatedChain();
        for (SealHeader header : due(3)) {
            memory.recordDue(header);
        }
        CommitFollower onTables = follower("a");
        CommitFollower onMemory =
                new CommitFollower(memory, twin, new FollowSettings("a", LEASE, 2, BigInteger.valueOf(1_000), 10));
        for (int block = 0; block < 20; block++) {
            assertThat(onTables.tick()).isEqualTo(onMemory.tick());

            for (long cycle = 1; cycle <= 3; cycle++) {
                assertThat(store.find(cycle))
                        .as("cycle %s block %s", cycle, block)
                        .isEqualTo(memory.find(cycle));
                assertThat(store.status(cycle)).isEqualTo(memory.status(cycle));
            }
            assertThat(store.open(10)).isEqualTo(memory.open(10));
            assertThat(store.committedAfter(1, 10)).isEqualTo(memory.committedAfter(1, 10));
            // A dear stretch after the first offer, so that it is raised; later a fork, so that a block vanishes.
            chain.baseFee = block < 4 ? 60 : 10;
            twin.baseFee = chain.baseFee;
            if (block == 8) {
                chain.reorganise(1, true);
                twin.reorganise(1, true);
            }
            chain.mine();
            twin.mine();
        }
        assertThat(onTables.tick()).isInstanceOf(Pass.Idle.class);
        assertThat(store.open(10)).isEmpty();
        assertThat(List.of(status(1).attempts(), status(2).attempts(), status(3).attempts()))
                .as("the dear stretch must have been noticed")
                .anyMatch(attempts -> attempts > 1);
    }

    @Test
    void aCommitIsDueOnlyIfTheSealThatRecordedItIs() {
        TransactionTemplate seal = new TransactionTemplate(new JdbcTransactionManager(application));

        seal.executeWithoutResult(transaction -> {
            store.recordDue(Headers.header(1, Hash32.ZERO));
            transaction.setRollbackOnly();
        });

        assertThat(store.status(1)).isEmpty();
    }

    @Test
    void theSameHeaderAgainChangesNothingAndAnotherIsABug() {
        due(1);
        follower("a").tick();
        CommitStatus before = status(1);

        store.recordDue(Headers.header(1, Hash32.ZERO));

        assertThat(status(1)).isEqualTo(before);
        assertThatThrownBy(() -> store.recordDue(Headers.header(1, Hash32.ZERO, 4)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cycle 1");
    }

    @Test
    void ofManyProcessesThatAskAtOnceOneMayWork() throws Exception {
        int processes = 8;
        CyclicBarrier together = new CyclicBarrier(processes);
        List<Future<Optional<Claim>>> claims = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(processes)) {
            for (int i = 0; i < processes; i++) {
                String name = "p" + i;
                Callable<Optional<Claim>> ask = () -> {
                    together.await();
                    return store.claim(SimulatedChain.COMMITTER, name, LEASE);
                };
                claims.add(pool.submit(ask));
            }
        }
        int holders = 0;
        for (Future<Optional<Claim>> claim : claims) {
            holders += claim.get().isPresent() ? 1 : 0;
        }
        assertThat(holders).isEqualTo(1);
    }

    @Test
    void aLeaseIsRenewedByItsOwnerAndTakenOverOnlyWhenItEnded() {
        claim("a");

        assertThat(store.claim(SimulatedChain.COMMITTER, "b", LEASE)).isEmpty();
        assertThat(store.claim(SimulatedChain.COMMITTER, "a", LEASE)).isPresent();
        endLease();
        assertThat(store.claim(SimulatedChain.COMMITTER, "b", LEASE)).isPresent();
        assertThat(store.claim(SimulatedChain.COMMITTER, "a", LEASE)).isEmpty();

        Committer another = new Committer(1, "0x" + "1".repeat(40), "0x" + "2".repeat(40));
        assertThat(store.claim(another, "a", LEASE))
                .as("another chain's committer")
                .isPresent();
    }

    @Test
    void whoLostTheClaimChangesNothing() {
        due(1);
        Claim lost = claim("a");
        follower("a").tick();
        Commitment before = store.find(1).orElseThrow();
        Attempt another =
                chain.sign(before.header(), 1, before.attempts().getFirst().fees(), 1);
        Commitment after = with(before, another);
        endLease();
        claim("b");

        assertThat(store.save(lost, before, after)).isFalse();
        assertThat(store.adoptNonce(lost, 7)).isFalse();

        assertThat(store.find(1)).contains(before);
        assertThat(claim("b").nextNonce()).isEqualTo(1);
    }

    @Test
    void aChangeDerivedFromAnOldVersionIsRefused() {
        due(1);
        Commitment old = store.find(1).orElseThrow();
        follower("a").tick();

        assertThat(store.save(
                        claim("a"),
                        old,
                        with(
                                old,
                                chain.sign(
                                        old.header(),
                                        1,
                                        store.find(1)
                                                .orElseThrow()
                                                .attempts()
                                                .getFirst()
                                                .fees(),
                                        1))))
                .isFalse();
        assertThat(status(1).attempts()).isEqualTo(1);
    }

    @Test
    void aNonceBelongsToOneCycle() {
        due(2);
        follower("a").tick();
        Attempt taken = store.find(1).orElseThrow().attempts().getFirst();
        Commitment second = store.find(2).orElseThrow();
        Attempt sameNonce = chain.sign(second.header(), taken.nonce(), taken.fees(), 1);

        assertThatThrownBy(() -> store.save(claim("a"), second, with(second, sameNonce)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("belongs to cycle 1");
        assertThat(store.find(2)).contains(second);
    }

    @Test
    void ourCountOfNoncesGoesOnAndCanBeAdopted() {
        due(1);
        assertThat(claim("a").nextNonce()).isEqualTo(-1);
        follower("a").tick();
        assertThat(claim("a").nextNonce()).isEqualTo(1);

        assertThat(store.adoptNonce(claim("a"), 9)).isTrue();

        assertThat(claim("a").nextNonce()).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE chain_commits SET header = decode(repeat('00', 512), 'hex')",
                "UPDATE chain_commits SET cycle = 2",
                "UPDATE chain_attempts SET raw = decode('00', 'hex')",
                "UPDATE chain_attempts SET nonce = 5",
                "UPDATE chain_transactions SET cycle = 2",
                "DELETE FROM chain_attempts",
                "DELETE FROM chain_transactions",
                "DELETE FROM chain_commits",
                "TRUNCATE chain_attempts"
            })
    void theApplicationCannotRewriteWhatWasSignedOrSealed(String statement) {
        due(2);
        follower("a").tick();

        assertThatThrownBy(() -> JdbcClient.create(application).sql(statement).update())
                .isInstanceOf(DataAccessException.class)
                .rootCause()
                .hasMessageContaining("permission denied");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE chain_commits SET state = 'DONE'",
                "UPDATE chain_commits SET state = 'MINED'",
                "UPDATE chain_commits SET state = 'FINAL', final_at = clock_timestamp()",
                "UPDATE chain_commits SET block_number = 5",
                "UPDATE chain_commits SET header_hash = decode('00', 'hex')",
                "UPDATE chain_committers SET next_nonce = -1"
            })
    void theTablesRefuseAStateThatCannotBe(String statement) {
        due(1);
        follower("a").tick();
        DataSource anyone = owner;

        assertThatThrownBy(() -> JdbcClient.create(anyone).sql(statement).update())
                .isInstanceOf(DataAccessException.class)
                .hasMessageContaining("violates check constraint");
        assertThat(status(1).state()).isEqualTo(CommitState.SENT);
    }

    private static Commitment with(Commitment before, Attempt attempt) {
        List<Attempt> attempts = new ArrayList<>(before.attempts());
        attempts.add(attempt);
        return new Commitment(
                before.header(),
                CommitState.PREPARED,
                before.version() + 1,
                Hash32.parse("ab".repeat(32)),
                attempts,
                null,
                null);
    }
}
