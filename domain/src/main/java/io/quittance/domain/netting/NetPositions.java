package io.quittance.domain.netting;

import io.quittance.domain.arrays.StableSort;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.TransferList;
import java.util.Arrays;

/**
 * What each account pays and receives of each asset in a cycle, by which transfers, and what it has afterwards: one position
 * per balance that the cycle touched, by asset and then by the bytes of the account's id. A balance of which only the
 * reserved part changed has a position without transfers. In arrays; immutable.
 */
public final class NetPositions {

    private final int size;
    private final int[] asset;
    private final int[] account;
    private final long[] debits;
    private final long[] credits;
    private final long[] closing;
    private final long[] reserved;
    private final int[] entriesEnd;
    private final int[] entries;

    /**
     * Nets transfers.
     *
     * @param transfers all that moved over the books since they started the run, in the order of the books
     * @param books as the transfers leave them
     * @throws ArithmeticException if a sum exceeds 64 bits
     */
    NetPositions(TransferList transfers, Books books) {
        size = books.touchedCount();
        asset = new int[size];
        account = new int[size];
        debits = new long[size];
        credits = new long[size];
        closing = new long[size];
        reserved = new long[size];
        entriesEnd = new int[size];
        entries = new int[2 * transfers.size()];
        int[][] positionOf = new int[books.assets().size()][];
        int position = 0;
        for (int s = 0; s < positionOf.length; s++) {
            int[] touched = touchedById(books, s);
            if (touched.length > 0) {
                positionOf[s] = new int[books.accounts()];
            }
            for (int a : touched) {
                asset[position] = s;
                account[position] = a;
                closing[position] = books.posted(a, s);
                reserved[position] = books.reserved(a, s);
                positionOf[s][a] = position++;
            }
        }
        sum(transfers, positionOf);
    }

    private static int[] touchedById(Books books, int asset) {
        int count = 0;
        for (int a = books.nextTouched(asset, 0); a >= 0; a = books.nextTouched(asset, a + 1)) {
            count++;
        }
        int[] touched = new int[count];
        int next = 0;
        for (int a = books.nextTouched(asset, 0); a >= 0; a = books.nextTouched(asset, a + 1)) {
            touched[next++] = a;
        }
        long[] keys = new long[count];
        Arrays.setAll(keys, i -> books.idLow(touched[i]) ^ Long.MIN_VALUE); // Unsigned, as the database compares them.
        StableSort.byKey(keys, touched, count);
        Arrays.setAll(keys, i -> books.idHigh(touched[i]) ^ Long.MIN_VALUE);
        StableSort.byKey(keys, touched, count);
        return touched;
    }

    private void sum(TransferList transfers, int[][] positionOf) {
        for (int i = 0; i < transfers.size(); i++) {
            int[] ofAsset = positionOf[transfers.asset(i)];
            entriesEnd[ofAsset[transfers.from(i)]]++;
            entriesEnd[ofAsset[transfers.to(i)]]++;
        }
        int start = 0;
        for (int p = 0; p < size; p++) {
            int count = entriesEnd[p];
            entriesEnd[p] = start; // Moves on to the end while the entries are filled in.
            start += count;
        }
        for (int i = 0; i < transfers.size(); i++) {
            int[] ofAsset = positionOf[transfers.asset(i)];
            int from = ofAsset[transfers.from(i)];
            int to = ofAsset[transfers.to(i)];
            debits[from] = Math.addExact(debits[from], transfers.amount(i));
            credits[to] = Math.addExact(credits[to], transfers.amount(i));
            entries[entriesEnd[from]++] = i;
            entries[entriesEnd[to]++] = i;
        }
    }

    public int size() {
        return size;
    }

    /** Asset id of position {@code i}. */
    public int asset(int i) {
        return asset[i];
    }

    /** Index in the books of the account of position {@code i}. */
    public int account(int i) {
        return account[i];
    }

    /** Sum of what the account paid, zero or more. */
    public long debits(int i) {
        return debits[i];
    }

    /** Sum of what the account received, zero or more. */
    public long credits(int i) {
        return credits[i];
    }

    /** Positive is to receive, negative is to pay. */
    public long net(int i) {
        return credits[i] - debits[i];
    }

    /** What is posted after the cycle. */
    public long closing(int i) {
        return closing[i];
    }

    /** What of it is reserved after the cycle. */
    public long reserved(int i) {
        return reserved[i];
    }

    /** How many transfers the account took part in. */
    public int entryCount(int i) {
        return entriesEnd[i] - start(i);
    }

    /** Place in the list of transfers of the {@code k}-th that the account took part in; ascending. */
    public int entry(int i, int k) {
        return entries[start(i) + k];
    }

    private int start(int i) {
        return i == 0 ? 0 : entriesEnd[i - 1];
    }
}
