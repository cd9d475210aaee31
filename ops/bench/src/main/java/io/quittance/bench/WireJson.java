package io.quittance.bench;

import io.quittance.domain.intake.Submission;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Submissions in the words of the HTTP door. */
final class WireJson {

    private static final JsonMapper JSON = JsonMapper.shared();

    private WireJson() {}

    /** The body of a single submission; its key goes into the header. */
    static String of(Submission submission) {
        var fields = new LinkedHashMap<String, String>();
        set(fields, "account_id", submission.accountId());
        switch (submission) {
            case Submission.ComputeDeposit deposit -> {
                set(fields, "resource_id", deposit.resourceId());
                set(fields, "gpu_ms", deposit.gpuMs());
                set(fields, "mode", lower(deposit.mode()));
                set(fields, "metered_from", deposit.meteredFrom());
                set(fields, "metered_to", deposit.meteredTo());
            }
            case Submission.TaskPublication publication -> {
                set(fields, "task_id", publication.taskId());
                set(fields, "reward_utoken", publication.rewardUtoken());
            }
            case Submission.TaskCompletion completion -> {
                set(fields, "task_id", completion.taskId());
                set(fields, "agent_account", completion.agentAccount());
            }
            case Submission.Order order -> {
                set(fields, "compute_class", order.computeClass());
                set(fields, "side", lower(order.side()));
                set(fields, "order_type", order.orderType());
                set(fields, "lots", order.lots());
                set(fields, "limit_utoken_per_lot", order.limitUtokenPerLot());
                set(fields, "time_in_force", order.timeInForce());
            }
            case Submission.Cancel cancel -> set(fields, "cancelled_key", cancel.cancelledKey());
            case Submission.Spend spend -> {
                set(fields, "service", spend.service());
                set(fields, "model", spend.model());
                set(fields, "used_at", spend.usedAt());
                set(fields, "input_tokens", spend.inputTokens());
                set(fields, "output_tokens", spend.outputTokens());
                set(fields, "price_version", spend.priceVersion());
                set(fields, "amount_utoken", spend.amountUtoken());
                set(fields, "compute_class", spend.computeClass());
                set(fields, "gpu_ms", spend.gpuMs());
            }
            case Submission.Transfer transfer -> {
                set(fields, "to_account", transfer.toAccount());
                set(fields, "amount_utoken", transfer.amountUtoken());
            }
            case Submission.Reversal ignored -> throw new IllegalArgumentException("a reversal needs an approval");
        }
        return JSON.writeValueAsString(fields);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static void set(Map<String, String> fields, String name, @Nullable Object value) {
        if (value != null) {
            fields.put(name, value.toString());
        }
    }
}
