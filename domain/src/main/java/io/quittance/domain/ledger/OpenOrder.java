package io.quittance.domain.ledger;

import io.quittance.domain.amount.Exact;
import io.quittance.domain.intake.Submission.OrderType;
import io.quittance.domain.intake.Submission.Side;
import io.quittance.domain.intake.Submission.TimeInForce;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An order from its admission to its end. Mutable state of one cycle's run over {@link Books}; what it reserves is always
 * {@link #worstCase()} of what is still open.
 */
public final class OpenOrder {

    public final long intakeNo;
    public final UUID submissionId;
    public final int account;
    public final int asset;
    public final Side side;
    public final OrderType type;
    /** In ticks; of a market buy the edge of the band at which it reserved, of a market sell 0. */
    public final long limitTicks;

    public final TimeInForce timeInForce;
    public final @Nullable LocalDate goodThrough;
    public final long lots;
    public final long lotGpuMs;
    /** µToken per lot and tick. */
    public final long tickUtoken;
    /** The fee schedule of its admission, kept to its end. */
    public final int feeBps;

    public final long admittedCycle;

    /** Lots filled so far. */
    public long filledLots;
    /** Lots still open: {@code lots − filled − taken away}. */
    public long openLots;
    /** µToken traded so far. */
    public long notional;
    /** µToken of fee charged so far. */
    public long feeCharged;
    /** What of the current business date's limit is reserved for it; 0 while it sits out. */
    public long limitReserved;
    /** It does not fit this date's limit and takes part in no round until the date ends. */
    public boolean sitsOut;

    public OpenOrder(
            long intakeNo,
            UUID submissionId,
            int account,
            int asset,
            Side side,
            OrderType type,
            long limitTicks,
            TimeInForce timeInForce,
            @Nullable LocalDate goodThrough,
            long lots,
            long lotGpuMs,
            long tickUtoken,
            int feeBps,
            long admittedCycle) {
        this.intakeNo = intakeNo;
        this.submissionId = submissionId;
        this.account = account;
        this.asset = asset;
        this.side = side;
        this.type = type;
        this.limitTicks = limitTicks;
        this.timeInForce = timeInForce;
        this.goodThrough = goodThrough;
        this.lots = lots;
        this.openLots = lots;
        this.lotGpuMs = lotGpuMs;
        this.tickUtoken = tickUtoken;
        this.feeBps = feeBps;
        this.admittedCycle = admittedCycle;
    }

    /** The asset it reserves: µToken for a buy, its class for a sell. */
    public int reservedAsset() {
        return side == Side.BUY ? 0 : asset;
    }

    /**
     * The most that what is open can still take: for a buy its notional at the limit and the fee on it, for a sell its
     * GPU-milliseconds.
     *
     * @throws ArithmeticException if that exceeds 64 bits
     */
    public long worstCase() {
        if (openLots == 0) {
            return 0;
        }
        if (side == Side.SELL) {
            return Math.multiplyExact(openLots, lotGpuMs);
        }
        long rest = Math.multiplyExact(Math.multiplyExact(openLots, limitTicks), tickUtoken);
        long fee = Exact.mulDivUp(Math.addExact(notional, rest), feeBps, 10_000) - feeCharged;
        return Math.addExact(rest, fee);
    }

    /** The fee that a further {@code traded} µToken bring: cumulative and rounded up, less what was charged. */
    public long feeFor(long traded) {
        return Exact.mulDivUp(Math.addExact(notional, traded), feeBps, 10_000) - feeCharged;
    }
}
