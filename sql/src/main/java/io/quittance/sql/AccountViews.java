package io.quittance.sql;

import static io.quittance.sql.JdbcValues.date;
import static io.quittance.sql.JdbcValues.instantOrNull;
import static io.quittance.sql.JdbcValues.longOrNull;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.uuid;
import static io.quittance.sql.JdbcValues.uuidOrNull;

import io.quittance.domain.account.KycLevel;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.report.BankViews.AccountView;
import io.quittance.domain.report.BankViews.BalanceView;
import io.quittance.domain.report.BankViews.LimitView;
import io.quittance.domain.report.BankViews.UnclaimedView;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * An account with its balances, what waits for it in the queue, and what is left of its limit. Inside the caller's
 * snapshot.
 *
 * <p>What waits is unscreened and says what was asked for, not what will be settled. Going out: transfers, spends that
 * name an amount or credits, publications. Coming in: transfers, deposits (credits that are kept; Tokens that would be
 * minted, at the newest rate), rewards of open tasks that are completed for this account. Orders are not counted, since
 * what they bring depends on the round. A sum beyond 64 bits is shown as the largest there is.
 */
final class AccountViews {

    private static final String ACCOUNT = """
            SELECT a.account_id, a.party_id, a.account_type, a.owner_account, a.daily_limit_utoken, s.status, s.status_since,
                s.kyc_level, s.level_since
            FROM seen.token_accounts a JOIN seen.account_states s ON s.account_id = a.account_id
            WHERE a.account_id = :account
            """;
    private static final String UNCLAIMED = """
            SELECT s.submission_id, u.amount, u.cycle, y.business_date
            FROM seen.unclaimed_items u
            JOIN settlement_cycles y ON y.cycle = u.cycle
            LEFT JOIN seen.submissions s ON s.intake_no = u.intake_no
            WHERE u.account_id = :account AND u.paid_cycle IS NULL
            ORDER BY u.intake_no
            """;
    private static final String BALANCES =
            "SELECT asset, posted, reserved FROM seen.account_balances WHERE account_id = :account";
    /**
     * Windows whose cycle is not published; the first one is the next cycle's. An account's lines are told apart by kind:
     * 1 deposits, 2 publications, 3 completions, 6 spends, 7 transfers.
     */
    private static final String WAITING = """
            WITH waiting_windows AS MATERIALIZED (
                SELECT w.window_no, row_number() OVER (ORDER BY w.cut_off) = 1 AS next
                FROM settlement_windows w LEFT JOIN settlement_cycles y ON y.window_no = w.window_no
                WHERE y.cycle IS NULL OR y.cycle > (SELECT last_cycle FROM books_head)
            ), waiting AS MATERIALIZED (
                SELECT w.next, s.kind, s.is_own, s.is_coming, s.task_id, s.amount_utoken, s.resource_id, s.mode, s.gpu_ms,
                    s.reward_utoken, s.compute_class
                FROM seen.waiting(:account, ARRAY(SELECT window_no FROM waiting_windows)) s
                JOIN waiting_windows w ON w.window_no = s.window_no
            )
            SELECT asset, sum(into_next) AS into_next, sum(into_all) AS into_all, sum(out_of) AS out_of
            FROM (
                SELECT r.compute_class AS asset, CASE WHEN w.next THEN w.gpu_ms ELSE 0 END::numeric AS into_next,
                    w.gpu_ms::numeric AS into_all, 0::numeric AS out_of
                FROM waiting w JOIN seen.compute_resources r ON r.resource_id = w.resource_id
                WHERE w.kind = 1 AND w.is_own AND w.mode = 'KEEP'
                UNION ALL
                SELECT 'UTOKEN', CASE WHEN w.next THEN minted.utoken ELSE 0 END, minted.utoken, 0
                FROM waiting w
                JOIN seen.compute_resources r ON r.resource_id = w.resource_id
                JOIN unnest(:classes::text[], :rates::int8[]) AS rate (compute_class, utoken)
                    ON rate.compute_class = r.compute_class
                CROSS JOIN LATERAL (SELECT div(w.gpu_ms::numeric * rate.utoken, :hour)) AS minted (utoken)
                WHERE w.kind = 1 AND w.is_own AND w.mode = 'MINT'
                UNION ALL
                SELECT 'UTOKEN', CASE WHEN w.next THEN t.reward_utoken ELSE 0 END, t.reward_utoken, 0
                FROM waiting w JOIN seen.tasks t ON t.task_id = w.task_id AND t.state = 'LISTED'
                WHERE w.kind = 3 AND w.is_coming
                UNION ALL
                SELECT 'UTOKEN', 0, w.amount_utoken, 0
                FROM waiting w WHERE w.kind = 7 AND w.is_coming
                UNION ALL
                SELECT 'UTOKEN', 0, 0, coalesce(w.reward_utoken, w.amount_utoken, 0)
                FROM waiting w WHERE w.kind IN (2, 6, 7) AND w.is_own
                UNION ALL
                SELECT w.compute_class, 0, 0, w.gpu_ms
                FROM waiting w WHERE w.kind = 6 AND w.is_own AND w.compute_class IS NOT NULL
            ) lines
            GROUP BY asset
            """;
    /** The date of the earliest window that can be joined; where none can, the last date there was. */
    private static final String OPEN_DATE = """
            SELECT coalesce(
                (SELECT business_date FROM settlement_windows
                 WHERE state = 'OPEN' AND cut_off > bank_now() ORDER BY cut_off LIMIT 1),
                (SELECT max(business_date) FROM settlement_windows),
                (bank_now() AT TIME ZONE 'UTC')::date) AS open_date
            """;

    private static final String COUNTERS = """
            SELECT subject, used, reserved FROM seen.limit_counters
            WHERE business_date = :date
                AND (subject, subject_id) IN (('party', :party), ('account', :account))
            """;

    private static final BigInteger LARGEST = BigInteger.valueOf(Long.MAX_VALUE);

    private record Found(
            UUID accountId,
            UUID partyId,
            String type,
            @Nullable UUID owner,
            @Nullable Long ownCap,
            String status,
            @Nullable Instant statusSince,
            @Nullable String level,
            @Nullable Instant levelSince) {}

    private record Balance(long posted, long reserved) {
        private static final Balance NONE = new Balance(0, 0);
    }

    private record Waiting(BigInteger intoNext, BigInteger intoAll, BigInteger outOf) {
        private static final Waiting NONE = new Waiting(BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO);
    }

    private record Counter(long used, long reserved) {
        private static final Counter NONE = new Counter(0, 0);
    }

    private final JdbcClient jdbc;
    private final NewestParameters newestParameters;

    AccountViews(JdbcClient jdbc, NewestParameters newestParameters) {
        this.jdbc = jdbc;
        this.newestParameters = newestParameters;
    }

    Optional<AccountView> account(UUID accountId) {
        return jdbc.sql(ACCOUNT)
                .param("account", accountId)
                .query((row, n) -> new Found(
                        uuid(row, "account_id"),
                        uuid(row, "party_id"),
                        text(row, "account_type"),
                        uuidOrNull(row, "owner_account"),
                        longOrNull(row, "daily_limit_utoken"),
                        text(row, "status"),
                        instantOrNull(row, "status_since"),
                        row.getString("kyc_level"),
                        instantOrNull(row, "level_since")))
                .optional()
                .map(this::view);
    }

    private AccountView view(Found account) {
        BankParameters parameters = newestParameters.read().orElse(null);
        List<Asset> assets = parameters == null ? List.of(Asset.UTOKEN) : parameters.assets();
        Map<Integer, Balance> balances = balances(account.accountId());
        Map<String, Waiting> waiting = waiting(account.accountId(), parameters);
        List<BalanceView> views = new ArrayList<>();
        Map<String, Long> next = new LinkedHashMap<>();
        for (Asset asset : assets) {
            Balance balance = balances.get(asset.id());
            Waiting lines = waiting.get(asset.code());
            if (asset.isCompute() && balance == null && lines == null) {
                continue;
            }
            Balance has = balance == null ? Balance.NONE : balance;
            Waiting waits = lines == null ? Waiting.NONE : lines;
            long available = has.posted() - has.reserved();
            views.add(new BalanceView(
                    asset.code(),
                    has.posted(),
                    has.reserved(),
                    available,
                    capped(waits.intoAll()),
                    capped(waits.outOf())));
            next.put(asset.code(), capped(BigInteger.valueOf(available).add(waits.intoNext())));
        }
        // The bank's own accounts have no KYC subject; the books treat them as of the highest level.
        KycLevel level = account.level() == null ? KycLevel.L3 : KycLevel.valueOf(account.level());
        return new AccountView(
                account.accountId(),
                account.partyId(),
                account.type(),
                account.owner(),
                level.name(),
                account.levelSince(),
                account.status(),
                account.statusSince(),
                views,
                next,
                unclaimed(account.accountId()),
                limit(account, level, parameters));
    }

    private List<UnclaimedView> unclaimed(UUID accountId) {
        return jdbc.sql(UNCLAIMED)
                .param("account", accountId)
                .query((row, n) -> new UnclaimedView(
                        row.getLong("amount"),
                        row.getLong("cycle"),
                        date(row, "business_date"),
                        uuidOrNull(row, "submission_id")))
                .list();
    }

    private Map<Integer, Balance> balances(UUID accountId) {
        Map<Integer, Balance> balances = new TreeMap<>();
        jdbc.sql(BALANCES).param("account", accountId).query(row -> {
            balances.put(row.getInt("asset"), new Balance(row.getLong("posted"), row.getLong("reserved")));
        });
        return balances;
    }

    private Map<String, Waiting> waiting(UUID accountId, @Nullable BankParameters parameters) {
        List<BankParameters.ComputeClass> classes = parameters == null ? List.of() : parameters.classes();
        Map<String, Waiting> waiting = new TreeMap<>();
        jdbc.sql(WAITING)
                .param("account", accountId)
                .param(
                        "classes",
                        JdbcValues.texts(
                                classes.stream().map(c -> c.asset().code()).toList()))
                .param(
                        "rates",
                        JdbcValues.bigints(classes.stream()
                                .map(BankParameters.ComputeClass::mintRateUtokenPerGpuHour)
                                .toList()))
                .param("hour", BankParameters.GPU_HOUR_MS)
                .query(row -> {
                    waiting.put(
                            text(row, "asset"),
                            new Waiting(
                                    whole(row.getBigDecimal("into_next")),
                                    whole(row.getBigDecimal("into_all")),
                                    whole(row.getBigDecimal("out_of"))));
                });
        return waiting;
    }

    /**
     * What is left on the open business date: of the party's limit, or of the account's own cap where that leaves less.
     */
    private LimitView limit(Found account, KycLevel level, @Nullable BankParameters parameters) {
        LocalDate openDate =
                jdbc.sql(OPEN_DATE).query((row, n) -> date(row, "open_date")).single();
        Map<String, Counter> counters = new TreeMap<>();
        jdbc.sql(COUNTERS)
                .param("party", account.partyId())
                .param("account", account.accountId())
                .param("date", openDate)
                .query(row -> {
                    counters.put(row.getString("subject"), new Counter(row.getLong("used"), row.getLong("reserved")));
                });
        long partyLimit = parameters == null ? 0 : parameters.dailyLimit(level);
        LimitView party = limit(openDate, partyLimit, counters.getOrDefault("party", Counter.NONE));
        if (account.ownCap() == null) {
            return party;
        }
        LimitView own = limit(openDate, account.ownCap(), counters.getOrDefault("account", Counter.NONE));
        return party.left() == null || (own.left() != null && own.left() < party.left()) ? own : party;
    }

    private static LimitView limit(LocalDate date, long limit, Counter counter) {
        boolean unlimited = limit == Long.MAX_VALUE;
        return new LimitView(
                date,
                unlimited ? null : limit,
                counter.used(),
                counter.reserved(),
                unlimited ? null : Math.max(0, limit - counter.used() - counter.reserved()));
    }

    private static BigInteger whole(BigDecimal sum) {
        return sum.toBigIntegerExact();
    }

    private static long capped(BigInteger sum) {
        return sum.min(LARGEST).longValueExact();
    }
}
