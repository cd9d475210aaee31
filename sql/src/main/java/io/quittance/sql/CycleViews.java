package io.quittance.sql;

import static io.quittance.sql.JdbcValues.date;
import static io.quittance.sql.JdbcValues.hashOrNull;
import static io.quittance.sql.JdbcValues.instant;
import static io.quittance.sql.JdbcValues.text;

import io.quittance.domain.intake.Kind;
import io.quittance.domain.report.BankViews.CycleView;
import io.quittance.domain.report.BankViews.NettingView;
import io.quittance.domain.report.BankViews.RoundView;
import io.quittance.domain.seal.Hash32;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Cycles with what they found. Inside the caller's snapshot. A cycle that is closed and not published shows what came in
 * and nothing of its results, which may be loaded already.
 */
final class CycleViews {

    /** Published cycles whose figures are kept in memory; a figure never changes once its cycle is published. */
    private static final int KEPT_MAX = 1_000;

    private static final String CYCLES = """
            SELECT y.cycle, y.window_no, y.business_date, y.cut_off, y.received,
                y.cycle <= h.last_cycle AS published,
                c.received AS counted, c.settled, c.refused, c.held, c.cancelled, c.expired, c.resting, c.transfers,
                e.entry_root, e.header_hash
            FROM settlement_cycles y
            CROSS JOIN books_head h
            LEFT JOIN cycle_counts c ON c.cycle = y.cycle AND y.cycle <= h.last_cycle
            LEFT JOIN seals e ON e.cycle = y.cycle AND y.cycle <= h.last_cycle
            """;
    private static final String PAGE =
            CYCLES + " WHERE (:before::int8 IS NULL OR y.cycle < :before) ORDER BY y.cycle DESC LIMIT :limit";
    private static final String ONE = CYCLES + " WHERE y.cycle = :cycle";
    private static final String BY_KIND =
            "SELECT kind, lines FROM seen.lines_by_kind WHERE window_no = :window ORDER BY kind";
    private static final String BY_REASON = """
            SELECT reason, lines FROM seen.outcomes_by_reason
            WHERE cycle = :cycle AND state = :state ORDER BY reason
            """;
    private static final String ROUNDS = """
            SELECT compute_class, price_ticks * tick_utoken AS price, volume_lots, demand_lots, supply_lots, decided_by,
                orders_in, orders_filled, reference_before * tick_utoken AS reference_before,
                reference_after * tick_utoken AS reference_after
            FROM seen.matching_rounds WHERE cycle = :cycle ORDER BY asset
            """;
    private static final String NETTING =
            "SELECT asset, gross, net FROM seen.netting WHERE cycle = :cycle ORDER BY asset";
    private static final String STEPS =
            "SELECT step, seconds FROM cycle_steps WHERE cycle = :cycle ORDER BY finished_at, step";
    private static final String VERDICT = """
            SELECT CASE WHEN bool_or(verdict = 'BREAK') THEN 'BREAKS'
                        WHEN bool_or(verdict = 'PENDING') THEN 'PENDING'
                        ELSE 'RECONCILED' END AS verdict
            FROM reconciliation_checks WHERE cycle = :cycle HAVING count(*) > 0
            """;

    /** What a published cycle found. */
    private record Figures(
            Map<String, Long> byKind,
            Map<String, Long> refused,
            Map<String, Long> held,
            List<RoundView> rounds,
            List<NettingView> netting) {}

    private record Found(
            long cycle,
            long windowNo,
            LocalDate businessDate,
            Instant cutOff,
            boolean published,
            long received,
            long settled,
            long refused,
            long held,
            long cancelled,
            long expired,
            long resting,
            long transfers,
            @Nullable Hash32 root,
            @Nullable Hash32 headerHash) {}

    private final JdbcClient jdbc;
    private final NewestParameters parameters;
    private final ChainStatusReader chain;
    private final Map<Long, Figures> kept = Collections.synchronizedMap(new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Figures> eldest) {
            return size() > KEPT_MAX;
        }
    });

    CycleViews(JdbcClient jdbc, NewestParameters parameters, ChainStatusReader chain) {
        this.jdbc = jdbc;
        this.parameters = parameters;
        this.chain = chain;
    }

    List<CycleView> page(@Nullable Long before, int limit) {
        return jdbc
                .sql(PAGE)
                .param("before", JdbcValues.bigint(before))
                .param("limit", limit)
                .query((row, n) -> found(row))
                .list()
                .stream()
                .map(this::view)
                .toList();
    }

    Optional<CycleView> cycle(long number) {
        return jdbc.sql(ONE)
                .param("cycle", number)
                .query((row, n) -> found(row))
                .optional()
                .map(this::view);
    }

    private static Found found(ResultSet row) throws SQLException {
        boolean published = row.getBoolean("published");
        return new Found(
                row.getLong("cycle"),
                row.getLong("window_no"),
                date(row, "business_date"),
                instant(row, "cut_off"),
                published,
                published ? row.getLong("counted") : row.getLong("received"),
                row.getLong("settled"),
                row.getLong("refused"),
                row.getLong("held"),
                row.getLong("cancelled"),
                row.getLong("expired"),
                row.getLong("resting"),
                row.getLong("transfers"),
                hashOrNull(row, "entry_root"),
                hashOrNull(row, "header_hash"));
    }

    private CycleView view(Found cycle) {
        Figures figures = figures(cycle);
        Optional<ChainStatusReader.ChainStatus> status = chain.of(cycle.cycle());
        String state = !cycle.published() ? "CLOSED" : cycle.headerHash() == null ? "PUBLISHED" : "SEALED";
        return new CycleView(
                cycle.cycle(),
                cycle.businessDate(),
                cycle.cutOff(),
                state,
                cycle.received(),
                cycle.settled(),
                cycle.refused(),
                cycle.held(),
                cycle.cancelled(),
                cycle.expired(),
                cycle.resting(),
                cycle.transfers(),
                figures.byKind(),
                figures.refused(),
                figures.held(),
                figures.rounds(),
                figures.netting(),
                cycle.root(),
                cycle.headerHash(),
                status.map(ChainStatusReader.ChainStatus::state).orElse(null),
                status.map(ChainStatusReader.ChainStatus::transaction).orElse(null),
                status.map(ChainStatusReader.ChainStatus::gasUsed).orElse(null),
                secondsPerStep(cycle.cycle()),
                jdbc.sql(VERDICT)
                        .param("cycle", cycle.cycle())
                        .query((row, n) -> text(row, "verdict"))
                        .optional()
                        .orElse(null));
    }

    private Figures figures(Found cycle) {
        if (!cycle.published()) {
            return new Figures(byKind(cycle), Map.of(), Map.of(), List.of(), List.of());
        }
        Figures known = kept.get(cycle.cycle());
        if (known == null) {
            known = new Figures(
                    byKind(cycle),
                    byReason(cycle.cycle(), "REJECTED"),
                    byReason(cycle.cycle(), "HELD"),
                    rounds(cycle.cycle()),
                    netting(cycle.cycle()));
            kept.put(cycle.cycle(), known);
        }
        return known;
    }

    private Map<String, Long> byKind(Found cycle) {
        Map<String, Long> lines = new LinkedHashMap<>();
        jdbc.sql(BY_KIND).param("window", cycle.windowNo()).query(row -> {
            lines.put(Kind.ofCode(row.getInt("kind")).wireName(), row.getLong("lines"));
        });
        return Collections.unmodifiableMap(lines);
    }

    private Map<String, Long> byReason(long cycle, String state) {
        Map<String, Long> lines = new LinkedHashMap<>();
        jdbc.sql(BY_REASON).param("cycle", cycle).param("state", state).query(row -> {
            lines.put(text(row, "reason"), row.getLong("lines"));
        });
        return Collections.unmodifiableMap(lines);
    }

    private List<RoundView> rounds(long cycle) {
        return jdbc.sql(ROUNDS)
                .param("cycle", cycle)
                .query((row, n) -> new RoundView(
                        text(row, "compute_class"),
                        row.getLong("volume_lots") == 0 ? null : row.getLong("price"),
                        row.getLong("volume_lots"),
                        row.getLong("demand_lots"),
                        row.getLong("supply_lots"),
                        text(row, "decided_by"),
                        row.getLong("orders_in"),
                        row.getLong("orders_filled"),
                        row.getLong("reference_before"),
                        row.getLong("reference_after")))
                .list();
    }

    private List<NettingView> netting(long cycle) {
        AssetCodes codes = AssetCodes.of(parameters);
        return jdbc.sql(NETTING)
                .param("cycle", cycle)
                .query((row, n) -> {
                    BigInteger gross = row.getBigDecimal("gross").toBigIntegerExact();
                    BigInteger net = row.getBigDecimal("net").toBigIntegerExact();
                    double ratio = gross.signum() == 0 ? 0 : 1 - net.doubleValue() / gross.doubleValue();
                    return new NettingView(codes.of(row.getInt("asset")), gross, net, ratio);
                })
                .list();
    }

    private Map<String, Double> secondsPerStep(long cycle) {
        Map<String, Double> seconds = new LinkedHashMap<>();
        jdbc.sql(STEPS).param("cycle", cycle).query(row -> {
            seconds.put(text(row, "step"), row.getDouble("seconds"));
        });
        return seconds;
    }
}
