package io.quittance.sql;

import static io.quittance.sql.JdbcValues.bigint;
import static io.quittance.sql.JdbcValues.instant;
import static io.quittance.sql.JdbcValues.instantOrNull;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.texts;
import static io.quittance.sql.JdbcValues.timestamp;
import static io.quittance.sql.JdbcValues.uuid;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.ClientPolicy;
import io.quittance.domain.seal.Hash32;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.SqlParameterValue;
import org.springframework.jdbc.core.simple.JdbcClient;

/** {@link ClientDirectory} in tables clients, client_keys and client_rights. */
final class JdbcClientDirectory implements ClientDirectory {

    /** What was agreed with a client last. */
    private static final String POLICY = """
            LEFT JOIN LATERAL (SELECT max_refused_percent, control_lines, language FROM client_policies
                WHERE client_id = c.client_id ORDER BY policy_no DESC LIMIT 1) p ON true
            """;

    /** A key that opens is noted as used once a minute, not at each use. */
    private static final String AUTHENTICATE = """
            WITH noted AS (
                UPDATE client_keys SET last_used_at = clock_timestamp()
                WHERE key_sha256 = :key AND revoked_at IS NULL AND coalesce(expires_at > clock_timestamp(), true)
                    AND coalesce(last_used_at < clock_timestamp() - interval '1 minute', true)
            )
            SELECT c.client_id, c.name, c.scopes, p.max_refused_percent, p.control_lines, p.language
            FROM client_keys k JOIN clients c ON c.client_id = k.client_id
            """ + POLICY + """
            WHERE k.key_sha256 = :key AND k.revoked_at IS NULL AND coalesce(k.expires_at > clock_timestamp(), true)
            """;

    private static final String NAMED = """
            SELECT c.client_id, c.name, c.scopes, p.max_refused_percent, p.control_lines, p.language
            FROM clients c
            """ + POLICY + """
            WHERE c.name = :name
            """;
    private static final String SET_POLICY = """
            INSERT INTO client_policies (client_id, max_refused_percent, control_lines, language, set_by)
            VALUES (:client, :percent, :controlLines, :language, :by)
            """;
    private static final String REGISTER =
            "INSERT INTO clients (name, scopes, added_by) VALUES (:name, :scopes, :by) ON CONFLICT (name) DO NOTHING";
    private static final String ADD_KEY = """
            INSERT INTO client_keys (key_sha256, client_id) VALUES (:key, :client) ON CONFLICT (key_sha256) DO NOTHING
            """;
    private static final String ASKED_FOR = """
            SELECT client_id FROM client_keys WHERE asked_by = :asker AND asked_as = :request LIMIT 1
            """;
    private static final String REPLACE_KEY = """
            WITH before AS (
                UPDATE client_keys SET revoked_at = clock_timestamp(), ended_by = :asker
                WHERE asked_by = :asker AND asked_as = :request AND revoked_at IS NULL
                RETURNING key_sha256
            )
            INSERT INTO client_keys (key_sha256, client_id, asked_by, asked_as, expires_at)
            SELECT :key, :client, :asker, :request, :expires FROM (SELECT count(*) FROM before) b
            RETURNING key_no
            """;
    private static final String KEYS = """
            SELECT key_no, added_at, expires_at, revoked_at, last_used_at
            FROM client_keys WHERE client_id = :client AND (:number::bigint IS NULL OR key_no = :number)
            ORDER BY key_no DESC
            """;
    private static final String END_NOW = """
            UPDATE client_keys SET revoked_at = clock_timestamp(), ended_by = :by
            WHERE client_id = :client AND key_no = :number AND revoked_at IS NULL
                AND coalesce(expires_at > clock_timestamp(), true)
            """;
    private static final String END_LATER = """
            UPDATE client_keys SET expires_at = :at, ended_by = :by
            WHERE client_id = :client AND key_no = :number AND revoked_at IS NULL AND coalesce(expires_at > :at, true)
            """;
    /** Of as many at once as an application has connections, each waits for the others at most once. */
    private static final int AT_ONCE = 100;

    private static final String KEY_OF = "SELECT client_id FROM client_keys WHERE key_sha256 = :key";
    /** The bank's own accounts cannot be given to anyone. */
    private static final String GRANT = """
            INSERT INTO client_rights AS r (client_id, account_id, access, given_by)
            SELECT :client, a.account_id, :access, :by FROM token_accounts a
            WHERE a.account_id = :account AND a.account_type <> 'system'
            ON CONFLICT (client_id, account_id) DO UPDATE SET access = excluded.access, given_by = excluded.given_by
            """;

    private static final String RIGHT =
            "SELECT access FROM client_rights WHERE client_id = :client AND account_id = :account AND access <> 'NONE'";
    private static final String ACCOUNTS =
            "SELECT account_id FROM client_rights WHERE client_id = :client AND access <> 'NONE' ORDER BY account_id";

    private final JdbcClient jdbc;

    JdbcClientDirectory(DataSource application) {
        this.jdbc = JdbcClient.create(application);
    }

    @Override
    public Optional<Client> authenticate(Hash32 keySha256) {
        return jdbc.sql(AUTHENTICATE)
                .param("key", keySha256.bytes())
                .query((row, n) -> client(row))
                .optional();
    }

    @Override
    public Optional<Client> named(String name) {
        return jdbc.sql(NAMED)
                .param("name", name)
                .query((row, n) -> client(row))
                .optional();
    }

    @Override
    public Client register(String name, Set<Client.Scope> scopes, @Nullable Client administrator) {
        jdbc.sql(REGISTER)
                .param("name", name)
                .param("by", id(administrator))
                .param("scopes", texts(scopes.stream().map(Enum::name).sorted().toList()))
                .update();
        Client client = named(name).orElseThrow();
        if (!client.scopes().equals(scopes)) {
            throw new IllegalArgumentException("client " + name + " is there with other scopes: " + client.scopes());
        }
        return client;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if it is the key of another client
     */
    @Override
    public void addKey(Client client, Hash32 keySha256) {
        jdbc.sql(ADD_KEY)
                .param("key", keySha256.bytes())
                .param("client", client.id())
                .update();
        Integer owner = jdbc.sql(KEY_OF)
                .param("key", keySha256.bytes())
                .query(Integer.class)
                .single();
        if (Objects.requireNonNull(owner) != client.id()) {
            throw new IllegalArgumentException("the key is another client's");
        }
    }

    @Override
    public long addKey(Client client, Hash32 keySha256, Client asker, String requestKey, @Nullable Instant expiresAt) {
        for (int attempt = 1; ; attempt++) {
            Integer earlier = jdbc.sql(ASKED_FOR)
                    .param("asker", asker.id())
                    .param("request", requestKey)
                    .query(Integer.class)
                    .optional()
                    .orElse(client.id());
            if (earlier != client.id()) {
                throw new IllegalArgumentException("the request key was used for another client");
            }
            try {
                return jdbc.sql(REPLACE_KEY)
                        .param("key", keySha256.bytes())
                        .param("client", client.id())
                        .param("asker", asker.id())
                        .param("request", requestKey)
                        .param("expires", timestamp(expiresAt))
                        .query((row, n) -> row.getLong("key_no"))
                        .single();
            } catch (DuplicateKeyException sentTwiceAtOnce) {
                if (attempt == AT_ONCE) {
                    throw sentTwiceAtOnce;
                }
            }
        }
    }

    @Override
    public List<ClientKey> keysOf(Client client) {
        return keys(client, null);
    }

    private List<ClientKey> keys(Client client, @Nullable Long number) {
        return jdbc.sql(KEYS)
                .param("client", client.id())
                .param("number", bigint(number))
                .query((row, n) -> new ClientKey(
                        row.getLong("key_no"),
                        instant(row, "added_at"),
                        instantOrNull(row, "expires_at"),
                        instantOrNull(row, "revoked_at"),
                        instantOrNull(row, "last_used_at")))
                .list();
    }

    @Override
    public Optional<ClientKey> endKey(Client client, long number, @Nullable Instant at, Client administrator) {
        boolean isLater = at != null && at.isAfter(Instant.now());
        JdbcClient.StatementSpec end = jdbc.sql(isLater ? END_LATER : END_NOW)
                .param("client", client.id())
                .param("number", number)
                .param("by", administrator.id());
        (isLater ? end.param("at", timestamp(at)) : end).update();
        return keys(client, number).stream().findFirst();
    }

    @Override
    public void grant(Client client, UUID accountId, Right right, @Nullable Client administrator) {
        int granted = jdbc.sql(GRANT)
                .param("client", client.id())
                .param("by", id(administrator))
                .param("account", accountId)
                .param("access", right.name())
                .update();
        if (granted == 0) {
            throw new IllegalArgumentException("there is no account " + accountId);
        }
    }

    @Override
    public Client setPolicy(Client client, ClientPolicy policy, Client administrator) {
        jdbc.sql(SET_POLICY)
                .param("client", client.id())
                .param("percent", policy.maxRefusedPercent())
                .param("controlLines", policy.controlLines().name())
                .param("language", JdbcValues.text(policy.language()))
                .param("by", administrator.id())
                .update();
        return named(client.name()).orElseThrow();
    }

    @Override
    public boolean maySee(Client client, UUID accountId) {
        return client.seesEverything() || right(client, accountId).isPresent();
    }

    @Override
    public boolean mayActFor(Client client, UUID accountId) {
        return client.may(Client.Scope.OPERATE)
                || right(client, accountId)
                        .filter(right -> right == Right.OWNER || right == Right.DELEGATE)
                        .isPresent();
    }

    private Optional<Right> right(Client client, UUID accountId) {
        return jdbc.sql(RIGHT)
                .param("client", client.id())
                .param("account", accountId)
                .query((row, n) -> Right.valueOf(text(row, "access")))
                .optional();
    }

    @Override
    public List<UUID> accountsOf(Client client) {
        return jdbc.sql(ACCOUNTS)
                .param("client", client.id())
                .query((row, n) -> uuid(row, "account_id"))
                .list();
    }

    private static SqlParameterValue id(@Nullable Client administrator) {
        return new SqlParameterValue(Types.INTEGER, administrator == null ? null : administrator.id());
    }

    private static Client client(ResultSet row) throws SQLException {
        Set<Client.Scope> scopes = EnumSet.noneOf(Client.Scope.class);
        for (String scope : (String[]) row.getArray("scopes").getArray()) {
            scopes.add(Client.Scope.valueOf(scope));
        }
        String controlLines = row.getString("control_lines");
        ClientPolicy policy = controlLines == null
                ? ClientPolicy.DEFAULT
                : new ClientPolicy(
                        row.getInt("max_refused_percent"),
                        ClientPolicy.ControlLines.valueOf(controlLines),
                        row.getString("language"));
        return new Client(row.getInt("client_id"), text(row, "name"), scopes, policy);
    }
}
