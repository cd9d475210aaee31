package io.quittance.sql;

import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.texts;
import static io.quittance.sql.JdbcValues.uuid;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.seal.Hash32;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** {@link ClientDirectory} in tables clients, client_keys and client_rights. */
final class JdbcClientDirectory implements ClientDirectory {

    private static final String AUTHENTICATE = """
            SELECT c.client_id, c.name, c.scopes
            FROM client_keys k JOIN clients c ON c.client_id = k.client_id
            WHERE k.key_sha256 = :key AND k.revoked_at IS NULL
            """;
    private static final String NAMED = "SELECT client_id, name, scopes FROM clients WHERE name = :name";
    private static final String REGISTER =
            "INSERT INTO clients (name, scopes) VALUES (:name, :scopes) ON CONFLICT (name) DO NOTHING";
    private static final String ADD_KEY = """
            INSERT INTO client_keys (key_sha256, client_id) VALUES (:key, :client) ON CONFLICT (key_sha256) DO NOTHING
            """;
    private static final String ASKED_FOR = """
            SELECT client_id FROM client_keys WHERE asked_by = :asker AND asked_as = :request LIMIT 1
            """;
    private static final String REPLACE_KEY = """
            WITH before AS (
                UPDATE client_keys SET revoked_at = clock_timestamp()
                WHERE asked_by = :asker AND asked_as = :request AND revoked_at IS NULL
                RETURNING key_sha256
            )
            INSERT INTO client_keys (key_sha256, client_id, asked_by, asked_as)
            SELECT :key, :client, :asker, :request FROM (SELECT count(*) FROM before) b
            """;
    /** Of as many at once as an application has connections, each waits for the others at most once. */
    private static final int AT_ONCE = 100;

    private static final String KEY_OF = "SELECT client_id FROM client_keys WHERE key_sha256 = :key";
    /** The bank's own accounts cannot be given to anyone. */
    private static final String GRANT = """
            INSERT INTO client_rights AS r (client_id, account_id, access)
            SELECT :client, a.account_id, :access FROM token_accounts a
            WHERE a.account_id = :account AND a.account_type <> 'system'
            ON CONFLICT (client_id, account_id) DO UPDATE SET access = excluded.access
            """;

    private static final String RIGHT =
            "SELECT access FROM client_rights WHERE client_id = :client AND account_id = :account";
    private static final String ACCOUNTS =
            "SELECT account_id FROM client_rights WHERE client_id = :client ORDER BY account_id";

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
    public Client register(String name, Set<Client.Scope> scopes) {
        jdbc.sql(REGISTER)
                .param("name", name)
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
    public void addKey(Client client, Hash32 keySha256, Client asker, String requestKey) {
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
                jdbc.sql(REPLACE_KEY)
                        .param("key", keySha256.bytes())
                        .param("client", client.id())
                        .param("asker", asker.id())
                        .param("request", requestKey)
                        .update();
                return;
            } catch (DuplicateKeyException sentTwiceAtOnce) {
                if (attempt == AT_ONCE) {
                    throw sentTwiceAtOnce;
                }
            }
        }
    }

    /** {@inheritDoc} Another right on the same account takes the place of the one before. */
    @Override
    public void grant(Client client, UUID accountId, Right right) {
        int granted = jdbc.sql(GRANT)
                .param("client", client.id())
                .param("account", accountId)
                .param("access", right.name())
                .update();
        if (granted == 0) {
            throw new IllegalArgumentException("there is no account " + accountId);
        }
    }

    @Override
    public boolean maySee(Client client, UUID accountId) {
        return client.may(Client.Scope.OPERATE) || right(client, accountId).isPresent();
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

    private static Client client(ResultSet row) throws SQLException {
        Set<Client.Scope> scopes = EnumSet.noneOf(Client.Scope.class);
        for (String scope : (String[]) row.getArray("scopes").getArray()) {
            scopes.add(Client.Scope.valueOf(scope));
        }
        return new Client(row.getInt("client_id"), text(row, "name"), scopes);
    }
}
