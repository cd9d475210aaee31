package io.quittance.domain.intake;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What can be handed in: submissions, which wait for a cycle, and reference lines, which take effect at the next cut-off.
 * The columns are the one vocabulary of CSV, NDJSON and the API; their order is the order of the canonical content.
 */
public enum Kind {
    ACCOUNTS(101, "account_id,party_id,account_type,owner_account,kyc_level,daily_limit_utoken,name", null),
    COMPUTE_RESOURCES(102, "resource_id,account_id,compute_class,gpu_count", null),
    METERING(103, "resource_id,metered_from,metered_to,gpu_ms", "gpu_ms"),
    SERVICES(104, "service,payee_account", null),
    PRICES(105, "service,model,price_version,effective_from,input_utoken_per_mtok,output_utoken_per_mtok", null),
    /** After what opens accounts: a cycle sees the lines of its window in the order of the kinds. */
    ACCOUNT_EVENTS(106, "event_key,account_id,event,kyc_level,reason", null),
    COMPUTE_DEPOSITS(
            1, "submission_key,account_id,resource_id,gpu_ms,mode,metered_from,metered_to,hold_until", "gpu_ms"),
    TASK_PUBLICATIONS(
            2, "submission_key,account_id,task_id,reward_utoken,capability,due_at,hold_until", "reward_utoken"),
    TASK_COMPLETIONS(3, "submission_key,account_id,task_id,agent_account,result_sha256,hold_until", null),
    ORDERS(
            4,
            "submission_key,account_id,compute_class,side,order_type,lots,limit_utoken_per_lot,time_in_force,good_through",
            "lots"),
    CANCELS(5, "submission_key,account_id,cancelled_key", null),
    SPENDS(
            6,
            "submission_key,account_id,service,model,used_at,input_tokens,output_tokens,price_version,amount_utoken,"
                    + "compute_class,gpu_ms,hold_until",
            "amount_utoken"),
    TRANSFERS(7, "submission_key,account_id,to_account,amount_utoken,memo,hold_until", "amount_utoken"),
    /** By API only, under a second person's approval. */
    REVERSALS(8, "submission_key,reversed_submission,approval_id,take_from_suspense", null);

    private static final @Nullable Kind[] BY_CODE = new Kind[128];

    static {
        for (Kind kind : values()) {
            BY_CODE[kind.code] = kind;
        }
    }

    private final int code;
    private final List<String> columns;
    private final @Nullable String summedColumn;

    Kind(int code, String columns, @Nullable String summedColumn) {
        this.code = code;
        this.columns = List.of(columns.split(","));
        this.summedColumn = summedColumn;
    }

    /** The number by which tables and canonical bytes name the kind; never reused. */
    public int code() {
        return code;
    }

    /** The columns in their order. */
    public List<String> columns() {
        return columns;
    }

    /** The column that a control line's SUM adds up; empty if the SUM is 0. */
    public Optional<String> summedColumn() {
        return Optional.ofNullable(summedColumn);
    }

    /** Whether a line of this kind sets up who and what exists, rather than waits to be settled. */
    public boolean isReference() {
        return code > 100;
    }

    /** The word on the wire: {@code compute_deposits}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The kind of this name, upper or lower case; empty if there is none. */
    public static Optional<Kind> named(String wireName) {
        for (Kind kind : values()) {
            if (kind.wireName().equalsIgnoreCase(wireName)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /** @throws IllegalArgumentException if no kind has this code */
    public static Kind ofCode(int code) {
        Kind kind = code < 0 || code >= BY_CODE.length ? null : BY_CODE[code];
        if (kind == null) {
            throw new IllegalArgumentException("no kind has code " + code);
        }
        return kind;
    }
}
