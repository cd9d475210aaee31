package io.quittance.domain.report;

import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.amount.Asset;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The books before a cycle, what it moved, and the books after it, by asset and class of account. Whether it ties is a
 * question to ask, not a condition to build one: a trial balance that does not tie is what finance must be able to see.
 *
 * @param lines by asset; in each asset the customers first, then the bank's own accounts
 */
public record TrialBalance(List<Line> lines) {

    /** The class of all accounts that are not the bank's own. */
    public static final String CUSTOMERS = "customers";

    /**
     * One class of accounts in one asset, in µToken or GPU-milliseconds.
     *
     * @param accountClass {@link #CUSTOMERS}, or the code of one of the bank's own accounts, such as {@code escrow}
     * @param opening posted before the cycle; negative for what the bank has issued or taken in
     * @param debits sum of what was paid in the cycle, zero or more
     * @param credits sum of what was received in the cycle, zero or more
     * @param closing posted after the cycle
     */
    public record Line(
            String asset,
            String accountClass,
            BigInteger opening,
            BigInteger debits,
            BigInteger credits,
            BigInteger closing) {

        private boolean isZero() {
            return opening.signum() == 0 && debits.signum() == 0 && credits.signum() == 0 && closing.signum() == 0;
        }
    }

    private record Place(String asset, String accountClass) {}

    public TrialBalance {
        lines = List.copyOf(lines);
    }

    /**
     * The trial balance of a bank with these assets: a line for each class of account that the assets call for, zero where
     * nothing was ever posted, so that two cycles can be laid side by side.
     *
     * @param assets in the order of their ids, µToken first
     * @param found lines with figures, in any order, each asset and class at most once. One that the assets do not call for
     *     is kept at the end unless all of it is zero
     */
    public static TrialBalance of(List<Asset> assets, List<Line> found) {
        Map<Place, Line> byPlace = new LinkedHashMap<>();
        for (Asset asset : assets) {
            put(byPlace, zero(asset.code(), CUSTOMERS));
            for (SystemAccount account : SystemAccount.values()) {
                for (Asset owner : assets) {
                    if (holds(account, owner, asset)) {
                        put(byPlace, zero(asset.code(), account.code(owner.code())));
                    }
                }
            }
        }
        for (Line line : found) {
            if (!line.isZero() || byPlace.containsKey(place(line))) {
                put(byPlace, line);
            }
        }
        return new TrialBalance(List.copyOf(byPlace.values()));
    }

    /** Whether the bank's own account of a class, or of none, is there to hold an asset: RULES.md 1. */
    private static boolean holds(SystemAccount account, Asset owner, Asset asset) {
        if (account.perClass() != owner.isCompute()) {
            return false;
        }
        return asset.equals(owner) || (account == SystemAccount.CLEARING && !asset.isCompute());
    }

    private static Line zero(String asset, String accountClass) {
        return new Line(asset, accountClass, BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO);
    }

    private static Place place(Line line) {
        return new Place(line.asset(), line.accountClass());
    }

    private static void put(Map<Place, Line> byPlace, Line line) {
        byPlace.put(place(line), line);
    }

    /**
     * All that does not tie, each as one sentence with both sides; empty if it ties. It ties if in each asset the openings
     * sum to zero, the closings sum to zero, and debits equal credits, and if in each line opening − debits + credits is
     * the closing.
     */
    public List<String> differences() {
        List<String> differences = new ArrayList<>();
        Map<String, Line> totals = new LinkedHashMap<>();
        for (Line line : lines) {
            BigInteger expected = line.opening().subtract(line.debits()).add(line.credits());
            if (!expected.equals(line.closing())) {
                differences.add(line.asset() + " " + line.accountClass() + ": opening " + line.opening() + " - debits "
                        + line.debits() + " + credits " + line.credits() + " = " + expected + ", closing is "
                        + line.closing());
            }
            totals.merge(line.asset(), line, TrialBalance::sum);
        }
        for (Line total : totals.values()) {
            if (total.opening().signum() != 0) {
                differences.add(total.asset() + ": openings sum to " + total.opening() + ", not 0");
            }
            if (!total.debits().equals(total.credits())) {
                differences.add(total.asset() + ": debits are " + total.debits() + ", credits are " + total.credits());
            }
            if (total.closing().signum() != 0) {
                differences.add(total.asset() + ": closings sum to " + total.closing() + ", not 0");
            }
        }
        return differences;
    }

    private static Line sum(Line left, Line right) {
        return new Line(
                left.asset(),
                "",
                left.opening().add(right.opening()),
                left.debits().add(right.debits()),
                left.credits().add(right.credits()),
                left.closing().add(right.closing()));
    }
}
