package io.quittance.domain.netting;

import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.TransferList;
import java.math.BigInteger;

/** Nets a cycle's transfers, each account against all others together, asset by asset. */
public final class MultilateralNetting {

    private MultilateralNetting() {}

    /**
     * The positions of all accounts that pay, receive or reserve. Their nets sum to zero per asset.
     *
     * @param transfers all that moved over the books in a run, in the order of the books
     * @param books as the run leaves them
     * @throws ArithmeticException if a sum exceeds 64 bits
     */
    public static NetPositions net(TransferList transfers, Books books) {
        return new NetPositions(transfers, books);
    }

    /**
     * Gross, net and netting ratio of one asset over participants; the bank's own accounts are left out.
     *
     * @param gross sum of all that participants paid and received
     * @param net sum of the absolute nets of their positions; never more than {@code gross}
     */
    public record Efficiency(int asset, BigInteger gross, BigInteger net) {

        /** {@code 1 − net ÷ gross}; 0 where nothing moved. */
        public double ratio() {
            return gross.signum() == 0 ? 0 : 1 - net.doubleValue() / gross.doubleValue();
        }
    }

    /** The efficiency of one asset. */
    public static Efficiency efficiency(NetPositions positions, int asset, java.util.function.IntPredicate isSystem) {
        BigInteger gross = BigInteger.ZERO;
        BigInteger net = BigInteger.ZERO;
        for (int i = 0; i < positions.size(); i++) {
            if (positions.asset(i) == asset && !isSystem.test(positions.account(i))) {
                gross = gross.add(BigInteger.valueOf(positions.debits(i)))
                        .add(BigInteger.valueOf(positions.credits(i)));
                net = net.add(BigInteger.valueOf(positions.net(i)).abs());
            }
        }
        return new Efficiency(asset, gross, net);
    }
}
