package io.quittance.domain.commitment;

import io.quittance.domain.seal.Hash32;
import io.quittance.domain.seal.SealHeader;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A chain in memory with the registry on it, for tests: a pool, blocks made on request, a base fee, reorganisations, and
 * the registry's rules. State is always what the blocks say.
 */
public class SimulatedChain implements CycleRegistry {

    public static final Committer COMMITTER = new Committer(31337, "0x" + "1".repeat(40), "0x" + "2".repeat(40));

    private record Tx(Hash32 hash, long nonce, BigInteger tip, BigInteger cap, long cycle, byte @Nullable [] header) {}

    private record Block(Hash32 hash, List<Tx> transactions, List<Boolean> succeeded) {}

    private final List<Block> blocks = new ArrayList<>();
    private final TreeMap<Long, Tx> pool = new TreeMap<>();
    private int fork;

    public long baseFee = 10;
    public long suggestedTip = 2;
    public boolean paused;
    public boolean silent;
    public boolean silentAfterTaking;
    public boolean developmentChain;
    public boolean finalityTags = true;
    public boolean deployed = true;
    public int deployments = 1;

    @Nullable
    String contradiction;

    public SimulatedChain() {
        mine();
    }

    // ---- what happens to the chain

    /** Makes a block of everything that may go in. */
    public void mine() {
        List<Tx> included = new ArrayList<>();
        List<Boolean> succeeded = new ArrayList<>();
        long next = nonceUpTo(blocks.size() - 1);
        Map<Long, Hash32> recorded = recorded();
        while (pool.containsKey(next) && pool.get(next).cap().longValueExact() >= baseFee) {
            Tx tx = pool.remove(next++);
            included.add(tx);
            succeeded.add(run(tx, recorded));
        }
        blocks.add(new Block(sha(("block " + blocks.size() + " fork " + fork).getBytes()), included, succeeded));
    }

    public void mine(int count) {
        for (int i = 0; i < count; i++) {
            mine();
        }
    }

    /** Replaces the last blocks by empty ones; their transactions wait again, or are forgotten. */
    public void reorganise(int depth, boolean forget) {
        fork++;
        for (int i = 0; i < depth; i++) {
            for (Tx tx : blocks.removeLast().transactions()) {
                pool.put(tx.nonce(), tx);
            }
        }
        Map<Long, Tx> waiting = new LinkedHashMap<>(pool);
        pool.clear();
        mine(depth);
        if (!forget) {
            pool.putAll(waiting);
        }
    }

    public void forgetPool() {
        pool.clear();
    }

    /** A development chain killed before it ever saved. */
    public void loseEverything() {
        fork++;
        blocks.clear();
        pool.clear();
        deployed = false;
        mine();
    }

    /** A transaction of the same key that is not ours; into the next block. */
    public void foreignTransaction() {
        long nonce = nonceUpTo(blocks.size() - 1);
        pool.put(
                nonce,
                new Tx(sha(("foreign " + nonce).getBytes()), nonce, BigInteger.ONE, BigInteger.TEN.pow(12), 0, null));
    }

    /** Someone else with the committer's right records a header, from another account. */
    public void recordDirectly(SealHeader header) {
        Tx tx = new Tx(sha(header.encode()), -1, BigInteger.ONE, BigInteger.ONE, header.cycle(), header.encode());
        blocks.add(new Block(sha(("direct " + blocks.size()).getBytes()), List.of(tx), List.of(true)));
    }

    /** Hashes of the headers as the registry holds them, by cycle. */
    public Map<Long, Hash32> recorded() {
        Map<Long, Hash32> recorded = new LinkedHashMap<>();
        for (Block block : blocks) {
            for (int i = 0; i < block.transactions().size(); i++) {
                Tx tx = block.transactions().get(i);
                byte[] header = tx.header();
                if (block.succeeded().get(i) && header != null) {
                    recorded.putIfAbsent(tx.cycle(), sha(header));
                }
            }
        }
        return recorded;
    }

    public int waiting() {
        return pool.size();
    }

    private boolean run(Tx tx, Map<Long, Hash32> recorded) {
        byte[] header = tx.header();
        if (header == null || !deployed) {
            return true;
        }
        Hash32 hash = sha(header);
        Hash32 known = recorded.get(tx.cycle());
        if (paused) {
            return false;
        }
        if (known != null) {
            return known.equals(hash);
        }
        if (tx.cycle() != recorded.size() + 1) {
            return false;
        }
        recorded.put(tx.cycle(), hash);
        return true;
    }

    private long nonceUpTo(int block) {
        long nonce = 0;
        for (int i = 0; i <= block && i < blocks.size(); i++) {
            nonce += blocks.get(i).transactions().stream()
                    .filter(tx -> tx.nonce() >= 0)
                    .count();
        }
        return nonce;
    }

    private void answer() {
        if (silent) {
            throw new ChainUnavailableException("the simulated node is silent");
        }
    }

    // ---- the port

    @Override
    public Committer committer() {
        return COMMITTER;
    }

    @Override
    public Hash32 hashOf(DueHeader header) {
        return sha(header.encoded());
    }

    @Override
    public boolean isDeployed() {
        answer();
        return deployed;
    }

    @Override
    public Hash32 recordedHash(long cycle) {
        answer();
        return recorded().getOrDefault(cycle, Hash32.ZERO);
    }

    @Override
    public long lastCycle() {
        answer();
        return recorded().size();
    }

    @Override
    public Optional<Inclusion> findEvent(long cycle) {
        answer();
        for (int b = 0; b < blocks.size(); b++) {
            for (int i = 0; i < blocks.get(b).transactions().size(); i++) {
                Tx tx = blocks.get(b).transactions().get(i);
                if (tx.cycle() == cycle && blocks.get(b).succeeded().get(i)) {
                    return Optional.of(at(b, i));
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public Optional<Inclusion> findReceipt(Hash32 transaction) {
        answer();
        for (int b = 0; b < blocks.size(); b++) {
            for (int i = 0; i < blocks.get(b).transactions().size(); i++) {
                if (blocks.get(b).transactions().get(i).hash().equals(transaction)) {
                    return Optional.of(at(b, i));
                }
            }
        }
        return Optional.empty();
    }

    private Inclusion at(int block, int index) {
        Block b = blocks.get(block);
        return new Inclusion(
                b.transactions().get(index).hash(),
                block,
                b.hash(),
                68_000,
                b.succeeded().get(index));
    }

    @Override
    public boolean knows(Hash32 transaction) {
        return pool.values().stream().anyMatch(tx -> tx.hash().equals(transaction))
                || findReceipt(transaction).isPresent();
    }

    @Override
    public ChainHead head() {
        answer();
        long latest = blocks.size() - 1L;
        return finalityTags
                ? new ChainHead(
                        latest, OptionalLong.of(Math.max(0, latest - 1)), OptionalLong.of(Math.max(0, latest - 2)))
                : new ChainHead(latest, OptionalLong.empty(), OptionalLong.empty());
    }

    @Override
    public Optional<Hash32> blockHash(long number) {
        answer();
        return number < blocks.size() ? Optional.of(blocks.get((int) number).hash()) : Optional.empty();
    }

    @Override
    public long nonceAt(OptionalLong block) {
        answer();
        return nonceUpTo(block.isPresent() ? (int) block.getAsLong() : blocks.size() - 1);
    }

    @Override
    public long pendingNonce() {
        long nonce = nonceAt(OptionalLong.empty());
        while (pool.containsKey(nonce)) {
            nonce++;
        }
        return nonce;
    }

    @Override
    public Fees suggestedFees() {
        answer();
        return Fees.of(suggestedTip, 2 * baseFee + suggestedTip);
    }

    @Override
    public Trial tryOut(DueHeader header) {
        answer();
        if (contradiction != null) {
            return new Trial.Contradicted(contradiction);
        }
        return paused ? new Trial.Refused("RegistryPaused()") : new Trial.Accepted(100_000);
    }

    @Override
    public Attempt sign(DueHeader header, long nonce, Fees fees, long gasLimit) {
        byte[] raw = ByteBuffer.allocate(40 + SealHeader.ENCODED_LENGTH)
                .putLong(nonce)
                .putLong(fees.tip().longValueExact())
                .putLong(fees.cap().longValueExact())
                .putLong(gasLimit)
                .putLong(header.cycle())
                .put(header.encoded())
                .array();
        return new Attempt(sha(raw), raw, nonce, fees, gasLimit, OptionalLong.empty());
    }

    @Override
    public Sending send(Attempt attempt) {
        if (silent) {
            return new Sending.Unknown("silent");
        }
        Sending result = take(attempt);
        return silentAfterTaking ? new Sending.Unknown("no answer in time") : result;
    }

    private Sending take(Attempt attempt) {
        if (knows(attempt.hash())) {
            return new Sending.Taken();
        }
        if (attempt.nonce() < nonceUpTo(blocks.size() - 1)) {
            return new Sending.NonceUsed("nonce too low");
        }
        Tx waiting = pool.get(attempt.nonce());
        if (waiting != null
                && (isTooLittle(waiting.tip(), attempt.fees().tip())
                        || isTooLittle(waiting.cap(), attempt.fees().cap()))) {
            return new Sending.Underpriced("replacement transaction underpriced");
        }
        ByteBuffer raw = ByteBuffer.wrap(attempt.raw());
        byte[] header = new byte[SealHeader.ENCODED_LENGTH];
        raw.get(40, header);
        pool.put(
                attempt.nonce(),
                new Tx(
                        attempt.hash(),
                        attempt.nonce(),
                        attempt.fees().tip(),
                        attempt.fees().cap(),
                        raw.getLong(32),
                        header));
        return new Sending.Taken();
    }

    /** The stricter of the rules in use: an eighth more. */
    private static boolean isTooLittle(BigInteger before, BigInteger offered) {
        return offered.multiply(BigInteger.valueOf(8)).compareTo(before.multiply(BigInteger.valueOf(9))) < 0;
    }

    @Override
    public boolean mayLoseBlocks() {
        return developmentChain;
    }

    @Override
    public void redeploy() {
        if (!developmentChain) {
            throw new IllegalStateException("not a development chain");
        }
        deployed = true;
        deployments++;
        mine();
    }

    static Hash32 sha(byte[] bytes) {
        try {
            return Hash32.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
