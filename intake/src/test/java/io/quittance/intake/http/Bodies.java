package io.quittance.intake.http;

import io.quittance.domain.intake.Kind;
import java.util.Map;
import java.util.Objects;

/** A well-formed body of each kind that a participant, a meter or an operator hands in. */
final class Bodies {

    private static final String TIMES =
            "\"metered_from\":\"2026-03-01T00:00:00Z\",\"metered_to\":\"2026-03-01T01:00:00Z\"";

    private static final Map<Kind, String> BODIES = Map.ofEntries(
            Map.entry(
                    Kind.ACCOUNTS,
                    "{\"account_id\":\"0190a000-0000-7000-8000-00000000aaaa\",\"party_id\":\"" + ApiTest.RECEIVER
                            + "\",\"account_type\":\"personal\",\"kyc_level\":\"l1\"}"),
            Map.entry(
                    Kind.COMPUTE_RESOURCES,
                    "{\"resource_id\":\"r1\",\"account_id\":\"" + ApiTest.ACCOUNT
                            + "\",\"compute_class\":\"GPU-H100\",\"gpu_count\":8}"),
            Map.entry(Kind.METERING, "{\"resource_id\":\"r1\"," + TIMES + ",\"gpu_ms\":\"1000\"}"),
            Map.entry(
                    Kind.ACCOUNT_EVENTS,
                    "{\"event_key\":\"case 7\",\"account_id\":\"" + ApiTest.ACCOUNT
                            + "\",\"event\":\"freeze\",\"reason\":\"court order\"}"),
            Map.entry(Kind.SERVICES, "{\"service\":\"chat\"}"),
            Map.entry(
                    Kind.PRICES,
                    "{\"service\":\"chat\",\"model\":\"m\",\"price_version\":\"1\","
                            + "\"effective_from\":\"2026-03-01T00:00:00Z\",\"input_utoken_per_mtok\":1,"
                            + "\"output_utoken_per_mtok\":2}"),
            Map.entry(
                    Kind.COMPUTE_DEPOSITS,
                    "{\"account_id\":\"" + ApiTest.ACCOUNT + "\",\"resource_id\":\"r1\",\"gpu_ms\":5,\"mode\":\"mint\","
                            + TIMES + "}"),
            Map.entry(
                    Kind.TASK_PUBLICATIONS,
                    "{\"account_id\":\"" + ApiTest.ACCOUNT + "\",\"task_id\":\"t1\",\"reward_utoken\":7}"),
            Map.entry(
                    Kind.TASK_COMPLETIONS,
                    "{\"account_id\":\"" + ApiTest.ACCOUNT + "\",\"task_id\":\"t1\",\"agent_account\":\""
                            + ApiTest.RECEIVER + "\"}"),
            Map.entry(
                    Kind.ORDERS,
                    "{\"account_id\":\"" + ApiTest.ACCOUNT + "\",\"compute_class\":\"GPU-H100\",\"side\":\"buy\","
                            + "\"order_type\":\"limit\",\"lots\":3,\"limit_utoken_per_lot\":1000,"
                            + "\"time_in_force\":\"ioc\"}"),
            Map.entry(Kind.CANCELS, "{\"account_id\":\"" + ApiTest.ACCOUNT + "\",\"cancelled_key\":\"k\"}"),
            Map.entry(
                    Kind.SPENDS,
                    "{\"account_id\":\"" + ApiTest.ACCOUNT
                            + "\",\"service\":\"chat\",\"used_at\":\"2026-03-01T00:00:00Z\"," + "\"amount_utoken\":9}"),
            Map.entry(Kind.TRANSFERS, ApiTest.transfer(ApiTest.ACCOUNT, ApiTest.RECEIVER, "\"100\"")));

    private Bodies() {}

    static String of(Kind kind) {
        return Objects.requireNonNull(BODIES.get(kind));
    }
}
