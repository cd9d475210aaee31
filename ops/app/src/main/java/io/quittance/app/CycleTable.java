package io.quittance.app;

import io.quittance.domain.report.BankViews.CycleView;
import io.quittance.domain.report.BankViews.NettingView;
import io.quittance.domain.report.BankViews.RoundView;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** One cycle, for people as a table and for programs as a map. */
final class CycleTable {

    private CycleTable() {}

    static void print(Console console, CycleView cycle) {
        console.line("");
        console.line("Cycle %d, business date %s, cut off at %s", cycle.number(), cycle.businessDate(), cycle.cutOff());
        row(console, "submissions", counts(cycle.submissions(), cycle.submissionsByKind()));
        row(console, "settled", "%,d".formatted(cycle.settled()));
        row(console, "refused", counts(cycle.refused(), cycle.refusedByReason()));
        row(console, "held", counts(cycle.held(), cycle.heldByReason()));
        row(
                console,
                "other ends",
                "%,d cancelled, %,d expired, %,d orders resting"
                        .formatted(cycle.cancelled(), cycle.expired(), cycle.resting()));
        for (RoundView round : cycle.rounds()) {
            row(
                    console,
                    "round " + round.computeClass(),
                    round.volumeLots() == 0
                            ? "no price; %,d orders".formatted(round.ordersIn())
                            : "%,d µToken a lot, %,d lots, %,d of %,d orders matched (%s)"
                                    .formatted(
                                            round.priceUtokenPerLot(),
                                            round.volumeLots(),
                                            round.ordersFilled(),
                                            round.ordersIn(),
                                            round.decidedBy()));
        }
        row(console, "transfers", "%,d".formatted(cycle.transfers()));
        for (NettingView netting : cycle.netting()) {
            row(
                    console,
                    "netting " + netting.asset(),
                    "gross %,d, net %,d, ratio %.3f".formatted(netting.gross(), netting.net(), netting.nettingRatio()));
        }
        row(console, "root", String.valueOf(cycle.root()));
        row(
                console,
                "chain",
                cycle.chainTransaction() == null
                        ? String.valueOf(cycle.chainState())
                        : cycle.chainState() + " in " + cycle.chainTransaction() + ", "
                                + "%,d gas".formatted(cycle.gasUsed() == null ? 0 : cycle.gasUsed()));
        row(
                console,
                "seconds",
                cycle.secondsPerStep().entrySet().stream()
                        .map(step -> "%s %.2f".formatted(step.getKey(), step.getValue()))
                        .collect(Collectors.joining(", ")));
        row(console, "reconciliation", String.valueOf(cycle.verdict()));
    }

    private static void row(Console console, String name, String value) {
        console.line("  %-22s %s", name, value);
    }

    private static String counts(long total, Map<String, Long> by) {
        String parts = by.entrySet().stream()
                .map(entry -> "%s %,d".formatted(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
        return "%,d".formatted(total) + (parts.isEmpty() ? "" : ": " + parts);
    }

    /** The names are part of the interface. */
    static Map<String, Object> asMap(CycleView cycle) {
        var map = new LinkedHashMap<String, Object>();
        map.put("number", cycle.number());
        map.put("businessDate", cycle.businessDate().toString());
        map.put("cutOff", cycle.cutOff().toString());
        map.put("root", String.valueOf(cycle.root()));
        map.put("headerHash", String.valueOf(cycle.headerHash()));
        map.put("chainState", String.valueOf(cycle.chainState()));
        map.put("chainTransaction", String.valueOf(cycle.chainTransaction()));
        map.put("gasUsed", cycle.gasUsed() == null ? 0 : cycle.gasUsed());
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
        map.put("verdict", String.valueOf(cycle.verdict()));
        return map;
    }
}
