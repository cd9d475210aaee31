package io.quittance.sql;

import io.quittance.domain.commitment.Attempt;
import io.quittance.domain.commitment.Claim;
import io.quittance.domain.commitment.CommitState;
import io.quittance.domain.commitment.CommitStatus;
import io.quittance.domain.commitment.Commitment;
import io.quittance.domain.commitment.CommitmentStore;
import io.quittance.domain.commitment.Committer;
import io.quittance.domain.commitment.DueHeader;
import io.quittance.domain.commitment.Fees;
import io.quittance.domain.commitment.Inclusion;
import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.SealHeader;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Chain commits in PostgreSQL.
 *
 * <p>Leases run by the server's real clock, never by the bank's, which may stand still. {@code recordDue} and the reading
 * methods take part in the caller's transaction; {@code claim}, {@code save} and {@code adoptNonce} have transactions of
 * their own, because what they do must be durable before something is sent.
 */
final class JdbcCommitmentStore implements CommitmentStore {

    private static final String RECORD_DUE = """
            INSERT INTO chain_commits (cycle, header) VALUES (:cycle, :header)
            ON CONFLICT (cycle) DO NOTHING
            """;

    private static final String RECORDED_HEADER = """
            SELECT header FROM chain_commits WHERE cycle = :cycle
            """;

    private static final String STATUS = """
            SELECT c.cycle, c.state, c.header_hash, c.block_number, c.gas_used, c.remark,
                   coalesce(c.transaction_hash, last.transaction_hash) AS transaction_hash,
                   coalesce(last.number, 0) AS attempts
            FROM chain_commits c
            LEFT JOIN LATERAL (SELECT a.number, a.transaction_hash FROM chain_attempts a
                               WHERE a.cycle = c.cycle ORDER BY a.number DESC LIMIT 1) last ON true
            WHERE c.cycle = :cycle
            """;

    /** Of two who ask at once the second waits for the first's row and then sees its lease. */
    private static final String CLAIM = """
            INSERT INTO chain_committers AS c (chain_id, sender, registry, lease_owner, lease_until)
            VALUES (:chainId, :sender, :registry, :owner, clock_timestamp() + :millis * interval '1 millisecond')
            ON CONFLICT (chain_id, sender) DO UPDATE
            SET registry = excluded.registry, lease_owner = excluded.lease_owner, lease_until = excluded.lease_until
            WHERE c.lease_owner = excluded.lease_owner OR c.lease_until < clock_timestamp()
            RETURNING coalesce(next_nonce, -1)
            """;

    private static final String HOLD_CLAIM = """
            SELECT 1 FROM chain_committers
            WHERE chain_id = :chainId AND sender = :sender AND lease_owner = :owner
            FOR UPDATE
            """;

    private static final String COMMITS = """
            SELECT cycle, header, state, version, header_hash, transaction_hash, block_number, block_hash, gas_used,
                   succeeded, remark
            FROM chain_commits
            """;

    private static final String OPEN = COMMITS + "WHERE state <> 'FINAL' ORDER BY cycle LIMIT :limit";

    private static final String COMMITTED_AFTER =
            COMMITS + "WHERE cycle > :cycle AND state IN ('MINED', 'FINAL') ORDER BY cycle LIMIT :limit";

    private static final String ONE = COMMITS + "WHERE cycle = :cycle";

    private static final String ATTEMPTS = """
            SELECT cycle, transaction_hash, raw, nonce, tip_wei, fee_cap_wei, gas_limit, sent_at_block
            FROM chain_attempts WHERE cycle IN (:cycles) ORDER BY cycle, number
            """;

    private static final String MOVE = """
            UPDATE chain_commits
            SET state = :state, version = :after, header_hash = :headerHash, transaction_hash = :transaction,
                block_number = :block, block_hash = :blockHash, gas_used = :gasUsed, succeeded = :succeeded,
                remark = :remark, changed_at = clock_timestamp(),
                final_at = CASE WHEN :state = 'FINAL' THEN clock_timestamp() END
            WHERE cycle = :cycle AND version = :before
            """;

    private static final String TAKE_NONCE = """
            INSERT INTO chain_transactions (chain_id, sender, nonce, cycle) VALUES (:chainId, :sender, :nonce, :cycle)
            ON CONFLICT (chain_id, sender, nonce) DO NOTHING
            """;

    private static final String CYCLE_OF_NONCE = """
            SELECT cycle FROM chain_transactions WHERE chain_id = :chainId AND sender = :sender AND nonce = :nonce
            """;

    private static final String COUNT_NONCE = """
            UPDATE chain_committers SET next_nonce = greatest(coalesce(next_nonce, 0), :next)
            WHERE chain_id = :chainId AND sender = :sender
            """;

    private static final String ADOPT_NONCE = """
            UPDATE chain_committers SET next_nonce = :next
            WHERE chain_id = :chainId AND sender = :sender AND lease_owner = :owner
            """;

    private static final String ADD_ATTEMPT = """
            INSERT INTO chain_attempts (cycle, number, transaction_hash, chain_id, sender, nonce, raw, tip_wei,
                                        fee_cap_wei, gas_limit)
            VALUES (:cycle, :number, :transaction, :chainId, :sender, :nonce, :raw, :tip, :cap, :gasLimit)
            """;

    private static final String MARK_SENT = """
            UPDATE chain_attempts SET sent_at_block = :block, sent_at = clock_timestamp()
            WHERE transaction_hash = :transaction AND sent_at_block IS NULL
            """;

    private final JdbcClient jdbc;
    private final TransactionTemplate ownTransaction;

    JdbcCommitmentStore(DataSource database, PlatformTransactionManager transactions) {
        this.jdbc = JdbcClient.create(database);
        this.ownTransaction = new TransactionTemplate(transactions);
        this.ownTransaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
    }

    @Override
    public void recordDue(SealHeader header) {
        byte[] encoded = header.encode();
        int added = jdbc.sql(RECORD_DUE)
                .param("cycle", header.cycle())
                .param("header", encoded)
                .update();
        if (added == 0) {
            byte[] recorded = jdbc.sql(RECORDED_HEADER)
                    .param("cycle", header.cycle())
                    .query((row, n) -> row.getBytes(1))
                    .single();
            if (!Arrays.equals(recorded, encoded)) {
                throw new IllegalStateException("another header is recorded for cycle " + header.cycle());
            }
        }
    }

    @Override
    public Optional<CommitStatus> status(long cycle) {
        return jdbc.sql(STATUS)
                .param("cycle", cycle)
                .query((row, n) -> new CommitStatus(
                        row.getLong("cycle"),
                        CommitState.valueOf(row.getString("state")),
                        hash(row, "header_hash"),
                        hash(row, "transaction_hash"),
                        number(row, "block_number"),
                        number(row, "gas_used"),
                        row.getInt("attempts"),
                        row.getString("remark")))
                .optional();
    }

    @Override
    public Optional<Claim> claim(Committer committer, String owner, Duration lease) {
        return Objects.requireNonNull(ownTransaction.execute(status -> bound(CLAIM, committer)
                .param("registry", address(committer.registry()))
                .param("owner", owner)
                .param("millis", lease.toMillis())
                .query(Long.class)
                .optional()
                .map(nonce -> new Claim(committer, owner, nonce))));
    }

    @Override
    public List<Commitment> open(int limit) {
        return withAttempts(jdbc.sql(OPEN).param("limit", limit));
    }

    @Override
    public List<Commitment> committedAfter(long cycle, int limit) {
        return withAttempts(jdbc.sql(COMMITTED_AFTER).param("cycle", cycle).param("limit", limit));
    }

    @Override
    public Optional<Commitment> find(long cycle) {
        return withAttempts(jdbc.sql(ONE).param("cycle", cycle)).stream().findFirst();
    }

    @Override
    public boolean save(Claim claim, Commitment before, Commitment after) {
        return Boolean.TRUE.equals(ownTransaction.execute(status -> {
            boolean saved = holds(claim) && move(before, after);
            if (saved) {
                addAttempts(claim.committer(), before, after);
                markSent(before, after);
            }
            return saved;
        }));
    }

    @Override
    public boolean adoptNonce(Claim claim, long nextNonce) {
        return Boolean.TRUE.equals(ownTransaction.execute(status -> bound(ADOPT_NONCE, claim.committer())
                        .param("owner", claim.owner())
                        .param("next", nextNonce)
                        .update()
                == 1));
    }

    /** Locks the committer's row, so that no other process takes over before this transaction is through. */
    private boolean holds(Claim claim) {
        return bound(HOLD_CLAIM, claim.committer())
                .param("owner", claim.owner())
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    private boolean move(Commitment before, Commitment after) {
        Inclusion where = after.inclusion();
        return jdbc.sql(MOVE)
                        .param("state", after.state().name())
                        .param("after", after.version())
                        .param("headerHash", bytes(after.headerHash()), Types.BINARY)
                        .param("transaction", where == null ? null : bytes(where.transaction()), Types.BINARY)
                        .param("block", where == null ? null : where.block(), Types.BIGINT)
                        .param("blockHash", where == null ? null : bytes(where.blockHash()), Types.BINARY)
                        .param("gasUsed", where == null ? null : where.gasUsed(), Types.BIGINT)
                        .param("succeeded", where == null ? null : where.succeeded(), Types.BOOLEAN)
                        .param("remark", after.remark(), Types.VARCHAR)
                        .param("cycle", before.cycle())
                        .param("before", before.version())
                        .update()
                == 1;
    }

    private void addAttempts(Committer committer, Commitment before, Commitment after) {
        for (int i = before.attempts().size(); i < after.attempts().size(); i++) {
            Attempt attempt = after.attempts().get(i);
            bound(TAKE_NONCE, committer)
                    .param("nonce", attempt.nonce())
                    .param("cycle", after.cycle())
                    .update();
            long cycle = bound(CYCLE_OF_NONCE, committer)
                    .param("nonce", attempt.nonce())
                    .query(Long.class)
                    .single();
            if (cycle != after.cycle()) {
                throw new IllegalStateException(
                        "nonce " + attempt.nonce() + " of " + committer.sender() + " belongs to cycle " + cycle);
            }
            bound(ADD_ATTEMPT, committer)
                    .param("cycle", after.cycle())
                    .param("number", i + 1)
                    .param("transaction", attempt.hash().bytes())
                    .param("nonce", attempt.nonce())
                    .param("raw", attempt.raw())
                    .param("tip", new BigDecimal(attempt.fees().tip()))
                    .param("cap", new BigDecimal(attempt.fees().cap()))
                    .param("gasLimit", attempt.gasLimit())
                    .update();
            bound(COUNT_NONCE, committer).param("next", attempt.nonce() + 1).update();
        }
    }

    private void markSent(Commitment before, Commitment after) {
        for (int i = 0; i < after.attempts().size(); i++) {
            Attempt attempt = after.attempts().get(i);
            boolean known = i < before.attempts().size()
                    && before.attempts().get(i).sentAtBlock().isPresent();
            if (!known && attempt.sentAtBlock().isPresent()) {
                jdbc.sql(MARK_SENT)
                        .param("block", attempt.sentAtBlock().getAsLong())
                        .param("transaction", attempt.hash().bytes())
                        .update();
            }
        }
    }

    private List<Commitment> withAttempts(StatementSpec commits) {
        List<Commitment> bare = commits.query((row, n) -> commitment(row)).list();
        if (bare.isEmpty()) {
            return bare;
        }
        Map<Long, List<Attempt>> attempts = new HashMap<>();
        jdbc.sql(ATTEMPTS)
                .param("cycles", bare.stream().map(Commitment::cycle).toList())
                .query(row -> {
                    attempts.computeIfAbsent(row.getLong("cycle"), cycle -> new ArrayList<>())
                            .add(attempt(row));
                });
        return bare.stream()
                .map(c -> new Commitment(
                        c.header(),
                        c.state(),
                        c.version(),
                        c.headerHash(),
                        attempts.getOrDefault(c.cycle(), List.of()),
                        c.inclusion(),
                        c.remark()))
                .toList();
    }

    private static Commitment commitment(ResultSet row) throws SQLException {
        Hash32 transaction = hash(row, "transaction_hash");
        Hash32 blockHash = hash(row, "block_hash");
        Inclusion where = transaction == null || blockHash == null
                ? null
                : new Inclusion(
                        transaction,
                        row.getLong("block_number"),
                        blockHash,
                        row.getLong("gas_used"),
                        row.getBoolean("succeeded"));
        return new Commitment(
                DueHeader.of(row.getLong("cycle"), row.getBytes("header")),
                CommitState.valueOf(row.getString("state")),
                row.getLong("version"),
                hash(row, "header_hash"),
                List.of(),
                where,
                row.getString("remark"));
    }

    private static Attempt attempt(ResultSet row) throws SQLException {
        Long sentAt = number(row, "sent_at_block");
        return new Attempt(
                Hash32.of(row.getBytes("transaction_hash")),
                row.getBytes("raw"),
                row.getLong("nonce"),
                new Fees(
                        row.getBigDecimal("tip_wei").toBigIntegerExact(),
                        row.getBigDecimal("fee_cap_wei").toBigIntegerExact()),
                row.getLong("gas_limit"),
                sentAt == null ? OptionalLong.empty() : OptionalLong.of(sentAt));
    }

    private StatementSpec bound(String statement, Committer committer) {
        return jdbc.sql(statement).param("chainId", committer.chainId()).param("sender", address(committer.sender()));
    }

    private static byte[] address(String text) {
        return HexFormat.of().parseHex(text, 2, text.length());
    }

    private static byte @Nullable [] bytes(@Nullable Hash32 hash) {
        return hash == null ? null : hash.bytes();
    }

    private static @Nullable Hash32 hash(ResultSet row, String column) throws SQLException {
        byte[] bytes = row.getBytes(column);
        return bytes == null ? null : Hash32.of(bytes);
    }

    private static @Nullable Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }
}
