package io.quittance.domain.intake;

import io.quittance.domain.seal.Hash32;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Who may knock: clients, the hashes of their keys, and their rights on accounts. Thread-safe. */
public interface ClientDirectory {

    /** What a client may do for an account. */
    enum Right {
        OWNER,
        DELEGATE,
        /** Sees it, moves nothing. */
        READER
    }

    /** The client whose unexpired, unrevoked key has this SHA-256; empty if there is none. */
    Optional<Client> authenticate(Hash32 keySha256);

    /** The client of this name. */
    Optional<Client> named(String name);

    /**
     * Makes a client, or answers the one that is there if it has the same scopes.
     *
     * @throws IllegalArgumentException if the name is taken with other scopes
     */
    Client register(String name, Set<Client.Scope> scopes);

    /** Stores the SHA-256 of a new key; the key itself is never stored. */
    void addKey(Client client, Hash32 keySha256);

    /**
     * Stores the SHA-256 of a new key that was asked for. Asked for again under the same request key, as after an answer
     * that was lost, the new key takes the place of the one before, which opens nothing any more.
     *
     * @param asker whose request it is
     * @param requestKey the asker's name for the request
     * @throws IllegalArgumentException if the asker used the request key for another client
     */
    void addKey(Client client, Hash32 keySha256, Client asker, String requestKey);

    /**
     * Gives a right on an account. A second time changes nothing.
     *
     * @throws IllegalArgumentException if there is no such account
     */
    void grant(Client client, UUID accountId, Right right);

    /** Whether the client may see the account: it has any right on it, or is an operator. */
    boolean maySee(Client client, UUID accountId);

    /** Whether the client may hand in for the account: owner or delegate, or an operator. */
    boolean mayActFor(Client client, UUID accountId);

    /** The accounts on which the client has a right, in order of their id. */
    List<UUID> accountsOf(Client client);
}
