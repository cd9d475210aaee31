package io.quittance.sql;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Receipt;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Takes submissions that come by themselves, many in one transaction: whatever has come while the transaction before was
 * under way goes into the next one. Nobody waits for company: a lone submission goes at once, and the more there are, the
 * more share one commit. Each sender is answered after that commit, by an answer of its own.
 *
 * <p>What one submission is refused for concerns no other. A failure of the transaction itself is told to all that were in
 * it if it is the database's. If it can be one submission's, or one of them would have had to wait for a lock, each is
 * taken again by itself in its sender's thread, so that it is only that one which fails or waits.
 *
 * <p>Thread-safe. How many may wait is bounded; who comes on top is told so at once. A close takes what waits.
 */
final class GroupCommit implements AutoCloseable {

    /** So many that a burst is taken, and so few that they are small beside the heap. */
    static final int WAITING_MAX = 5_000;

    /** So many that round trips no longer matter, and so few that none waits long for the others. */
    private static final int GROUP_MAX = 500;

    /** One works while the other one's commit is being flushed. */
    static final int COMMITTERS = 2;

    private static final long LOOK_FOR_CLOSE_MILLIS = 100;

    /** @param answer null: it is to be taken alone */
    private record Waiting(QueueWriter.Single single, CompletableFuture<@Nullable Receipt> answer) {}

    private final IntakeTransactions transactions;
    private final QueueWriter writer;
    private final BlockingQueue<Waiting> queue;
    private final List<Thread> committers = new ArrayList<>();
    private volatile boolean closed; // Set while nobody can be putting something into the queue.

    /** @param waitingMax how many may wait at most */
    GroupCommit(IntakeTransactions transactions, QueueWriter writer, int waitingMax) {
        this.transactions = transactions;
        this.writer = writer;
        this.queue = new ArrayBlockingQueue<>(waitingMax);
        for (int i = 1; i <= COMMITTERS; i++) {
            committers.add(
                    Thread.ofPlatform().daemon().name("group-commit-" + i).start(this::commitGroups));
        }
    }

    /**
     * Takes a submission; when it returns, the submission is durable or refused.
     *
     * @throws IntakeQueue.Overloaded if too many wait already, or none is taken any more; nothing was taken
     * @throws IntakeQueue.NoOpenWindow if no window is open
     */
    Receipt take(Client client, Line.OfSubmission line) {
        var waiting = new Waiting(new QueueWriter.Single(client, line), new CompletableFuture<>());
        synchronized (this) {
            if (closed) {
                throw new IntakeQueue.Overloaded("the service stops");
            }
            if (!queue.offer(waiting)) {
                throw new IntakeQueue.Overloaded(queue.size() + " submissions wait already");
            }
        }
        Receipt receipt;
        try {
            receipt = waiting.answer.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException failure ? failure : failed;
        }
        return receipt != null ? receipt : takeAlone(client, line);
    }

    /** In the sender's own thread, so that what it may have to wait for keeps nobody else waiting. */
    Receipt takeAlone(Client client, Line.OfSubmission line) {
        List<Line> alone = List.of(line);
        return transactions
                .run(client, alone, () -> writer.write(client, alone, null))
                .receipts()
                .getFirst();
    }

    private void commitGroups() {
        var group = new ArrayList<Waiting>(GROUP_MAX);
        while (true) {
            Waiting first = next();
            if (first != null) {
                group.add(first);
                queue.drainTo(group, GROUP_MAX - 1);
                commit(group);
                group.clear();
            } else if (closed && queue.isEmpty()) {
                return; // Nothing comes any more.
            }
        }
    }

    private @Nullable Waiting next() {
        try {
            return queue.poll(LOOK_FOR_CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException nobodys) {
            return null; // The thread is ours alone, and a close is no interrupt: what waits is to be committed.
        }
    }

    private void commit(List<Waiting> group) {
        List<Receipt> receipts;
        try {
            var clients = new TreeSet<Integer>();
            group.forEach(waiting -> clients.add(waiting.single.client().id()));
            List<QueueWriter.Single> singles =
                    group.stream().map(Waiting::single).toList();
            receipts = transactions.runTogether(clients, () -> writer.writeTogether(singles));
        } catch (RuntimeException | Error failure) {
            if (isStores(failure)) {
                group.forEach(waiting -> waiting.answer.completeExceptionally(failure));
            } else {
                group.forEach(waiting -> waiting.answer.complete(null)); // Nothing of any was kept.
            }
            return;
        }
        for (int i = 0; i < group.size(); i++) {
            group.get(i).answer.complete(receipts.get(i));
        }
    }

    /** Whether every other submission would fail of it as well; after a lost connection it may even have been kept. */
    private static boolean isStores(Throwable failure) {
        return failure instanceof NonTransientDataAccessResourceException
                || failure instanceof RecoverableDataAccessException
                || failure instanceof TransactionException
                || failure instanceof TransientDataAccessException
                        && !(failure instanceof PessimisticLockingFailureException)
                || failure instanceof Error;
    }

    int waiting() {
        return queue.size();
    }

    boolean isClosed() {
        return closed;
    }

    /** Takes what waits and no more. A second call does nothing. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        for (Thread committer : committers) {
            try {
                committer.join();
            } catch (InterruptedException hurry) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
