package io.quittance.bench;

import com.tigerbeetle.AccountBatch;
import com.tigerbeetle.AccountFlags;
import com.tigerbeetle.Client;
import com.tigerbeetle.ConcurrencyExceededException;
import com.tigerbeetle.CreateTransferResultBatch;
import com.tigerbeetle.TransferBatch;
import com.tigerbeetle.UInt128;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The same transfers on a TigerBeetle that runs elsewhere, in its largest batches, the next one built while the last one is
 * under way. Accounts may not go below zero, as ours. Each run uses ids of its own, so that a cluster serves many runs.
 */
final class TigerBeetle {

    static final int BATCH = 8_190;

    private static final int LEDGER = 1;
    private static final int CODE = 1;
    private static final int CONNECT_MILLIS = 2_000;

    private TigerBeetle() {}

    /** Whether anyone listens there; the client itself would wait for ever. */
    static boolean answers(String address) {
        int colon = address.lastIndexOf(':');
        String host = colon < 0 ? "127.0.0.1" : address.substring(0, colon);
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1))), CONNECT_MILLIS);
            return true;
        } catch (IOException | IllegalArgumentException nobody) {
            return false;
        }
    }

    /**
     * @param address {@code HOST:PORT}, or a port of this machine
     * @param start what each account begins with
     * @return transfers a second
     */
    static double rate(String address, int accounts, long start, PostedTransfers posted) {
        long run = System.currentTimeMillis();
        try (var client = new Client(UInt128.asBytes(0), new String[] {address})) {
            open(client, run, accounts);
            post(client, run, accounts, i -> 0, i -> i + 1, i -> start, 0);
            long begin = System.nanoTime();
            post(client, run, posted.count(), i -> posted.from(i) + 1, i -> posted.to(i) + 1, posted::amount, accounts);
            return posted.count() / ((System.nanoTime() - begin) / 1e9);
        } catch (ConcurrencyExceededException | ExecutionException failure) {
            throw new IllegalStateException("TigerBeetle does not do it: " + failure.getMessage(), failure);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", stop);
        }
    }

    /** Account 0 issues the money. An id of TigerBeetle may not be 0, so all are one higher. */
    private static void open(Client client, long run, int accounts) throws ConcurrencyExceededException {
        for (int from = 0; from <= accounts; from += BATCH) {
            int until = Math.min(accounts + 1, from + BATCH);
            var batch = new AccountBatch(until - from);
            for (int i = from; i < until; i++) {
                batch.add();
                batch.setId(i + 1L, run);
                batch.setLedger(LEDGER);
                batch.setCode(CODE);
                batch.setFlags(i == 0 ? AccountFlags.NONE : AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS);
            }
            var refused = client.createAccounts(batch);
            if (refused.getLength() > 0) {
                refused.next();
                throw new IllegalStateException("TigerBeetle refused an account: " + refused.getResult());
            }
        }
    }

    private interface Number {
        long of(int index);
    }

    /** @param used ids of transfers that this run has used before */
    private static void post(Client client, long run, int count, Number debit, Number credit, Number amount, long used)
            throws ConcurrencyExceededException, InterruptedException, ExecutionException {
        CompletableFuture<CreateTransferResultBatch> underWay = null;
        for (int from = 0; from < count; from += BATCH) {
            int until = Math.min(count, from + BATCH);
            var batch = new TransferBatch(until - from);
            for (int i = from; i < until; i++) {
                batch.add();
                batch.setId(used + i + 1, run);
                batch.setDebitAccountId(debit.of(i) + 1, run);
                batch.setCreditAccountId(credit.of(i) + 1, run);
                batch.setAmount(amount.of(i));
                batch.setLedger(LEDGER);
                batch.setCode(CODE);
            }
            var next = client.createTransfersAsync(batch);
            requireDone(underWay);
            underWay = next;
        }
        requireDone(underWay);
    }

    private static void requireDone(@Nullable CompletableFuture<CreateTransferResultBatch> underWay)
            throws InterruptedException, ExecutionException {
        if (underWay == null) {
            return;
        }
        CreateTransferResultBatch refused = underWay.get();
        if (refused.getLength() > 0) {
            refused.next();
            throw new IllegalStateException("TigerBeetle refused a transfer: " + refused.getResult());
        }
    }
}
