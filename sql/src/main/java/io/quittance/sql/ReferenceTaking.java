package io.quittance.sql;

import static io.quittance.sql.JdbcValues.hash;
import static io.quittance.sql.JdbcValues.hashes;
import static io.quittance.sql.JdbcValues.instant;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.texts;
import static io.quittance.sql.JdbcValues.written;

import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.intake.CanonicalContent;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.seal.Hash32;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;

/** Takes one batch of reference lines of one kind into the open window, each name once in the bank. */
abstract class ReferenceTaking extends FirstContentWins<ReferenceTaking.Entry> {

    private static final String ACCOUNTS = """
            SELECT a.account_id
            FROM token_accounts a JOIN settlement_windows w ON w.window_no = a.window_no
            WHERE a.account_id = ANY (:accounts) AND a.account_type <> 'system'
                AND w.cut_off <= (SELECT cut_off FROM settlement_windows WHERE window_no = :window)
            """;

    /** A reference line with what its content comes to. */
    record Entry(ReferenceLine line, @Nullable Hash32 nameHash, Hash32 digest) implements Named {

        static Entry of(ReferenceLine line, byte[] bankSecret) {
            String text = line.freeText();
            Hash32 nameHash = text == null
                    ? null
                    : CanonicalContent.saltedHash(bankSecret, line.kind().wireName() + "/" + line.name(), text);
            return new Entry(line, nameHash, CanonicalContent.digest(CanonicalContent.of(line, nameHash)));
        }

        @Override
        public String name() {
            return line.name();
        }
    }

    final JdbcClient jdbc;
    final Client client;
    final OpenWindow window;
    private final Kind kind;

    ReferenceTaking(Kind kind, JdbcClient jdbc, Client client, OpenWindow window) {
        this.kind = kind;
        this.jdbc = jdbc;
        this.client = client;
        this.window = window;
    }

    /** The taking of a kind. */
    static ReferenceTaking of(
            Kind kind, JdbcClient jdbc, NewestParameters parameters, Client client, OpenWindow window) {
        return switch (kind) {
            case ACCOUNTS -> new AccountTaking(jdbc, client, window);
            case COMPUTE_RESOURCES -> new Resources(jdbc, parameters, client, window);
            case METERING -> new Metering(jdbc, client, window);
            case SERVICES -> new Services(jdbc, client, window);
            case PRICES -> new Prices(jdbc, client, window);
            case ACCOUNT_EVENTS -> new AccountEventTaking(jdbc, client, window);
            default -> throw new IllegalArgumentException(kind + " is not reference data");
        };
    }

    /** Whether the client may hand in lines of a kind. Without the scope it does not even learn what is there already. */
    static boolean isPermitted(Client client, Kind kind) {
        return client.may(kind == Kind.METERING ? Client.Scope.METER : Client.Scope.OPERATE);
    }

    @Override
    final List<FormError> objections(Entry line) {
        return missing(line.line());
    }

    /** What the line refers to and is not there, or does not fit. */
    abstract List<FormError> missing(ReferenceLine line);

    @Override
    FormError conflict() {
        return new FormError("", Reason.REFERENCE_CONFLICT, Reason.REFERENCE_CONFLICT.sentence());
    }

    @Override
    Receipt repeated(Receipt firstAnswer) {
        return firstAnswer instanceof Receipt.Recorded first
                ? new Receipt.Recorded(first.kind(), first.name(), true)
                : firstAnswer;
    }

    /** What a query of names and content_digest finds. */
    final Map<String, Kept> keptBy(JdbcClient.StatementSpec query, RowMapper<String> name) {
        Map<String, Kept> kept = new HashMap<>();
        query.query(row -> {
            String found = Objects.requireNonNull(name.mapRow(row, 0));
            kept.put(found, new Kept(digestOf(row), new Receipt.Recorded(kind, found, false)));
        });
        return kept;
    }

    /** The bank's own accounts have no content: no line is the same. */
    private static Hash32 digestOf(ResultSet row) throws SQLException {
        byte[] digest = row.getBytes("content_digest");
        return digest == null || digest.length != Hash32.LENGTH ? Hash32.ZERO : Hash32.of(digest);
    }

    /** Runs an insert that answers the digests of the rows that it added; two lines of different names differ in it. */
    final Map<String, Kept> addedBy(List<Entry> lines, JdbcClient.StatementSpec insert) {
        Set<Hash32> digests = new HashSet<>(
                insert.query((row, n) -> hash(row, "content_digest")).list());
        Map<String, Kept> added = new HashMap<>();
        for (Entry line : lines) {
            if (digests.contains(line.digest())) {
                added.put(line.name(), new Kept(line.digest(), new Receipt.Recorded(kind, line.name(), false)));
            }
        }
        return added;
    }

    /** Those of these accounts that the window's cycle will know and that are not the bank's own. */
    final Set<UUID> accountsOf(Collection<@Nullable Object> ids) {
        return ids.isEmpty()
                ? Set.of()
                : new HashSet<>(jdbc.sql(ACCOUNTS)
                        .param("accounts", written("uuid", ids))
                        .param("window", window.windowNo())
                        .query((row, n) -> JdbcValues.uuid(row, "account_id"))
                        .list());
    }

    static FormError error(String field, Reason reason) {
        return new FormError(field, reason, reason.sentence());
    }

    /** A property of each line, for one array parameter. */
    static <L> List<@Nullable Object> each(
            Collection<Entry> lines, Class<L> type, Function<L, @Nullable Object> property) {
        List<@Nullable Object> values = new ArrayList<>(lines.size());
        for (Entry entry : lines) {
            values.add(property.apply(type.cast(entry.line())));
        }
        return values;
    }

    private static SqlArrayValue digests(List<Entry> lines) {
        return hashes(lines.stream().map(Entry::digest).toList());
    }

    /** Machines that can be metered, each of an account and a class that are there. */
    private static final class Resources extends ReferenceTaking {

        private static final String KEPT =
                "SELECT resource_id, content_digest FROM compute_resources WHERE resource_id = ANY (:names::text[])";
        private static final String ADD = """
                INSERT INTO compute_resources (resource_id, account_id, compute_class, gpu_count, content_digest, window_no)
                SELECT line.resource_id, line.account_id, line.compute_class, line.gpu_count, line.digest, :window
                FROM unnest(:resources::text[], :accounts::uuid[], :classes::text[], :counts::int[], :digests::bytea[])
                    WITH ORDINALITY AS line (resource_id, account_id, compute_class, gpu_count, digest, ordinal)
                ORDER BY line.ordinal
                ON CONFLICT DO NOTHING
                RETURNING content_digest
                """;

        private final NewestParameters newestParameters;
        private Optional<BankParameters> parameters = Optional.empty();
        private Set<UUID> accounts = Set.of();

        Resources(JdbcClient jdbc, NewestParameters parameters, Client client, OpenWindow window) {
            super(Kind.COMPUTE_RESOURCES, jdbc, client, window);
            this.newestParameters = parameters;
        }

        @Override
        Map<String, Kept> kept(Collection<Entry> lines) {
            return keptBy(
                    jdbc.sql(KEPT)
                            .param(
                                    "names",
                                    texts(lines.stream().map(Entry::name).toList())),
                    (row, n) -> text(row, "resource_id"));
        }

        @Override
        void prepare(Collection<Entry> lines) {
            parameters = newestParameters.read();
            accounts = accountsOf(each(lines, ReferenceLine.ComputeResource.class, r -> r.accountId()));
        }

        @Override
        List<FormError> missing(ReferenceLine line) {
            var resource = (ReferenceLine.ComputeResource) line;
            var errors = new ArrayList<FormError>();
            if (!accounts.contains(resource.accountId())) {
                errors.add(error("account_id", Reason.UNKNOWN_ACCOUNT));
            }
            if (parameters.flatMap(p -> p.computeClass(resource.computeClass())).isEmpty()) {
                errors.add(error("compute_class", Reason.UNKNOWN_CLASS));
            }
            return errors;
        }

        @Override
        Map<String, Kept> add(List<Entry> lines) {
            Class<ReferenceLine.ComputeResource> type = ReferenceLine.ComputeResource.class;
            return addedBy(
                    lines,
                    jdbc.sql(ADD)
                            .param("window", window.windowNo())
                            .param("resources", written("text", each(lines, type, r -> r.resourceId())))
                            .param("accounts", written("uuid", each(lines, type, r -> r.accountId())))
                            .param("classes", written("text", each(lines, type, r -> r.computeClass())))
                            .param("counts", written("int4", each(lines, type, r -> r.gpuCount())))
                            .param("digests", digests(lines)));
        }
    }

    /** Evidence of registered resources, signed with the name of the source that brings it. */
    private static final class Metering extends ReferenceTaking {

        private static final String KEPT = """
                SELECT m.resource_id, m.metered_from, m.metered_to, m.content_digest
                FROM metering_evidence m
                JOIN (SELECT DISTINCT * FROM unnest(:resources::text[], :froms::timestamptz[], :tos::timestamptz[])) asked
                    (resource_id, metered_from, metered_to) USING (resource_id, metered_from, metered_to)
                """;
        private static final String RESOURCES = """
                SELECT c.resource_id
                FROM compute_resources c JOIN settlement_windows w ON w.window_no = c.window_no
                WHERE c.resource_id = ANY (:resources::text[])
                    AND w.cut_off <= (SELECT cut_off FROM settlement_windows WHERE window_no = :window)
                """;
        private static final String ADD = """
                INSERT INTO metering_evidence (resource_id, metered_from, metered_to, gpu_ms, metered_by, content_digest,
                    window_no)
                SELECT line.resource_id, line.metered_from, line.metered_to, line.gpu_ms, :client, line.digest, :window
                FROM unnest(:resources::text[], :froms::timestamptz[], :tos::timestamptz[], :amounts::int8[],
                        :digests::bytea[])
                    WITH ORDINALITY AS line (resource_id, metered_from, metered_to, gpu_ms, digest, ordinal)
                ORDER BY line.ordinal
                ON CONFLICT DO NOTHING
                RETURNING content_digest
                """;
        private static final Class<ReferenceLine.Metering> TYPE = ReferenceLine.Metering.class;

        private Set<String> resources = Set.of();

        Metering(JdbcClient jdbc, Client client, OpenWindow window) {
            super(Kind.METERING, jdbc, client, window);
        }

        @Override
        Map<String, Kept> kept(Collection<Entry> lines) {
            return keptBy(
                    named(jdbc.sql(KEPT), lines),
                    (row, n) -> new ReferenceLine.Metering(
                                    text(row, "resource_id"),
                                    instant(row, "metered_from"),
                                    instant(row, "metered_to"),
                                    1)
                            .name());
        }

        private static JdbcClient.StatementSpec named(JdbcClient.StatementSpec statement, Collection<Entry> lines) {
            return statement
                    .param("resources", written("text", each(lines, TYPE, m -> m.resourceId())))
                    .param("froms", written("timestamptz", each(lines, TYPE, m -> m.meteredFrom())))
                    .param("tos", written("timestamptz", each(lines, TYPE, m -> m.meteredTo())));
        }

        @Override
        void prepare(Collection<Entry> lines) {
            resources = new HashSet<>(jdbc.sql(RESOURCES)
                    .param("resources", written("text", each(lines, TYPE, m -> m.resourceId())))
                    .param("window", window.windowNo())
                    .query((row, n) -> text(row, "resource_id"))
                    .list());
        }

        @Override
        List<FormError> missing(ReferenceLine line) {
            return resources.contains(((ReferenceLine.Metering) line).resourceId())
                    ? List.of()
                    : List.of(error("resource_id", Reason.UNKNOWN_RESOURCE));
        }

        @Override
        Map<String, Kept> add(List<Entry> lines) {
            return addedBy(
                    lines,
                    named(jdbc.sql(ADD), lines)
                            .param("amounts", written("int8", each(lines, TYPE, m -> m.gpuMs())))
                            .param("client", client.id())
                            .param("window", window.windowNo())
                            .param("digests", digests(lines)));
        }
    }

    /** AI services, each with a payee account that is there, or of the house. */
    private static final class Services extends ReferenceTaking {

        private static final String KEPT =
                "SELECT service, content_digest FROM ai_services WHERE service = ANY (:names::text[])";
        private static final String ADD = """
                INSERT INTO ai_services (service, payee_account, content_digest, window_no, decided_by)
                SELECT line.service, line.payee_account, line.digest, :window, :client
                FROM unnest(:services::text[], :payees::uuid[], :digests::bytea[])
                    WITH ORDINALITY AS line (service, payee_account, digest, ordinal)
                ORDER BY line.ordinal
                ON CONFLICT DO NOTHING
                RETURNING content_digest
                """;

        private Set<UUID> accounts = Set.of();

        Services(JdbcClient jdbc, Client client, OpenWindow window) {
            super(Kind.SERVICES, jdbc, client, window);
        }

        @Override
        Map<String, Kept> kept(Collection<Entry> lines) {
            return keptBy(
                    jdbc.sql(KEPT)
                            .param(
                                    "names",
                                    texts(lines.stream().map(Entry::name).toList())),
                    (row, n) -> text(row, "service"));
        }

        @Override
        void prepare(Collection<Entry> lines) {
            accounts = accountsOf(each(lines, ReferenceLine.Service.class, s -> s.payeeAccount()));
        }

        @Override
        List<FormError> missing(ReferenceLine line) {
            UUID payee = ((ReferenceLine.Service) line).payeeAccount();
            return payee == null || accounts.contains(payee)
                    ? List.of()
                    : List.of(error("payee_account", Reason.UNKNOWN_ACCOUNT));
        }

        @Override
        Map<String, Kept> add(List<Entry> lines) {
            Class<ReferenceLine.Service> type = ReferenceLine.Service.class;
            return addedBy(
                    lines,
                    jdbc.sql(ADD)
                            .param("window", window.windowNo())
                            .param("client", client.id())
                            .param("services", written("text", each(lines, type, s -> s.service())))
                            .param("payees", written("uuid", each(lines, type, s -> s.payeeAccount())))
                            .param("digests", digests(lines)));
        }
    }

    /** Prices of services that are there; of one model no two versions take effect at the same instant. */
    private static final class Prices extends ReferenceTaking {

        private static final String KEPT = """
                SELECT p.service, p.model, p.price_version, p.content_digest
                FROM service_prices p
                JOIN (SELECT DISTINCT * FROM unnest(:services::text[], :models::text[], :versions::text[])) asked
                    (service, model, price_version) USING (service, model, price_version)
                """;
        private static final String SERVICES = """
                SELECT a.service
                FROM ai_services a JOIN settlement_windows w ON w.window_no = a.window_no
                WHERE a.service = ANY (:services::text[])
                    AND w.cut_off <= (SELECT cut_off FROM settlement_windows WHERE window_no = :window)
                """;
        private static final String ADD = """
                INSERT INTO service_prices (service, model, price_version, effective_from, input_utoken_per_mtok,
                    output_utoken_per_mtok, content_digest, window_no, decided_by)
                SELECT line.service, line.model, line.price_version, line.effective_from, line.input, line.output,
                    line.digest, :window, :client
                FROM unnest(:services::text[], :models::text[], :versions::text[], :froms::timestamptz[], :inputs::int8[],
                        :outputs::int8[], :digests::bytea[])
                    WITH ORDINALITY AS line (service, model, price_version, effective_from, input, output, digest, ordinal)
                ORDER BY line.ordinal
                ON CONFLICT DO NOTHING
                RETURNING content_digest
                """;
        private static final Class<ReferenceLine.Price> TYPE = ReferenceLine.Price.class;

        private Set<String> services = Set.of();

        Prices(JdbcClient jdbc, Client client, OpenWindow window) {
            super(Kind.PRICES, jdbc, client, window);
        }

        @Override
        Map<String, Kept> kept(Collection<Entry> lines) {
            return keptBy(
                    named(jdbc.sql(KEPT), lines),
                    (row, n) -> text(row, "service") + "/" + text(row, "model") + "/" + text(row, "price_version"));
        }

        private static JdbcClient.StatementSpec named(JdbcClient.StatementSpec statement, Collection<Entry> lines) {
            return statement
                    .param("services", written("text", each(lines, TYPE, p -> p.service())))
                    .param("models", written("text", each(lines, TYPE, p -> p.model())))
                    .param("versions", written("text", each(lines, TYPE, p -> p.priceVersion())));
        }

        @Override
        void prepare(Collection<Entry> lines) {
            services = new HashSet<>(jdbc.sql(SERVICES)
                    .param("services", written("text", each(lines, TYPE, p -> p.service())))
                    .param("window", window.windowNo())
                    .query((row, n) -> text(row, "service"))
                    .list());
        }

        @Override
        List<FormError> missing(ReferenceLine line) {
            return services.contains(((ReferenceLine.Price) line).service())
                    ? List.of()
                    : List.of(error("service", Reason.UNKNOWN_SERVICE));
        }

        @Override
        Map<String, Kept> add(List<Entry> lines) {
            return addedBy(
                    lines,
                    named(jdbc.sql(ADD), lines)
                            .param("froms", written("timestamptz", each(lines, TYPE, p -> p.effectiveFrom())))
                            .param("inputs", written("int8", each(lines, TYPE, p -> p.inputUtokenPerMtok())))
                            .param("outputs", written("int8", each(lines, TYPE, p -> p.outputUtokenPerMtok())))
                            .param("window", window.windowNo())
                            .param("client", client.id())
                            .param("digests", digests(lines)));
        }

        /** Another version of the model takes effect at the same instant. */
        @Override
        Kept conflictElsewhere(Entry line) {
            return new Kept(Hash32.ZERO, new Receipt.Recorded(Kind.PRICES, line.name(), false));
        }
    }
}
