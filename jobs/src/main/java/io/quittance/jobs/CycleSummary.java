package io.quittance.jobs;

import io.quittance.domain.report.BankViews.CycleView;
import io.quittance.domain.report.BankViews.NettingView;
import io.quittance.domain.report.BankViews.RoundView;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A cycle in the words of the API: snake_case, amounts as strings of digits, counts as numbers; always in one order. */
final class CycleSummary {

    /** The step that writes the report: how long it takes is known when the report is written, and so not in it. */
    private static final String REPORT_STEP = "publishReport";

    private CycleSummary() {}

    static ObjectNode json(CycleView view) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("number", view.number());
        json.put("business_date", view.businessDate().toString());
        json.put("cut_off", view.cutOff().toString());
        json.put("state", view.state());
        json.put("submissions", view.submissions());
        json.put("settled", view.settled());
        json.put("refused", view.refused());
        json.put("held", view.held());
        json.put("cancelled", view.cancelled());
        json.put("expired", view.expired());
        json.put("resting", view.resting());
        json.put("transfers", view.transfers());
        counts(json.putObject("submissions_by_kind"), view.submissionsByKind());
        counts(json.putObject("refused_by_reason"), view.refusedByReason());
        counts(json.putObject("held_by_reason"), view.heldByReason());
        var rounds = json.putArray("rounds");
        rounds(view).forEach(round -> rounds.add(json(round)));
        var netting = json.putArray("netting");
        view.netting().stream()
                .sorted(Comparator.comparing(NettingView::asset))
                .forEach(asset -> netting.add(json(asset)));
        json.put("root", nullable(view.root()));
        json.put("header_hash", nullable(view.headerHash()));
        json.put("chain_state", view.chainState());
        json.put("chain_transaction", nullable(view.chainTransaction()));
        json.put("gas_used", view.gasUsed());
        var seconds = json.putObject("seconds_per_step");
        new TreeMap<>(view.secondsPerStep()).forEach((step, duration) -> {
            if (!step.equals(REPORT_STEP)) {
                seconds.put(step, duration);
            }
        });
        json.put("verdict", view.verdict());
        return json;
    }

    /** The rounds by compute class. */
    static List<RoundView> rounds(CycleView view) {
        return view.rounds().stream()
                .sorted(Comparator.comparing(RoundView::computeClass))
                .toList();
    }

    private static ObjectNode json(RoundView round) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("compute_class", round.computeClass())
                .put("price_utoken_per_lot", nullable(round.priceUtokenPerLot()))
                .put("volume_lots", Long.toString(round.volumeLots()))
                .put("demand_lots", Long.toString(round.demandLots()))
                .put("supply_lots", Long.toString(round.supplyLots()))
                .put("decided_by", round.decidedBy())
                .put("orders_in", round.ordersIn())
                .put("orders_filled", round.ordersFilled())
                .put("reference_before_utoken_per_lot", Long.toString(round.referenceBefore()))
                .put("reference_after_utoken_per_lot", Long.toString(round.referenceAfter()));
    }

    private static ObjectNode json(NettingView netting) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("asset", netting.asset())
                .put("gross", netting.gross().toString())
                .put("net", netting.net().toString())
                .put("netting_ratio", netting.nettingRatio());
    }

    private static void counts(ObjectNode json, Map<String, Long> counts) {
        new TreeMap<>(counts).forEach(json::put);
    }

    private static @Nullable String nullable(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    /**
     * The same as names and values: a name within another is joined by a dot; an element of a list goes by its first value,
     * as in {@code netting.UTOKEN.gross}. A value that is not there yet is empty.
     */
    static Map<String, String> flat(ObjectNode json) {
        Map<String, String> values = new LinkedHashMap<>();
        json.properties().forEach(entry -> flatten(entry.getKey(), entry.getValue(), values));
        return values;
    }

    private static void flatten(String name, JsonNode node, Map<String, String> values) {
        if (node.isObject()) {
            node.properties().forEach(entry -> flatten(name + "." + entry.getKey(), entry.getValue(), values));
        } else if (node.isArray()) {
            for (JsonNode element : node.values()) {
                flatten(name + "." + element.values().iterator().next().asString(), element, values);
            }
        } else if (node.isNull()) {
            values.put(name, "");
        } else {
            values.put(name, node.isFloatingPointNumber() ? node.decimalValue().toPlainString() : node.asString());
        }
    }
}
