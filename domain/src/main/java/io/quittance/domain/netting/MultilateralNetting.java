package io.quittance.domain.netting;

import io.quittance.domain.ledger.TransferList;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Nets a cycle's transfers, each account against all others together, asset by asset. */
public final class MultilateralNetting {

    private MultilateralNetting() {}

    /**
     * The positions of all accounts that pay or receive, by asset and then account. Their nets sum to zero per asset.
     *
     * @param accounts how many accounts the books have
     * @param assets how many assets there are
     * @throws ArithmeticException if a sum exceeds 64 bits
     */
    public static List<NetPosition> net(TransferList transfers, int accounts, int assets) {
        long[][] debits = new long[assets][];
        long[][] credits = new long[assets][];
        for (int i = 0; i < transfers.size(); i++) {
            int asset = transfers.asset(i);
            if (debits[asset] == null) {
                debits[asset] = new long[accounts];
                credits[asset] = new long[accounts];
            }
            int from = transfers.from(i);
            int to = transfers.to(i);
            debits[asset][from] = Math.addExact(debits[asset][from], transfers.amount(i));
            credits[asset][to] = Math.addExact(credits[asset][to], transfers.amount(i));
        }
        var positions = new ArrayList<NetPosition>();
        for (int asset = 0; asset < assets; asset++) {
            for (int account = 0; debits[asset] != null && account < accounts; account++) {
                if (debits[asset][account] != 0 || credits[asset][account] != 0) {
                    positions.add(new NetPosition(account, asset, debits[asset][account], credits[asset][account]));
                }
            }
        }
        return positions;
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
    public static Efficiency efficiency(
            List<NetPosition> positions, int asset, java.util.function.IntPredicate isSystem) {
        BigInteger gross = BigInteger.ZERO;
        BigInteger net = BigInteger.ZERO;
        for (NetPosition position : positions) {
            if (position.asset() == asset && !isSystem.test(position.account())) {
                gross = gross.add(BigInteger.valueOf(position.debits())).add(BigInteger.valueOf(position.credits()));
                net = net.add(BigInteger.valueOf(position.net()).abs());
            }
        }
        return new Efficiency(asset, gross, net);
    }
}
