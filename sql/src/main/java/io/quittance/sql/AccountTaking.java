package io.quittance.sql;

import static io.quittance.sql.JdbcValues.hashes;
import static io.quittance.sql.JdbcValues.text;
import static io.quittance.sql.JdbcValues.uuid;
import static io.quittance.sql.JdbcValues.written;

import io.quittance.domain.account.KycLevel;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.intake.ReferenceLine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Opens accounts. A party's level comes with its first account, and an agent's owner may be opened a line earlier, so one
 * batch depends on itself and on what other writers are about to do: accounts are opened by one writer at a time.
 */
final class AccountTaking extends ReferenceTaking {

    static final String ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7003, 0)";
    private static final String KEPT =
            "SELECT account_id, content_digest FROM token_accounts WHERE account_id = ANY (:accounts::uuid[])";
    private static final String OWNERS = """
            SELECT a.account_id, a.party_id
            FROM token_accounts a JOIN settlement_windows w ON w.window_no = a.window_no
            WHERE a.account_id = ANY (:owners::uuid[]) AND a.account_type <> 'system'
                AND w.cut_off <= (SELECT cut_off FROM settlement_windows WHERE window_no = :window)
            """;
    /** In force in the window; of a party that is known from a later one on, the level it begins with. */
    private static final String LEVELS = """
            SELECT DISTINCT ON (d.party_id) d.party_id, d.kyc_level
            FROM party_levels d
            JOIN settlement_windows w ON w.window_no = d.window_no
            JOIN settlement_windows here ON here.window_no = :window
            WHERE d.party_id = ANY (:parties::uuid[])
            ORDER BY d.party_id, w.cut_off > here.cut_off,
                greatest(w.cut_off, here.cut_off) - least(w.cut_off, here.cut_off),
                CASE WHEN w.cut_off > here.cut_off THEN d.ordinal ELSE -d.ordinal END
            """;

    private static final String ADD = """
            INSERT INTO token_accounts (account_id, party_id, account_type, owner_account, daily_limit_utoken, kyc_level, sign,
                name, name_hash, content_digest, window_no, opened_by)
            SELECT line.account_id, line.party_id, line.account_type, line.owner_account, line.daily_limit, line.kyc_level, '+', line.name,
                line.name_hash, line.digest, :window, :client
            FROM unnest(:accounts::uuid[], :parties::uuid[], :types::text[], :owners::uuid[], :limits::int8[],
                    :levels::text[], :names::text[], :nameHashes::bytea[], :digests::bytea[])
                WITH ORDINALITY AS line (account_id, party_id, account_type, owner_account, daily_limit, kyc_level, name,
                    name_hash, digest, ordinal)
            ORDER BY line.ordinal
            ON CONFLICT DO NOTHING
            RETURNING content_digest
            """;
    /** Also for a party whose first account is in a later window: the cycle of this one needs its level, too. */
    private static final String ADD_LEVELS = """
            INSERT INTO kyc_decisions (party_id, kyc_level, window_no)
            SELECT DISTINCT party.id, party.level, :window
            FROM unnest(:parties::uuid[], :levels::text[]) AS party (id, level)
            WHERE NOT EXISTS (
                SELECT FROM kyc_decisions d JOIN settlement_windows w ON w.window_no = d.window_no
                WHERE d.party_id = party.id
                    AND w.cut_off <= (SELECT cut_off FROM settlement_windows WHERE window_no = :window))
            """;

    private static final String ADD_RIGHTS = """
            INSERT INTO client_rights (client_id, account_id, access, given_by)
            SELECT :client, account_id, 'OWNER', :client FROM unnest(:accounts::uuid[]) AS opened (account_id)
            ON CONFLICT DO NOTHING
            """;
    private static final Class<ReferenceLine.OpenAccount> TYPE = ReferenceLine.OpenAccount.class;

    /** Party of each account that may own an agent, those of this batch included. */
    private final Map<UUID, UUID> partyOf = new HashMap<>();

    private final Map<UUID, KycLevel> levelOf = new HashMap<>();

    AccountTaking(JdbcClient jdbc, Client client, OpenWindow window) {
        super(Kind.ACCOUNTS, jdbc, client, window);
    }

    @Override
    Map<String, Kept> kept(Collection<Entry> lines) {
        jdbc.sql(ONE_AT_A_TIME).query((row, n) -> "").single();
        return keptBy(
                jdbc.sql(KEPT).param("accounts", written("uuid", each(lines, TYPE, a -> a.accountId()))),
                (row, n) -> uuid(row, "account_id").toString());
    }

    @Override
    void prepare(Collection<Entry> lines) {
        jdbc.sql(OWNERS)
                .param("owners", written("uuid", each(lines, TYPE, a -> a.ownerAccount())))
                .param("window", window.windowNo())
                .query(row -> {
                    partyOf.put(uuid(row, "account_id"), uuid(row, "party_id"));
                });
        jdbc.sql(LEVELS)
                .param("parties", written("uuid", each(lines, TYPE, a -> a.partyId())))
                .param("window", window.windowNo())
                .query(row -> {
                    levelOf.put(uuid(row, "party_id"), KycLevel.valueOf(text(row, "kyc_level")));
                });
    }

    @Override
    List<FormError> missing(ReferenceLine line) {
        var account = (ReferenceLine.OpenAccount) line;
        var errors = new ArrayList<FormError>();
        objectToReserved("account_id", account.accountId(), errors);
        objectToReserved("party_id", account.partyId(), errors);
        KycLevel level = levelOf.get(account.partyId());
        if (level != null && level != account.kycLevel()) {
            errors.add(new FormError("kyc_level", Reason.KYC_CONFLICT, "The party's level is " + level + "."));
        }
        UUID owner = account.ownerAccount();
        if (owner != null && !account.partyId().equals(partyOf.get(owner))) {
            errors.add(error("owner_account", Reason.OWNER_CONFLICT));
        }
        return errors;
    }

    /** Identifiers whose high half is zero are the bank's own, those of classes to come included. */
    private static void objectToReserved(String field, UUID id, List<FormError> errors) {
        if (id.getMostSignificantBits() == 0) {
            errors.add(new FormError(field, Reason.REFERENCE_CONFLICT, "This identifier is kept for the bank itself."));
        }
    }

    @Override
    void admitted(Entry line) {
        var account = (ReferenceLine.OpenAccount) line.line();
        partyOf.put(account.accountId(), account.partyId());
        levelOf.put(account.partyId(), account.kycLevel());
    }

    @Override
    Map<String, Kept> add(List<Entry> lines) {
        List<@Nullable Object> accounts = each(lines, TYPE, a -> a.accountId());
        List<@Nullable Object> parties = each(lines, TYPE, a -> a.partyId());
        Map<String, Kept> added = addedBy(
                lines,
                jdbc.sql(ADD)
                        .param("accounts", written("uuid", accounts))
                        .param("parties", written("uuid", parties))
                        .param(
                                "types",
                                written(
                                        "text",
                                        each(lines, TYPE, a -> a.accountType().wireName())))
                        .param("owners", written("uuid", each(lines, TYPE, a -> a.ownerAccount())))
                        .param("limits", written("int8", each(lines, TYPE, a -> a.dailyLimitUtoken())))
                        .param("levels", written("text", each(lines, TYPE, a -> a.kycLevel())))
                        .param("names", written("text", each(lines, TYPE, a -> a.holderName())))
                        .param(
                                "nameHashes",
                                hashes(lines.stream().map(Entry::nameHash).toList()))
                        .param(
                                "digests",
                                hashes(lines.stream().map(Entry::digest).toList()))
                        .param("window", window.windowNo())
                        .param("client", client.id()));
        jdbc.sql(ADD_LEVELS)
                .param("parties", written("uuid", parties))
                .param("levels", written("text", each(lines, TYPE, a -> a.kycLevel())))
                .param("window", window.windowNo())
                .update();
        jdbc.sql(ADD_RIGHTS)
                .param("accounts", written("uuid", accounts))
                .param("client", client.id())
                .update();
        return added;
    }
}
