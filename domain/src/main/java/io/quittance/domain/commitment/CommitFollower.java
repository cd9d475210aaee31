package io.quittance.domain.commitment;

import io.quittance.domain.commitment.CycleRegistry.ChainHead;
import io.quittance.domain.commitment.CycleRegistry.Sending;
import io.quittance.domain.commitment.CycleRegistry.Trial;
import io.quittance.domain.seal.Hash32;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Brings sealed headers to the chain, in the order of cycles, and follows them until they are final.
 *
 * <p>Each {@link #tick()} is one pass: it looks, does what is possible without waiting, and returns; the caller owns
 * threads and timers. For each commit the order is: look whether the chain has it, sign, store the signed bytes, send,
 * record. So whatever crashes, the next pass finds out what happened, and at worst sends the same bytes again, which
 * changes nothing. A nonce is used again only for a higher offer of the same commit; a new one is taken only after a
 * transaction was mined without effect.
 *
 * <p>A commit is started when all before it are in safe blocks, so between a signed commit and a safe one there is at
 * most one per key, and a hole cannot form.
 *
 * <p>Two processes may both run a follower: {@link CommitmentStore#claim} lets one of them work. An instance keeps
 * nothing between passes; {@code tick} and {@code resume} must not run at the same time on one instance.
 */
public final class CommitFollower {

    /** Commits looked at in one pass. */
    private static final int WINDOW = 64;

    /** Changes of one commit in one pass; more than the longest way from due to final. */
    private static final int STEPS = 8;

    private final CommitmentStore store;
    private final CycleRegistry registry;
    private final FollowSettings settings;

    public CommitFollower(CommitmentStore store, CycleRegistry registry, FollowSettings settings) {
        this.store = store;
        this.registry = registry;
        this.settings = settings;
    }

    /** One pass. A node that does not answer is a result, not an exception; a broken store throws what it throws. */
    public Pass tick() {
        try {
            return pass();
        } catch (ChainUnavailableException unavailable) {
            return new Pass.Unavailable(String.valueOf(unavailable.getMessage()));
        } catch (Overtaken overtaken) {
            return new Pass.Busy();
        }
    }

    /**
     * Lets a halted or parked commit go on, after a person has found out why it stood still. Takes our count of nonces from
     * the chain; a transaction of this commit that may still be mined does no harm, since recording the same header twice
     * is one record.
     *
     * @return false if the cycle's commit is neither halted nor parked, or another process follows
     * @throws ChainUnavailableException if the node gives no usable answer
     */
    public boolean resume(long cycle) {
        Optional<Claim> claim = claim();
        Commitment commitment = store.find(cycle).orElse(null);
        if (claim.isEmpty()
                || commitment == null
                || (commitment.state() != CommitState.CONFLICT && commitment.state() != CommitState.PARKED)) {
            return false;
        }
        return store.adoptNonce(claim.get(), registry.pendingNonce())
                && store.save(claim.get(), commitment, commitment.dueAgain("resumed by an operator"));
    }

    private Pass pass() {
        if (claim().isEmpty()) {
            return new Pass.Busy();
        }
        ChainHead head = registry.head();
        if (registry.mayLoseBlocks()) {
            bringBackWhatTheChainLost();
        }
        List<Commitment> open = store.open(WINDOW);
        Commitment firstOpen = null;
        int stillOpen = 0;
        boolean mayStart = true;
        for (Commitment commitment : open) {
            Commitment now = mayStart ? advance(commitment, head) : commitment;
            if (now.state() != CommitState.FINAL) {
                stillOpen++;
                firstOpen = firstOpen == null ? now : firstOpen;
                mayStart = mayStart && isSafe(now, head);
            }
        }
        if (firstOpen == null) {
            return open.isEmpty() ? new Pass.Idle() : pass();
        }
        String why = Objects.requireNonNullElse(firstOpen.remark(), "no reason recorded");
        return switch (firstOpen.state()) {
            case CONFLICT -> new Pass.Halted(firstOpen.cycle(), why);
            case PARKED -> new Pass.Parked(firstOpen.cycle(), why);
            case DUE, PREPARED, SENT, MINED, FINAL -> new Pass.Waiting(firstOpen.cycle(), firstOpen.state(), stillOpen);
        };
    }

    private Commitment advance(Commitment commitment, ChainHead head) {
        Commitment now = commitment;
        for (int step = 0; step < STEPS; step++) {
            Commitment next = switch (now.state()) {
                case DUE -> start(now);
                case PREPARED -> send(now, head);
                case SENT -> watch(now, head);
                case MINED -> confirm(now, head);
                case PARKED -> watchParked(now);
                case FINAL, CONFLICT -> now;
            };
            boolean moved = next.state() != now.state()
                    || next.attempts().size() != now.attempts().size();
            now = next;
            if (!moved) {
                break;
            }
        }
        return now;
    }

    // ---- DUE: look first, then sign and store

    private Commitment start(Commitment due) {
        if (!registry.isDeployed()) {
            return remark(due, "there is no registry at " + registry.committer().registry());
        }
        Hash32 hash = registry.hashOf(due.header());
        Commitment known = compareWithChain(due, hash);
        if (known != null) {
            return known;
        }
        return switch (registry.tryOut(due.header())) {
            case Trial.Accepted accepted -> prepare(due, hash, accepted.gasLimit());
            case Trial.Contradicted no -> halt(due, "the registry would not take the header: " + no.error());
            case Trial.Refused no -> remark(due, "the commit would fail now: " + no.error());
        };
    }

    /** What follows from the chain's record of the cycle; null if it has none. */
    private @Nullable Commitment compareWithChain(Commitment now, Hash32 hash) {
        Hash32 recorded = registry.recordedHash(now.cycle());
        if (recorded.isZero()) {
            return null;
        }
        if (!recorded.equals(hash)) {
            return halt(
                    now, "the registry holds " + recorded + " for cycle " + now.cycle() + ", our header has " + hash);
        }
        Optional<Inclusion> event = registry.findEvent(now.cycle());
        return event.isPresent()
                ? save(now, now.mined(hash, event.get()))
                : remark(now, "the header is recorded, but the node does not give its event");
    }

    private Commitment prepare(Commitment due, Hash32 hash, long gasLimit) {
        Fees fees = registry.suggestedFees();
        if (isTooDear(fees)) {
            return save(due, due.parked(tooDear(fees)));
        }
        long next = claim().orElseThrow(Overtaken::new).nextNonce();
        long mined = registry.nonceAt(OptionalLong.empty());
        long pending = Math.max(mined, registry.pendingNonce());
        if (next < 0) {
            if (pending > mined) {
                return remark(due, "transactions of this key wait that are not ours");
            }
            next = mined;
        }
        if (pending > next) {
            return halt(due, "the key was used elsewhere: the chain's next nonce is " + pending + ", ours " + next);
        }
        if (mined < next) {
            return remark(due, "the node's next nonce is " + mined + ", ours " + next + ": it lags or lost blocks");
        }
        return save(due, due.prepared(hash, registry.sign(due.header(), next, fees, gasLimit)));
    }

    // ---- PREPARED: send what is stored

    private Commitment send(Commitment prepared, ChainHead head) {
        return switch (registry.send(last(prepared))) {
            case Sending.Taken taken -> save(prepared, prepared.sent(head.latest()));
            case Sending.NonceUsed used -> settleNonce(prepared, head, used.error());
            case Sending.Underpriced low -> offerMore(prepared);
            case Sending.Refused no -> remark(prepared, "the node refused the transaction: " + no.error());
            case Sending.Unknown none -> remark(prepared, "no answer to the transaction: " + none.error());
        };
    }

    /** The nonce is gone. Ours, someone else's, or a node that lags: only what is final decides between the last two. */
    private Commitment settleNonce(Commitment now, ChainHead head, String error) {
        Optional<Inclusion> where = inclusionOf(now);
        if (where.isPresent()) {
            return found(now, where.get());
        }
        Commitment known = compareWithChain(now, hash(now));
        if (known != null) {
            return known;
        }
        long nonce = last(now).nonce();
        long settled = finalBlock(head);
        if (settled >= 0 && registry.nonceAt(OptionalLong.of(settled)) > nonce) {
            return halt(now, "nonce " + nonce + " was used by a transaction that is not ours");
        }
        return remark(now, error);
    }

    // ---- SENT: wait, send again what was dropped, offer more when it takes too long

    private Commitment watch(Commitment sent, ChainHead head) {
        Optional<Inclusion> where = inclusionOf(sent);
        if (where.isPresent()) {
            return found(sent, where.get());
        }
        Attempt last = last(sent);
        if (!registry.knows(last.hash())) {
            return sendAgain(sent, head);
        }
        long since = last.sentAtBlock().orElse(head.latest());
        return head.latest() - since >= settings.bumpAfterBlocks() ? offerMore(sent) : sent;
    }

    private Commitment sendAgain(Commitment sent, ChainHead head) {
        Attempt last = last(sent);
        long next = registry.nonceAt(OptionalLong.empty());
        for (Attempt earlier : sent.attempts()) {
            // A chain that lost blocks wants the nonces before it too, those that had no effect included.
            if (earlier.nonce() < last.nonce() && earlier.nonce() >= next) {
                registry.send(earlier);
            }
        }
        return switch (registry.send(last)) {
            case Sending.Taken taken -> sent;
            case Sending.NonceUsed used -> settleNonce(sent, head, used.error());
            case Sending.Underpriced low -> offerMore(sent);
            case Sending.Refused no -> remark(sent, "the node refused the transaction: " + no.error());
            case Sending.Unknown none -> remark(sent, "no answer to the transaction: " + none.error());
        };
    }

    private Commitment offerMore(Commitment now) {
        Attempt last = last(now);
        Fees fees = last.fees().raisedTowards(registry.suggestedFees());
        if (isTooDear(fees)) {
            return save(now, now.parked(tooDear(fees)));
        }
        // The gas limit stays: estimated anew it could come from a state in which an earlier offer is already mined.
        return save(now, now.prepared(hash(now), registry.sign(now.header(), last.nonce(), fees, last.gasLimit())));
    }

    private Commitment watchParked(Commitment parked) {
        boolean affordable = !isTooDear(registry.suggestedFees());
        Optional<Inclusion> where = inclusionOf(parked);
        if (where.isPresent()) {
            return where.get().succeeded() || affordable ? found(parked, where.get()) : parked;
        }
        Attempt last = parked.lastAttempt();
        if (last == null) {
            return affordable ? save(parked, parked.dueAgain("prices fell below the ceiling")) : parked;
        }
        if (!isTooDear(last.fees().raisedTowards(registry.suggestedFees()))) {
            return offerMore(parked);
        }
        if (!registry.knows(last.hash())) {
            registry.send(last);
        }
        return parked;
    }

    // ---- found in a block

    private Commitment found(Commitment now, Inclusion where) {
        if (where.succeeded()) {
            return save(now, now.mined(hash(now), where));
        }
        Commitment known = compareWithChain(now, hash(now));
        return known != null
                ? known
                : save(now, now.dueAgain("transaction " + where.transaction() + " was mined without effect"));
    }

    /** Where one of the commitment's transactions is. A failed one counts only if no other can take its place. */
    private Optional<Inclusion> inclusionOf(Commitment now) {
        Inclusion failed = null;
        for (Attempt attempt : now.attempts()) {
            Inclusion where = registry.findReceipt(attempt.hash()).orElse(null);
            if (where != null && where.succeeded()) {
                return Optional.of(where);
            }
            if (where != null && attempt.nonce() == last(now).nonce()) {
                failed = where;
            }
        }
        return Optional.ofNullable(failed);
    }

    // ---- MINED: final when its block is, and still the same block

    private Commitment confirm(Commitment mined, ChainHead head) {
        Inclusion where = Objects.requireNonNull(mined.inclusion(), "a mined commitment has an inclusion");
        Optional<Inclusion> current = registry.findReceipt(where.transaction());
        if (current.isEmpty()) {
            Optional<Inclusion> other = inclusionOf(mined);
            return other.isPresent()
                    ? found(mined, other.get())
                    : save(mined, mined.vanished("block " + where.block() + " was replaced"));
        }
        if (!current.get().equals(where)) {
            return found(mined, current.get());
        }
        if (where.block() > finalBlock(head)) {
            return mined;
        }
        if (!registry.blockHash(where.block()).equals(Optional.of(where.blockHash()))) {
            return remark(mined, "the node contradicts itself about block " + where.block());
        }
        Hash32 recorded = registry.recordedHash(mined.cycle());
        if (!recorded.equals(hash(mined))) {
            return halt(mined, "mined, but the registry holds " + recorded + " for cycle " + mined.cycle());
        }
        return save(mined, mined.isFinal());
    }

    private boolean isSafe(Commitment now, ChainHead head) {
        Inclusion where = now.inclusion();
        return now.state() == CommitState.MINED
                && where != null
                && where.block() <= head.safe().orElse(finalBlock(head));
    }

    /** Number of the last final block; negative if none is. */
    private long finalBlock(ChainHead head) {
        return head.finalized().orElse(head.latest() - settings.fallbackDepth());
    }

    // ---- development chains only

    private void bringBackWhatTheChainLost() {
        if (!registry.isDeployed()) {
            registry.redeploy();
        }
        for (Commitment lost : store.committedAfter(registry.lastCycle(), WINDOW)) {
            save(lost, lost.vanished("the development chain lost its block"));
        }
    }

    // ---- small

    private boolean isTooDear(Fees fees) {
        return fees.cap().compareTo(settings.feeCeiling()) > 0;
    }

    private String tooDear(Fees fees) {
        return "it takes " + fees.cap() + " wei per gas, the ceiling is " + settings.feeCeiling();
    }

    private static Attempt last(Commitment commitment) {
        return Objects.requireNonNull(commitment.lastAttempt(), "no transaction was signed");
    }

    private Hash32 hash(Commitment commitment) {
        Hash32 hash = commitment.headerHash();
        return hash != null ? hash : registry.hashOf(commitment.header());
    }

    private Commitment halt(Commitment now, String why) {
        return save(now, now.halted(why));
    }

    private Commitment remark(Commitment now, String why) {
        return why.equals(now.remark()) ? now : save(now, now.remarked(why));
    }

    private Optional<Claim> claim() {
        return store.claim(registry.committer(), settings.owner(), settings.lease());
    }

    private Commitment save(Commitment before, Commitment after) {
        Claim claim = claim().orElseThrow(Overtaken::new);
        if (!store.save(claim, before, after)) {
            throw new Overtaken();
        }
        return after;
    }

    /** Another process follows now. Ends the pass; nothing needs to be undone. */
    private static final class Overtaken extends RuntimeException {
        private static final long serialVersionUID = 1;

        Overtaken() {
            super("another process follows", null, false, false);
        }
    }
}
