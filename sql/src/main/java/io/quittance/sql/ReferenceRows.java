package io.quittance.sql;

import static io.quittance.sql.JdbcValues.hash;
import static io.quittance.sql.JdbcValues.hashOrNull;
import static io.quittance.sql.JdbcValues.instant;
import static io.quittance.sql.JdbcValues.longOrNull;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.uuid;
import static io.quittance.sql.JdbcValues.uuidOrNull;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.ReferenceEntry;
import io.quittance.domain.intake.ReferenceLine;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.function.Consumer;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The one place where rows of reference data become reference lines again. */
final class ReferenceRows {

    private static final String ACCOUNTS = """
            SELECT a.account_id, a.party_id, a.account_type, a.owner_account, a.daily_limit_utoken, a.name, a.name_hash,
                a.content_digest, a.kyc_level
            FROM token_accounts a
            WHERE a.window_no = :window
            ORDER BY a.ordinal
            """;

    private static final String RESOURCES = """
            SELECT resource_id, account_id, compute_class, gpu_count, content_digest, NULL::bytea AS name_hash
            FROM compute_resources WHERE window_no = :window ORDER BY ordinal
            """;
    private static final String METERING = """
            SELECT resource_id, metered_from, metered_to, gpu_ms, content_digest, NULL::bytea AS name_hash
            FROM metering_evidence WHERE window_no = :window ORDER BY ordinal
            """;
    private static final String SERVICES = """
            SELECT service, payee_account, content_digest, NULL::bytea AS name_hash
            FROM ai_services WHERE window_no = :window ORDER BY ordinal
            """;
    private static final String PRICES = """
            SELECT service, model, price_version, effective_from, input_utoken_per_mtok, output_utoken_per_mtok,
                content_digest, NULL::bytea AS name_hash
            FROM service_prices WHERE window_no = :window ORDER BY ordinal
            """;

    private static final String ACCOUNT_EVENTS = """
            SELECT event_key, account_id, event, kyc_level, reason, content_digest, reason_hash AS name_hash
            FROM account_events WHERE window_no = :window ORDER BY ordinal
            """;

    private static final int FETCH = 10_000;

    private ReferenceRows() {}

    /**
     * Visits all reference lines of a window: accounts, resources, evidence, services, prices, account events, each in the
     * order in which they came. The same at any later time, but for a name or a reason that was erased meanwhile, which its hash stands for.
     */
    static void ofWindow(JdbcClient jdbc, long windowNo, Consumer<ReferenceEntry> visitor) {
        for (Kind kind : Kind.values()) {
            if (kind.isReference()) {
                jdbc.sql(query(kind))
                        .withFetchSize(FETCH)
                        .param("window", windowNo)
                        .query((RowCallbackHandler) row -> visitor.accept(new ReferenceEntry(
                                line(kind, row), hashOrNull(row, "name_hash"), hash(row, "content_digest"))));
            }
        }
    }

    private static String query(Kind kind) {
        return switch (kind) {
            case ACCOUNTS -> ACCOUNTS;
            case COMPUTE_RESOURCES -> RESOURCES;
            case METERING -> METERING;
            case SERVICES -> SERVICES;
            case PRICES -> PRICES;
            case ACCOUNT_EVENTS -> ACCOUNT_EVENTS;
            default -> throw new IllegalArgumentException(kind + " is not reference data");
        };
    }

    /** The line of the current row of a query over the kind's columns. */
    private static ReferenceLine line(Kind kind, ResultSet row) throws SQLException {
        return switch (kind) {
            case ACCOUNTS ->
                new ReferenceLine.OpenAccount(
                        uuid(row, "account_id"),
                        uuid(row, "party_id"),
                        AccountType.valueOf(text(row, "account_type").toUpperCase(Locale.ROOT)),
                        uuidOrNull(row, "owner_account"),
                        KycLevel.valueOf(text(row, "kyc_level")),
                        longOrNull(row, "daily_limit_utoken"),
                        row.getString("name"));
            case COMPUTE_RESOURCES ->
                new ReferenceLine.ComputeResource(
                        text(row, "resource_id"),
                        uuid(row, "account_id"),
                        text(row, "compute_class"),
                        row.getInt("gpu_count"));
            case METERING ->
                new ReferenceLine.Metering(
                        text(row, "resource_id"),
                        instant(row, "metered_from"),
                        instant(row, "metered_to"),
                        row.getLong("gpu_ms"));
            case SERVICES -> new ReferenceLine.Service(text(row, "service"), uuidOrNull(row, "payee_account"));
            case PRICES ->
                new ReferenceLine.Price(
                        text(row, "service"),
                        text(row, "model"),
                        text(row, "price_version"),
                        instant(row, "effective_from"),
                        row.getLong("input_utoken_per_mtok"),
                        row.getLong("output_utoken_per_mtok"));
            case ACCOUNT_EVENTS -> {
                String level = row.getString("kyc_level");
                yield new ReferenceLine.AccountEvent(
                        text(row, "event_key"),
                        uuid(row, "account_id"),
                        AccountChange.valueOf(text(row, "event").toUpperCase(Locale.ROOT)),
                        level == null ? null : KycLevel.valueOf(level),
                        row.getString("reason"));
            }
            default -> throw new IllegalArgumentException(kind + " is not reference data");
        };
    }
}
