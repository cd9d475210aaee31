package io.quittance.domain.intake;

import io.quittance.domain.seal.Hash32;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Who may knock: clients, the hashes of their keys, and their rights on accounts. Thread-safe. */
public interface ClientDirectory {

    /** What a client may do for an account. */
    enum Right {
        OWNER,
        DELEGATE,
        /** Sees it, moves nothing. */
        READER,
        /** No right any more. */
        NONE
    }

    /**
     * A client's key, of which nothing is known but this.
     *
     * @param number its number in the bank
     * @param expiresAt when it ceases to open; null: never
     * @param revokedAt when it was revoked; null if it was not
     * @param lastUsedAt when it opened last, to a minute; null if it never did
     */
    record ClientKey(
            long number,
            Instant addedAt,
            @Nullable Instant expiresAt,
            @Nullable Instant revokedAt,
            @Nullable Instant lastUsedAt) {}

    /** The client whose unexpired, unrevoked key has this SHA-256; empty if there is none. */
    Optional<Client> authenticate(Hash32 keySha256);

    /** The client of this name. */
    Optional<Client> named(String name);

    /**
     * Makes a client, or answers the one that is there if it has the same scopes.
     *
     * @param administrator who makes it; null: the bank's own program
     * @throws IllegalArgumentException if the name is taken with other scopes
     */
    Client register(String name, Set<Client.Scope> scopes, @Nullable Client administrator);

    /** Makes a client in the name of the bank's own program. */
    default Client register(String name, Set<Client.Scope> scopes) {
        return register(name, scopes, null);
    }

    /** Stores the SHA-256 of a new key; the key itself is never stored. */
    void addKey(Client client, Hash32 keySha256);

    /**
     * Stores the SHA-256 of a new key that was asked for. Asked for again under the same request key, as after an answer
     * that was lost, the new key takes the place of the one before, which opens nothing any more.
     *
     * @param asker whose request it is
     * @param requestKey the asker's name for the request
     * @param expiresAt when the key ceases to open; null: never
     * @return the new key's number
     * @throws IllegalArgumentException if the asker used the request key for another client
     */
    long addKey(Client client, Hash32 keySha256, Client asker, String requestKey, @Nullable Instant expiresAt);

    /** The client's keys, the newest first, those that have ended included. */
    List<ClientKey> keysOf(Client client);

    /**
     * Ends a key: at once, or later, so that the client can change to another meanwhile. An end only comes nearer: of a key
     * that ends before, nothing changes.
     *
     * @param at when it is to cease to open; null, or not in the future: now
     * @return the key as it is then; empty if the client has none of this number
     */
    Optional<ClientKey> endKey(Client client, long number, @Nullable Instant at, Client administrator);

    /**
     * Gives a right on an account, in place of the one before, or takes it away. A second time changes nothing.
     *
     * @param administrator who gives it; null: the bank's own program
     * @throws IllegalArgumentException if there is no such account
     */
    void grant(Client client, UUID accountId, Right right, @Nullable Client administrator);

    /** Gives a right in the name of the bank's own program. */
    default void grant(Client client, UUID accountId, Right right) {
        grant(client, accountId, right, null);
    }

    /**
     * Agrees on a policy in place of the one before.
     *
     * @return the client with it
     */
    Client setPolicy(Client client, ClientPolicy policy, Client administrator);

    /** Whether the client may see the account: it has any right on it, or sees everything. */
    boolean maySee(Client client, UUID accountId);

    /** Whether the client may hand in for the account: owner or delegate, or an operator. */
    boolean mayActFor(Client client, UUID accountId);

    /** The accounts on which the client has a right, in order of their id. */
    List<UUID> accountsOf(Client client);
}
