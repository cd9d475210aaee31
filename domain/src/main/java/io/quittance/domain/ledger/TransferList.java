package io.quittance.domain.ledger;

import io.quittance.domain.arrays.StableSort;
import java.util.Arrays;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The transfers of a cycle, in primitive arrays. Appended in any order; {@link #sort} puts them into the order of the
 * books: phase, intake number of the submission, leg. Not thread-safe.
 */
public final class TransferList {

    /** Phases of a cycle; fills come as 16 + the instrument's asset id, so that they stand instrument by instrument. */
    public static final int PHASE_ADMINISTRATION = 0;

    public static final int PHASE_CREDITS = 1;
    public static final int PHASE_DEBITS = 2;
    public static final int PHASE_FILLS = 16;
    public static final int PHASE_END = Integer.MAX_VALUE;

    /** Stands for "of no submission" where an intake number is asked for. */
    public static final long NO_SUBMISSION = 0;

    private static final int LEAST_CAPACITY = 1024;

    private int size;
    private int[] phase;
    private long[] intakeNo;
    private byte[] leg;
    private byte[] type;
    private int[] asset;
    private int[] from;
    private int[] to;
    private long[] amount;
    private @Nullable String[] taskId;

    public TransferList() {
        this(LEAST_CAPACITY);
    }

    /** @param expected about how many transfers will come */
    public TransferList(long expected) {
        int capacity = (int) Math.max(LEAST_CAPACITY, Math.min(expected, Integer.MAX_VALUE / 4));
        phase = new int[capacity];
        intakeNo = new long[capacity];
        leg = new byte[capacity];
        type = new byte[capacity];
        asset = new int[capacity];
        from = new int[capacity];
        to = new int[capacity];
        amount = new long[capacity];
        taskId = new String[capacity];
    }

    /**
     * Appends one transfer.
     *
     * @param from index of the account that is debited
     * @param to index of the account that is credited; another one
     * @param amount more than zero
     */
    public void add(
            int phase,
            long intakeNo,
            int leg,
            TransactionType type,
            int asset,
            int from,
            int to,
            long amount,
            @Nullable String taskId) {
        if (amount <= 0 || from == to) {
            throw new IllegalArgumentException("a transfer moves more than zero between two accounts");
        }
        if (size == amountCapacity()) {
            grow();
        }
        this.phase[size] = phase;
        this.intakeNo[size] = intakeNo;
        this.leg[size] = (byte) leg;
        this.type[size] = (byte) type.code();
        this.asset[size] = asset;
        this.from[size] = from;
        this.to[size] = to;
        this.amount[size] = amount;
        this.taskId[size] = taskId;
        size++;
    }

    public int size() {
        return size;
    }

    public long intakeNo(int i) {
        return intakeNo[i];
    }

    public int leg(int i) {
        return leg[i];
    }

    public TransactionType type(int i) {
        return TransactionType.ofCode(type[i]);
    }

    public int typeCode(int i) {
        return type[i];
    }

    public int asset(int i) {
        return asset[i];
    }

    public int from(int i) {
        return from[i];
    }

    public int to(int i) {
        return to[i];
    }

    public long amount(int i) {
        return amount[i];
    }

    public @Nullable String taskId(int i) {
        return taskId[i];
    }

    /** Puts the transfers into the order of the books. Stable and idempotent; free when they already stand so. */
    public void sort() {
        if (isSorted()) {
            return;
        }
        int[] order = new int[size];
        Arrays.setAll(order, i -> i);
        // Least significant first; each pass keeps the order of the one before where its own keys are equal.
        sortBy(order, i -> leg[i]);
        sortBy(order, i -> intakeNo[i]);
        sortBy(order, i -> phase[i]);
        phase = pick(phase, order);
        intakeNo = pick(intakeNo, order);
        leg = pick(leg, order);
        type = pick(type, order);
        asset = pick(asset, order);
        from = pick(from, order);
        to = pick(to, order);
        amount = pick(amount, order);
        @Nullable String[] tasks = new String[order.length];
        for (int i = 0; i < order.length; i++) {
            tasks[i] = taskId[order[i]];
        }
        taskId = tasks;
    }

    private void sortBy(int[] order, IntToLongFunction key) {
        long[] keys = new long[size];
        Arrays.setAll(keys, i -> key.applyAsLong(order[i]));
        StableSort.byKey(keys, order, size);
    }

    private boolean isSorted() {
        for (int i = 1; i < size; i++) {
            int byPhase = Integer.compare(phase[i - 1], phase[i]);
            int byIntake = byPhase != 0 ? byPhase : Long.compare(intakeNo[i - 1], intakeNo[i]);
            if (byIntake > 0 || (byIntake == 0 && leg[i - 1] > leg[i])) {
                return false;
            }
        }
        return true;
    }

    private int amountCapacity() {
        return amount.length;
    }

    private void grow() {
        int capacity = amount.length + (amount.length >> 1);
        phase = Arrays.copyOf(phase, capacity);
        intakeNo = Arrays.copyOf(intakeNo, capacity);
        leg = Arrays.copyOf(leg, capacity);
        type = Arrays.copyOf(type, capacity);
        asset = Arrays.copyOf(asset, capacity);
        from = Arrays.copyOf(from, capacity);
        to = Arrays.copyOf(to, capacity);
        amount = Arrays.copyOf(amount, capacity);
        taskId = Arrays.copyOf(taskId, capacity);
    }

    private static int[] pick(int[] values, int[] order) {
        int[] picked = new int[order.length];
        Arrays.setAll(picked, i -> values[order[i]]);
        return picked;
    }

    private static long[] pick(long[] values, int[] order) {
        long[] picked = new long[order.length];
        Arrays.setAll(picked, i -> values[order[i]]);
        return picked;
    }

    private static byte[] pick(byte[] values, int[] order) {
        byte[] picked = new byte[order.length];
        for (int i = 0; i < order.length; i++) {
            picked[i] = values[order[i]];
        }
        return picked;
    }
}
