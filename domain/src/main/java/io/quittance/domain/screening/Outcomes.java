package io.quittance.domain.screening;

import io.quittance.domain.arrays.StableSort;
import io.quittance.domain.intake.Reason;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a cycle decided. Only exceptions are kept, in arrays: a submission of the window that simply settled in full, with
 * nothing to say about it, is counted and leaves no record. Not thread-safe.
 */
public final class Outcomes {

    private static final Outcome.State[] STATES = Outcome.State.values();
    private static final Reason[] REASONS = Reason.values();
    private static final int NO_DATE = Integer.MIN_VALUE;

    private int size;
    private long[] intakeNo = new long[64];
    private long[] idHigh = new long[64];
    private long[] idLow = new long[64];
    private byte[] state = new byte[64];
    private byte[] reason = new byte[64];
    private int[] holdUntil = new int[64];
    private long[] filledLots = new long[64];
    private long[] openLots = new long[64];
    private int[] detailEnd = new int[64];
    private byte[] details = new byte[1024];
    private int[] order = new int[0];

    private final long[] counts = new long[STATES.length];

    /** Counts a submission of the window that settled with nothing to say about it. */
    void settledPlainly() {
        counts[Outcome.State.SETTLED.ordinal()]++;
    }

    /** Keeps an exception. A submission has at most one outcome in a cycle. */
    public void add(UUID submissionId, Outcome outcome) {
        if (size == intakeNo.length) {
            grow(size + (size >> 1));
        }
        intakeNo[size] = outcome.intakeNo();
        idHigh[size] = submissionId.getMostSignificantBits();
        idLow[size] = submissionId.getLeastSignificantBits();
        state[size] = (byte) outcome.state().ordinal();
        Reason why = outcome.reason();
        reason[size] = (byte) (why == null ? -1 : why.ordinal());
        LocalDate until = outcome.holdUntil();
        holdUntil[size] = until == null ? NO_DATE : Math.toIntExact(until.toEpochDay());
        filledLots[size] = outcome.filledLots();
        openLots[size] = outcome.openLots();
        byte[] detail = outcome.detail().getBytes(StandardCharsets.UTF_8);
        int from = detailStart(size);
        int end = Math.addExact(from, detail.length);
        if (end > details.length) {
            details = Arrays.copyOf(details, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(end, details.length * 2L)));
        }
        System.arraycopy(detail, 0, details, from, detail.length);
        detailEnd[size] = end;
        counts[outcome.state().ordinal()]++;
        size++;
    }

    private int detailStart(int i) {
        return i == 0 ? 0 : detailEnd[i - 1];
    }

    private void grow(int capacity) {
        intakeNo = Arrays.copyOf(intakeNo, capacity);
        idHigh = Arrays.copyOf(idHigh, capacity);
        idLow = Arrays.copyOf(idLow, capacity);
        state = Arrays.copyOf(state, capacity);
        reason = Arrays.copyOf(reason, capacity);
        holdUntil = Arrays.copyOf(holdUntil, capacity);
        filledLots = Arrays.copyOf(filledLots, capacity);
        openLots = Arrays.copyOf(openLots, capacity);
        detailEnd = Arrays.copyOf(detailEnd, capacity);
    }

    /** How many submissions stand in this state after the cycle, the plainly settled ones included. */
    public long count(Outcome.State wanted) {
        return counts[wanted.ordinal()];
    }

    /** How many exceptions there are. */
    public int size() {
        return size;
    }

    /** Takes an exception. */
    public interface Visitor {
        void exception(UUID submissionId, Outcome outcome);
    }

    /** The exceptions in intake order. */
    public void each(Visitor visitor) {
        sort();
        for (int place = 0; place < size; place++) {
            int i = order[place];
            visitor.exception(new UUID(idHigh[i], idLow[i]), outcome(i));
        }
    }

    /** The exception of a submission; null if it has none. Linear the first time after an addition. */
    public @Nullable Outcome of(long number) {
        sort();
        int low = 0;
        int high = size - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long found = intakeNo[order[middle]];
            if (found == number) {
                return outcome(order[middle]);
            }
            if (found < number) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return null;
    }

    private Outcome outcome(int i) {
        int from = detailStart(i);
        return new Outcome(
                intakeNo[i],
                STATES[state[i]],
                reason[i] < 0 ? null : REASONS[reason[i]],
                new String(details, from, detailEnd[i] - from, StandardCharsets.UTF_8),
                holdUntil[i] == NO_DATE ? null : LocalDate.ofEpochDay(holdUntil[i]),
                filledLots[i],
                openLots[i]);
    }

    private void sort() {
        if (order.length != size) {
            order = new int[size];
            Arrays.setAll(order, i -> i);
            StableSort.byKey(Arrays.copyOf(intakeNo, size), order, size);
        }
    }
}
