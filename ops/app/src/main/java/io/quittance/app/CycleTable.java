package io.quittance.app;

import io.quittance.domain.report.BankViews.CycleView;
import io.quittance.domain.report.BankViews.NettingView;
import io.quittance.domain.report.BankViews.RoundView;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One cycle, for people as a table and for programs as a map. */
final class CycleTable {

    private CycleTable() {}

    static void print(Console console, CycleView cycle) {
        console.line("");
        console.line("Cycle %d, business date %s, cut off at %s", cycle.number(), cycle.businessDate(), cycle.cutOff());
        row(console, "submissions", counts(cycle.submissions(), cycle.submissionsByKind()));
        row(console, "settled", text("%,d", cycle.settled()));
        row(console, "refused", counts(cycle.refused(), cycle.refusedByReason()));
        row(console, "held", counts(cycle.held(), cycle.heldByReason()));
        row(
                console,
                "other ends",
                text(
                        "%,d cancelled, %,d expired, %,d orders resting",
                        cycle.cancelled(), cycle.expired(), cycle.resting()));
        for (RoundView round : cycle.rounds()) {
            row(
                    console,
                    "round " + round.computeClass(),
                    round.priceUtokenPerLot() == null
                            ? text("no price; %,d orders", round.ordersIn())
                            : text(
                                    "%,d µToken a lot, %,d lots, %,d of %,d orders matched (%s)",
                                    round.priceUtokenPerLot(),
                                    round.volumeLots(),
                                    round.ordersFilled(),
                                    round.ordersIn(),
                                    round.decidedBy()));
        }
        row(console, "transfers", text("%,d", cycle.transfers()));
        for (NettingView netting : cycle.netting()) {
            row(
                    console,
                    "netting " + netting.asset(),
                    text("gross %,d, net %,d, ratio %.3f", netting.gross(), netting.net(), netting.nettingRatio()));
        }
        row(console, "root", String.valueOf(cycle.root()));
        row(
                console,
                "chain",
                cycle.chainTransaction() == null
                        ? String.valueOf(cycle.chainState())
                        : cycle.chainState() + " in " + cycle.chainTransaction()
                                + (cycle.gasUsed() == null ? "" : text(", %,d gas", cycle.gasUsed())));
        row(
                console,
                "seconds",
                cycle.secondsPerStep().entrySet().stream()
                        .map(step -> text("%s %.2f", step.getKey(), step.getValue()))
                        .collect(Collectors.joining(", ")));
        row(console, "reconciliation", String.valueOf(cycle.verdict()));
    }

    private static String text(String format, @Nullable Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private static void row(Console console, String name, String value) {
        console.line("  %-22s %s", name, value);
    }

    private static String counts(long total, Map<String, Long> by) {
        String parts = by.entrySet().stream()
                .map(entry -> text("%s %,d", entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
        return text("%,d", total) + (parts.isEmpty() ? "" : ": " + parts);
    }

    /** The names are part of the interface. */
    static Map<String, @Nullable Object> asMap(CycleView cycle) {
        var map = new LinkedHashMap<String, @Nullable Object>();
        map.put("number", cycle.number());
        map.put("businessDate", cycle.businessDate().toString());
        map.put("cutOff", cycle.cutOff().toString());
        map.put("root", cycle.root() == null ? null : cycle.root().toString());
        map.put(
                "headerHash",
                cycle.headerHash() == null ? null : cycle.headerHash().toString());
        map.put("chainState", cycle.chainState());
        map.put(
                "chainTransaction",
                cycle.chainTransaction() == null
                        ? null
                        : cycle.chainTransaction().toString());
        map.put("gasUsed", cycle.gasUsed());
        map.put("submissions", cycle.submissions());
        map.put("submissionsByKind", cycle.submissionsByKind());
        map.put("settled", cycle.settled());
        map.put("refused", cycle.refused());
        map.put("refusedByReason", cycle.refusedByReason());
        map.put("held", cycle.held());
        map.put("heldByReason", cycle.heldByReason());
        map.put("cancelled", cycle.cancelled());
        map.put("expired", cycle.expired());
        map.put("resting", cycle.resting());
        map.put("transfers", cycle.transfers());
        map.put("rounds", cycle.rounds());
        map.put("netting", cycle.netting());
        map.put(
                "seconds",
                cycle.secondsPerStep().values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum());
        map.put("secondsPerStep", cycle.secondsPerStep());
        map.put("verdict", cycle.verdict());
        return map;
    }
}
